// What a session has given out already. Every poll reads the last minutes again, because a long transaction becomes
// visible with a stamp that is older than what was read; what was given out before is then not given out again.
// Only pages that the caller has taken count: whoever asks again with an old bookmark gets everything again.

import { type Instant, msOf, type VendorRecord } from '#spi'

interface Entry {
  readonly version: string
  readonly gone: boolean
  readonly page: number
  readonly stampMs: number
}

/** More than any window holds; beyond it records are given out twice, which costs a comparison and nothing else. */
const entriesMax = 200_000

export class Seen {
  readonly #entries = new Map<string, Entry>()

  /** Was exactly this state given out on a page that the caller has taken? */
  has(record: VendorRecord, takenPage: number): boolean {
    const entry = this.#entries.get(keyOf(record))
    return (
      entry !== undefined && entry.version === record.version && entry.gone === record.gone && entry.page <= takenPage
    )
  }

  add(record: VendorRecord, page: number): void {
    if (this.#entries.size >= entriesMax) this.#entries.clear()
    const { version, gone } = record
    this.#entries.set(keyOf(record), { version, gone, page, stampMs: msOf(record.changedAt) })
  }

  /** What lies before every window will not be read again. */
  forgetBefore(instant: Instant): void {
    const limit = msOf(instant)
    for (const [key, entry] of this.#entries) if (entry.stampMs < limit) this.#entries.delete(key)
  }
}

const keyOf = (record: VendorRecord): string => `${record.kind} ${record.id}`
