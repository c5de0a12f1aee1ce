// Plain data of either side as one neutral value, in one canonical form: what means the same is the same text,
// whichever system wrote it. Absent data says nothing; empty data is blank; data of another kind is refused.

import { absent, reading, type Reading } from '../model/deal.ts'
import { canonicalDecimal } from '../model/decimal.ts'
import { dateIn, parseDate, parseInstant } from '../model/instant.ts'
import { isList, own, isObject, type Json, type JsonObject } from '../model/json.ts'
import type { Fields } from '../model/record.ts'
import type { Value, ValueType } from '../model/value.ts'
import type { Refusal } from '../problem.ts'

export const blank: Reading = reading(null)

/** Reads data as a type; `name` is what the field or path is called in a refusal. */
export type Reader = (data: Json | undefined) => Reading

export function readerOf(type: ValueType, name: string, zone: string): Reader {
  const read = type === 'date' ? remembering(readers.date) : readers[type]
  return (data) => {
    if (data === undefined) return absent
    if (data === null || data === '') return blank
    const value = read(data, zone)
    return value === undefined ? { is: 'refused', refusal: unreadable(name, type) } : reading(value)
  }
}

const words: Readonly<Record<ValueType, string>> = {
  text: 'a text',
  decimal: 'a number',
  money: 'an amount of money',
  date: 'a date',
  instant: 'a point in time',
  boolean: 'yes or no',
  list: 'a list of texts',
}

export function unreadable(name: string, type: ValueType): Refusal {
  return { code: 'DB-2203', message: `${name} does not hold ${words[type]}.`, who: 'CRM admin' }
}

type Read = (data: Exclude<Json, null>, zone: string) => Value | undefined

const number: Read = (data) => {
  if (typeof data === 'number' && Number.isSafeInteger(data)) return String(data === 0 ? 0 : data)
  return typeof data === 'number' || typeof data === 'string' ? canonicalDecimal(data) : undefined
}

const readers: Readonly<Record<ValueType, Read>> = {
  text: (data) => {
    if (typeof data === 'string') return canonicalText(data)
    return typeof data === 'number' ? number(data, '') : typeof data === 'boolean' ? String(data) : undefined
  },
  decimal: number,
  money: number,
  date: (data, zone) => {
    if (typeof data !== 'string') return undefined
    const date = parseDate(data)
    if (date !== undefined) return date
    const instant = parseInstant(data)
    return instant && dateIn(instant, zone)
  },
  instant: (data) => (typeof data === 'string' ? parseInstant(data) : undefined),
  boolean: (data) => (data === true || data === 'true' ? true : data === false || data === 'false' ? false : undefined),
  list: (data) => canonicalList(data),
}

/** More different days than the deals of a house have. */
const daysMax = 2_000

/** Days are few and deals are many: what a text means is worked out once. */
function remembering(read: Read): Read {
  const known = new Map<string, Value | undefined>()
  return (data, zone) => {
    if (typeof data !== 'string') return read(data, zone)
    const found = known.get(data)
    if (found !== undefined) return found
    const value = read(data, zone)
    if (known.size >= daysMax) known.clear()
    known.set(data, value)
    return value
  }
}

// Most texts are simple and stay as they are. Everything in these ranges is its own canonical form: no letter of them
// is made of others, and none joins with the one before it. White space among them are only blanks and line ends.
const simple =
  /^[\n -~\u00a1-\u02ff\u0391-\u03cc\u0400-\u0482\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3]+$/

const isInk = (code: number): boolean => code > 32

/**
 * Systems trim texts, change how lines end and how accents are made up; none of that is an edit. Nothing is left that
 * no system can store: no NUL, no half of a character.
 */
export function canonicalText(text: string): string | null {
  if (simple.test(text) && isInk(text.charCodeAt(0)) && isInk(text.charCodeAt(text.length - 1))) return text
  const made = text.toWellFormed().normalize('NFC').replaceAll(/\r\n?/g, '\n').replaceAll('\0', '').trim()
  return made === '' ? null : made
}

/** Lists are sets here: systems give them back in an order of their own. Some write them as one text. */
function canonicalList(data: Exclude<Json, null>): readonly string[] | undefined {
  const items = isList(data) ? data : typeof data === 'string' ? data.split(';') : undefined
  if (!items?.every((item) => typeof item === 'string')) return undefined
  return [...new Set(items.flatMap((item) => canonicalText(item) ?? []))].toSorted()
}

/** A constant of the mapping as a value; undefined when it is none of the type. */
export function constantOf(type: ValueType, text: string | null): Value | undefined {
  return text === null || text === '' ? null : readers[type](text, 'UTC')
}

// ── ways to the data ─────────────────────────────────────────────────────────────────────────────────────────

/** Reads a dotted path of a referral without taking the path apart each time. */
export function pathReader(path: string): (referral: JsonObject) => Json | undefined {
  const steps = path.split('.')
  const [only] = steps
  if (steps.length === 1 && only !== undefined) return (referral) => own(referral, only)
  return (referral) => walk(referral, steps, 0)
}

function walk(from: Json | undefined, steps: readonly string[], start: number): Json | undefined {
  let here = from
  for (let at = start; at < steps.length; at += 1) {
    if (isObject(here)) here = own(here, steps[at] ?? '')
    else if (isList(here)) return here.flatMap((item) => walk(item, steps, at) ?? [])
    else return undefined
  }
  return here
}

/** A field of the CRM's record; one of another kind stands under its full name, or within that kind. */
export function fieldReader(name: string): (fields: Fields) => Json | undefined {
  if (!name.includes('.')) return (fields) => own(fields, name)
  const nested = pathReader(name)
  return (fields) => (Object.hasOwn(fields, name) ? fields[name] : nested(fields))
}
