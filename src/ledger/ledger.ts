// What we know and what we did: the port every kind of ledger implements. An embedded one has one process and one
// writer; commits are atomic, in order, and on disk when they return. Nothing is ever changed in place.

import type { SyncError } from '#core/errors'
import type { ConnectionName, LinkKey, RecordId } from '#core/model/ids'
import type { Instant } from '#core/model/instant'
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
  /** The links that hold these CRM records. Where two claim one record: the one whose key sorts first. */
  linksOf(records: readonly RecordRef[]): Promise<readonly (Link | undefined)[]>
  /** Links that wait for a time which has come; soonest first, then by key. A paused link waits for a person. */
  due(now: string, max: number): Promise<readonly LinkKey[]>
  /** All of it or nothing of it; on disk when it returns. A failure is final for this process: it must stop writing. */
  commit(changes: readonly LedgerChange[], events?: readonly NewEvent[]): Promise<void>
  /** Oldest first. `last` counts from the newest; `since` then narrows what is left. */
  history(filter: HistoryFilter): AsyncIterable<HistoryEvent>
  close(): Promise<void>
}

/** What every ledger of ours can do beyond what a pass needs: told by those who start, look after and close it. */
export interface KeptLedger extends Ledger {
  readonly opened: Opened
  /** What made it stop writing; null while it is well. Nothing is written any more once this is set. */
  readonly failure: SyncError | null
  /**
   * Removes a deal: its link, its open intents and the words of its events. What stays is that something was
   * forgotten, under a keyed mark. `also` names other entries that hold something of it.
   */
  forget(link: LinkKey, by: Forgetting): Promise<void>
  /** Lets go of history older than this, in whole pieces: never less is kept than asked for. */
  expire(before: Instant): Promise<ExpireReport>
  /** Reads all of the history and says where it was altered, if it was. */
  verifyHistory(): Promise<HistoryReport>
}

/** A ledger in files of its own. */
export interface EmbeddedLedger extends KeptLedger {
  /** Copies the ledger as it stands now into a new directory, while work goes on. */
  backup(to: string): Promise<BackupReport>
  /** Writes what is alive into fresh files and lets the old ones go. Happens by itself; here for those who cannot wait. */
  compact(): Promise<void>
  stats(): LedgerStats
}

export interface Opened {
  /** Nothing was here: a first start, or a store that somebody deleted. Both sides must be adopted, not created. */
  readonly fresh: boolean
  /** The first start on a restored backup: what happened since the backup is not known here. */
  readonly restored: boolean
  /** The process before this one did not close it: a crash, a kill, a power cut. */
  readonly unclean: boolean
  /** Bytes of a last write that never became whole, and was never acknowledged. */
  readonly cutBytes: number
  /** False: no key is configured, and what is stored can be read by whoever reads the files. */
  readonly sealed: boolean
}

export interface Forgetting {
  readonly at: Instant
  readonly who: string
  readonly also?: readonly LedgerChange[]
}

export interface ExpireReport {
  readonly events: number
}

export interface HistoryReport {
  readonly events: number
  /** The numbers of the oldest and the newest event; null in an empty history. */
  readonly first: number | null
  readonly last: number | null
  readonly forgotten: number
  /** Empty when nothing was altered. Bounded: the first hundred. */
  readonly altered: readonly { readonly number: number; readonly what: string }[]
}

export interface BackupReport {
  readonly directory: string
  readonly bytes: number
  readonly links: number
  readonly events: number
}

export interface LedgerStats {
  readonly links: number
  readonly events: number
  readonly commits: number
  /** Commits that arrive together share one. */
  readonly syncs: number
  readonly files: number
  readonly bytes: number
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
