// `connect`: the connections of the configuration: listed, tried, signed in to.

import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import type { WebhookStanding } from '#control/answers'
import { examples, type AddCommand, type Bench } from '../command.ts'
import type { Context } from '../context.ts'
import { exit } from '../exit.ts'
import { checkLines, tallyOf } from '../print/check.ts'
import { connectionLines } from '../print/status.ts'
import { webhookLines } from '../print/webhook.ts'
import { when } from '../print/words.ts'
import { withProgress } from '../progress.ts'

export const addConnect: AddCommand = (program, bench) => {
  const group = program
    .command('connect')
    .summary('connections: list, test, sign in, webhooks')
    .description('The connections of the configuration.')
  examples(group, 'dealbridge connect test salesforce', 'dealbridge connect sign-in partner-center')
  addList(group, bench)
  addTest(group, bench)
  addSignIn(group, bench)
  addWebhook(group, bench)
}

function addList(group: Command, bench: Bench): void {
  const command = group
    .command('list')
    .description('Connections, whom they act as, and how they are. Asks no vendor.')
    .option('--json', 'one JSON document on standard output')
    .action(bench.run(list))
  examples(command, 'dealbridge connect list', 'dealbridge connect list --json')
}

async function list(context: Context, { json }: { readonly json?: boolean }): Promise<number> {
  return await context.withDaemonOr(async (control, settings) => {
    const { connections, at } = await control.status()
    if (json) context.json({ schema: 'dealbridge.connections/v1', connections })
    else context.lines(connectionLines(connections, at, { paint: context.paint, zone: context.zone(settings) }))
    return exit.done
  })
}

function addTest(group: Command, bench: Bench): void {
  const command = group
    .command('test')
    .description('Asks a connection, or all of them, who we are there and what we may do. Reads only.')
    .argument('[connection]')
    .option('--json', 'one JSON document on standard output')
    .action(bench.run(test))
  examples(command, 'dealbridge connect test', 'dealbridge connect test salesforce')
}

async function test(
  context: Context,
  name: string | undefined,
  { json }: { readonly json?: boolean },
): Promise<number> {
  return await context.withControl(async (control) => {
    const request = name === undefined ? {} : { connection: name }
    const found = await withProgress({ ...context.parts, label: 'Asking' }, async () => await control.check(request))
    const sections = found.sections.filter(({ of }) => of === 'connection')
    if (json) context.json({ ...found, sections })
    else context.lines(checkLines({ ...found, sections }, context.paint))
    return tallyOf(sections).errors > 0 ? exit.held : exit.done
  })
}

interface SignInFlags {
  readonly device?: boolean
}

function addSignIn(group: Command, bench: Bench): void {
  const command = group
    .command('sign-in')
    .description('Signs a person in: in a browser on this computer, or with a short code typed on another device.')
    .argument('<connection>', 'as the configuration calls it', (text: string) => {
      if (/^[a-z0-9-]+$/.test(text)) return text
      throw new InvalidArgumentError('It must be the name of a connection.')
    })
    .option('--device', 'show a code to be typed on any other device')
    .action(bench.run(signIn))
  examples(command, 'dealbridge connect sign-in partner-center', 'dealbridge connect sign-in partner-center --device')
}

async function signIn(context: Context, connection: string, { device }: SignInFlags): Promise<number> {
  const { parts } = context
  const settings = await context.settings()
  const stop = new AbortController()
  const release = parts.interrupts.on(() => stop.abort(new DOMException('interrupted', 'AbortError')))
  try {
    const { account } = await parts.signIn(settings, {
      connection,
      device: device ?? false,
      showCode: ({ url, code, expiresAt }) =>
        context.note(
          `Open ${url} on any device and type ${code}, before ${when(expiresAt, parts.clock.now(), context.zone(settings))}.`,
        ),
      showAddress: (url) => context.note(`Open this address in a browser on this computer:\n\n  ${url}\n`),
      signal: stop.signal,
    })
    context.lines([`${context.paint.good('✓')} signed in to ${connection}${account === null ? '' : ` as ${account}`}`])
  } finally {
    release()
  }
  // What waits for this sign-in, here or in the daemon, is tried now and not in its own good time.
  return await test(context, connection, {})
}

interface WebhookFlags {
  readonly register?: boolean
  readonly test?: boolean
  readonly yes?: boolean
  readonly json?: boolean
}

function addWebhook(group: Command, bench: Bench): void {
  const command = group
    .command('webhook')
    .description('Shows whom the vendor calls when something changes; registers this daemon, or tries it.')
    .argument('<connection>')
    .option('--register', 'have the vendor call this daemon from now on, instead of whom it calls now')
    .option('--test', 'ask the vendor for a test call, and wait for it')
    .option('--yes', 'replace another registration without being asked')
    .option('--json', 'one JSON document on standard output')
    .action(bench.run(webhook))
  examples(
    command,
    'dealbridge connect webhook partner-center',
    'dealbridge connect webhook partner-center --register',
    'dealbridge connect webhook partner-center --test',
  )
}

async function webhook(context: Context, connection: string, flags: WebhookFlags): Promise<number> {
  return await context.withControl(async (control) => {
    const shown = await control.webhook({ do: 'show', connection })
    const show = (standing: WebhookStanding): void =>
      flags.json ? context.json(standing) : context.lines(webhookLines(standing, context.paint))
    if (flags.register && !shown.isOurs) {
      if (!flags.json) show(shown)
      if (!(await mayReplace(context, shown, flags))) return exit.person
      show(await control.webhook({ do: 'register', connection, replaces: shown.registered?.url ?? null }))
      return exit.done
    }
    const standing = flags.test ? await control.webhook({ do: 'test', connection }) : shown
    show(standing)
    return standing.trial?.arrived === false ? exit.held : exit.done
  })
}

/** Whoever is called now is called no more: a person has to have seen who that is. */
async function mayReplace(context: Context, { registered }: WebhookStanding, { yes }: WebhookFlags): Promise<boolean> {
  if (!registered || yes) return true
  if (!context.mayAsk) {
    context.note('Nobody is here to agree. Say --yes to take the calls away from that address.')
    return false
  }
  const question = `Take the calls away from ${registered.url}? [y/N] `
  return /^y(?:es)?$/i.test((await context.parts.terminal.ask(question, new AbortController().signal)).trim())
}
