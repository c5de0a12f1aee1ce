// Which rows a condition lets through. Texts compare without regard to case, as in Salesforce, unless the field is
// declared case sensitive; nothing but `= null` finds an empty value, and `!=` finds empty values too.

import { type Instant, later, msOf, parseInstant } from '#spi'
import { refuse } from '../answers.ts'
import { parseId } from '../ids.ts'
import type { Stored } from '../knobs.ts'
import type { Org, Row } from '../org.ts'
import { type FieldDef, isNumeric, type ObjectDef } from '../schema.ts'
import type { Condition, Literal, Query, Sign } from './parse.ts'
import { columnOf, valueAt } from './values.ts'

export type Filter = (row: Row) => boolean
type Join = (query: Query) => ReadonlySet<string>

export function filterOf(org: Org, object: ObjectDef, condition: Condition, join: Join): Filter {
  if ('parts' in condition) {
    const parts = condition.parts.map((part) => filterOf(org, object, part, join))
    return condition.is === 'and'
      ? (row) => parts.every((passes) => passes(row))
      : (row) => parts.some((passes) => passes(row))
  }
  if ('part' in condition) {
    const part = filterOf(org, object, condition.part, join)
    return (row) => !part(row)
  }
  const column = columnOf(org, object, condition.path)
  const test = testOf(org, column.field, condition, join)
  return (row) => test(valueAt(org, row, column))
}

type Simple = Exclude<Condition, { readonly is: 'and' | 'or' | 'not' }>

function testOf(org: Org, field: FieldDef, condition: Simple, join: Join): (value: Stored) => boolean {
  if (!field.filterable) throw refuse(400, 'INVALID_FIELD', `field '${field.name}' can not be filtered in a query call`)
  if (condition.is === 'semijoin') {
    const ids = join(condition.query)
    return (value) => (typeof value === 'string' && ids.has(value)) !== condition.not
  }
  if (condition.is === 'in') {
    const wanted = new Set(condition.values.map((value) => comparable(field, storedLiteral(field, value))))
    return (value) => wanted.has(comparable(field, value)) !== condition.not
  }
  if (condition.is === 'has') {
    const wanted = condition.values.map((value) => value.text.split(';'))
    return (value) => {
      const held = typeof value === 'string' ? value.split(';') : []
      return wanted.some((all) => all.every((each) => held.includes(each))) !== condition.not
    }
  }
  return comparison(org, field, condition.sign, condition.value)
}

function comparison(org: Org, field: FieldDef, sign: Sign, literal: Literal): (value: Stored) => boolean {
  if (sign === 'LIKE') return like(field, literal)
  if (literal.type === 'span') return within(field, sign, spanOf(org, literal.text))
  const wanted = comparable(field, storedLiteral(field, literal))
  if (sign === '=') return (value) => comparable(field, value) === wanted
  if (sign === '!=') return (value) => comparable(field, value) !== wanted
  return (value) => {
    if (value === null || wanted === null) return false
    const order = ordered(comparable(field, value), wanted)
    if (sign === '<') return order < 0
    if (sign === '>') return order > 0
    return sign === '<=' ? order <= 0 : order >= 0
  }
}

const ordered = (a: string | number | null, b: string | number | null): number =>
  a === b ? 0 : (a ?? '') < (b ?? '') ? -1 : 1

/** The form in which two values of a field are the same. Instants have whole seconds only. */
export function comparable(field: FieldDef, value: Stored): string | number | null {
  if (value === null) return null
  if (typeof value === 'boolean') return String(value)
  if (isNumeric(field.type)) return Number(value)
  if (field.type === 'datetime') return Math.floor(msOf(parseInstant(value) ?? (value as Instant)) / 1_000)
  if (field.type === 'id' || field.type === 'reference' || field.caseSensitive) return value
  return value.toLowerCase()
}

function storedLiteral(field: FieldDef, literal: Literal): Stored {
  if (literal.type === 'null') return null
  if (field.type === 'boolean') return literal.type === 'boolean' ? literal.text === 'true' : wrongType(field)
  if (isNumeric(field.type)) return literal.type === 'number' ? literal.text : wrongType(field)
  if (field.type === 'date') return literal.type === 'date' ? literal.text : wrongType(field)
  if (field.type === 'datetime') return literal.type === 'datetime' ? literal.text : wrongType(field)
  if (literal.type !== 'text') return wrongType(field)
  if (field.type !== 'id' && field.type !== 'reference') return literal.text
  const id = parseId(literal.text)
  if (id === undefined) throw refuse(400, 'INVALID_QUERY_FILTER_OPERATOR', `invalid ID field: ${literal.text}`)
  return id
}

function wrongType(field: FieldDef): never {
  const quotes = ['boolean', 'date', 'datetime'].includes(field.type) || isNumeric(field.type) ? 'not ' : ''
  throw refuse(
    400,
    'INVALID_FIELD',
    `value of filter criterion for field '${field.name}' must be of type ${field.type} and should ${quotes}be enclosed in quotes`,
  )
}

function like(field: FieldDef, literal: Literal): (value: Stored) => boolean {
  if (literal.type !== 'text') return wrongType(field)
  const pattern = (literal.text.toLowerCase().match(/\\[%_]|[^]/g) ?? []).map(patternOf).join('')
  const shape = new RegExp(`^${pattern}$`)
  return (value) => typeof value === 'string' && shape.test(value.toLowerCase())
}

function patternOf(char: string): string {
  if (char === '%') return '[^]*'
  if (char === '_') return '[^]'
  return (char.length > 1 ? char.slice(1) : char).replace(/[.*+?^${}()|[\]\\]/, String.raw`\$&`)
}

interface Span {
  readonly from: Instant
  readonly to: Instant
}

const dayMs = 86_400_000

function spanOf(org: Org, text: string): Span {
  const today = `${org.stamp().slice(0, 10)}T00:00:00.000Z` as Instant
  const days = Number(text.split(':')[1] ?? 1)
  if (text === 'TODAY') return { from: today, to: later(today, dayMs) }
  if (text === 'YESTERDAY') return { from: later(today, -dayMs), to: today }
  if (text === 'TOMORROW') return { from: later(today, dayMs), to: later(today, 2 * dayMs) }
  return text.startsWith('LAST')
    ? { from: later(today, -days * dayMs), to: later(today, dayMs) }
    : { from: later(today, dayMs), to: later(today, (days + 1) * dayMs) }
}

function within(field: FieldDef, sign: Sign, { from, to }: Span): (value: Stored) => boolean {
  return (value) => {
    if (typeof value !== 'string') return false
    const instant = field.type === 'date' ? `${value}T00:00:00.000Z` : value
    if (sign === '=') return instant >= from && instant < to
    if (sign === '!=') return instant < from || instant >= to
    if (sign === '<') return instant < from
    if (sign === '<=') return instant < to
    return sign === '>' ? instant >= to : instant >= from
  }
}
