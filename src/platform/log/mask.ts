// What a log line may hold: the facts of LogFacts, each in its kind, and nothing else. Safety lies in this list, not
// in looking for secrets: a fact that nobody named here cannot be logged. The patterns below are a second fence.

import type { LogFacts } from '#spi'
import { oneLine } from '#core/one-line'
import { errorFacts } from './error-facts.ts'

const kinds = {
  code: 'text',
  pipeline: 'text',
  connection: 'text',
  run: 'text',
  referral: 'text',
  record: 'text',
  kind: 'text',
  change: 'text',
  field: 'text',
  call: 'text',
  status: 'number',
  ms: 'number',
  count: 'number',
  attempt: 'number',
  bytes: 'number',
  at: 'text',
  file: 'text',
  line: 'number',
  requestId: 'text',
  signal: 'text',
  version: 'text',
  value: 'scalar',
  error: 'error',
} as const satisfies Readonly<Record<keyof LogFacts, 'text' | 'number' | 'scalar' | 'error'>>

const names = Object.keys(kinds) as readonly (keyof LogFacts)[]
const textMax = 200

/** The facts as they are written: only known ones, each of its own kind, in the order of the list. */
export function maskedFacts(facts: LogFacts): Record<string, unknown> {
  const masked: Record<string, unknown> = {}
  for (const name of names) {
    if (!Object.hasOwn(facts, name)) continue
    const value = maskedFact(name, facts[name])
    if (value !== undefined) masked[name] = value
  }
  return masked
}

function maskedFact(name: keyof LogFacts, value: unknown): unknown {
  const kind = kinds[name]
  if (kind === 'error') return value === undefined ? undefined : errorFacts(value, maskedText)
  if (typeof value === 'string') return kind === 'text' ? maskedText(value, textMax) : undefined
  if (typeof value === 'number') return kind === 'text' ? undefined : rounded(value)
  return typeof value === 'boolean' && kind === 'scalar' ? value : undefined
}

const rounded = (value: number): number => (Number.isInteger(value) ? value : Math.round(value * 1_000) / 1_000)

const patterns: readonly (readonly [RegExp, string])[] = [
  [/\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}/g, '[token]'],
  [/\b(bearer|basic)\s+[\w.~+/=-]{4,}/gi, '$1 [secret]'],
  [/((?:secret|password|passwd|token|assertion|api_?key)["']?\s*[=:]\s*)["']?[^\s"'&,;]+/gi, '$1[secret]'],
  [/(https?:\/\/)[^\s/@]+@/gi, '$1[secret]@'],
  [/(https?:\/\/[^\s?#]+)[?#]\S*/gi, '$1?[query]'],
  [/[^\s@<>"',;:()[\]]{1,64}@[^\s@<>"',;:()[\]]{1,255}/g, '[address]'],
]

/** One line, without what looks like a secret or a person's address. */
export function maskedText(text: string, lengthMax: number): string {
  const line = oneLine(text, lengthMax * 2)
  const masked = patterns.reduce((seen, [pattern, instead]) => seen.replace(pattern, instead), line)
  return oneLine(masked, lengthMax)
}
