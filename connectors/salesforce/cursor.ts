// The bookmark in an org's stream of changes: for each kind, the newest stamp behind which nothing unseen can lie but
// what is still being committed. Only stamps of Salesforce's own clock get into it.

import { z } from 'zod'
import { Bug, type Cursor, cursor, type Instant, type Kind, parseInstant, parseJson } from '#spi'

const Stored = z.object({
  v: z.literal(1),
  /** Which session wrote it, and how many pages that had given out by then. */
  s: z.string(),
  n: z.int().min(0),
  /** Null: the kind has no record yet. */
  at: z.record(z.string(), z.string().nullable()),
})

export interface Bookmark {
  readonly session: string
  readonly page: number
  readonly at: ReadonlyMap<Kind | string, Instant | null>
}

export function writeCursor({ session, page, at }: Bookmark): Cursor {
  const sorted = [...at].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return cursor(JSON.stringify({ v: 1, s: session, n: page, at: Object.fromEntries(sorted) }))
}

export function readCursor(text: Cursor): Bookmark {
  const read = Stored.safeParse(parseJson(text))
  if (!read.success)
    throw new Bug('The bookmark of this Salesforce connection cannot be read.', { code: 'DB-9001', cause: read.error })
  const at = Object.entries(read.data.at).map(
    ([kind, stamp]) => [kind, stamp === null ? null : (parseInstant(stamp) ?? null)] as const,
  )
  return { session: read.data.s, page: read.data.n, at: new Map(at) }
}
