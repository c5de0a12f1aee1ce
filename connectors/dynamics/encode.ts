// Fields as a body of the Web API. What Dynamics would refuse anyway (a text too long, an unknown choice) is found out
// here, before one bad row can sink the rows beside it.

import {
  FixConfig,
  type Fields,
  isObject,
  isPointer,
  type Json,
  type JsonOut,
  type LinkKey,
  own,
  type SyncError,
  textOf,
} from '#spi'
import { titleOf } from './codes.ts'
import type { Directory } from './directory.ts'
import { cannotWrite } from './faults.ts'
import { closePrefix } from './records.ts'
import { columnOf, optionFor, type Column, type Table } from './table.ts'
import { isGuid, toWire } from './values.ts'

export type Body = Record<string, JsonOut>

export type Encoded = { readonly ok: true; readonly body: Body } | { readonly ok: false; readonly error: SyncError }

export interface Encoding {
  readonly table: Table
  readonly does: 'create' | 'update'
  /** The record another write of this batch makes, by its key. */
  readonly made: (key: LinkKey) => { readonly kind: string; readonly id: string } | undefined
  readonly setOf: (kind: string) => string | undefined
  /** Null where no owner and no currency is named by anything but its id and kind. */
  readonly directory: Directory | null
}

/** Fields of a close, and the state that an action sets, are not columns to be written here. */
export function encode(fields: Fields, encoding: Encoding): Encoded {
  const { table } = encoding
  const body: Body = {}
  const state = stateOf(table, fields)
  for (const [name, value] of Object.entries(fields)) {
    if (name.startsWith(closePrefix) || name === table.idColumn) continue
    const column = columnOf(table, name)
    if (!column) return { ok: false, error: noColumn(table, name) }
    if (!mayWrite(column, encoding.does)) return { ok: false, error: cannotWrite('DB-3319', table.kind, name) }
    if (value === null && encoding.does === 'create') continue
    const part = column.type === 'lookup' ? reference(column, value, encoding) : scalar(column, value, { table, state })
    if (!part.ok) return part
    Object.assign(body, part.body)
  }
  return { ok: true, body: withOwnRevenue(table, body) }
}

/** A state may always be named: an update sets it, a create has it done by an action afterwards. */
const mayWrite = (column: Column, does: Encoding['does']): boolean =>
  column.type === 'state' || (does === 'create' ? column.creatable : column.updatable)

const noColumn = (table: Table, name: string): FixConfig =>
  new FixConfig(`${titleOf('DB-1507')}: there is no column "${name}" on ${table.kind}.`, {
    code: 'DB-1507',
    who: 'Dynamics admin',
    facts: { kind: table.kind, field: name },
  })

/** The state a write asks for, as its number; undefined when it asks for none. */
export function stateOf(table: Table, fields: Fields): number | undefined {
  const column = table.columns.get('statecode')
  const value = own(fields, 'statecode')
  return column && value !== undefined && value !== null ? optionFor(column, textOf(value))?.value : undefined
}

function scalar(
  column: Column,
  value: Json,
  { table, state }: { readonly table: Table; readonly state: number | undefined },
): Encoded {
  const written = toWire(column, value, state)
  if (!written.ok) return { ok: false, error: cannotWrite(written.code, table.kind, column.name) }
  return { ok: true, body: { [column.name]: written.value } }
}

/** Est. revenue that a person or we enter counts only while the deal does not compute its own from products. */
function withOwnRevenue(table: Table, body: Body): Body {
  const isOurs = table.kind === 'opportunity' && body['estimatedvalue'] !== undefined && body['estimatedvalue'] !== null
  return isOurs && body['isrevenuesystemcalculated'] === undefined
    ? { ...body, isrevenuesystemcalculated: false }
    : body
}

// ── lookups ──────────────────────────────────────────────────────────────────────────────────────────────────

function reference(column: Column, value: Json, encoding: Encoding): Encoded {
  const targets = column.targets ?? new Map<string, string>()
  if (value === null) {
    if (column.name === 'ownerid') return { ok: false, error: cannotWrite('DB-3310', encoding.table.kind, column.name) }
    const names = targets.size > 0 ? [...targets.values()] : [column.name]
    return { ok: true, body: Object.fromEntries(names.map((name) => [`${name}@odata.bind`, null])) }
  }
  const meant = target(column, value, encoding)
  const set = meant && encoding.setOf(meant.kind)
  const code = column.name === 'ownerid' ? 'DB-3310' : column.name === 'transactioncurrencyid' ? 'DB-3309' : 'DB-3311'
  if (!meant || set === undefined || !isGuid(meant.id))
    return { ok: false, error: cannotWrite(code, encoding.table.kind, column.name) }
  const navigation = targets.get(meant.kind) ?? defaultNavigation(column, meant.kind, targets.size)
  return { ok: true, body: { [`${navigation}@odata.bind`]: `/${set}(${meant.id.toLowerCase()})` } }
}

/** Where the relationships could not be read: how Dynamics names them. */
const defaultNavigation = (column: Column, kind: string, known: number): string =>
  column.name === 'customerid' || column.name === 'parentcustomerid' || known > 1
    ? `${column.name}_${kind}`
    : column.name

function target(column: Column, value: Json, encoding: Encoding): { kind: string; id: string } | undefined {
  if (isPointer(value)) return encoding.made(value.$write)
  if (isObject(value)) return named(value)
  const text = textOf(value).trim()
  if (column.name === 'ownerid') return ownerBy(text, encoding.directory)
  if (column.name === 'transactioncurrencyid' && /^[a-z]{3}$/i.test(text)) return currencyBy(text, encoding.directory)
  return isGuid(text) ? { kind: mainTarget(column), id: text } : undefined
}

/** `{ kind, id }`, `{ user: id }`, `{ team: id }`, `{ account: id }`. */
function named(value: { readonly [name: string]: Json }): { kind: string; id: string } | undefined {
  const [kind, id] = [own(value, 'kind'), own(value, 'id')]
  if (typeof kind === 'string' && typeof id === 'string') return { kind: tableNamed(kind), id }
  const [entry] = Object.entries(value)
  return entry && typeof entry[1] === 'string' ? { kind: tableNamed(entry[0]), id: entry[1] } : undefined
}

const tableNamed = (kind: string): string => (kind === 'user' ? 'systemuser' : kind)

/** A customer is a company unless something says otherwise. */
function mainTarget({ targets, name }: Column): string {
  const kinds = [...(targets?.keys() ?? [])]
  return kinds.includes('account') ? 'account' : (kinds[0] ?? name.replace(/id$/, ''))
}

function ownerBy(id: string, directory: Directory | null): { kind: string; id: string } | undefined {
  if (!isGuid(id)) return undefined
  const owner = directory?.owners.find((one) => one.id === id.toLowerCase())
  return { kind: owner?.kind === 'team' ? 'team' : 'systemuser', id }
}

function currencyBy(code: string, directory: Directory | null): { kind: string; id: string } | undefined {
  const currency = directory?.currencies.find((one) => one.active && one.code === code.toUpperCase())
  return currency && { kind: 'transactioncurrency', id: currency.id }
}

/** An owner whom the directory does not know. Null: all are known, or none is named by id alone. */
export function unknownOwner(fields: Fields, directory: Directory): string | null {
  const id = own(fields, 'ownerid')
  return typeof id === 'string' && isGuid(id) && !directory.owners.some((one) => one.id === id.toLowerCase())
    ? id
    : null
}

/** Does writing these need people or currencies to be known? */
export function needsDirectory(fields: Fields): boolean {
  const currency = own(fields, 'transactioncurrencyid')
  return typeof own(fields, 'ownerid') === 'string' || (typeof currency === 'string' && /^[a-z]{3}$/i.test(currency))
}
