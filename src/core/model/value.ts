// One neutral value of a deal: what a mapping row reads from either side, in one canonical form, so that like is
// compared with like. Canonical means: equal values are the same text. Decimals, dates and instants are text here;
// the row that made a value knows its type and how each side writes it.

import { sameJson } from './json.ts'

export type Value = null | boolean | string | readonly string[]

export const valueTypes = ['text', 'decimal', 'money', 'date', 'instant', 'boolean', 'list'] as const
export type ValueType = (typeof valueTypes)[number]

export function sameValue(a: Value, b: Value): boolean {
  return a === b || (Array.isArray(a) && Array.isArray(b) && sameJson(a, b))
}

export const isBlank = (value: Value): boolean =>
  value === null || value === '' || (Array.isArray(value) && value.length === 0)
