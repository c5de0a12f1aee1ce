// The command line over a pretended house: what is typed goes in, what two streams show and the exit code come out.

import { runCli } from '#cli/cli'
import type { CliParts, DaemonEnd, DaemonWish, LoadWish, Sandbox } from '#cli/parts'
import { controlCodes } from '#control/codes'
import { LocalControl } from '#control/local'
import { parsed, refused, type Problem } from '#core/problem'
import { reconcileCodes } from '#core/reconcile/codes'
import { engineCodes } from '#engine/codes'
import { sourceText, type SourceText } from '#core/source'
import { fakeHouse, type FakeHouse, type FakeHouseOptions } from './fake-house.ts'

export interface FakeCli extends FakeHouse {
  /** What was typed after `dealbridge`. */
  run(...args: readonly string[]): Promise<Said>
  readonly files: Map<string, string>
  /** What is wrong with the configuration, if anything. */
  problems: readonly Problem[]
  readonly daemonWishes: (LoadWish & DaemonWish)[]
  /** What was kept of errors nobody expected. */
  readonly crashes: string[]
  /** What will be typed, question after question. */
  readonly answers: string[]
  daemonEnds: () => DaemonEnd
  /** Presses Ctrl-C. */
  interrupt: () => void
}

export interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
  readonly questions: readonly string[]
}

export interface FakeCliOptions extends FakeHouseOptions {
  /** Where somebody sits. */
  readonly terminal?: { readonly out?: boolean; readonly err?: boolean; readonly in?: boolean }
  readonly env?: Readonly<Record<string, string>>
  /** What they type, question after question. */
  readonly answers?: readonly string[]
}

export const configText = 'version: 1\nname: test\n'

export function fakeCli(options: FakeCliOptions = {}): FakeCli {
  const house = fakeHouse(options)
  const files = new Map<string, string>()
  const state = {
    problems: [] as readonly Problem[],
    daemonWishes: [] as (LoadWish & DaemonWish)[],
    crashes: [] as string[],
    answers: [...(options.answers ?? [])],
    daemonEnds: (): DaemonEnd => ({ isClean: true, signal: 'SIGTERM', error: null }),
    interrupt: (): void => undefined,
  }
  const cli: FakeCli = Object.assign(house, state, {
    files,
    run: async (...args: readonly string[]) => await run(cli, options, args),
  })
  return cli
}

async function run(cli: FakeCli, options: FakeCliOptions, args: readonly string[]): Promise<Said> {
  const said = { out: '', err: '', questions: [] as string[] }
  const { terminal = {}, env = {} } = options
  const parts: CliParts = {
    version: '1.2.3',
    user: 'anna',
    codes: { ...reconcileCodes, ...controlCodes, ...engineCodes },
    clock: cli.clock,
    env,
    terminal: {
      out: (text) => void (said.out += text),
      err: (text) => void (said.err += text),
      isOutTerminal: terminal.out ?? false,
      isErrTerminal: terminal.err ?? false,
      isInTerminal: terminal.in ?? false,
      columns: 100,
      ask: async (question) => {
        said.questions.push(question)
        return cli.answers.shift() ?? ''
      },
    },
    files: {
      read: async (path) => cli.files.get(path),
      write: async (path, text) => void cli.files.set(path, text),
      exists: async (path) => cli.files.has(path),
      create: async (path, text) => !cli.files.has(path) && cli.files.set(path, text) !== undefined,
      replace: async (path, before, after) =>
        cli.files.get(path) === before && cli.files.set(path, after) !== undefined,
      resolve: (...names) => names.join('/'),
    },
    interrupts: {
      on: (listener) => {
        cli.interrupt = listener
        return () => undefined
      },
      exitNow: (code) => {
        throw new Error(`ended at once with ${code}`)
      },
    },
    begin: () => undefined,
    load: async () => ({
      result: cli.problems.some(({ severity }) => severity === 'error')
        ? refused(cli.problems)
        : parsed(cli.settings, cli.problems),
      sources: [configSource],
      layers: null,
    }),
    openControl: async (settings, ending) => {
      const assembly = await cli.assemble(settings)
      return new LocalControl({ assembly: () => assembly, codes: reconcileCodes, version: '1.2.3', ending })
    },
    findDaemon: async () => null,
    runDaemon: async (wish) => {
      cli.daemonWishes.push(wish)
      return cli.daemonEnds()
    },
    sandbox,
    signIn: async (_settings, { showAddress }) => {
      showAddress('https://login.example/authorize')
      return { account: 'svc-referrals@fabrikam.example' }
    },
    tryAlerts: async (_settings, channel) => [{ channel: channel ?? 'ops', type: 'webhook', trouble: null }],
    restore: async (_settings, from) => [{ pipeline: 'cosell', links: 3, setAside: `${from}-before` }],
    shipped: async () => ({
      mappings: { 'salesforce.opportunity.yaml': 'version: 1\n' },
      fixtures: {},
      schema: '{}',
      guide: '',
      packages: {},
    }),
    crashes: { log: { error: (event) => void cli.crashes.push(event) }, path: () => '.dealbridge/errors.log' },
  }
  return { code: await runCli(args, parts), ...said }
}

const configSource: SourceText = sourceText('config/dealbridge.yaml', configText)

const sandbox: Sandbox = {
  start: async ({ say }) => {
    say('started')
    return 0
  },
  stories: { won: 'a seller wins a deal', conflict: 'both sides move the close date' },
  play: async (story, say) => {
    say(`played ${story}`)
    return 0
  },
  clock: async () => 0,
  reset: async () => 0,
}
