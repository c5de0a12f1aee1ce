// One column's value on both sides. Ours is neutral: labels for choices, exact text for numbers, dates without a time.
// The wire's is what the Web API takes and gives.

import {
  canonicalDecimal,
  exactNumber,
  isList,
  isObject,
  parseDate,
  parseInstant,
  later,
  unreachable,
  type Code,
  type Json,
  type JsonOut,
} from '#spi'
import { labelOf, optionFor, type Column } from './table.ts'

/** Undefined: the value says nothing we may rely on, which is not the same as empty. */
export function fromWire(column: Column, value: Json | undefined): Json | undefined {
  if (value === undefined || (value === null && column.secured)) return undefined
  if (value === null) return null
  switch (column.type) {
    case 'money':
    case 'decimal':
      return decimalText(value)
    case 'integer':
      return decimalText(value)
    case 'choice':
    case 'state':
    case 'status':
      return label(column, value)
    case 'choices':
      return labels(column, value)
    case 'date':
      return typeof value === 'string' ? (parseDate(value.slice(0, 10)) ?? undefined) : undefined
    case 'localDate':
      return typeof value === 'string' ? dayOfMidnight(value) : undefined
    case 'instant':
      return typeof value === 'string' ? parseInstant(value) : undefined
    case 'lookup':
    case 'id':
      return typeof value === 'string' ? value.toLowerCase() : undefined
    case 'text':
    case 'boolean':
    case 'other':
      return value
    default:
      return unreachable(column.type)
  }
}

const decimalText = (value: Json): string | undefined =>
  typeof value === 'number' || typeof value === 'string' ? canonicalDecimal(value) : undefined

/** A number without a label is shown as it is: an unknown choice is kept and never guessed. */
function label(column: Column, value: Json): string | undefined {
  if (typeof value !== 'number') return typeof value === 'string' ? value : undefined
  return labelOf(column, value) ?? String(value)
}

/** `"1,3"` on the wire. */
function labels(column: Column, value: Json): readonly string[] | undefined {
  if (typeof value !== 'string') return undefined
  return value.split(',').map((one) => labelOf(column, Number(one)) ?? one.trim())
}

const hourMs = 60 * 60_000

/**
 * Midnight somewhere, told in UTC: the day people saw. Zones reach from UTC-12 to UTC+14, so at some moments it could be
 * the midnight of two days. `told` is the day as somebody else knows it, who then decides; without them the day whose
 * midnight is nearest is meant.
 */
export function dayOfMidnight(value: string, told?: string): string | undefined {
  const day = parseDate(value)
  if (day) return day
  const instant = parseInstant(value)
  const midnight = told === undefined ? undefined : parseInstant(`${told}T00:00:00Z`)
  if (!instant) return undefined
  const isPossible =
    midnight !== undefined && midnight >= later(instant, -12 * hourMs) && midnight <= later(instant, 14 * hourMs)
  return (isPossible ? midnight : later(instant, 12 * hourMs)).slice(0, 10)
}

/** Is this number of a choice one we have never heard of? Then what we know of the column is out of date. */
export const isUnknownOption = (column: Column, value: Json | undefined): boolean =>
  (column.type === 'choice' || column.type === 'state' || column.type === 'status') &&
  column.options !== undefined &&
  typeof value === 'number' &&
  labelOf(column, value) === undefined

export type ToWire = { readonly ok: true; readonly value: JsonOut } | { readonly ok: false; readonly code: Code }

const wire = (value: JsonOut): ToWire => ({ ok: true, value })
const refused = (code: Code): ToWire => ({ ok: false, code })

/** Everything but lookups. `state`: the state that a status reason must belong to, where it is known. */
export function toWire(column: Column, value: Json, state?: number): ToWire {
  if (value === null) return wire(null)
  switch (column.type) {
    case 'money':
    case 'decimal':
      return decimal(column, value)
    case 'integer':
      return integer(column, value)
    case 'boolean':
      return boolean(value)
    case 'choice':
    case 'state':
    case 'status':
      return choice(column, value, state)
    case 'choices':
      return choices(column, value)
    case 'date':
    case 'localDate':
      return day(value)
    case 'instant':
      return instant(value)
    case 'text':
      return text(column, value)
    case 'id':
      return isGuid(value) ? wire(value.toLowerCase()) : refused('DB-3303')
    case 'lookup':
    case 'other':
      return wire(value)
    default:
      return unreachable(column.type)
  }
}

function decimal(column: Column, value: Json): ToWire {
  const digits = decimalText(value)
  const number = digits === undefined ? undefined : exactNumber(digits)
  if (digits === undefined || number === undefined || !isWithin(column, Number(digits))) return refused('DB-3303')
  return wire(number)
}

function integer(column: Column, value: Json): ToWire {
  const whole = Number(decimalText(value))
  return Number.isSafeInteger(whole) && isWithin(column, whole) ? wire(whole) : refused('DB-3303')
}

const isWithin = ({ min, max }: Column, value: number): boolean =>
  value >= (min ?? -Infinity) && value <= (max ?? Infinity)

function boolean(value: Json): ToWire {
  if (typeof value === 'boolean') return wire(value)
  const word = typeof value === 'string' ? value.trim().toLowerCase() : ''
  return word === 'true' || word === 'false' ? wire(word === 'true') : refused('DB-3303')
}

function choice(column: Column, value: Json, state: number | undefined): ToWire {
  const said = typeof value === 'number' ? String(value) : value
  if (typeof said !== 'string') return refused('DB-3302')
  const option = optionFor(column, said, column.type === 'status' ? state : undefined)
  if (option) return wire(option.value)
  // Only where no options are known at all may a bare number stand for itself.
  return column.options === undefined && /^\d{1,9}$/.test(said) ? wire(Number(said)) : refused('DB-3302')
}

function choices(column: Column, value: Json): ToWire {
  const said = isList(value) ? value : typeof value === 'string' ? value.split(';') : []
  const numbers = said.map((one) => (typeof one === 'string' ? optionFor(column, one)?.value : undefined))
  return numbers.includes(undefined) ? refused('DB-3302') : wire(numbers.length === 0 ? null : numbers.join(','))
}

/** Never by way of an instant: a date has no zone. */
function day(value: Json): ToWire {
  const date = typeof value === 'string' ? parseDate(value) : undefined
  return date ? wire(date) : refused('DB-3303')
}

function instant(value: Json): ToWire {
  const moment = typeof value === 'string' ? (parseInstant(value) ?? parseDate(value)) : undefined
  return moment ? wire(moment) : refused('DB-3303')
}

function text(column: Column, value: Json): ToWire {
  if (isObject(value)) return refused('DB-3303')
  const words = isList(value) ? value.map(String).join('; ') : String(value)
  return words.length > (column.lengthMax ?? Infinity) ? refused('DB-3301') : wire(words)
}

const guidShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
export const isGuid = (value: Json | undefined): value is string => typeof value === 'string' && guidShape.test(value)
