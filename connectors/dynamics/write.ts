// One batch of the plan: creations first, then updates, then what only an action can do. Each write gets exactly one
// receipt; a write that no answer speaks of is unknown, never guessed.

import { isSyncError, kind as kindOf, type Kind, type Receipt, type SyncError, type Write } from '#spi'
import type { Api } from './api.ts'
import { closeAll, closeNeeds, isClose } from './close.ts'
import { createAll, type Bulkless } from './create.ts'
import type { Directory, DirectoryCache } from './directory.ts'
import { needsDirectory, stateOf, unknownOwner } from './encode.ts'
import { unreadable } from './faults.ts'
import { createJobs, refused, unknown, updateJobs, type CreateJob, type Frame, type UpdateJob } from './jobs.ts'
import { isQualification, qualifyAll } from './qualify.ts'
import type { Table } from './table.ts'
import { updateAll } from './update.ts'

export type Writer = (batch: readonly Write[], signal: AbortSignal) => Promise<readonly Receipt[]>

export function openWriter(api: Api, directory: DirectoryCache): Writer {
  const bulkless: Bulkless = new Set()
  return async (batch, signal) => {
    if (batch.length === 0) return []
    const known = await knowledge(api, directory, batch, signal)
    if ('error' in known) return batch.map(() => refused(known.error))
    const frame: Frame = { api, signal, ...known, receipts: [], indexes: new Map(), made: new Map() }
    await perform(frame, batch, bulkless)
    return batch.map((_, index) => frame.receipts[index] ?? unknown(unreadable('a write was not answered')))
  }
}

interface Knowledge {
  readonly tables: ReadonlyMap<Kind, Table>
  readonly directory: Directory | null
}

/** What has to be read before anything is sent. If it cannot be, nothing was written for certain. */
async function knowledge(
  api: Api,
  directory: DirectoryCache,
  batch: readonly Write[],
  signal: AbortSignal,
): Promise<Knowledge | { readonly error: SyncError }> {
  try {
    const tables = await api.schema.tables([...batch.map(({ kind }) => kind), ...closeNeeds(batch)], signal)
    const unnamed = targetsWithoutName(api, tables, batch)
    if (unnamed.length > 0) await api.schema.refresh(unnamed, signal)
    return { tables, directory: await peopleFor(directory, batch, signal) }
  } catch (error) {
    if (isSyncError(error)) return { error }
    throw error
  }
}

/** Tables a lookup of this batch may point to, and whose name in addresses nobody has told us yet. */
function targetsWithoutName(api: Api, tables: ReadonlyMap<Kind, Table>, batch: readonly Write[]): readonly Kind[] {
  const kinds = batch.flatMap(({ kind, fields }) =>
    Object.keys(fields).flatMap((name) => [...(tables.get(kind)?.columns.get(name)?.targets?.keys() ?? [])]),
  )
  return [...new Set(kinds)].filter((kind) => api.schema.setOf(kind) === undefined).map(kindOf)
}

async function peopleFor(
  cache: DirectoryCache,
  batch: readonly Write[],
  signal: AbortSignal,
): Promise<Directory | null> {
  if (!batch.some(({ fields }) => needsDirectory(fields))) return null
  const directory = await cache.get(signal)
  return batch.some(({ fields }) => unknownOwner(fields, directory) !== null) ? await cache.renewed(signal) : directory
}

async function perform(frame: Frame, batch: readonly Write[], bulkless: Bulkless): Promise<void> {
  const { creates, twins } = createJobs(frame, batch)
  for (const { write, table, id } of creates) frame.made.set(write.key, { kind: table.kind, id })
  await createAll(frame, creates, bulkless)
  await closeNew(frame, creates)
  for (const [index, first] of twins) frame.receipts[index] = twinOf(frame.receipts[first])
  await updateByKind(frame, updateJobs(frame, batch))
}

/** Two creates of one key are one record. */
const twinOf = (receipt: Receipt | undefined): Receipt | undefined =>
  receipt?.outcome === 'written' ? { ...receipt, outcome: 'already-there' } : receipt

async function updateByKind(frame: Frame, jobs: readonly UpdateJob[]): Promise<void> {
  const plain = jobs.filter((job) => !isClose(job) && !isQualification(job))
  await updateAll(frame, plain)
  await closeAll(frame, jobs.filter(isClose))
  await qualifyAll(frame, jobs.filter(isQualification))
}

/** A record that is made closed is made open and closed by the action. In between it is not what was asked for. */
async function closeNew(frame: Frame, creates: readonly CreateJob[]): Promise<void> {
  const jobs = creates.flatMap((job): readonly UpdateJob[] => {
    const receipt = frame.receipts[job.index]
    const isToClose = (stateOf(job.table, job.write.fields) ?? 0) !== 0 && receipt?.outcome === 'written'
    return isToClose ? [closing(job, receipt.id)] : []
  })
  if (jobs.length === 0) return
  const created = jobs.map(({ index }) => frame.receipts[index])
  await updateByKind(frame, jobs)
  for (const [at, { index }] of jobs.entries()) {
    const receipt = frame.receipts[index]
    if (receipt?.outcome === 'written') frame.receipts[index] = created[at]
    else
      frame.receipts[index] = unknown(
        receipt && 'error' in receipt ? receipt.error : unreadable('a new record could not be closed'),
      )
  }
}

function closing({ index, table, write }: CreateJob, id: UpdateJob['write']['id']): UpdateJob {
  const names = Object.keys(write.fields).filter(
    (name) => name === 'statecode' || name === 'statuscode' || name.startsWith('opportunityclose.'),
  )
  const fields = Object.fromEntries(names.map((name) => [name, write.fields[name] ?? null]))
  return { index, table, write: { do: 'update', kind: table.kind, id, expect: null, fields } }
}
