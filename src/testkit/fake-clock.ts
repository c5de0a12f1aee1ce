// Time that only moves when it is told to. Whoever sleeps is woken when the clock is moved to that moment, in the order
// of the moments and then of asking, so that the same program sleeps the same way every time.

import { type Clock, type Instant, instantFromMs, later, msOf } from '#spi'

interface Alarm {
  readonly atMs: number
  readonly number: number
  readonly ring: () => void
}

export class FakeClock implements Clock {
  readonly #start: Instant
  readonly #alarms: Alarm[] = []
  #passedMs = 0
  #asked = 0
  /** Where now() differs from the time that really passes: a wall clock that was turned. */
  skewMs = 0

  constructor(start: Instant = instantFromMs(Date.UTC(2026, 10, 20, 14))) {
    this.#start = start
  }

  now(): Instant {
    return later(this.#start, this.#passedMs + this.skewMs)
  }

  monotonicMs(): number {
    return this.#passedMs
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason)
        return
      }
      const cancel = this.after(ms, () => {
        signal?.removeEventListener('abort', stop)
        resolve()
      })
      const stop = (): void => {
        cancel()
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', stop, { once: true })
    })
  }

  /** Calls back once that much time has passed. What it answers takes the call back. */
  after(ms: number, ring: () => void): () => void {
    this.#asked += 1
    const alarm: Alarm = { atMs: this.#passedMs + Math.max(0, ms), number: this.#asked, ring }
    this.#alarms.splice(this.#placeOf(alarm), 0, alarm)
    return () => {
      const place = this.#alarms.indexOf(alarm)
      if (place >= 0) this.#alarms.splice(place, 1)
    }
  }

  /** Milliseconds until the next alarm; null when nobody waits for anything. */
  untilNext(): number | null {
    const next = this.#alarms[0]
    return next === undefined ? null : next.atMs - this.#passedMs
  }

  /** Moves to the next alarm and rings it. False when there is none. */
  step(): boolean {
    const next = this.#alarms.shift()
    if (next === undefined) return false
    this.#passedMs = next.atMs
    next.ring()
    return true
  }

  /** Lets time pass: every alarm on the way rings at its moment. What they wake runs when the caller awaits. */
  turn(ms: number): void {
    const target = this.#passedMs + ms
    for (let next = this.#alarms[0]; next !== undefined && next.atMs <= target; next = this.#alarms[0]) this.step()
    this.#passedMs = target
  }

  #placeOf(alarm: Alarm): number {
    let low = 0
    let high = this.#alarms.length
    while (low < high) {
      const middle = (low + high) >> 1
      const other = this.#alarms[middle]
      if (other !== undefined && other.atMs <= alarm.atMs) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** A clock on which sleeping takes no time at all: it is simply later afterwards. For tests without an event queue. */
export class RestlessClock extends FakeClock {
  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    this.turn(Math.max(0, ms))
    await Promise.resolve()
  }
}

/** How far apart two instants are. */
export const msBetween = (from: Instant, to: Instant): number => msOf(to) - msOf(from)
