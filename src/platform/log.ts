// The log: a static event name and facts, one line each. It must never hold a secret or a customer's words, and cannot:
// only the facts of LogFacts pass, errors are shown by class and code, and every text is made one plain line.

import { pino } from 'pino'
import type { Clock, Log, LogFacts } from '#spi'
import { oneLine } from '#core/one-line'
import { journalLine, textLine } from './log/lines.ts'
import { maskedFacts } from './log/mask.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type LogFormat = 'auto' | 'text' | 'json' | 'journald'

export interface LogDestination {
  write(line: string): void
  /** A person is reading: `auto` means text then, and JSON elsewhere. */
  readonly isTTY?: boolean
}

export interface LogOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly level?: LogLevel
  readonly format?: LogFormat
  readonly destination?: LogDestination
  /** For people on a terminal; machines always read UTC. */
  readonly timezone?: string
}

export function openLog(options: LogOptions): Log {
  const { clock, level = 'info', destination = standardStream(process.stdout) } = options
  const sink = pino(
    {
      level,
      base: null,
      messageKey: 'event',
      timestamp: () => `,"time":"${clock.now()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: writerFor(options, destination) },
  )
  return logWith({}, (at, event, facts) => {
    if (sink.isLevelEnabled(at)) sink[at](maskedFacts(facts), oneLine(event, 100))
  })
}

type Write = (level: LogLevel, event: string, facts: LogFacts) => void

function logWith(always: LogFacts, write: Write): Log {
  return {
    debug: (event, facts) => write('debug', event, { ...always, ...facts }),
    info: (event, facts) => write('info', event, { ...always, ...facts }),
    warn: (event, facts) => write('warn', event, { ...always, ...facts }),
    error: (event, facts) => write('error', event, { ...always, ...facts }),
    with: (facts) => logWith({ ...always, ...facts }, write),
  }
}

function writerFor(options: LogOptions, destination: LogDestination): (line: string) => void {
  const { format = 'auto', timezone = 'UTC' } = options
  const shape = format === 'auto' ? (destination.isTTY === true ? 'text' : 'json') : format
  if (shape === 'text') return (line) => destination.write(textLine(line, timezone))
  if (shape === 'journald') return (line) => destination.write(journalLine(line))
  return (line) => destination.write(line)
}

/** Standard output or error. A reader that went away (`| head`) must not take the daemon with it. */
export function standardStream(stream: NodeJS.WriteStream): LogDestination {
  if (!guarded.has(stream)) stream.on('error', () => undefined)
  guarded.add(stream)
  return { write: (line) => void stream.write(line), isTTY: stream.isTTY }
}

const guarded = new WeakSet<NodeJS.WriteStream>()
