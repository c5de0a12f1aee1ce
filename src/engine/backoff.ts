// How long to wait before the next try. Pure: the randomness comes in as a number.

import { msOf, type Instant } from '#core/model/instant'

export interface Retries {
  readonly tries: number
  readonly firstMs: number
  readonly maxMs: number
}

export const defaultRetries: Retries = { tries: 4, firstMs: 500, maxMs: 30_000 }

/** Doubling from the first wait, with half of it left to chance so that many waiters do not return together. */
export function backoffMs(attempt: number, retries: Retries, chance: number): number {
  const ceiling = Math.min(retries.maxMs, retries.firstMs * 2 ** Math.min(Math.max(attempt - 1, 0), 30))
  return Math.round(ceiling / 2 + (ceiling / 2) * Math.min(Math.max(chance, 0), 1))
}

/** The vendor's own wish where there is one, never less than ours. */
export function waitMs(
  attempt: number,
  retries: Retries,
  chance: number,
  wish: { readonly notBefore: Instant | undefined; readonly now: Instant },
): number {
  const ours = backoffMs(attempt, retries, chance)
  return wish.notBefore === undefined ? ours : Math.max(ours, msOf(wish.notBefore) - msOf(wish.now))
}
