// What a pretended row holds. Decimals are exact text, because that is how SQL keeps them; on the wire they are numbers.

import { parseInstant, type Json } from '#spi'

export interface Ref {
  readonly kind: string
  readonly id: string
}
export type Cell = null | boolean | number | string | Ref
export type Cells = Record<string, Cell>

export const isRef = (cell: Cell | undefined): cell is Ref => typeof cell === 'object' && cell !== null

/** Empty for null. */
export const cellText = (cell: Cell | undefined): string => (isRef(cell) ? cell.id : String(cell ?? ''))

/** A number as it was written. A binary float would lose the cents of large amounts on the way through. */
export class Digits {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Wire = null | boolean | string | Digits | readonly Wire[] | WireObject
export interface WireObject {
  readonly [name: string]: Wire
}

export const isWireObject = (value: Wire | undefined): value is WireObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Digits)

export function parseWire(text: string): Wire {
  const keep = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
    typeof value === 'number' ? new Digits(context?.source ?? String(value)) : value
  return JSON.parse(text, keep) as Wire
}

/** Text of an answer. Digits go out exactly as they are. */
export function writeWire(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (inner instanceof Digits ? JSON.rawJSON(inner.text) : inner))
}

/** Plain JSON, for the desk. */
export function plain(value: Wire): Json {
  if (value instanceof Digits) return Number(value.text)
  if (Array.isArray(value)) return (value as readonly Wire[]).map(plain)
  if (isWireObject(value)) return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]))
  return value as Json
}

const guidShape = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?$/i

export const parseGuid = (text: string): string | undefined => guidShape.exec(text)?.[1]?.toLowerCase()

// The same texts are compared over and over when many rows are searched.
const foldedMax = 200_000
const known = new Map<string, string>()

/** Text as SQL compares it here: neither case nor accents count. */
export function folded(text: string): string {
  const before = known.get(text)
  if (before !== undefined) return before
  const made = text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().trimEnd()
  if (known.size >= foldedMax) known.clear()
  known.set(text, made)
  return made
}

/** Second precision, as the service answers. */
export const seconds = (text: string): string | undefined => {
  const instant = parseInstant(text)
  return instant && `${instant.slice(0, 19)}Z`
}
