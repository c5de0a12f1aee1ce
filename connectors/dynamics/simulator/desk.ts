// What people see and do in the app itself: choices by their labels, lookups by id, a deal closed by its dialog.

import { later, recordId, parseInstant, type Desk, type DeskRecord, type Fields, type Json } from '#spi'
import { cellText, Digits, isRef, type Cell, type Cells, type Wire } from './cells.ts'
import { finish, qualify, type ActionCall } from './closing.ts'
import type { Column, Table } from './columns.ts'
import type { Engine } from './engine.ts'
import { cellOf } from './payload.ts'
import { defaultStatus } from './states.ts'
import type { Row } from './world.ts'

export interface Seller {
  /** The user whose hands these are. */
  readonly user: string
  /** What a day means to them: hours between their clock and UTC. */
  readonly utcOffsetHours: number
}

export function openDesk(engine: Engine, { user: seller, utcOffsetHours }: Seller): Desk {
  const { world } = engine
  const call: ActionCall = {
    engine,
    caller: seller,
    resolve: () => {
      throw new Error('the desk names records by id')
    },
  }
  return {
    all: (asked) => [...world.rows(world.table(asked)).values()].map(shown),
    read: (asked, id) => {
      const row = world.get(world.table(asked), id)
      return row && shown(row)
    },
    add: (asked, fields) => {
      const table = world.table(asked)
      const { own, close } = split(fields)
      const { statecode, ...open } = own
      const row = engine.create(table, typed(engine, table, open), seller)
      if (statecode !== undefined) move(call, row, { statecode }, inZone(close, utcOffsetHours))
      return recordId(row.id)
    },
    edit: (asked, id, fields) => {
      const { own, close } = split(fields)
      move(call, world.must(world.table(asked), id), own, inZone(close, utcOffsetHours))
    },
    remove: (asked, id) => world.remove(world.must(world.table(asked), id)),
  }
}

/** Fields of the close dialog are named `opportunityclose.…`. */
function split(fields: Fields): { readonly own: Record<string, Json>; readonly close: Record<string, Json> } {
  const own: Record<string, Json> = {}
  const close: Record<string, Json> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (name.startsWith('opportunityclose.')) close[name.slice('opportunityclose.'.length)] = value
    else own[name] = value
  }
  return { own, close }
}

interface Closing {
  readonly fields: Fields
  readonly day?: string
}

/** The close dialog asks for a day, and keeps the midnight of the seller who named it. */
function inZone(fields: Fields, utcOffsetHours: number): Closing {
  const { actualend: day } = fields
  const midnight = typeof day === 'string' ? parseInstant(`${day}T00:00:00Z`) : undefined
  if (typeof day !== 'string' || midnight === undefined) return { fields }
  return { fields: { ...fields, actualend: later(midnight, -utcOffsetHours * 3_600_000) }, day }
}

function move(call: ActionCall, row: Row, own: Fields, close: Closing): void {
  const { engine } = call
  const cells = typed(engine, row.table, own)
  const wanted = cells['statecode']
  const closes = row.table.kind === 'opportunity' && (wanted === 1 || wanted === 2)
  const qualifies = row.table.kind === 'lead' && wanted === 1
  if (!closes && !qualifies) return engine.update(row, cells, call.caller)
  const { statecode: _state, statuscode, ...rest } = cells
  if (Object.keys(rest).length > 0) engine.update(row, rest, call.caller)
  const status = typeof statuscode === 'number' ? statuscode : -1
  if (closes) {
    const closeCells = typed(engine, engine.world.table('opportunityclose'), close.fields)
    finish(call, row, {
      outcome: wanted === 1 ? 'Won' : 'Lost',
      status,
      ...(close.day === undefined ? {} : { day: close.day }),
      cells: {
        ...closeCells,
        subject: closeCells['subject'] ?? 'Opportunity closed',
        opportunityid: { kind: 'opportunity', id: row.id },
      },
    })
  } else {
    const reason = status === -1 ? defaultStatus(row.table, 1) : status
    qualify(call, row, { make: { account: true, contact: true, opportunity: true }, reason, currency: null })
  }
}

function typed(engine: Engine, table: Table, fields: Fields): Cells {
  const cells: Cells = {}
  for (const [name, value] of Object.entries(fields)) {
    const column = table.columns.get(name)
    if (!column) throw new Error(`there is no column ${name} on ${table.kind}`)
    cells[name] = column.navigation ? pointed(engine, column, value) : cellOf(table, column, wireOf(column, value))
  }
  return cells
}

function pointed({ world }: Engine, column: Column, value: Json): Cell {
  if (value === null) return null
  const id = typeof value === 'string' ? value : ''
  const target = Object.keys(column.navigation ?? {}).find((one) => world.get(world.table(one), id))
  if (target === undefined) throw new Error(`${column.name} points to nothing`)
  return { kind: target, id }
}

/** A label or a number for a choice; text or a number for an amount. */
function wireOf(column: Column, value: Json): Wire {
  const option = column.options?.find((one) => one.label === value)
  if (option) return new Digits(String(option.value))
  if (typeof value === 'number') return new Digits(String(value))
  const takesDigits = column.type === 'money' || column.type === 'decimal' || column.type === 'integer'
  return takesDigits && typeof value === 'string' ? new Digits(value) : (value as Wire)
}

function shown(row: Row): DeskRecord {
  const fields: Record<string, Json> = {}
  for (const column of row.table.columns.values()) fields[column.name] = seen(column, row.cells[column.name] ?? null)
  const changedAt = parseInstant(cellText(row.cells['modifiedon']))
  if (!changedAt) throw new Error('every row says when it was changed')
  return { id: recordId(row.id), changedAt, fields }
}

function seen(column: Column, cell: Cell): Json {
  if (isRef(cell)) return cell.id
  if (column.options) return column.options.find((option) => option.value === cell)?.label ?? cell
  return column.type === 'money' && typeof cell === 'string' ? Number(cell) : cell
}
