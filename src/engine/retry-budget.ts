// How many second tries one connection may have. When much of a vendor fails, trying all of it again would be most of
// what it has to bear: so retries are a tenth of the calls of the last five minutes, and a few in any case, so that a
// quiet connection can still get over a bad moment.

export const retryShare = 0.1
export const retriesAlways = 10
const windowMs = 5 * 60_000
const slotMs = 30_000

interface Slot {
  readonly number: number
  calls: number
  retries: number
}

/** Told the time in milliseconds that only go forward. */
export class RetryBudget {
  readonly #slots: Slot[] = []

  called(nowMs: number): void {
    this.#slot(nowMs).calls += 1
  }

  /** Takes one retry, if there is one left. */
  take(nowMs: number): boolean {
    const slot = this.#slot(nowMs)
    const sum = (of: (one: Slot) => number): number => this.#slots.reduce((all, one) => all + of(one), 0)
    const allowed = Math.max(retriesAlways, sum(({ calls }) => calls) * retryShare)
    if (sum(({ retries }) => retries) >= allowed) return false
    slot.retries += 1
    return true
  }

  /** The present slot; those that are over are let go, so that there are never more than a window of them. */
  #slot(nowMs: number): Slot {
    const number = Math.floor(nowMs / slotMs)
    while (this.#slots[0] && this.#slots[0].number <= number - windowMs / slotMs) this.#slots.shift()
    const last = this.#slots.at(-1)
    if (last?.number === number) return last
    const slot = { number, calls: 0, retries: 0 }
    this.#slots.push(slot)
    return slot
  }
}
