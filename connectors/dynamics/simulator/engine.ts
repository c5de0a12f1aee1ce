// What happens to a row when it is created or updated: defaults, states, money, copies, plug-ins. Every way in ends
// here: single requests, batches, bulk actions, the desk.

import { cellText, isRef, type Cell, type Cells } from './cells.ts'
import type { Column, Table } from './columns.ts'
import { baseAmount, withCurrency } from './money.ts'
import { refusals } from './refusals.ts'
import { checkStates, openStates } from './states.ts'
import type { Row, World } from './world.ts'

export interface PlugInEvent {
  readonly message: 'Create' | 'Update' | 'Win' | 'Lose' | 'QualifyLead'
  readonly kind: string
  readonly id: string
  /** What is about to be stored. A plug-in may change it, or throw a Refusal. */
  readonly cells: Cells
  readonly before: Cells | null
}
export type PlugIn = (event: PlugInEvent) => void

export interface EngineOptions {
  /** Closed opportunities and inactive rows take no edits. */
  readonly closedIsReadOnly: boolean
}

export class Engine {
  readonly world: World
  readonly options: EngineOptions
  readonly plugIns: PlugIn[] = []
  #operations = 0

  constructor(world: World, options: EngineOptions) {
    this.world = world
    this.options = options
  }

  /** Rows written so far, as entitlement counts them: each row of a batch or a bulk call. */
  get operations(): number {
    return this.#operations
  }
  count(rows = 1): void {
    this.#operations += rows
  }

  create(table: Table, sent: Cells, caller: string, id?: string): Row {
    this.count()
    for (const name of Object.keys(sent)) {
      const column = table.columns.get(name)
      if (column && !column.create) throw refusals.notCreatable(table.kind, name)
    }
    const sentId = sent[table.id]
    const rowId = id ?? (typeof sentId === 'string' ? sentId : this.world.guid())
    const now = this.world.stamp()
    const cells: Cells = { ...defaults(table, caller, now, sent), ...sent, [table.id]: rowId }
    openStates(table, cells)
    this.#settle(table, cells, cells)
    this.#plug({ message: 'Create', kind: table.kind, id: rowId, cells, before: null })
    return this.world.insert(table, rowId, cells)
  }

  update(row: Row, sent: Cells, caller: string): void {
    this.count()
    const { table } = row
    const changes: Cells = {}
    for (const [name, cell] of Object.entries(sent)) {
      const column = table.columns.get(name)
      if (!column || name === table.id) continue
      if (!column.update) throw refusals.notUpdatable(table.kind, name)
      if (cell === null && column.required === 'SystemRequired') throw refusals.systemRequired(table.kind, name)
      changes[name] = cell
    }
    checkStates(row, changes, this.options.closedIsReadOnly)
    this.force(row, changes, caller)
  }

  /** Past the rules for callers: what the platform itself may write. */
  force(row: Row, changes: Cells, caller: string, message: PlugInEvent['message'] = 'Update'): void {
    const after: Cells = { ...changes, modifiedby: { kind: 'systemuser', id: caller } }
    this.#settle(row.table, after, { ...row.cells, ...after })
    this.#plug({ message, kind: row.table.kind, id: row.id, cells: after, before: row.cells })
    this.world.update(row, after)
  }

  #plug(event: PlugInEvent): void {
    for (const plugIn of this.plugIns) plugIn(event)
  }

  /** Everything the platform derives. `changes` receives it; `all` is the row as it will be. */
  #settle(table: Table, changes: Cells, all: Cells): void {
    if (table.kind === 'opportunity') settleOpportunity(changes, all)
    if (table.columns.has('fullname') && ('firstname' in changes || 'lastname' in changes))
      changes['fullname'] = `${cellText(all['firstname'])} ${cellText(all['lastname'])}`.trim() || null
    if (table.kind === 'contact' && 'parentcustomerid' in changes)
      changes['accountid'] = accountOf(changes['parentcustomerid'])
    withCurrency(this.world, table, changes, all)
    for (const column of table.columns.values()) baseAmount(this.world, table, column, { changes, all })
  }
}

const accountOf = (cell: Cell | undefined): Cell => (isRef(cell) && cell.kind === 'account' ? cell : null)

function defaults(table: Table, caller: string, now: string, sent: Cells): Cells {
  const me = { kind: 'systemuser', id: caller }
  const cells: Cells = { createdon: now, createdby: me, modifiedby: me }
  if (table.ownership === 'UserOwned') cells['ownerid'] = me
  const moved = sent['overriddencreatedon']
  if (typeof moved === 'string') cells['createdon'] = moved
  for (const column of table.columns.values()) if (column.type === 'boolean') cells[column.name] = false
  return cells
}

/** The potential customer and the account or contact follow each other; computed revenue ignores what was sent. */
function settleOpportunity(changes: Cells, all: Cells): void {
  const customer = all['customerid'] ?? null
  if ('parentaccountid' in changes || 'parentcontactid' in changes) {
    if (customer === null) changes['customerid'] = all['parentaccountid'] ?? all['parentcontactid'] ?? null
    else if (isRef(customer) && customer.kind === 'account' && 'parentaccountid' in changes)
      changes['customerid'] = changes['parentaccountid'] ?? all['parentcontactid'] ?? null
  } else if ('customerid' in changes && isRef(customer)) {
    const twin = customer.kind === 'account' ? 'parentaccountid' : 'parentcontactid'
    changes[twin] = customer
  }
  if (all['isrevenuesystemcalculated'] === true) changes['estimatedvalue'] = '0'
}

export const columnsOfType = (table: Table, type: Column['type']): readonly Column[] =>
  [...table.columns.values()].filter((column) => column.type === type)
