// What we know and what we did: the port every kind of ledger implements. An embedded one has one process and one
// writer; commits are atomic, in order, and on disk when they return. Nothing is ever changed in place.

import type { ConnectionName, LinkKey, RecordId } from '#core/model/ids'
import type { Link } from '#core/model/link'
import type { RecordRef } from '#core/model/record'
import type { Entries, HistoryEvent, HistoryFilter, NewEvent, Table } from './entries.ts'

export type { Entries, HistoryEvent, HistoryFilter, NewEvent, Table } from './entries.ts'

export interface Ledger {
  get<T extends Table>(table: T, key: string): Promise<Entries[T] | undefined>
  /** In the order of the keys; undefined where there is none. */
  getMany<T extends Table>(table: T, keys: readonly string[]): Promise<readonly (Entries[T] | undefined)[]>
  /** Everything in a table, a bounded piece at a time. The order is not promised. */
  all<T extends Table>(table: T): AsyncIterable<Entries[T]>
  count(table: Table): Promise<number>
  /** The links that hold these CRM records. */
  linksOf(records: readonly RecordRef[]): Promise<readonly (Link | undefined)[]>
  /** Links that wait for a time which has come, or whose inputs may have changed; soonest first. */
  due(now: string, max: number): Promise<readonly LinkKey[]>
  /** All of it or nothing of it; on disk when it returns. A failure is final for this process: it must stop writing. */
  commit(changes: readonly LedgerChange[], events?: readonly NewEvent[]): Promise<void>
  history(filter: HistoryFilter): AsyncIterable<HistoryEvent>
  close(): Promise<void>
}

export type LedgerChange =
  | { [T in Table]: { readonly put: T; readonly key: string; readonly value: Entries[T] } }[Table]
  | { readonly drop: Table; readonly key: string }

/** Which organizations this ledger belongs to; another one must not be written with it. */
export interface Binding {
  readonly connection: ConnectionName
  readonly organization: string
}

export type { RecordId }
