// Questions as OData conditions, and the same conditions asked again of a row, because many questions travel in one
// request and their answers have to be told apart. What a condition lets through may be more than what matches: whoever
// asked compares again.

import {
  canonicalDecimal,
  type Criterion,
  type Json,
  type JsonObject,
  own,
  type Question,
  textOf,
  unreachable,
} from '#spi'
import { columnOf, optionFor, propertyOf, type Column, type Table } from './table.ts'
import { isGuid } from './values.ts'

export interface Condition {
  /** OData, not yet encoded. */
  readonly text: string
  /** The columns it looks at: a row must bring them to be told apart. */
  readonly columns: readonly string[]
  readonly test: (row: JsonObject) => boolean
}

/** Null when no record can match: a value that the column cannot hold must not spoil the questions beside it. */
export function conditionOf(question: Question['by'], table: Table): Condition | null {
  if ('id' in question) return equals(table, table.idColumn, question.id)
  if ('key' in question) return equals(table, question.key.field, question.key.value)
  const conditions = question.match.map((criterion) => criterionOf(table, criterion))
  const sure = conditions.filter((condition) => condition !== null)
  return sure.length === conditions.length && sure.length > 0 ? { ...all(sure), test: everyone(table, sure) } : null
}

/** A match is looked for among records in use; a deactivated account is nobody's customer. */
function everyone(table: Table, conditions: readonly Condition[]): Condition['test'] {
  const isRetired = (row: JsonObject): boolean =>
    (table.kind === 'account' || table.kind === 'contact') &&
    typeof own(row, 'statecode') === 'number' &&
    own(row, 'statecode') !== 0
  return (row) => !isRetired(row) && conditions.every((condition) => condition.test(row))
}

function all(conditions: readonly Condition[]): Condition {
  const [only] = conditions
  if (only && conditions.length === 1) return only
  return {
    text: conditions.map(({ text }) => text).join(' and '),
    columns: conditions.flatMap(({ columns }) => columns),
    test: (row) => conditions.every((condition) => condition.test(row)),
  }
}

/** Any of them; how many questions become one request. */
export const anyOf = (conditions: readonly Condition[]): string =>
  conditions.map(({ text }) => (conditions.length > 1 && text.includes(' and ') ? `(${text})` : text)).join(' or ')

function criterionOf(table: Table, { field, value, compare }: Criterion): Condition | null {
  const column = columnOf(table, field)
  if (!column) return null
  switch (compare) {
    case 'exact':
    case 'email':
      return equals(table, field, compare === 'email' ? value.trim().replace(/^mailto:/i, '') : value)
    case 'domain':
      return contains(column, [domainOf(value)])
    case 'companyName':
      return contains(column, tokensOf(value))
    default:
      return unreachable(compare)
  }
}

function equals(table: Table, field: string, value: string): Condition | null {
  const column = columnOf(table, field)
  if (!column || value.trim() === '') return null
  const property = propertyOf(column)
  const literal = literalOf(column, value)
  if (literal === null) return null
  return {
    text: `${property} eq ${literal.text}`,
    columns: [field],
    test: (row) => literal.same(own(row, property) ?? null),
  }
}

interface Literal {
  readonly text: string
  readonly same: (value: Json) => boolean
}

function literalOf(column: Column, value: string): Literal | null {
  switch (column.type) {
    case 'lookup':
    case 'id':
      return isGuid(value.trim()) ? plain(value.trim().toLowerCase()) : null
    case 'choice':
    case 'state':
    case 'status': {
      const option = optionFor(column, value)
      return option ? plain(String(option.value)) : null
    }
    case 'money':
    case 'decimal':
    case 'integer': {
      const digits = canonicalDecimal(value)
      return digits === undefined ? null : { text: digits, same: (have) => canonicalDecimal(textOf(have)) === digits }
    }
    case 'boolean':
      return /^(?:true|false)$/i.test(value.trim()) ? plain(value.trim().toLowerCase()) : null
    case 'date':
    case 'localDate':
    case 'instant':
      return /^\d{4}-\d\d-\d\d[\dTZ:.+-]*$/.test(value)
        ? { text: value, same: (have) => textOf(have).startsWith(value) }
        : null
    case 'text':
    case 'choices':
    case 'other':
      return { text: quoted(value), same: (have) => typeof have === 'string' && folded(have) === folded(value) }
    default:
      return unreachable(column.type)
  }
}

const plain = (text: string): Literal => ({ text, same: (value) => textOf(value).toLowerCase() === text })

/** A quotation mark is doubled; encoding for the address comes later. */
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** SQL compares without case and accents; a stricter server finds less, and the same holds for what it found. */
export const folded = (text: string): string =>
  text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss').trim()

function contains(column: Column, words: readonly string[]): Condition | null {
  const wanted = words.filter((word) => word !== '')
  if (wanted.length === 0 || column.type !== 'text') return null
  const property = propertyOf(column)
  return {
    text: wanted.map((word) => `contains(${property},${quoted(word)})`).join(' and '),
    columns: [column.name],
    test: (row) => {
      const have = own(row, property)
      return typeof have === 'string' && wanted.every((word) => folded(have).includes(folded(word)))
    },
  }
}

/** `https://www.contoso.example/de` → `contoso.example` */
function domainOf(value: string): string {
  const bare = value
    .trim()
    .toLowerCase()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//, '')
    .replace(/^[^@/]*@/, '')
  return (bare.split(/[/?#:]/, 1)[0] ?? '').replace(/^www\d?\./, '')
}

const legalForms =
  /^(?:ag|bv|co|corp|corporation|eg|gmbh|inc|incorporated|kg|kk|limited|limitada|llc|llp|ltd|ltda|nv|oy|plc|pty|sa|sarl|sas|spa|srl|the|and|und|et|de|do|da)$/i
const legalEndings = /股份有限公司|有限责任公司|有限公司|株式会社|有限会社|주식회사/g

/** The words of a company's name that a spelling of the same company is likely to share. Longest first, three at most. */
function tokensOf(name: string): readonly string[] {
  const words = name
    .replaceAll(legalEndings, ' ')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
  const telling = words.filter((word) => !legalForms.test(word) && (word.length > 1 || words.length === 1))
  return (telling.length > 0 ? telling : words).toSorted((a, b) => b.length - a.length).slice(0, 3)
}
