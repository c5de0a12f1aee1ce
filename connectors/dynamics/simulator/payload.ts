// A body of the Web API becomes cells: types, lengths, ranges, options and references are checked here, as strictly
// as the service checks them.

import { canonicalDecimal, parseDate, unreachable } from '#spi'
import {
  Digits,
  isRef,
  isWireObject,
  parseGuid,
  seconds,
  type Cell,
  type Cells,
  type Wire,
  type WireObject,
} from './cells.ts'
import type { Column, Table } from './columns.ts'
import { refusals } from './refusals.ts'
import type { World } from './world.ts'

export interface Payload {
  readonly world: World
  readonly table: Table
  /** Finds what a bind points to: `accounts(…)`, a key, `$1`. */
  readonly resolve: (reference: string) => { readonly kind: string; readonly id: string }
}

/** Only the columns that were sent. `@odata.type` and the like are not columns. */
export function readPayload(payload: Payload, body: WireObject): Cells {
  const cells: Cells = {}
  for (const [property, value] of Object.entries(body)) {
    if (property.endsWith('@odata.bind')) Object.assign(cells, bound(payload, property.slice(0, -11), value))
    else if (!property.includes('@')) Object.assign(cells, plainCell(payload, property, value))
  }
  return cells
}

function plainCell({ table }: Payload, property: string, value: Wire): Cells {
  const column = table.columns.get(property)
  if (!column) {
    const single = [...table.columns.values()].find((one) => Object.values(one.navigation ?? {}).includes(property))
    if (single && value === null) return { [single.name]: null }
    throw refusals.unknownProperty(table.kind, property)
  }
  if (column.navigation && value !== null)
    throw refusals.payload(table.kind, `a value for the navigation property '${property}' must be bound.`)
  return { [column.name]: cellOf(table, column, value) }
}

function bound({ table, resolve }: Payload, navigation: string, value: Wire): Cells {
  const column = [...table.columns.values()].find((one) => Object.values(one.navigation ?? {}).includes(navigation))
  if (!column) throw refusals.undeclared(navigation)
  if (value === null) return { [column.name]: null }
  if (typeof value !== 'string') throw refusals.payload(table.kind, `'${navigation}@odata.bind' must be a URL.`)
  const ref = resolve(value)
  if (column.navigation?.[ref.kind] !== navigation)
    throw refusals.payload(table.kind, `'${navigation}' cannot point to a ${ref.kind}.`)
  return { [column.name]: ref }
}

export function cellOf(table: Table, column: Column, value: Wire): Cell {
  if (value === null) return null
  switch (column.type) {
    case 'string':
    case 'memo':
    case 'multiselect':
      return textCell(table, column, value)
    case 'money':
    case 'decimal':
      return decimalCell(table, column, value)
    case 'integer':
    case 'bigint':
      return integerCell(table, column, value)
    case 'boolean':
      if (typeof value !== 'boolean') throw mismatch(table, column)
      return value
    case 'picklist':
    case 'state':
    case 'status':
      return optionCell(table, column, value)
    case 'datetime':
      return timeCell(table, column, value)
    case 'id':
      return idCell(table, column, value)
    case 'lookup':
    case 'customer':
    case 'owner':
      throw refusals.payload(table.kind, `a value for the navigation property '${column.name}' must be bound.`)
    default:
      return unreachable(column.type)
  }
}

const mismatch = (table: Table, column: Column) =>
  refusals.payload(table.kind, `Cannot convert the value of '${column.name}' to the expected type.`)

// oxlint-disable-next-line no-control-regex -- these are the characters XML cannot hold
const unstorable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/

function textCell(table: Table, column: Column, value: Wire): string | null {
  if (typeof value !== 'string') throw mismatch(table, column)
  if (unstorable.test(value) || !value.isWellFormed()) throw refusals.characters(column.name)
  if (value.length > (column.lengthMax ?? Infinity))
    throw refusals.tooLong(table.kind, column.name, column.lengthMax ?? 0)
  return value === '' ? null : value
}

/** A decimal must be a JSON number; text in quotation marks is another type. */
function decimalCell(table: Table, column: Column, value: Wire): string {
  const text = value instanceof Digits ? canonicalDecimal(value.text) : undefined
  if (text === undefined) throw mismatch(table, column)
  const size = Number(text)
  if (size < (column.min ?? -Infinity) || size > (column.max ?? Infinity)) throw refusals.decimalRange(column.name)
  const places = column.type === 'money' ? 4 : (column.precision ?? 2)
  const [whole = '0', fraction = ''] = text.split('.')
  return fraction.length <= places ? text : (canonicalDecimal(`${whole}.${fraction.slice(0, places)}`) ?? text)
}

function integerCell(table: Table, column: Column, value: Wire): number {
  if (!(value instanceof Digits) || !/^-?\d+$/.test(value.text)) throw mismatch(table, column)
  const whole = Number(value.text)
  if (whole < (column.min ?? -Infinity) || whole > (column.max ?? Infinity)) throw refusals.integerRange(column.name)
  return whole
}

function optionCell(table: Table, column: Column, value: Wire): number {
  const option = value instanceof Digits ? Number(value.text) : undefined
  if (option === undefined) throw mismatch(table, column)
  if (!column.options?.some((one) => one.value === option))
    throw refusals.notAnOption(table.kind, column.name, String(option))
  return option
}

function timeCell(table: Table, column: Column, value: Wire): string {
  const text = typeof value === 'string' ? value : ''
  if (column.behavior === 'DateOnly') {
    const day = parseDate(text)
    if (day === undefined) throw refusals.payload(table.kind, `Cannot convert the literal '${text}' to Edm.Date.`)
    return day
  }
  const moment = parseDate(text) ? `${text}T00:00:00Z` : seconds(text)
  if (moment === undefined)
    throw refusals.payload(table.kind, `Cannot convert the literal '${text}' to Edm.DateTimeOffset.`)
  return moment
}

function idCell(table: Table, column: Column, value: Wire): string {
  const guid = typeof value === 'string' ? parseGuid(value) : undefined
  if (guid === undefined) throw mismatch(table, column)
  return guid
}

/** A body that should be an object, or the service's words for one that is not. */
export function objectBody(value: Wire): WireObject {
  if (!isWireObject(value)) throw refusals.parser('Invalid JSON. An object was expected.')
  return value
}

export const asRef = (cell: Cell | undefined) => (isRef(cell) ? cell : null)
