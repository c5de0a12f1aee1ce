// SOQL, written by us: jsforce's builder leaves backslashes as they are, and a value must never end its own quotes.

import { type Field, isNumber } from './describe.ts'
import { canonicalDecimal, type Instant, parseDate, parseInstant } from '#spi'

const name = /^[A-Za-z]\w*(?:\.[A-Za-z]\w*)*$/

/** A field or object name. Names come from mappings, not from data, and are still checked: they cannot be quoted. */
export function identifier(text: string): string {
  if (!name.test(text)) throw new RangeError('not a name')
  return text
}

export const isIdentifier = (text: string): boolean => name.test(text)

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
}

/** Control characters have no place in a name or an address, and no escape of their own: they become a blank. */
export function quote(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  const escaped = text.replace(/[\\'"\u0000-\u001f\u007f]/g, (char) => escapes[char] ?? ' ')
  return `'${escaped}'`
}

/** Stands for any text in a LIKE pattern. */
export const anything = Symbol('anything')

/**
 * A pattern for LIKE. `%` and `_` of a value stand for themselves; a backslash, which Salesforce escapes differently
 * in different places, becomes a wildcard for one character.
 */
export function like(...parts: readonly (string | typeof anything)[]): string {
  const pattern = parts.map((part) => {
    if (part === anything) return '%'
    const safe = part.split('\\').map((piece) =>
      quote(piece)
        .slice(1, -1)
        .replace(/[%_]/g, String.raw`\$&`),
    )
    return safe.join('_')
  })
  return `'${pattern.join('')}'`
}

/** A value as a literal of the field's type; undefined where it cannot be a value of that field at all. */
export function literal(field: Field, value: string): string | undefined {
  if (isNumber(field)) return canonicalDecimal(value)
  if (field.type === 'boolean') return value === 'true' || value === 'false' ? value : undefined
  if (field.type === 'date') return parseDate(value)
  if (field.type === 'datetime') return stampLiteral(parseInstant(value))
  if (field.type === 'id') return isId(value) ? quote(value) : undefined
  if (field.type === 'reference') return isSafeId(value) ? quote(value) : undefined
  return value.length <= literalMax ? quote(value) : undefined
}

/** A longer text cannot be asked for; it cannot be a name or a key either. */
const literalMax = 1_000

/** Whole seconds: Salesforce compares no further. */
export const stampLiteral = (instant: Instant | undefined): string | undefined => instant && `${instant.slice(0, 19)}Z`

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'

/** Text of another form is no id, and would refuse the whole query it stands in. */
export const isId = (text: string): boolean => /^[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?$/.test(text)

/** Its check characters are its own. Salesforce refuses others; we only ask for them apart from the rest. */
export const isCertainId = (text: string): boolean =>
  isId(text) && (text.length === 15 || text === longId(text.slice(0, 15)))

/** What may stand in an address as an id that a server gave us, whatever its form. */
export const isSafeId = (text: string): boolean => /^[\w-]{1,64}$/.test(text)

/** The 18-character form of a short id: what Salesforce's messages name is often the short one. */
export function longId(text: string): string {
  if (text.length !== 15) return text
  const suffix = [0, 5, 10].map((start) => {
    const block = text.slice(start, start + 5).split('')
    const bits = block.reduce((sum, char, i) => sum + (char >= 'A' && char <= 'Z' ? 2 ** i : 0), 0)
    return alphabet[bits] ?? ''
  })
  return text + suffix.join('')
}
