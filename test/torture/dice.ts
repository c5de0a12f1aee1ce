// Chance that can be repeated: a seed gives the same numbers for ever (mulberry32).

export interface Dice {
  /** In [0, 1). */
  next(): number
  /** 0 … n - 1. */
  below(n: number): number
  pick<T>(from: readonly T[]): T | undefined
}

export function diceFrom(seed: number): Dice {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (n: number): number => Math.floor(next() * n)
  return { next, below, pick: (from) => from[below(from.length)] }
}
