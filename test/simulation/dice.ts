// Chance that can be repeated: the same seed throws the same dice. Each purpose has dice of its own, so that leaving an
// edit out of a story does not change which of its calls fail.

export interface Dice {
  /** In [0, 1). */
  next(): number
  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number
  chance(probability: number): boolean
  pick<T>(from: readonly T[]): T
}

export function dice(seed: number, purpose: string): Dice {
  let state = mixed(seed, purpose)
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let word = Math.imul(state ^ (state >>> 15), state | 1)
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61)
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32
  }
  const whole = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1))
  return {
    next,
    whole,
    chance: (probability) => next() < probability,
    pick: (from) => {
      const one = from[whole(0, from.length - 1)]
      if (one === undefined) throw new Error('nothing to pick from')
      return one
    },
  }
}

/** FNV-1a over both, started from the seed. Two digits at least: a single one would cancel itself out. */
function mixed(seed: number, purpose: string): number {
  let state = (0x811c9dc5 ^ seed) >>> 0
  for (const char of `${String(seed).padStart(2, '0')}/${purpose}`)
    state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0
  return state
}
