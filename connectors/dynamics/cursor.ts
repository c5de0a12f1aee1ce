// The bookmark in the stream of changes, one place for each table. It is ours to write and to read; everyone else only
// keeps it.

import { z } from 'zod'
import { cursor, type Cursor, type Instant, parseInstant, parseJson } from '#spi'

const Moment = z.string().transform((text, context): Instant => {
  const instant = parseInstant(text)
  if (instant) return instant
  context.addIssue({ code: 'custom', message: 'not an instant' })
  return z.NEVER
})

const Place = z.discriminatedUnion('is', [
  /** Change tracking goes on from a link. `at`: how much had been seen then, by the server's clock. */
  z.object({ is: z.literal('delta'), link: z.string(), at: Moment }),
  /** Through the whole table once, to get a link. Rows changed since `since` are told; null until the pass has begun. */
  z.object({ is: z.literal('pass'), link: z.string().nullable(), since: Moment.nullable() }),
  /** No change tracking: by the time of change. `link` and `upTo` in the middle of several pages. */
  z.object({ is: z.literal('clock'), since: Moment.nullable(), link: z.string().nullable(), upTo: Moment.nullable() }),
])
export type Place = z.infer<typeof Place>
export type PlaceOf<Is extends Place['is']> = Extract<Place, { is: Is }>

const Bookmark = z.object({ v: z.literal(1), places: z.record(z.string(), Place) })
export type Places = Readonly<Record<string, Place>>

/** Nothing for a bookmark that cannot be read: then everything is looked through again, and nothing can be missed. */
export function readCursor(text: Cursor | null): Places {
  const bookmark = text === null ? undefined : Bookmark.safeParse(parseJson(text))
  return bookmark?.success === true ? bookmark.data.places : {}
}

export const writeCursor = (places: Places): Cursor => cursor(JSON.stringify({ v: 1, places }))

/** The oldest moment there is: everything was changed since. */
export const everything = parseInstant('1900-01-01T00:00:00Z') ?? null
