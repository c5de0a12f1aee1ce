// States and status reasons. An opportunity is closed by its own two actions and by nothing else; it is opened again
// by an update. Everything else changes its state by an update.

import type { Cells } from './cells.ts'
import type { Table } from './columns.ts'
import { refusals } from './refusals.ts'
import type { Row } from './world.ts'

/** A new row is open. Its status reason may be chosen, within that state. */
export function openStates(table: Table, cells: Cells): void {
  if (!table.columns.has('statecode')) return
  cells['statecode'] = 0
  cells['statuscode'] ??= defaultStatus(table, 0)
  assertPair(table, 0, cells['statuscode'])
}

export function defaultStatus(table: Table, state: number): number {
  const options = table.columns.get('statuscode')?.options ?? []
  return options.find((option) => option.state === state)?.value ?? 1
}

export function assertPair(table: Table, state: unknown, status: unknown): void {
  const options = table.columns.get('statuscode')?.options ?? []
  if (!options.some((option) => option.value === status && option.state === state))
    throw refusals.stateStatus(table.kind)
}

const stateNames: Readonly<Record<number, string>> = { 1: 'Won', 2: 'Lost' }

/** Completes and checks the state part of an update. */
export function checkStates(row: Row, changes: Cells, closedIsReadOnly: boolean): void {
  const { table } = row
  if (!table.columns.has('statecode')) return
  const now = row.cells['statecode']
  const wanted = changes['statecode'] ?? now
  if (table.kind === 'opportunity') checkOpportunity(row, changes)
  const moves = wanted !== now
  if (moves) changes['statuscode'] ??= defaultStatus(table, Number(wanted))
  if (changes['statuscode'] !== undefined) assertPair(table, wanted, changes['statuscode'])
  if (!moves && now !== 0 && closedIsReadOnly) throw refusals.closedIsReadOnly(table.kind)
}

function checkOpportunity(row: Row, changes: Cells): void {
  const wanted = changes['statecode']
  if (wanted === undefined || wanted === null) return
  const now = row.cells['statecode']
  const name = stateNames[Number(wanted)]
  if (name !== undefined && wanted !== now) throw refusals.setState(name)
  if (wanted === 0 && now === 0 && (changes['statuscode'] ?? row.cells['statuscode']) === row.cells['statuscode'])
    throw refusals.alreadyOpen()
}
