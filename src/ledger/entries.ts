// The shapes that are stored. Each is versioned with the ledger as a whole and parsed on the way in: what comes back
// from storage is checked again, whoever wrote it.

import { z } from 'zod'
import type { ChangeId, Code, Cursor, LinkKey, PipelineName, RecordId } from '#core/model/ids'
import type { Instant } from '#core/model/instant'
import type { JsonObject } from '#core/model/json'
import { Link } from '#core/model/link'
import type { Change } from '#core/reconcile/plan'

/** The version of everything below. A ledger written by a newer version is refused, never guessed at. */
export const LEDGER_VERSION = 1

const named = <T extends string>() => z.string().transform((text) => text as T)
const json = z.record(z.string(), z.json()).transform((value) => value as JsonObject)

/** Durable before the first byte of a write leaves; gone when its result is known. */
export const Intent = z.object({
  change: z.custom<Change>((value) => typeof value === 'object' && value !== null && 'id' in value && 'write' in value),
  at: named<Instant>(),
  /** The mapping it was planned under. */
  mapping: z.string(),
  /** The record's version just before, to tell "not applied" from "applied and taken back". */
  before: z.string().nullable(),
  tries: z.int(),
})
export type Intent = z.infer<typeof Intent>

/** How far each stream has been read. */
export const Bookmark = z.object({ cursor: named<Cursor>(), at: named<Instant>() })
export type Bookmark = z.infer<typeof Bookmark>

/** Accounts and contacts that we made, by the key we made them under. */
export const Made = z.object({ key: named<LinkKey>(), kind: z.string(), id: named<RecordId>(), at: named<Instant>() })
export type Made = z.infer<typeof Made>

/** One pass: for `status`. */
export const Run = z.object({
  id: z.string(),
  pipeline: named<PipelineName>(),
  startedAt: named<Instant>(),
  ms: z.number(),
  result: z.enum(['done', 'held', 'stopped', 'failed']),
  code: named<Code>().nullable(),
  message: z.string().nullable(),
  counts: z.record(z.string(), z.number()),
})
export type Run = z.infer<typeof Run>

/** Small facts by name: bindings, modes, cached schemas, what was reported once. */
export const Fact = json
export type Fact = JsonObject

export const entries = { link: Link, intent: Intent, bookmark: Bookmark, made: Made, run: Run, fact: Fact } as const

export type Table = keyof typeof entries
export type Entries = { readonly [T in Table]: z.infer<(typeof entries)[T]> }
export const tables = Object.keys(entries) as readonly Table[]

/** Who did what, when and why. Appended, chained by hash, never changed. */
export interface NewEvent {
  readonly at: Instant
  readonly event:
    | 'linked'
    | 'unlinked'
    | 'written'
    | 'adopted'
    | 'held'
    | 'released'
    | 'asked'
    | 'answered'
    | 'refused'
    | 'stopped'
    | 'approved'
    | 'published'
    | 'mode'
    | 'forgot'
  readonly link: LinkKey | null
  readonly run: string | null
  /** `dealbridge`, or the person at the keyboard. */
  readonly who: string
  readonly change: ChangeId | null
  readonly code: Code | null
  /** Field by field: path, from, to, rule. Personal text is sealed by the ledger where a key is configured. */
  readonly details: JsonObject
}

export interface HistoryEvent extends NewEvent {
  readonly number: number
  /** Hash of this event and of the one before it. */
  readonly chain: string
}

export interface HistoryFilter {
  readonly link?: LinkKey
  readonly since?: Instant
  readonly last?: number
}
