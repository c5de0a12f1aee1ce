// A link ties one referral to one CRM record. It remembers what both sides last agreed on (the base), so that we can
// tell who changed what. Everything here is stored by the ledger as plain JSON.

import { z } from 'zod'
import type { ChangeId, Kind, LinkKey, RecordId, RowId } from './ids.ts'
import type { Instant } from './instant.ts'
import { isObject, type Json, type JsonObject } from './json.ts'
import { Seen } from './seen.ts'
import { stages, steps } from './stage.ts'

// Our own stored values, parsed on the way in. The casts name what this module itself wrote.
const named = <T extends string>() => z.string().transform((text) => text as T)

export const Value = z.union([z.null(), z.boolean(), z.string(), z.array(z.string()).readonly()])
const Standing = z.object({ stage: z.enum(stages), step: z.enum(steps).nullable() })

/** Something a person or time must settle before the link goes on. */
export const Waiting = z.object({
  for: z.enum(['outcome', 'question', 'problem']),
  code: named<`DB-${number}`>(),
  message: z.string(),
  who: z.string(),
  since: named<Instant>(),
  /** When we look again by ourselves; null: when somebody acts. */
  until: named<Instant>().nullable(),
  /** What it is about: a row, an outcome; a later plan with another subject replaces it. */
  subject: z.string(),
  /** Its inputs, hashed: unchanged inputs are not tried again. */
  inputs: z.string().optional(),
  tries: z.int().default(0),
  choices: z.array(z.string()).optional(),
})
export type Waiting = z.infer<typeof Waiting>

export const Base = z.object({
  standing: Standing.nullable(),
  values: z.record(z.string(), Value),
})
export type Base = z.infer<typeof Base>

/** A record that belongs to the deal and is still to be made: planned with the deal, and made after it. */
export const Owed = z.object({
  kind: named<Kind>(),
  key: named<LinkKey>(),
  fields: z.record(z.string(), z.json()).transform((value) => value as JsonObject),
  /** The lookup of the mapping that wants it. */
  lookup: z.string(),
})
export type Owed = z.infer<typeof Owed>

/** Which record a person named where several fit. */
export const Chosen = z.object({
  /** Null: none of them, a new one. */
  record: named<RecordId>().nullable(),
  /** What was asked; the answer to another question is none. */
  question: z.string(),
  /** The records there were to choose from. */
  among: z.array(named<RecordId>()).readonly(),
})
export type Chosen = z.infer<typeof Chosen>

export const Link = z.object({
  key: named<LinkKey>(),
  referral: named<RecordId>(),
  /** Null until the CRM record exists. */
  kind: named<Kind>(),
  record: named<RecordId>().nullable(),
  since: named<Instant>(),
  base: Base,
  left: Seen,
  right: Seen,
  waiting: z.array(Waiting),
  /** Counts base changes: part of every operation's key, so that a repeated operation is recognised. */
  turn: z.int(),
  /** Closes sent to the source, so that one CRM close acts once, whatever happens later. */
  closes: z.int(),
  /** The last CRM close that was acted on; another one is another event. */
  closedBy: z.string().nullable(),
  /** How a person settled a conflict; used up by the next plan. */
  answers: z
    .record(z.string(), z.union([z.literal('referral'), z.literal('crm'), z.object({ value: Value })]))
    .optional(),
  /** What both sides showed when an answer was first acted on: when that changes, the answer is to another question. */
  answeredFor: z.record(z.string(), z.object({ left: Value, right: Value })).optional(),
  /** The records a person named for the lookups of a deal that is still to be made, by lookup. */
  chosen: z.record(z.string(), Chosen).optional(),
  /** How a person answered the referral; used up once the source shows an answer, whoever gave it. */
  answer: z.enum(['Accepted', 'Declined']).optional(),
  /** The outcome a person let go before its undo window was over. */
  released: z.string().optional(),
  /** The record is marked to become a deal at the source, and is none yet: until then the link's key is of our making. */
  unshared: z.boolean().optional(),
  /** Set while a person has paused this deal. */
  paused: z.boolean().optional(),
  /** Seen missing once; a second look decides. */
  missingSince: named<Instant>().nullable().optional(),
  /** Since then something is planned for it that is not written yet: it is looked at in every pass until it is. */
  unfinished: named<Instant>().optional(),
  owed: z.array(Owed).optional(),
  /** When which field was written lately, by side and path: to notice when somebody always writes it back. */
  lately: z.record(z.string(), z.array(named<Instant>())).optional(),
  mapping: z.string(),
})
export type Link = z.infer<typeof Link>

export type Answer = NonNullable<Link['answer']>

export const noBase: Base = { standing: null, values: {} }

export const baseValue = (link: Link, row: RowId) =>
  Object.hasOwn(link.base.values, row) ? link.base.values[row] : undefined

/** Whether anything about a link is new: the same entries, in whatever order they stand, at any depth. */
export const sameLink = (a: Link, b: Link): boolean =>
  a === b || JSON.stringify(a) === JSON.stringify(b) || inOrder(a) === inOrder(b)

const inOrder = (link: Link): string =>
  JSON.stringify(link, (_, value: Json) => (isObject(value) ? Object.fromEntries(entriesInOrder(value)) : value))

const entriesInOrder = (of: JsonObject): [string, Json][] =>
  Object.entries(of).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))

export * from './seen.ts'
export type { ChangeId }
