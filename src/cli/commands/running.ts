// The daemon and what is said to it: run, reload, pause, resume, mode.

import type { PipelineRequest } from '#control/requests'
import { examples, type AddCommand } from '../command.ts'
import type { Context } from '../context.ts'
import { exit } from '../exit.ts'
import { sync } from './sync.ts'

interface RunFlags {
  readonly once?: boolean
  readonly pipeline?: string
  readonly observe?: boolean
  readonly listen?: string
}

export const addRun: AddCommand = (program, bench) => {
  const command = program
    .command('run')
    .summary('the daemon')
    .description('Runs the pipelines on their schedules until it is told to end. For systemd and containers.')
    .option('--once', 'one pass, then end: the same as sync')
    .option('--pipeline <name>', 'only this pipeline')
    .option('--observe', 'write nothing, whatever the modes in the file say')
    .option('--listen <address>', 'where to answer: 127.0.0.1:8787')
    .action(bench.run(run))
  examples(command, 'dealbridge run', 'dealbridge run --profile production --listen 127.0.0.1:8787')
}

async function run(context: Context, { once, pipeline, observe, listen }: RunFlags): Promise<number> {
  if (once) return await sync(context, pipeline === undefined ? {} : { pipeline })
  const flags = listen === undefined ? {} : { '--listen': { path: ['http', 'listen'], value: listen } }
  const wish = { ...(await context.wish()), flags }
  // Told here, with every problem and its line; the daemon loads them again for itself.
  await context.settings(wish)
  const { isClean, signal, error } = await context.parts.runDaemon({ ...wish, pipeline, observe: observe ?? false })
  if (error) throw error
  if (isClean) return exit.done
  return signal === 'SIGINT' ? exit.interrupted : exit.terminated
}

export const addReload: AddCommand = (program, bench) => {
  const command = program
    .command('reload')
    .summary('let the daemon take over the settings as they are now')
    .description('Reads, checks, and takes over the settings between two passes. Bad ones leave the old in force.')
    .action(bench.run(reload))
  examples(command, 'dealbridge reload', 'dealbridge reload && dealbridge status')
}

async function reload(context: Context): Promise<number> {
  return await context.withDaemonOr(async (control) => {
    const { pipelines } = await control.reload()
    context.lines([`${context.paint.good('✓')} The new settings are in force: ${pipelines.join(', ')}.`])
    return exit.done
  })
}

export const addSteering: AddCommand = (program, bench) => {
  for (const [name, summary] of [
    ['pause', 'nothing is read or written until it is resumed'],
    ['resume', 'let a paused pipeline go on, and try at once what is resting'],
  ] as const) {
    const command = program
      .command(name)
      .summary(summary)
      .description(`All pipelines, or the one that is named: ${summary}.`)
      .argument('[pipeline]', 'only this one')
      .action(
        bench.run(async (context: Context, pipeline: string | undefined) =>
          steer(context, { do: name, who: context.parts.user, ...(pipeline === undefined ? {} : { pipeline }) }),
        ),
      )
    examples(command, `dealbridge ${name}`, `dealbridge ${name} cosell-dach`)
  }
}

export const addMode: AddCommand = (program, bench) => {
  const command = program
    .command('mode')
    .summary('observe, review or auto, until the file says another one')
    .description('Sets the mode of a pipeline. It holds until the configuration file says another one than now.')
    .argument('<pipeline>')
    .addArgument(program.createArgument('<mode>', 'what it may do').choices(['observe', 'review', 'auto']))
    .action(
      bench.run(async (context: Context, pipeline: string, mode: 'observe' | 'review' | 'auto') =>
        steer(context, { do: 'mode', pipeline, mode, who: context.parts.user }),
      ),
    )
  examples(command, 'dealbridge mode cosell-dach review', 'dealbridge mode cosell-dach auto')
}

async function steer(context: Context, request: PipelineRequest): Promise<number> {
  return await context.withDaemonOr(async (control) => {
    const { pipelines, next } = await control.pipeline(request)
    context.lines([`${context.paint.good('✓')} ${pipelines.join(', ')}: ${next}`])
    return exit.done
  })
}
