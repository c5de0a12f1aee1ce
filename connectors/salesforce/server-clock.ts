// How late it is at Salesforce, at the least: from the newest stamp we have seen and the time that has passed here
// since, measured by a clock that never jumps. No date of ours and no Date header has a say in it.

import { type Instant, instantFromMs, msOf } from '#spi'

export class ServerClock {
  #stampMs: number | null = null
  #seenAtMs = 0

  note(stamp: Instant, monotonicMs: number): void {
    const ms = msOf(stamp)
    if (this.#stampMs !== null && this.#stampMs + (monotonicMs - this.#seenAtMs) >= ms) return
    this.#stampMs = ms
    this.#seenAtMs = monotonicMs
  }

  /** Null before the first stamp. */
  atLeast(monotonicMs: number): Instant | null {
    return this.#stampMs === null ? null : instantFromMs(this.#stampMs + (monotonicMs - this.#seenAtMs))
  }
}
