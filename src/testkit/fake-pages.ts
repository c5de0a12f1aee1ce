// The order in which a pretended vendor lists its records, and how it goes on after a page: from the last row's place,
// not from a count, so that rows that move meanwhile are met again instead of skipped.

import type { FakeState } from './fake-vendor.ts'

export interface Place {
  /** Instants compare as text; empty comes before all of them. */
  readonly stamp: string
  readonly id: string
}

export function inOrder(a: FakeState, b: FakeState): number {
  if (a.changedAt !== b.changedAt) return a.changedAt < b.changedAt ? -1 : 1
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

export function page(ordered: readonly FakeState[], after: Place, size: number): readonly FakeState[] {
  const from = ordered.findIndex(
    ({ changedAt, id }) => changedAt > after.stamp || (changedAt === after.stamp && id > after.id),
  )
  return from < 0 ? [] : ordered.slice(from, from + size)
}
