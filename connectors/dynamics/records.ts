// Rows of an answer as records of the house, and which columns have to be asked for to make them.

import {
  type FieldName,
  type Instant,
  isList,
  isObject,
  type Json,
  type JsonObject,
  own,
  parseInstant,
  recordId,
  type Shape,
  textOf,
  type VendorRecord,
  version,
} from '#spi'
import { columnOf, propertyOf, type Table } from './table.ts'
import { dayOfMidnight, fromWire, isUnknownOption } from './values.ts'

/** Fields named so belong to the newest close of a deal. */
export const closePrefix = 'opportunityclose.'
const closeCollection = 'Opportunity_OpportunityClose'

/** The day of a close is kept as somebody's midnight; Dynamics copies it to the deal as a plain day. */
const closeDay = 'actualend'
const dealDay = 'actualclosedate'

/** What to read of one kind, resolved against its table. */
export interface View {
  readonly table: Table
  /** Our field → the property that holds it. */
  readonly fields: readonly FieldName[]
  /** The table and the fields of the close activity, where any are asked for. */
  readonly close: { readonly table: Table; readonly fields: readonly FieldName[] } | null
  /** Fields the environment does not have: absent in every record, never empty. */
  readonly unknown: readonly FieldName[]
}

export function viewOf(shape: Shape, table: Table, closeTable: Table | undefined): View {
  const names = [...new Set(shape.fields)]
  const closeNames = names.filter((name) => name.startsWith(closePrefix)).map((name) => name.slice(closePrefix.length))
  const own = names.filter((name) => !name.startsWith(closePrefix) && columnOf(table, name))
  const known = closeTable ? closeNames.filter((name) => columnOf(closeTable, name)) : []
  const unknown = names.filter((name) => !own.includes(name) && !known.includes(name.slice(closePrefix.length)))
  return {
    table,
    fields: own,
    close: closeTable && known.length > 0 ? { table: closeTable, fields: known } : null,
    unknown,
  }
}

/** Read with every row, because what we make of it rests on them. */
function standing(table: Table): readonly string[] {
  return ['modifiedon', 'modifiedby', 'statecode', 'merged', 'masterid'].filter((name) => table.columns.has(name))
}

/** `$select=…&$expand=…`. `besides`: columns that are needed to tell answers apart. */
export function selection({ table, fields, close }: View, besides: readonly string[] = []): string {
  const day = close?.fields.includes(closeDay) ? [dealDay] : []
  const own = propertiesOf(table, [table.idColumn, ...standing(table), ...fields, ...day, ...besides])
  const select = `$select=${own}`
  if (!close) return select
  const inner = propertiesOf(close.table, ['createdon', ...close.fields])
  return `${select}&$expand=${closeCollection}($select=${inner};$orderby=createdon%20desc)`
}

function propertiesOf(table: Table, names: readonly string[]): string {
  const columns = names.flatMap((name) => columnOf(table, name) ?? [])
  return [...new Set(columns.map(propertyOf))].join(',')
}

export interface Reader {
  readonly view: View
  /** For a row that does not say when it changed. */
  readonly now: Instant
  /** A choice we have never heard of: our picture of the table is out of date. */
  readonly surprise: () => void
}

/** Undefined for a row without an id: then it is not a row of this table. */
export function recordFrom(row: JsonObject, reader: Reader): VendorRecord | undefined {
  const { view, now } = reader
  const id = own(row, view.table.idColumn)
  if (typeof id !== 'string') return undefined
  const changedAt = textAt(row, 'modifiedon')
  const changedBy = textAt(row, '_modifiedby_value')
  const master = own(row, 'merged') === true ? textAt(row, '_masterid_value') : undefined
  return {
    kind: view.table.kind,
    id: recordId(id.toLowerCase()),
    version: version(etagOf(row)),
    changedAt: (changedAt === undefined ? undefined : parseInstant(changedAt)) ?? now,
    gone: false,
    fields: { ...fieldsFrom(row, view.table, view.fields, reader), ...closeFields(row, reader) },
    ...(changedBy === undefined ? {} : { changedBy }),
    ...(master === undefined ? {} : { mergedInto: recordId(master.toLowerCase()) }),
  }
}

const textAt = (row: JsonObject, name: string): string | undefined => {
  const value = own(row, name)
  return typeof value === 'string' ? value : undefined
}

const etagOf = (row: JsonObject): string => textAt(row, '@odata.etag') ?? textOf(own(row, 'versionnumber'))

function fieldsFrom(
  row: JsonObject,
  table: Table,
  names: readonly string[],
  { surprise }: Reader,
): Record<string, Json> {
  const fields: Record<string, Json> = {}
  for (const name of names) {
    const column = columnOf(table, name)
    if (!column) continue
    const raw = own(row, propertyOf(column))
    const value = fromWire(column, raw)
    if (isUnknownOption(column, raw)) surprise()
    if (value !== undefined) fields[name] = value
  }
  return fields
}

/** The newest close counts, and only while the deal is closed: a reopened deal has no outcome. */
function closeFields(row: JsonObject, reader: Reader): Record<string, Json> {
  const { close, table } = reader.view
  if (!close) return {}
  const closes = own(row, closeCollection)
  const list = isList(closes) ? closes.filter(isObject) : []
  const isOpen = own(row, 'statecode') === 0 && table.columns.has('statecode')
  const newest = isOpen ? undefined : list.toSorted(byNewest)[0]
  if (!newest) return Object.fromEntries(close.fields.map((name) => [`${closePrefix}${name}`, null]))
  const fields = fieldsFrom(newest, close.table, close.fields, reader)
  const [ended, told] = [textAt(newest, closeDay), textAt(row, dealDay)]
  const isDay = close.table.columns.get(closeDay)?.type === 'localDate'
  if (isDay && fields[closeDay] !== undefined && ended !== undefined && told !== undefined)
    fields[closeDay] = dayOfMidnight(ended, told.slice(0, 10)) ?? null
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [`${closePrefix}${name}`, value]))
}

const byNewest = (a: JsonObject, b: JsonObject): number => {
  const [left, right] = [textAt(a, 'createdon') ?? '', textAt(b, 'createdon') ?? '']
  return left === right ? 0 : left < right ? 1 : -1
}

/** A deletion, as change tracking tells it. */
export const goneRecord = (table: Table, id: string, now: Instant): VendorRecord => ({
  kind: table.kind,
  id: recordId(id.toLowerCase()),
  version: version('deleted'),
  changedAt: now,
  gone: true,
  fields: {},
})
