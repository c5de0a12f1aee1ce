// One read of the list, newest first, down to a floor. The list moves while it is read: an edit lifts its row to the top
// and pushes the others down (they come twice, which is harmless), a removal pulls them up (one may be skipped), and rows
// with equal stamps may stand in another order on the next page. Whatever hints at a skip is reported, and the caller
// reads again.

import { type Instant, isSyncError, type Log, NeedsHuman, RetryLater } from '#spi'
import type { Api, ListPage, Query } from './api.ts'
import { codes } from './codes.ts'
import type { Referral } from './referral.ts'
import { laterOf, type Stamp } from './stamps.ts'

export interface PassOptions {
  readonly api: Api
  readonly log: Log
  readonly query: Query
  /** Pages end below this stamp; null: read to the end of the list. */
  readonly floor: Stamp | null
  /** May it end before the floor, given the server's time? */
  readonly rest: (servedAt: Instant | null) => Rest
  readonly signal: AbortSignal
  readonly pagesMax: number
}

export type Rest =
  | { readonly is: 'not now' }
  /** Yes, if nothing on the first page is newer than this. */
  | { readonly is: 'resting'; readonly upTo: Stamp }
  /** Yes, as soon as this is reached: nothing below it can change any more. */
  | { readonly is: 'settled'; readonly upTo: Stamp }

/** What a pass learns on the way; complete when its pages have all been taken. */
export interface PassNotes {
  pages: number
  /** Of the first page only: what changes during the pass is newer than that, and belongs to the next one. */
  newest: Stamp | null
  servedAt: Instant | null
  /** Something may have been skipped. */
  doubtful: boolean
  ordered: boolean
  /** It ended before the floor, because it could. */
  rested: boolean
}

export const newNotes = (): PassNotes => ({
  pages: 0,
  newest: null,
  servedAt: null,
  doubtful: false,
  ordered: true,
  rested: false,
})

/** Rows out of order by less than this are ties of a server that sorts more coarsely than it prints. */
const tieMs = 1_000
/** A next page that fails in one of these ways is gone, not refused: the pass starts again. */
const expired: ReadonlySet<unknown> = new Set([400, 404, 410, 422])

export async function* pass(options: PassOptions, notes: PassNotes): AsyncGenerator<readonly Referral[]> {
  const { api, query, signal } = options
  const visited = new Set<string>()
  const counts = new Set<number | null>()
  let restarted = false
  let last: Stamp | null = null
  let page: ListPage = await api.first(query, signal)
  for (;;) {
    notes.pages += 1
    assertBound(notes.pages, options)
    takeNotes(page, last, notes)
    counts.add(page.count === page.referrals.length ? null : page.count)
    yield page.referrals
    last = stampsOf(page).at(-1) ?? last
    if (isDone(page, options, notes)) break
    const link = page.next ?? ''
    if (visited.has(link)) throw loop()
    visited.add(link)
    try {
      page = await api.next(link, signal)
    } catch (error) {
      if (restarted || !isSyncError(error) || !expired.has(error.facts['status'])) throw error
      options.log.info('partner-center.list-restarted', { count: notes.pages })
      restarted = true
      last = null
      visited.clear()
      page = await api.first(query, signal)
    }
  }
  if (counts.size > 1) notes.doubtful = true
}

const stampsOf = (page: ListPage): readonly Stamp[] => page.referrals.flatMap(({ updated }) => updated ?? [])

function takeNotes(page: ListPage, last: Stamp | null, notes: PassNotes): void {
  const stamps = stampsOf(page)
  if (notes.pages === 1) {
    notes.servedAt = page.servedAt
    for (const stamp of stamps) notes.newest = laterOf(notes.newest, stamp)
  }
  const [first] = stamps
  // Equal stamps on both sides of a page's border: the server may have sorted them differently for each page.
  if (first !== undefined && first === last) notes.doubtful = true
  const inOrder = [...(last === null ? [] : [last]), ...stamps]
  if (inOrder.some((stamp, index) => isAbove(stamp, inOrder[index - 1]))) {
    notes.ordered = false
    notes.doubtful = true
  }
}

const isAbove = (stamp: Stamp, previous: Stamp | undefined): boolean =>
  previous !== undefined && stamp > previous && Date.parse(stamp) - Date.parse(previous) > tieMs

/** In a list that is not in order, only its end is the end. */
function isDone(page: ListPage, { floor, rest }: PassOptions, notes: PassNotes): boolean {
  if (page.next === null) return true
  const lowest = stampsOf(page).at(-1)
  if (!notes.ordered || lowest === undefined) return false
  if (floor !== null && lowest < floor) return true
  const { newest, pages, servedAt } = notes
  const may = rest(servedAt)
  if (may.is === 'settled') notes.rested = lowest <= may.upTo
  else if (may.is === 'resting' && pages === 1) notes.rested = newest !== null && newest <= may.upTo
  return notes.rested
}

function assertBound(pages: number, { pagesMax }: PassOptions): void {
  if (pages <= pagesMax) return
  throw new NeedsHuman(`${codes['DB-1209']?.title}: more than ${pagesMax} pages.`, {
    code: 'DB-1209',
    who: 'operations',
  })
}

const loop = (): RetryLater =>
  new RetryLater('The list of referrals leads in a circle: a next page was named twice. It is read again.', {
    code: 'DB-1209',
  })
