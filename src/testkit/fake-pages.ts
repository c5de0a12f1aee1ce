// The order in which a pretended vendor tells its changes, and how it goes on after a page: from the last row's place,
// not from a count, so that rows that move meanwhile are met again instead of skipped.

import { instantFromMs, msOf } from '#spi'
import type { FakeState, FakeVendor } from './fake-vendor.ts'

export interface Place {
  /** Compared as text; empty comes before everything. */
  readonly rank: string
  readonly id: string
}

/** How changes are told, and what a bookmark is made of. */
export interface Telling {
  placeOf(state: FakeState): Place
  markOf(state: FakeState): number
  /** Just before whatever has to be read again for this bookmark. */
  since(mark: number): Place
  nowAt(vendor: FakeVendor): number
}

/** By stamps, some of which become visible late: what is near the bookmark is read again. */
export const byStamps = (overlapMs: number): Telling => ({
  placeOf: ({ changedAt, id }) => ({ rank: changedAt, id }),
  markOf: ({ changedAt }) => msOf(changedAt),
  since: (mark) => ({ rank: instantFromMs(mark - overlapMs), id: '' }),
  nowAt: (vendor) => msOf(vendor.stamp()),
})

/** By number, as delta links do: each change once, and nothing that was told is told again. */
export const byNumbers: Telling = {
  placeOf: ({ number }) => ({ rank: rankOf(number), id: '' }),
  markOf: ({ number }) => number,
  since: (mark) => ({ rank: rankOf(mark), id: '' }),
  nowAt: (vendor) => vendor.changes,
}

const rankOf = (number: number): string => String(number).padStart(9, '0')

export const start: Place = { rank: '', id: '' }

export function page(
  states: readonly FakeState[],
  telling: Telling,
  { after, size }: { readonly after: Place; readonly size: number },
): readonly FakeState[] {
  const placed = states.map((state) => ({ state, place: telling.placeOf(state) }))
  return placed
    .filter(({ place }) => isBefore(after, place))
    .toSorted((a, b) => (isBefore(a.place, b.place) ? -1 : 1))
    .slice(0, size)
    .map(({ state }) => state)
}

const isBefore = (a: Place, b: Place): boolean => a.rank < b.rank || (a.rank === b.rank && a.id < b.id)
