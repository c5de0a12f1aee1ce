// Money in two currencies: the row's own and the organization's base, tied by the rate of the day it was written.

import { canonicalDecimal } from '#spi'
import { isRef, type Cell, type Cells } from './cells.ts'
import type { Column, Table } from './columns.ts'
import type { World } from './world.ts'

/** A row with an amount has a currency: the one it was given, or the base currency. The rate is copied with it. */
export function withCurrency(world: World, table: Table, changes: Cells, all: Cells): void {
  if (!table.columns.has('exchangerate') || table.columns.get('transactioncurrencyid')?.type !== 'lookup') return
  const touched = Object.keys(changes).some(
    (name) => name === 'transactioncurrencyid' || table.columns.get(name)?.type === 'money',
  )
  if (!touched) return
  const given = all['transactioncurrencyid']
  const currency = isRef(given) ? given : baseCurrency(world)
  if (!currency) return
  changes['transactioncurrencyid'] = currency
  changes['exchangerate'] = world.get(world.table('transactioncurrency'), currency.id)?.cells['exchangerate'] ?? '1'
}

function baseCurrency(world: World) {
  const rows = world.rows(world.table('transactioncurrency')).values()
  const base = [...rows].find((row) => Number(row.cells['exchangerate']) === 1)
  return base ? { kind: 'transactioncurrency', id: base.id } : undefined
}

export function baseAmount(
  world: World,
  table: Table,
  column: Column,
  { changes, all }: { readonly changes: Cells; readonly all: Cells },
): void {
  const base = table.columns.get(`${column.name}_base`)
  if (column.type !== 'money' || !base) return
  if (!(column.name in changes) && !('exchangerate' in changes)) return
  const amount = changes[column.name] ?? all[column.name] ?? null
  if (typeof amount !== 'string') {
    changes[base.name] = null
    return
  }
  const places = precisionOf(world, changes['transactioncurrencyid'] ?? all['transactioncurrencyid'])
  const rounded = roundTo(amount, places)
  changes[column.name] = rounded
  const rate = Number(changes['exchangerate'] ?? all['exchangerate'] ?? 1)
  changes[base.name] = canonicalDecimal((Number(rounded) / rate).toFixed(4)) ?? null
}

function precisionOf(world: World, currency: Cell | undefined): number {
  const row = isRef(currency) ? world.get(world.table('transactioncurrency'), currency.id) : undefined
  const places = row?.cells['currencyprecision']
  return typeof places === 'number' ? places : 2
}

/** Half away from zero, on the digits themselves. */
function roundTo(amount: string, places: number): string {
  const [whole = '0', fraction = ''] = amount.split('.')
  if (fraction.length <= places) return amount
  const digits = BigInt(`${whole.replace('-', '')}${fraction.slice(0, places)}`)
  const up = Number(fraction[places]) >= 5 ? 1n : 0n
  const text = (digits + up).toString().padStart(places + 1, '0')
  const cut = text.length - places
  const sign = amount.startsWith('-') ? '-' : ''
  return canonicalDecimal(`${sign}${text.slice(0, cut)}.${text.slice(cut)}`) ?? amount
}
