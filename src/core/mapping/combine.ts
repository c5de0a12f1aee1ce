// Texts that several people write: what is new joins what stands there, once.

import { dateIn, type Instant } from '../model/instant.ts'
import type { Json } from '../model/json.ts'
import type { Value } from '../model/value.ts'
import { canonicalText } from './canonical.ts'
import type { Written } from './mapping.ts'

export const combinations = ['replace', 'append', 'appendDated'] as const
export type Combine = (typeof combinations)[number]

export interface Standing {
  /** What stands there now. */
  readonly stands: Json | undefined
  /** The moment of the plan; without it nothing is dated. */
  readonly at: Instant | undefined
  /** Where the date is read. */
  readonly zone: string
}

/** Nothing is sent when there is nothing new: a text that stands there already is not added again. */
export function appended(combine: Combine, name: string, value: Value, { stands, at, zone }: Standing): Written {
  const before = typeof stands === 'string' ? (canonicalText(stands) ?? '') : ''
  if (typeof value !== 'string' || value === '' || holds(before, value)) return { ok: true, fields: {} }
  const entry = combine === 'appendDated' && at !== undefined ? `${dateIn(at, zone)}: ${value}` : value
  return { ok: true, fields: { [name]: before === '' ? entry : `${before}\n\n${entry}` } }
}

const dated = /(?:^|\n\n)\d{4}-\d{2}-\d{2}: $/

/** As an entry of its own, with or without a date: a word within another entry is not it. */
function holds(before: string, value: string): boolean {
  for (let at = before.indexOf(value); at !== -1; at = before.indexOf(value, at + 1)) {
    const ahead = before.slice(0, at)
    const behind = before.slice(at + value.length)
    const begins = ahead === '' || ahead.endsWith('\n\n') || dated.test(ahead.slice(-14))
    if (begins && (behind === '' || behind.startsWith('\n\n'))) return true
  }
  return false
}
