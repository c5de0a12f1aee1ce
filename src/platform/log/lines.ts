// A log entry as people read it on a terminal, and as the journal takes it. JSON is pino's own form.

import { parseInstant, timeIn } from '#spi'

type Entry = Readonly<Record<string, unknown>>

const symbols: Readonly<Record<string, string>> = { debug: '·', info: ' ', warn: '!', error: '✗' }

/** `15:12:05 ! http.fault  connection=salesforce call=query.run` */
export function textLine(json: string, timezone: string): string {
  const { time, level, event, error, ...facts } = JSON.parse(json) as Entry
  const instant = parseInstant(String(time))
  const head = `${instant ? timeIn(instant, timezone).slice(0, 8) : ''} ${symbols[String(level)] ?? '?'} ${String(event)}`
  const pairs = Object.entries(facts).map(([name, value]) => `${name}=${String(value)}`)
  const errors = errorWords(error).map((words, depth) => `${depth === 0 ? 'error=' : 'caused by '}${words}`)
  return `${[head, ...pairs, ...errors].join('  ')}\n`
}

/** Of an error and of what caused it, the outermost first. */
function errorWords(error: unknown): readonly string[] {
  if (typeof error !== 'object' || error === null) return []
  const { class: name, code, message, cause } = error as Entry
  return [[name, code, message].filter((word) => typeof word === 'string').join(' '), ...errorWords(cause)]
}

const priorities: Readonly<Record<string, number>> = { debug: 7, info: 6, warn: 4, error: 3 }

/** The journal reads a priority from the start of the line. */
export function journalLine(json: string): string {
  const { level } = JSON.parse(json) as Entry
  return `<${priorities[String(level)] ?? 6}>${json}`
}
