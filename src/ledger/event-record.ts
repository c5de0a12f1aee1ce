// How an event of the history is written down. Its head stays for ever: when, what sort, and a keyed mark that finds
// it again by its link. Its words can be taken away; the chain is drawn over their digest, so it holds either way.

import { createHmac, hash, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import type { ChangeId, Code, LinkKey } from '#core/model/ids'
import type { Instant } from '#core/model/instant'
import type { JsonObject } from '#core/model/json'
import type { HistoryEvent, NewEvent } from './entries.ts'

const named = <T extends string>() => z.string().transform((text) => text as T)

export const EventHead = z.object({
  number: z.int(),
  at: named<Instant>(),
  event: z.string().transform((text) => text as NewEvent['event']),
  code: named<Code>().nullable(),
  /** The keyed mark of its link; null where it has none. */
  tag: z.string().nullable(),
})
export type EventHead = z.infer<typeof EventHead>

export const EventWords = z.object({
  /** Random, and gone with the words: what was forgotten cannot be guessed from the digest that stays. */
  salt: z.string(),
  link: named<LinkKey>().nullable(),
  run: z.string().nullable(),
  who: z.string(),
  change: named<ChangeId>().nullable(),
  details: z.record(z.string(), z.json()).transform((value) => value as JsonObject),
})
export type EventWords = z.infer<typeof EventWords>

export interface WrittenEvent {
  readonly head: Buffer
  readonly words: Buffer
  readonly digest: Buffer
}

export const DIGEST_BYTES = 32

/** The chain before the first event. */
export const CHAIN_START = Buffer.alloc(DIGEST_BYTES)

export function writeEvent(event: NewEvent, number: number, marks: { tag: string | null; salt: string }): WrittenEvent {
  const { at, code, link, run, who, change, details } = event
  const head: EventHead = { number, at, event: event.event, code, tag: marks.tag }
  const words: EventWords = { salt: marks.salt, link, run, who, change, details }
  const wordBytes = Buffer.from(JSON.stringify(words))
  return { head: Buffer.from(JSON.stringify(head)), words: wordBytes, digest: digestOf(wordBytes) }
}

export const digestOf = (words: Buffer): Buffer => hash('sha256', words, 'buffer')

/** The next link of the chain. */
export const chained = (before: Buffer, head: Buffer, digest: Buffer): Buffer =>
  hash('sha256', Buffer.concat([before, head, digest]), 'buffer')

/** Short, because it only has to find: whoever reads an event still looks at the link inside. */
export const tagOf = (link: LinkKey, key: KeyObject): string =>
  createHmac('sha256', key).update(link).digest('hex').slice(0, 16)

/** Without words: an event that was forgotten. */
export function eventOf(head: EventHead, words: EventWords | null, chain: Buffer): HistoryEvent {
  const { number, at, event, code } = head
  const rest = words ?? { link: null, run: null, who: 'forgotten', change: null, details: { forgotten: true } }
  const { link, run, who, change, details } = rest
  return { number, at, event, link, run, who, change, code, details, chain: chain.toString('hex') }
}

/** That a deal was forgotten, told without saying which. */
export const forgotEvent = (at: Instant, who: string): NewEvent => ({
  at,
  event: 'forgot',
  link: null,
  run: null,
  who,
  change: null,
  code: null,
  details: {},
})
