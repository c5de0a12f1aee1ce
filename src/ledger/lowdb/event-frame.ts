// An event as a frame of the history. Its words are sealed to its own link of the chain: words that were moved to
// another event, or an event whose head was changed, do not open.

import type { HistoryEvent, NewEvent } from '../entries.ts'
import { chained, DIGEST_BYTES, digestOf, EventHead, eventOf, EventWords, writeEvent } from '../event-record.ts'
import { parsedJson } from '../json.ts'
import type { Sealer } from '../seal.ts'
import { decodeFrame, encodeFrame, type Frame } from './frame.ts'

export interface EncodedEvent {
  readonly number: number
  readonly at: string
  readonly tag: string | null
  readonly bytes: Buffer
  readonly chain: Buffer
}

export interface EventPlace {
  readonly number: number
  readonly previous: Buffer
  readonly tag: string | null
  readonly salt: string
}

export function encodeEvent(event: NewEvent, place: EventPlace, sealer: Sealer | null): EncodedEvent {
  const { number, previous, tag } = place
  const { head, words, digest } = writeEvent(event, number, place)
  const chain = chained(previous, head, digest)
  const loose = [sealer ? sealer.seal(words, chain) : words]
  const { bytes } = encodeFrame({ mark: 'history', chained: [head, digest], loose, previous })
  return { number, at: event.at, tag, bytes, chain }
}

export interface ReadEvent {
  readonly head: EventHead
  /** Null: forgotten. */
  readonly words: EventWords | null
  /** The words as they were digested: plain bytes. */
  readonly plain: Buffer | null
  readonly event: HistoryEvent
}

/** Undefined when it does not read, does not open, or its words are not those of its digest. */
export function readEvent(frame: Pick<Frame, 'chained' | 'loose' | 'chain'>, sealer: Sealer | null) {
  const head = headOf(frame.chained)
  if (head === undefined) return undefined
  if (frame.loose.length === 0) return { head, words: null, plain: null, event: eventOf(head, null, frame.chain) }
  const plain = sealer ? sealer.open(frame.loose, frame.chain) : frame.loose
  if (plain === undefined || !digestOf(plain).equals(frame.chained.subarray(-DIGEST_BYTES))) return undefined
  const words = EventWords.safeParse(parsedJson(plain))
  if (!words.success) return undefined
  return { head, words: words.data, plain, event: eventOf(head, words.data, frame.chain) }
}

export function headOf(chainedPart: Buffer): EventHead | undefined {
  const head = EventHead.safeParse(parsedJson(chainedPart.subarray(0, -DIGEST_BYTES)))
  return head.success ? head.data : undefined
}

/** An event as it stands in the journal: its frame, as bytes. */
export function encodedEventOf(bytes: Buffer): EncodedEvent | undefined {
  const found = decodeFrame(bytes, 0, 'history')
  if (found.is !== 'frame' || found.frame.size !== bytes.length) return undefined
  const head = headOf(found.frame.chained)
  return head && { number: head.number, at: head.at, tag: head.tag, bytes, chain: found.frame.chain }
}
