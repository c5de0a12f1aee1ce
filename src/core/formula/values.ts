// What a formula works with while it runs. Numbers are exact decimals; dates and points in time are canonical text,
// told apart by the types that check.ts worked out. Nothing (null) and empty text are both blank.

import { formatDecimal, parseDecimal, type Decimal } from '../model/decimal.ts'
import { parseDate, parseInstant, type CalendarDate, type Instant } from '../model/instant.ts'
import { isList, isObject, type Json, type JsonObject } from '../model/json.ts'

export type Value = null | boolean | string | Decimal | readonly Value[] | JsonObject

export interface Context {
  readonly referral: JsonObject
  readonly crm: JsonObject | null
  readonly now: Instant
  /** Where days begin and end, unless a function names another place. */
  readonly zone: string
  /** Steps that may still be made. */
  left: number
}

export type Thunk = (context: Context) => Value

/** More work than any honest formula needs, and little enough that no data can make one slow. */
export const stepsMax = 10_000
/** The longest text a formula may make, and the longest list it may look through. */
export const textMax = 1_048_576

/**
 * Ends a formula that cannot go on: a division by zero, a text that is no number. It never leaves evaluate.ts, which
 * turns it into a refusal; throwing keeps every function free of checks for the failures of its arguments.
 */
export class Stop extends Error {
  override readonly name = 'Stop'
}

/** Long texts and lists are paid for by their length. */
export function spend(context: Context, size: number): void {
  context.left -= 1 + (size >> 10)
  if (context.left < 0) throw new Stop('it needs more steps than a formula may make')
}

export function checkedText(context: Context, text: string): string {
  if (text.length > textMax) throw new Stop('the text it makes is longer than 1 MiB')
  spend(context, text.length)
  return text
}

export const isDecimal = (value: Value): value is Decimal =>
  typeof value === 'object' && value !== null && 'digits' in value && typeof value.digits === 'bigint'

export const isValues = (value: Value): value is readonly Value[] => Array.isArray(value)

export const isBlank = (value: Value): boolean =>
  value === null || value === '' || (Array.isArray(value) && value.length === 0)

/** A value as text, the way & joins it: blank is empty, numbers are plain digits. */
export function textOf(value: Value): string {
  if (typeof value === 'string') return value
  if (value === null) return ''
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (isDecimal(value)) return formatDecimal(value)
  throw new Stop(
    isValues(value) ? 'a list stands where a text is needed' : 'a group of fields stands where a text is needed',
  )
}

export function numberOf(value: Value): Decimal | null {
  if (isBlank(value)) return null
  if (isDecimal(value)) return value
  const read = typeof value === 'string' ? parseDecimal(value) : undefined
  if (read) return read
  throw new Stop('a value that is no number stands where a number is needed')
}

export function booleanOf(value: Value): boolean {
  if (typeof value === 'boolean') return value
  if (isBlank(value)) return false
  if (value === 'true' || value === 'false') return value === 'true'
  throw new Stop('a value stands where yes or no is needed')
}

export function dateOf(value: Value): CalendarDate | null {
  if (isBlank(value)) return null
  const read = typeof value === 'string' ? parseDate(value) : undefined
  if (read) return read
  throw new Stop('a value that is no date stands where a date is needed')
}

export function instantOf(value: Value): Instant | null {
  if (isBlank(value)) return null
  const read = typeof value === 'string' ? parseInstant(value) : undefined
  if (read) return read
  throw new Stop('a value that is no point in time stands where one is needed')
}

export function listOf(value: Value): readonly Value[] {
  if (isValues(value)) return value
  if (isBlank(value)) return []
  throw new Stop('a single value stands where a list is needed')
}

/** A count or a position: whole, and within what texts and lists can hold. */
export function countOf(value: Value, whenBlank: number): number {
  const read = numberOf(value)
  if (read === null) return whenBlank
  const whole = read.scale === 0 ? read.digits : read.digits / 10n ** BigInt(read.scale)
  if (whole > 1_000_000_000n || whole < -1_000_000_000n) throw new Stop('a count is out of range')
  return Number(whole)
}

/** Plain data as a value: numbers become decimals, everything else stays. */
export function fromJson(data: Json | undefined): Value {
  if (data === undefined || data === null) return null
  if (typeof data === 'number') return decimalOf(data)
  if (isList(data)) return data.map(fromJson)
  return data
}

/** Most numbers are whole and small, and need not be taken apart as text. */
export function decimalOf(number: number): Decimal {
  if (Number.isSafeInteger(number)) return { digits: BigInt(number), scale: 0 }
  const read = parseDecimal(number)
  if (read) return read
  throw new Stop('a number is out of range')
}

export { isObject }
