// Looking into a referral without trusting its shape: a property of an unexpected type reads as missing, never as an
// error. Vendors add, rename and retype properties; a fact we cannot read is a fact we do not have.

import { at, type Fields, isList, isObject, type Json, type JsonObject } from '#spi'

/** The text at a path, trimmed; null when there is none. */
export function text(from: Json | undefined, path: string): string | null {
  const value = at(from, path)
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string') return null
  return value.trim() === '' ? null : value.trim()
}

export const flag = (from: Json | undefined, path: string): boolean => at(from, path) === true

/** The objects of a list at a path; one object where a list was meant counts as a list of one. */
export function objects(from: Json | undefined, path: string): readonly JsonObject[] {
  const value = at(from, path)
  if (isObject(value)) return Object.keys(value).length === 0 ? [] : [value]
  return isList(value) ? value.filter(isObject) : []
}

export const sameText = (a: string | null, b: string | null): boolean =>
  a !== null && b !== null && a.toLowerCase() === b.toLowerCase()

/** Fields are a JSON object; this only says so to the compiler. */
export const asObject = (fields: Fields): JsonObject => fields

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
}

/** Names arrive with HTML entities in them (`M&amp;S`) and with spaces around them. */
export function plain(name: string): string {
  return name
    .replaceAll(/&(#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,6});/gi, (whole, entity: string) => decoded(entity) ?? whole)
    .replaceAll(/\s+/g, ' ')
    .trim()
}

function decoded(entity: string): string | undefined {
  if (!entity.startsWith('#')) return Object.hasOwn(entities, entity) ? entities[entity] : undefined
  const hex = entity[1] === 'x' || entity[1] === 'X'
  const point = Number.parseInt(entity.slice(hex ? 2 : 1), hex ? 16 : 10)
  return point >= 32 && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff)
    ? String.fromCodePoint(point)
    : undefined
}
