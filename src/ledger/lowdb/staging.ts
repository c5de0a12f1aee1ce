// A commit, made ready to be written: sealed, one change for each key, nothing in it that its caller can still alter.

import type { NewEvent } from '../entries.ts'
import { limits, tooLarge, type StoredChange } from '../stored.ts'
import type { Sealer } from '../seal.ts'
import { PURGE, sealedPut, type BatchChange } from './batch.ts'
import type { Staged, StagedEvent } from './group.ts'

const noFacets = { record: null, due: null }

/** For a deal that is being forgotten, until it is. */
export const purgePut = (tag: string, sealer: Sealer | null): BatchChange =>
  sealedPut({ table: PURGE, key: tag, facets: noFacets }, Buffer.alloc(0), sealer)
export const purgeDrop = (tag: string): BatchChange => ({ do: 'drop', table: PURGE, key: tag })

export interface ToStage {
  readonly changes: readonly StoredChange[]
  readonly events: readonly StagedEvent[]
  readonly own?: readonly BatchChange[]
}

export function stage({ changes, events, own = [] }: ToStage, sealer: Sealer | null): Staged {
  // The last change of a key is the one that counts.
  const last = new Map(changes.map((change) => [`${change.table}\n${change.key}`, change]))
  const sealed = [...last.values()].map((change) => batchChange(change, sealer))
  const told = events.map(({ event, tag }) => ({ event: copied(event), tag }))
  const all = [...sealed, ...own]
  const bytes = all.reduce((sum, change) => sum + (change.do === 'put' ? change.value.length : 0), 0)
  return { changes: all, events: told, bytes, done: Promise.withResolvers() }
}

function batchChange(change: StoredChange, sealer: Sealer | null): BatchChange {
  return change.do === 'put' ? sealedPut(change, Buffer.from(change.text), sealer) : change
}

function copied(event: NewEvent): NewEvent {
  const text = JSON.stringify(event.details)
  if (text.length > limits.valueLength) throw tooLarge('event', event.event, text.length)
  return { ...event, details: structuredClone(event.details) }
}
