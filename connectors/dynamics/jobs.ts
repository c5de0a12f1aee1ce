// A write on its way to Dynamics: what it is about, what it points to, and what became of it.

import {
  type CreateWrite,
  invariant,
  isPointer,
  type Kind,
  type LinkKey,
  type Receipt,
  type RecordId,
  type SyncError,
  type UpdateWrite,
  type Write,
} from '#spi'
import type { Api } from './api.ts'
import type { Directory } from './directory.ts'
import type { Encoding } from './encode.ts'
import { errorFor, lostAnswer, type VendorFault } from './faults.ts'
import { idFor } from './keys.ts'
import type { Table } from './table.ts'

export interface CreateJob {
  readonly index: number
  readonly write: CreateWrite
  readonly table: Table
  /** The id it will have, unless its key turns out to be taken. */
  readonly id: RecordId
  /** Creates of this batch that it points to. */
  readonly parents: readonly LinkKey[]
  /** How many records stand above it in this batch. */
  readonly depth: number
}

export interface UpdateJob {
  readonly index: number
  readonly write: UpdateWrite
  readonly table: Table
}

/** What all writes of one batch share. */
export interface Frame {
  readonly api: Api
  readonly signal: AbortSignal
  readonly tables: ReadonlyMap<Kind, Table>
  readonly directory: Directory | null
  readonly receipts: (Receipt | undefined)[]
  /** Where in the batch the create of a key stands. */
  readonly indexes: Map<LinkKey, number>
  /** Records of this batch by key: first as planned, then as they turned out. */
  readonly made: Map<LinkKey, { readonly kind: Kind; readonly id: RecordId }>
}

export interface Creates {
  readonly creates: readonly CreateJob[]
  /** Creates of a key that an earlier one of the batch makes: their index, and that one's. */
  readonly twins: ReadonlyMap<number, number>
}

export function createJobs(frame: Frame, batch: readonly Write[]): Creates {
  const firsts = new Map<LinkKey, CreateWrite>()
  const twins = new Map<number, number>()
  for (const [index, write] of batch.entries()) {
    if (write.do !== 'create') continue
    const first = frame.indexes.get(write.key)
    if (first === undefined) {
      firsts.set(write.key, write)
      frame.indexes.set(write.key, index)
    } else twins.set(index, first)
  }
  const creates = [...firsts.values()].map((write): CreateJob => ({
    index: frame.indexes.get(write.key) ?? -1,
    write,
    table: tableOf(frame, write),
    id: idFor(write.kind, write.key),
    parents: parentsOf(write, firsts),
    depth: depthOf(write, firsts, new Set()),
  }))
  return { creates, twins }
}

export const updateJobs = (frame: Frame, batch: readonly Write[]): readonly UpdateJob[] =>
  batch.flatMap((write, index) => (write.do === 'update' ? [{ index, write, table: tableOf(frame, write) }] : []))

function tableOf({ tables }: Frame, { kind }: Write): Table {
  const table = tables.get(kind)
  invariant(table, 'the table of every write was read beforehand')
  return table
}

const parentsOf = ({ fields }: CreateWrite, among: ReadonlyMap<LinkKey, CreateWrite>): readonly LinkKey[] =>
  Object.values(fields).flatMap((value) => (isPointer(value) && among.has(value.$write) ? [value.$write] : []))

/** A ring of pointers has no first record; it is cut where it closes, and Dynamics will say what it thinks of it. */
function depthOf(write: CreateWrite, among: ReadonlyMap<LinkKey, CreateWrite>, above: ReadonlySet<LinkKey>): number {
  const parents = parentsOf(write, among).filter((key) => key !== write.key && !above.has(key))
  const below = new Set([...above, write.key])
  return Math.max(
    0,
    ...parents.map((key) => {
      const parent = among.get(key)
      return parent ? 1 + depthOf(parent, among, below) : 0
    }),
  )
}

export const encodingFor = (frame: Frame, table: Table, does: Encoding['does']): Encoding => ({
  table,
  does,
  made: (key) => frame.made.get(key),
  setOf: (kind) => frame.api.schema.setOf(kind),
  directory: frame.directory,
})

export const refused = (error: SyncError): Receipt => ({ outcome: 'refused', error })
export const unknown = (error: SyncError): Receipt => ({ outcome: 'unknown', error: lostAnswer(error) })

/** The columns of a write, for an error that names one of them. */
export function refusal(frame: Frame, fault: VendorFault, { table, write }: CreateJob | UpdateJob): Receipt {
  const about = { now: frame.api.host.clock.now(), kind: table.kind, columns: Object.keys(write.fields) }
  return refused(errorFor(fault, about))
}
