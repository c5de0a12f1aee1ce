// The pretended database: rows, one row version for the whole organization, the trail of deletions, and transactions.

import type { Instant } from '#spi'
import type { Column, Table } from './columns.ts'
import { folded, isRef, type Cell, type Cells } from './cells.ts'
import { refusals } from './refusals.ts'

export interface Row {
  readonly table: Table
  readonly id: string
  readonly cells: Cells
  version: number
  /** The order in which rows were made: the order of a query that asks for none. */
  readonly place: number
}

export interface Deletion {
  readonly id: string
  readonly version: number
}

export class World {
  readonly tables: ReadonlyMap<string, Table>
  readonly #bySet: ReadonlyMap<string, Table>
  readonly #rows = new Map<string, Map<string, Row>>()
  readonly #indexes = new Map<string, Map<string, Set<Row>>>()
  readonly deletions = new Map<string, Deletion[]>()
  readonly #now: () => Instant
  readonly #random: () => number
  #version = 1_000_000
  #place = 0
  #undo: (() => void)[] | null = null

  constructor(tables: readonly Table[], now: () => Instant, random: () => number) {
    this.tables = new Map(tables.map((table) => [table.kind, table]))
    this.#bySet = new Map(tables.map((table) => [table.set, table]))
    this.#now = now
    this.#random = random
  }

  get version(): number {
    return this.#version
  }

  /** A new row version that belongs to no row. */
  moveOn(): number {
    this.#version += 1
    return this.#version
  }

  now(): Instant {
    return this.#now()
  }

  /** The server's clock as it is stored: to the second. */
  stamp(): string {
    return `${this.#now().slice(0, 19)}Z`
  }

  guid(): string {
    const hex = Array.from({ length: 32 }, () => Math.floor(this.#random() * 16).toString(16)).join('')
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
  }

  table(kind: string): Table {
    const table = this.tables.get(kind)
    if (!table) throw refusals.unknownSegment(kind)
    return table
  }

  tableOfSet(set: string): Table {
    const table = this.#bySet.get(set)
    if (!table) throw refusals.unknownSegment(set)
    return table
  }

  rows(table: Table): ReadonlyMap<string, Row> {
    return this.#of(table)
  }

  get(table: Table, id: string): Row | undefined {
    return this.#of(table).get(id)
  }

  must(table: Table, id: string): Row {
    const row = this.get(table, id)
    if (!row) throw refusals.missing(table.kind, id)
    return row
  }

  insert(table: Table, id: string, cells: Cells): Row {
    if (this.get(table, id)) throw refusals.duplicate()
    this.#guardKeys(table, cells, undefined)
    this.#version += 1
    this.#place += 1
    const row: Row = { table, id, cells, version: this.#version, place: this.#place }
    this.#stamp(row)
    this.#of(table).set(id, row)
    this.#index(row, true)
    this.#undo?.push(() => {
      this.#index(row, false)
      this.#of(table).delete(id)
    })
    return row
  }

  update(row: Row, changes: Cells): void {
    this.#guardKeys(row.table, { ...row.cells, ...changes }, row)
    const before = { cells: { ...row.cells }, version: row.version }
    this.#index(row, false)
    Object.assign(row.cells, changes)
    this.#version += 1
    row.version = this.#version
    this.#stamp(row)
    this.#index(row, true)
    this.#undo?.push(() => {
      this.#index(row, false)
      for (const name of Object.keys(row.cells)) delete row.cells[name]
      Object.assign(row.cells, before.cells)
      row.version = before.version
      this.#index(row, true)
    })
  }

  remove(row: Row): void {
    this.#index(row, false)
    this.#of(row.table).delete(row.id)
    this.#version += 1
    const trail = this.deletions.get(row.table.kind) ?? []
    trail.push({ id: row.id, version: this.#version })
    this.deletions.set(row.table.kind, trail)
    this.#undo?.push(() => {
      trail.pop()
      this.#of(row.table).set(row.id, row)
      this.#index(row, true)
    })
  }

  /** All of it or nothing of it. */
  atomically<T>(work: () => T): T {
    if (this.#undo) return work()
    this.#undo = []
    try {
      return work()
    } catch (error) {
      for (const undo of this.#undo.toReversed()) undo()
      throw error
    } finally {
      this.#undo = null
    }
  }

  /** Rows whose column holds this value, by an index made at the first question. */
  withValue(table: Table, column: Column, value: Cell): readonly Row[] {
    const name = `${table.kind}.${column.name}`
    let index = this.#indexes.get(name)
    if (!index) {
      index = new Map()
      this.#indexes.set(name, index)
      for (const row of this.#of(table).values()) bucket(index, keyOf(row.cells[column.name])).add(row)
    }
    return [...(index.get(keyOf(value)) ?? [])]
  }

  #stamp(row: Row): void {
    row.cells['modifiedon'] = this.stamp()
    row.cells['versionnumber'] = row.version
  }

  #of(table: Table): Map<string, Row> {
    const rows = this.#rows.get(table.kind) ?? new Map<string, Row>()
    this.#rows.set(table.kind, rows)
    return rows
  }

  #index(row: Row, present: boolean): void {
    for (const column of row.table.columns.values()) {
      const index = this.#indexes.get(`${row.table.kind}.${column.name}`)
      if (!index) continue
      const rows = bucket(index, keyOf(row.cells[column.name]))
      if (present) rows.add(row)
      else rows.delete(row)
    }
  }

  /** A key with an empty part binds nobody. */
  #guardKeys(table: Table, cells: Cells, self: Row | undefined): void {
    for (const key of table.keys) {
      const [first] = key.columns
      const lead = first === undefined ? undefined : table.columns.get(first)
      if (key.status !== 'Active' || !lead || key.columns.some((name) => isEmpty(cells[name]))) continue
      const same = this.withValue(table, lead, cells[lead.name] ?? null).some(
        (row) => row !== self && key.columns.every((name) => keyOf(row.cells[name]) === keyOf(cells[name])),
      )
      if (same) throw refusals.duplicateKey(key.name)
    }
  }
}

const isEmpty = (cell: Cell | undefined): boolean => cell === null || cell === undefined || cell === ''

function bucket(index: Map<string, Set<Row>>, key: string): Set<Row> {
  const rows = index.get(key) ?? new Set<Row>()
  index.set(key, rows)
  return rows
}

function keyOf(cell: Cell | undefined): string {
  if (isRef(cell)) return `>${cell.id}`
  if (typeof cell === 'string') return `'${folded(cell)}`
  return String(cell ?? null)
}
