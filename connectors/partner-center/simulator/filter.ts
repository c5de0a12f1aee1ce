// The $filter of a list. Strict: exactly the forms that the documentation shows, on the properties it shows them for.
// Generous: the usual comparisons and functions of OData too, on any property.
//
//   or      = and *( "or" and )            (generous only)
//   and     = term *( "and" term )
//   term    = "(" or ")" | path "/any(" x ":" or ")" | path operator literal | function "(" path "," literal ")"

import { at, canonicalDecimal, type Json, type JsonObject } from '#spi'
import { invalid } from './answers.ts'

export type Filter = (row: Json) => boolean

const documentedPaths: ReadonlySet<string> = new Set([
  'engagementId',
  'status',
  'substatus',
  'qualification',
  'type',
  'direction',
  'customerProfile/address/country',
  'team',
  'email',
])

const token = /\s*(?:(\(|\)|,|:)|('(?:[^']|'')*')|(-?\d+(?:\.\d+)?(?![\w-]))|([A-Za-z_][\w/]*)|([0-9][\w:.+-]*))/y

interface Cursor {
  readonly tokens: readonly string[]
  at: number
  readonly strict: boolean
}

export function parseFilter(text: string, mode: 'strict' | 'generous'): Filter {
  const cursor: Cursor = { tokens: tokensOf(text), at: 0, strict: mode === 'strict' }
  const filter = either(cursor, '')
  if (cursor.at < cursor.tokens.length) throw wrong('it goes on where it should end')
  return filter
}

function tokensOf(text: string): readonly string[] {
  const tokens: string[] = []
  token.lastIndex = 0
  while (token.lastIndex < text.trimEnd().length) {
    const match = token.exec(text)
    if (!match) throw wrong('it cannot be read')
    tokens.push(match[0].trim())
  }
  return tokens
}

function either(cursor: Cursor, variable: string): Filter {
  let left = both(cursor, variable)
  while (peek(cursor) === 'or') {
    if (cursor.strict) throw wrong('"or" is not supported')
    cursor.at += 1
    left = joined(left, both(cursor, variable), (a, b) => a || b)
  }
  return left
}

function both(cursor: Cursor, variable: string): Filter {
  let left = term(cursor, variable)
  while (peek(cursor) === 'and') {
    cursor.at += 1
    left = joined(left, term(cursor, variable), (a, b) => a && b)
  }
  return left
}

const joined =
  (left: Filter, right: Filter, join: (a: boolean, b: boolean) => boolean): Filter =>
  (row) =>
    join(left(row), right(row))

function term(cursor: Cursor, variable: string): Filter {
  const word = take(cursor)
  if (word === '(') {
    const inner = either(cursor, variable)
    expect(cursor, ')')
    return inner
  }
  if (functions.has(word) && peek(cursor) === '(') return call(cursor, word, variable)
  if (word.endsWith('/any') && peek(cursor) === '(') return any(cursor, word.slice(0, -4))
  return comparison(cursor, pathOf(cursor, word, variable))
}

function any(cursor: Cursor, list: string): Filter {
  const path = pathOf(cursor, list, '')
  expect(cursor, '(')
  const variable = take(cursor)
  expect(cursor, ':')
  const inner = either(cursor, variable)
  expect(cursor, ')')
  return (row) => {
    const items = at(row, path)
    return Array.isArray(items) && items.some((item: Json) => inner(item))
  }
}

function comparison(cursor: Cursor, path: string): Filter {
  const operator = take(cursor)
  const compare = comparisons.get(operator)
  if (!compare || (cursor.strict && operator !== 'eq')) throw wrong(`the operator "${operator}" is not supported`)
  const wanted = literal(cursor)
  return (row) => compare(order(at(row, path) ?? null, wanted))
}

const comparisons: ReadonlyMap<string, (sign: number | null) => boolean> = new Map([
  ['eq', (sign) => sign === 0],
  ['ne', (sign) => sign !== 0],
  ['gt', (sign) => sign !== null && sign > 0],
  ['ge', (sign) => sign !== null && sign >= 0],
  ['lt', (sign) => sign !== null && sign < 0],
  ['le', (sign) => sign !== null && sign <= 0],
])

const functions: ReadonlySet<string> = new Set(['contains', 'startswith', 'endswith'])

function call(cursor: Cursor, name: string, variable: string): Filter {
  if (cursor.strict) throw wrong(`the function "${name}" is not supported`)
  expect(cursor, '(')
  const path = pathOf(cursor, take(cursor), variable)
  expect(cursor, ',')
  const part = String(literal(cursor) ?? '').toLowerCase()
  expect(cursor, ')')
  return (row) => {
    const value = at(row, path)
    if (typeof value !== 'string') return false
    const text = value.toLowerCase()
    return name === 'contains'
      ? text.includes(part)
      : name === 'startswith'
        ? text.startsWith(part)
        : text.endsWith(part)
  }
}

type Literal = string | number | boolean | null

function literal(cursor: Cursor): Literal {
  const word = take(cursor)
  if (word.startsWith("'")) return word.slice(1, -1).replaceAll("''", "'")
  if (cursor.strict) throw wrong('only text in quotation marks can be compared with')
  if (word === 'true' || word === 'false') return word === 'true'
  if (word === 'null') return null
  return canonicalDecimal(word) === undefined ? word : Number(word)
}

/** Below, equal or above; null where the two cannot be compared. Text compares whatever its case. */
function order(value: Json, wanted: Literal): number | null {
  if (value === wanted) return 0
  if (typeof value === 'number' && typeof wanted === 'number') return value - wanted
  if (typeof value !== 'string' || typeof wanted !== 'string') return null
  const [a, b] = [value.toLowerCase(), wanted.toLowerCase()]
  return a === b ? 0 : a < b ? -1 : 1
}

/** `t/email` inside of any(t:…) means the item's own property. */
function pathOf({ strict }: Cursor, word: string, variable: string): string {
  const path = variable !== '' && word.startsWith(`${variable}/`) ? word.slice(variable.length + 1) : word
  if (strict && !documentedPaths.has(path)) throw wrong(`filtering by "${path}" is not supported`)
  return path.replaceAll('/', '.')
}

const peek = ({ tokens, at: here }: Cursor): string | undefined => tokens[here]

function take(cursor: Cursor): string {
  const word = cursor.tokens[cursor.at]
  if (word === undefined) throw wrong('it ends too early')
  cursor.at += 1
  return word
}

function expect(cursor: Cursor, wanted: string): void {
  if (take(cursor) !== wanted) throw wrong(`"${wanted}" was expected`)
}

const wrong = (why: string): Error => invalid(`The query specified in the URI is not valid: ${why}.`, '$filter')

/** Rows in the order of one property, as `$orderby` asks. */
export function sorted(rows: readonly JsonObject[], orderBy: string): readonly JsonObject[] {
  const [property = '', direction = 'asc'] = orderBy.trim().split(/\s+/)
  if (property !== 'createdDateTime' && property !== 'updatedDateTime')
    throw invalid('Only createdDateTime and updatedDateTime can be ordered by.', '$orderby')
  if (direction !== 'asc' && direction !== 'desc') throw invalid('The order is asc or desc.', '$orderby')
  const sign = direction === 'asc' ? 1 : -1
  // Stamps of one form compare as text.
  return rows.toSorted((a, b) => {
    const [left, right] = [textOf(a[property]), textOf(b[property])]
    return left === right ? 0 : left < right ? -sign : sign
  })
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
