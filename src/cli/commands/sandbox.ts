// `sandbox`: pretended systems on this computer, to try everything without an account.

import { nearest } from '#core/nearest'
import { NeedsHuman } from '#core/errors'
import { invariant } from '#core/invariant'
import { examples, wholeNumber, type AddCommand } from '../command.ts'
import type { Context } from '../context.ts'
import { exit } from '../exit.ts'
import type { Sandbox } from '../parts.ts'

interface StartFlags {
  readonly once?: boolean
  readonly port?: number
  readonly seed?: number
}

export const addSandbox: AddCommand = (program, bench) => {
  const group = program
    .command('sandbox')
    .summary('pretend Partner Center, Salesforce and Dynamics on this computer')
    .description(
      'A pretend Partner Center, Salesforce and Dynamics, on this computer only. No accounts, nothing leaves it.',
    )
    .option('--once', 'play the tour, then end')
    .option('--port <n>', "where the daemon's health and metrics answer", wholeNumber)
    .option('--seed <n>', 'the same ids each time', wholeNumber)
    .action(bench.run(start))
  examples(group, 'dealbridge sandbox', 'dealbridge sandbox play won')
  group
    .command('start', { isDefault: false })
    .description('The same as `sandbox` alone.')
    .option('--once', 'play the tour, then end')
    .option('--port <n>', "where the daemon's health and metrics answer", wholeNumber)
    .option('--seed <n>', 'the same ids each time', wholeNumber)
    .action(bench.run(start))
  group
    .command('play')
    .description('Plays a story in the sandbox that runs in another terminal.')
    .argument('[story]', 'which one')
    .option('--list', 'all stories')
    .action(bench.run(play))
  group
    .command('clock')
    .description('Lets time pass: +13d, +4h, +30m.')
    .argument('<turn>', 'how much')
    .action(bench.run(async (context: Context, turn: string) => await here(context).clock(turn, sayTo(context))))
  group
    .command('reset')
    .description('Begins anew.')
    .action(bench.run(async (context: Context) => await here(context).reset(sayTo(context))))
}

const sayTo =
  (context: Context) =>
  (line: string): void =>
    context.lines([line])

function here({ parts }: Context): Sandbox {
  invariant(parts.sandbox, 'the sandbox is part of this build')
  return parts.sandbox
}

async function start(context: Context, { once, port, seed }: StartFlags): Promise<number> {
  return await here(context).start({ once: once ?? false, port, seed, say: sayTo(context) })
}

async function play(
  context: Context,
  story: string | undefined,
  { list }: { readonly list?: boolean },
): Promise<number> {
  const sandbox = here(context)
  const { stories } = sandbox
  if (list || story === undefined) {
    context.lines(Object.entries(stories).map(([name, about]) => `  ${name.padEnd(20)} ${about}`))
    return exit.done
  }
  if (!Object.hasOwn(stories, story)) {
    const near = nearest(story, Object.keys(stories))
    const hint = near === undefined ? 'See: dealbridge sandbox play --list' : `Did you mean "${near}"?`
    throw new NeedsHuman(`There is no story "${story}". ${hint}`, { code: 'DB-1159', who: 'operations' })
  }
  return await sandbox.play(story, sayTo(context))
}
