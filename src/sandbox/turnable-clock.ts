// Time that can be turned forward. Everything in the sandbox reads it: the three pretended vendors and the daemon, so
// that two weeks pass for all of them at once. It never turns back: what has happened has happened.

import type { Clock } from '#spi'

export interface TurnableClock extends Clock {
  turn(ms: number): void
  readonly turnedMs: () => number
}

/** `real` is made with an offset it asks for at each reading. */
export function turnableClock(real: (offsetMs: () => number) => Clock): TurnableClock {
  let offset = 0
  const clock = real(() => offset)
  return {
    now: () => clock.now(),
    monotonicMs: () => clock.monotonicMs(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
    turn: (ms) => {
      offset += Math.max(0, ms)
    },
    turnedMs: () => offset,
  }
}
