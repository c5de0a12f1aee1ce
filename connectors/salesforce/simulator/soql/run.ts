// Runs a query against the org and writes its rows the way Salesforce does: parents nested, children as a result of
// their own, empty ones as null.

import { type JsonOut, exactNumber } from '#spi'
import { refuse } from '../answers.ts'
import type { Stored } from '../knobs.ts'
import type { Org, Row } from '../org.ts'
import { type FieldDef, isNumeric, type ObjectDef } from '../schema.ts'
import { comparable, type Filter, filterOf } from './filter.ts'
import { parseSoql, type Query, type Selected } from './parse.ts'
import { type Column, columnOf, rowAt, valueAt } from './values.ts'

export interface Found {
  readonly total: number
  /** Made when it is sent, page by page. */
  readonly rows: readonly Row[]
  readonly write: (row: Row) => JsonOut
  /** `COUNT()` answers with a number and no rows. */
  readonly countOnly: boolean
}

export interface RunOptions {
  readonly version: string
  /** queryAll: what is in the recycle bin too. */
  readonly withDeleted: boolean
}

const offsetMax = 2_000

export function run(org: Org, soql: string, options: RunOptions): Found {
  return runQuery(org, parseSoql(soql), options)
}

/** What `columns=true` answers instead of rows: which columns the query has, parents with theirs inside. */
export function columnsOf(org: Org, soql: string): JsonOut {
  const query = parseSoql(soql)
  const object = objectOf(org, query.from)
  const paths = query.select.flatMap((selected) => (selected.is === 'path' ? [selected.path] : []))
  const column = (path: string): JsonOut => {
    const [head = '', ...rest] = path.split('.')
    const { field } = columnOf(org, object, path)
    const joinColumns = rest.length > 0 ? [{ ...plainColumn(rest.join('.')), joinColumns: [] }] : []
    return { ...plainColumn(head), custom: field.name.endsWith('__c'), joinColumns }
  }
  const idSelected = paths.some((path) => path.toLowerCase() === 'id')
  const columnMetadata = paths.map(column)
  return { columnMetadata, entityName: object.name, groupBy: false, idSelected, keyPrefix: object.keyPrefix }
}

const plainColumn = (name: string) => ({ columnName: name, displayName: name, aggregate: false, custom: false })

function runQuery(org: Org, query: Query, options: RunOptions): Found {
  const object = objectOf(org, query.from)
  if (query.offset > offsetMax)
    throw refuse(400, 'NUMBER_OUTSIDE_VALID_RANGE', `Maximum SOQL offset allowed is ${offsetMax}`)
  const rows = sorted(org, object, query, matching(org, object, query, options))
  const wanted = rows.slice(query.offset, query.offset + (query.limit ?? rows.length))
  const countOnly = query.select.length === 1 && query.select[0]?.is === 'count'
  const write = countOnly ? () => null : writer(org, object, query.select, options)
  return { total: wanted.length, rows: wanted, write, countOnly }
}

function objectOf(org: Org, name: string): ObjectDef {
  const object = [...org.objects.values()].find((each) => each.name.toLowerCase() === name.toLowerCase())
  if (object) return object
  throw refuse(
    400,
    'INVALID_TYPE',
    `\nSELECT Id FROM ${name}\n               ^\nERROR at Row:1:Column:16\nsObject type '${name}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name.`,
  )
}

function matching(org: Org, object: ObjectDef, query: Query, options: RunOptions): readonly Row[] {
  const passes: Filter = query.where
    ? filterOf(org, object, query.where, (inner) => idsOf(org, inner, options))
    : () => true
  return [...org.rows(object.name)].filter((row) => (options.withDeleted || !row.deleted) && passes(row))
}

function idsOf(org: Org, query: Query, options: RunOptions): ReadonlySet<string> {
  const object = objectOf(org, query.from)
  const selected = query.select[0]
  if (selected?.is !== 'path') throw refuse(400, 'MALFORMED_QUERY', 'semi join sub-selects select one id field')
  const column = columnOf(org, object, selected.path)
  const values = matching(org, object, query, options).map((row) => valueAt(org, row, column))
  return new Set(values.filter((value) => typeof value === 'string'))
}

function sorted(org: Org, object: ObjectDef, query: Query, rows: readonly Row[]): readonly Row[] {
  if (query.order.length === 0) return rows
  const keys = query.order.map(({ path, down, nullsLast }) => {
    const column = columnOf(org, object, path)
    return { of: (row: Row) => comparable(column.field, valueAt(org, row, column)), down, nullsLast }
  })
  return rows.toSorted((a, b) => {
    for (const { of, down, nullsLast } of keys) {
      const order = compareKeys(of(a), of(b), nullsLast !== down)
      if (order !== 0) return down ? -order : order
    }
    return 0
  })
}

function compareKeys(a: string | number | null, b: string | number | null, nullsLast: boolean): number {
  if (a === b) return 0
  if (a === null) return nullsLast ? 1 : -1
  if (b === null) return nullsLast ? -1 : 1
  return a < b ? -1 : 1
}

type Part = (row: Row, into: Record<string, JsonOut>) => void

function writer(org: Org, object: ObjectDef, select: readonly Selected[], options: RunOptions): (row: Row) => JsonOut {
  const parts = select.flatMap((selected) => partsOf(org, object, selected, options))
  return (row) => {
    const record = start(row, options.version)
    for (const part of parts) part(row, record)
    return record
  }
}

export const start = (row: Row, version: string): Record<string, JsonOut> => ({
  attributes: { type: row.kind, url: `/services/data/v${version}/sobjects/${row.kind}/${row.id}` },
})

function partsOf(org: Org, object: ObjectDef, selected: Selected, options: RunOptions): readonly Part[] {
  if (selected.is === 'count')
    throw refuse(400, 'MALFORMED_QUERY', 'COUNT() must be the only element in the SELECT list')
  if (selected.is === 'children') return [children(org, object, selected.query, options)]
  if (selected.is === 'path') return [fieldPart(org, columnOf(org, object, selected.path), options)]
  const fields = [...object.fields.values()].filter((field) => !org.knobs.hidden.has(`${object.name}.${field.name}`))
  return fields
    .filter((field) => selected.which === 'ALL' || field.name.endsWith('__c') === (selected.which === 'CUSTOM'))
    .map((field) => fieldPart(org, { through: [], field }, options))
}

/** Parents are nested objects; an empty reference on the way makes the first of them null. */
function fieldPart(org: Org, column: Column, options: RunOptions): Part {
  return (row, into) => {
    let here = into
    for (const [depth, link] of column.through.entries()) {
      const name = link.relationshipName ?? link.name
      const parent = rowAt(org, row, column.through.slice(0, depth + 1))
      if (!parent) {
        here[name] = null
        return
      }
      const known = here[name]
      const nested = isRecord(known) ? known : start(parent, options.version)
      here[name] = nested
      here = nested
    }
    here[column.field.name] = jsonOf(column.field, valueAt(org, row, column))
  }
}

const isRecord = (value: JsonOut): value is Record<string, JsonOut> => typeof value === 'object' && value !== null

function children(org: Org, object: ObjectDef, query: Query, options: RunOptions): Part {
  const relationship = object.children.find((each) => each.name.toLowerCase() === query.from.toLowerCase())
  if (!relationship)
    throw refuse(400, 'INVALID_TYPE', `Didn't understand relationship '${query.from}' in FROM part of query call.`)
  const child = objectOf(org, relationship.kind)
  const write = writer(org, child, query.select, options)
  return (row, into) => {
    const own = matching(org, child, query, options).filter((each) => each.fields[relationship.field] === row.id)
    const rows = sorted(org, child, query, own).slice(0, query.limit ?? own.length)
    into[relationship.name] =
      rows.length === 0 ? null : { totalSize: rows.length, done: true, records: rows.map(write) }
  }
}

/** A stored value in JSON: numbers as numbers with every digit, instants in Salesforce's own form. */
export function jsonOf(field: FieldDef, value: Stored): JsonOut {
  if (typeof value !== 'string') return value
  if (isNumeric(field.type)) return exactNumber(value)
  return field.type === 'datetime' ? value.replace('Z', '+0000') : value
}
