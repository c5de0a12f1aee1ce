// Several commits as the bytes of one write: a frame for each, one after the other, numbered and chained.

import type { NewEvent } from '../entries.ts'
import type { Sealer } from '../seal.ts'
import { encodeBatch, type BatchChange, type DecodedBatch } from './batch.ts'
import { encodeEvent, type EncodedEvent } from './event-frame.ts'
import { encodeFrame, HEADER_BYTES } from './frame.ts'

/** One commit on its way. */
export interface Staged {
  readonly changes: readonly BatchChange[]
  readonly events: readonly StagedEvent[]
  readonly bytes: number
  readonly done: PromiseWithResolvers<void>
}

export interface StagedEvent {
  readonly event: NewEvent
  /** The mark of its link. */
  readonly tag: string | null
}

/** Where the group will stand. */
export interface GroupPlace {
  readonly offset: number
  readonly chain: Buffer
  readonly sealer: Sealer | null
  readonly history: { readonly next: number; readonly chain: Buffer; readonly sealer: Sealer | null }
  readonly salt: () => string
}

export interface Group {
  readonly bytes: Buffer
  readonly chain: Buffer
  readonly events: readonly EncodedEvent[]
  readonly batches: readonly { readonly changes: DecodedBatch['changes']; readonly bodyAt: number }[]
}

export function encodeGroup(staged: readonly Staged[], { offset, chain, sealer, history, salt }: GroupPlace): Group {
  const frames: Buffer[] = []
  const events: EncodedEvent[] = []
  const batches: Group['batches'][number][] = []
  let previous = chain
  let behind = 0
  for (const { changes, events: told } of staged) {
    const first = history.next + events.length
    for (const { event, tag } of told) {
      const place = { number: history.next + events.length, previous: events.at(-1)?.chain ?? history.chain, tag }
      events.push(encodeEvent(event, { ...place, salt: salt() }, history.sealer))
    }
    const own = events.slice(events.length - told.length).map(({ bytes }) => bytes)
    const batch = encodeBatch({ changes, events: { first, frames: own } }, previous, sealer)
    const frame = encodeFrame({ mark: 'journal', chained: batch.pieces, previous, behind })
    batches.push({ changes: batch.changes, bodyAt: offset + behind + HEADER_BYTES })
    frames.push(frame.bytes)
    previous = frame.chain
    behind += frame.bytes.length
  }
  return { bytes: Buffer.concat(frames), chain: previous, events, batches }
}
