// `alerts`: the channels of the configuration, tried out.

import type { Command } from 'commander'
import { examples, type AddCommand, type Bench } from '../command.ts'
import type { Context } from '../context.ts'
import { exit } from '../exit.ts'

export const addAlerts: AddCommand = (program, bench) => {
  const group = program
    .command('alerts')
    .summary('who hears of deadlines and problems: try a channel')
    .description('Who is told of deadlines and problems, as alerts in the configuration says.')
  examples(group, 'dealbridge alerts test', 'dealbridge alerts test ops')
  addTest(group, bench)
}

function addTest(group: Command, bench: Bench): void {
  const command = group
    .command('test')
    .description('Sends a message that says it is a trial over a channel, or over all of them.')
    .argument('[channel]', 'as the configuration calls it')
    .option('--json', 'one JSON document on standard output')
    .action(bench.run(test))
  examples(command, 'dealbridge alerts test', 'dealbridge alerts test ops')
}

async function test(
  context: Context,
  channel: string | undefined,
  { json }: { readonly json?: boolean },
): Promise<number> {
  const { parts, paint } = context
  const settings = await context.settings()
  const stop = new AbortController()
  const release = parts.interrupts.on(() => stop.abort(new DOMException('interrupted', 'AbortError')))
  try {
    const tried = await parts.tryAlerts(settings, channel, stop.signal)
    if (json) context.json({ schema: 'dealbridge.alerts-test/v1', channels: tried })
    else if (tried.length === 0) context.note('The configuration names no channel: see docs/how-to/alerts.md.')
    else
      context.lines(
        tried.flatMap(({ channel: name, type, trouble }) =>
          trouble === null
            ? [`${paint.good('✓')} ${name} (${type}) took a trial message`]
            : [`${paint.bad('✗')} ${name} (${type}): ${trouble.message}   ${trouble.code}`],
        ),
      )
    return tried.some(({ trouble }) => trouble !== null) ? exit.held : exit.done
  } finally {
    release()
  }
}
