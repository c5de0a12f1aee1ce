// The bookmark in the stream of changes. It holds what the server said and nothing of our own clock: how far we have
// read, when the server showed that for the first time, and which states at the newest end were already handed over.

import { z } from 'zod'
import { type Cursor, cursor, hashOf, type Instant, parseInstant, parseJson } from '#spi'
import { parseStamp, type Stamp } from './stamps.ts'
import { markOf, type Referral } from './referral.ts'

export interface Mark {
  /** The newest stamp on the first page of the last complete read. */
  readonly newest: Stamp
  /** The server's own time (its Date header) when it first showed that stamp as the newest; null where it has none. */
  readonly shownSince: Instant | null
  /** The server's own time when everything down to the overlap was last read. */
  readonly readAt: Instant | null
  /** States within the overlap that were handed over, as fingerprints; only as many as keep the bookmark small. */
  readonly seen: ReadonlySet<string>
}

/** States remembered in a bookmark; more of them are handed over again, which changes nothing. */
export const seenMax = 200

const Stored = z.object({
  v: z.literal(1),
  newest: z.string().optional(),
  shownSince: z.string().optional(),
  readAt: z.string().optional(),
  seen: z.array(z.string()).max(seenMax).default([]),
})

/** A bookmark from before the first complete read: everything is still to come. */
export const fromTheStart: Cursor = cursor(JSON.stringify({ v: 1 }))

/** Null when there is nothing to go on from, an unreadable bookmark included: then everything is read. */
export function parseCursor(text: Cursor | null): Mark | null {
  const stored = text === null ? null : Stored.safeParse(parseJson(text))
  const newest = stored?.success ? parseStamp(stored.data.newest ?? '') : undefined
  if (!stored?.success || newest === undefined) return null
  return {
    newest,
    shownSince: parseInstant(stored.data.shownSince ?? '') ?? null,
    readAt: parseInstant(stored.data.readAt ?? '') ?? null,
    seen: new Set(stored.data.seen),
  }
}

/** With more states than fit, all fingerprints are left out: half a memory would be no use. */
export function formatCursor({ newest, shownSince, readAt }: Omit<Mark, 'seen'>, states: readonly string[]): Cursor {
  const seen = states.length > seenMax ? [] : states.map(fingerprint).toSorted()
  return cursor(
    JSON.stringify({
      v: 1,
      newest,
      ...(shownSince === null ? {} : { shownSince }),
      ...(readAt === null ? {} : { readAt }),
      seen,
    }),
  )
}

/** Names one state of one referral. */
export const stateOf = (referral: Referral): string => `${referral.id} ${markOf(referral)}`
export const fingerprint = (state: string): string => hashOf(state, 12)
