// A row as JSON of the Web API.

import { Digits, isRef, type Cell, type Wire } from './cells.ts'
import type { Column } from './columns.ts'
import { columnOf } from './filter.ts'
import type { Row, World } from './world.ts'

export interface Rendering {
  /** Null: all columns. */
  readonly select: readonly string[] | null
  /** Formatted values and the kinds of lookups. */
  readonly annotations: boolean
}

export const etagOf = (row: Row): string => `W/"${row.version}"`

export function render(world: World, row: Row, { select, annotations }: Rendering): Record<string, Wire> {
  const chosen = select ? chosenColumns(row, select) : [...row.table.columns.values()]
  const answer: Record<string, Wire> = { '@odata.etag': etagOf(row) }
  for (const column of chosen) {
    const property = column.navigation ? `_${column.name}_value` : column.name
    answer[property] = wireOf(row, column)
    if (annotations) Object.assign(answer, annotationsOf(world, row, column, property))
  }
  answer[row.table.id] = row.id
  return answer
}

/** A money column always brings the currency it is in. */
function chosenColumns(row: Row, select: readonly string[]): readonly Column[] {
  const columns = new Set(select.map((property) => columnOf(row.table, property)))
  const currency = row.table.columns.get('transactioncurrencyid')
  if (currency && [...columns].some((column) => column.type === 'money')) columns.add(currency)
  return [...columns]
}

export function wireOf(row: Row, column: Column): Wire {
  const cell: Cell = row.cells[column.name] ?? null
  if (cell === null || typeof cell === 'boolean') return cell
  if (isRef(cell)) return cell.id
  if (typeof cell === 'number') return new Digits(String(cell))
  if (column.type === 'money') return new Digits(padded(cell, 4))
  return column.type === 'decimal' ? new Digits(padded(cell, column.precision ?? 2)) : cell
}

/** SQL money has four decimals, and answers show them. */
export function padded(decimal: string, places: number): string {
  const [whole = '0', fraction = ''] = decimal.split('.')
  return `${whole}.${fraction.slice(0, places).padEnd(places, '0')}`
}

function annotationsOf(world: World, row: Row, column: Column, property: string): Record<string, Wire> {
  const cell = row.cells[column.name] ?? null
  if (cell === null) return {}
  const formatted = `${property}@OData.Community.Display.V1.FormattedValue`
  if (isRef(cell)) {
    const table = world.table(cell.kind)
    return {
      [formatted]: world.get(table, cell.id)?.cells[table.nameColumn] as string | null,
      [`${property}@Microsoft.Dynamics.CRM.lookuplogicalname`]: cell.kind,
      [`${property}@Microsoft.Dynamics.CRM.associatednavigationproperty`]:
        column.navigation?.[cell.kind] ?? column.name,
    }
  }
  const option = column.options?.find((one) => one.value === cell)
  return option ? { [formatted]: option.label } : {}
}
