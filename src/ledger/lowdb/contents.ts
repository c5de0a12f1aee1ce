// What is in the ledger and where it stands: for each key its place in a file, never its value. This is what lowdb's
// `data` is here, and what keeps a hundred thousand links small.

import { LinkIndex, type Indexed } from '../link-index.ts'
import { storedTables, type DecodedBatch, type DecodedPut, type StoredTable } from './batch.ts'
import type { Segment } from './segment.ts'

export interface Held extends Indexed {
  readonly table: StoredTable
  /** These change when a value is moved to a fresh file. */
  segment: Segment
  offset: number
  length: number
  crc: number
}

/** A value's share of a file: itself, its key, and what the index says of it. */
const weightOf = (held: Held): number => held.length + held.key.length + 80

export class Contents {
  readonly links = new LinkIndex<Held>()
  readonly #tables: ReadonlyMap<StoredTable, Map<string, Held>> = new Map(
    storedTables.map((table) => [table, new Map<string, Held>()]),
  )

  get(table: StoredTable, key: string): Held | undefined {
    return this.#tables.get(table)?.get(key)
  }

  count(table: StoredTable): number {
    return this.#tables.get(table)?.size ?? 0
  }

  /** Stays valid while entries come and go. */
  in(table: StoredTable): Iterable<Held> {
    return this.#tables.get(table)?.values() ?? []
  }

  *everything(): Iterable<Held> {
    for (const table of this.#tables.values()) yield* table.values()
  }

  /** `bodyAt`: where the batch's body begins in the file. */
  apply({ changes }: Pick<DecodedBatch, 'changes'>, segment: Segment, bodyAt: number): void {
    for (const change of changes)
      if (change.do === 'put') this.#put(change, segment, bodyAt + change.at)
      else this.#drop(change.table, change.key)
  }

  /** The same value, now in another file. */
  move(held: Held, to: Pick<Held, 'segment' | 'offset' | 'length' | 'crc'>): void {
    held.segment.live -= weightOf(held)
    Object.assign(held, to)
    held.segment.live += weightOf(held)
  }

  #put({ table, key, length, crc, record, due }: DecodedPut, segment: Segment, offset: number): void {
    this.#letGo(table, key)
    const held: Held = { table, key, length, crc, record, due, seat: -1, segment, offset }
    segment.live += weightOf(held)
    // Set over the old one, never removed first: an entry that changes keeps its place for whoever is reading `all`.
    this.#tables.get(table)?.set(key, held)
    if (table === 'link') this.links.add(held)
  }

  #drop(table: StoredTable, key: string): void {
    this.#letGo(table, key)
    this.#tables.get(table)?.delete(key)
  }

  #letGo(table: StoredTable, key: string): void {
    const held = this.get(table, key)
    if (held === undefined) return
    held.segment.live -= weightOf(held)
    if (table === 'link') this.links.remove(held)
  }
}
