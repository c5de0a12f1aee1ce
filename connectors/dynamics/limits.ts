// How much we ask of Dynamics. It protects itself by three limits per user and five minutes; we keep to a share of the
// first, go gentler when it says so, and are silent for as long as it asks.

import { type Host, type HttpAnswer, later, msOf, RetryLater, type SyncError } from '#spi'
import { titleOf } from './codes.ts'
import type { Settings } from './settings.ts'

export interface Limits {
  /** Throws a RetryLater when nothing may be sent now. Otherwise one request more is counted. */
  enter(): void
  heed(answer: HttpAnswer, error: SyncError | null): void
  /** How many reads may be under way at once just now. */
  readonly parallel: number
  /** How many rows one bulk action may hold just now. */
  readonly rows: number
  /** After a bulk call: how long it took, and whether it was too much for the service. */
  paced(rows: number, ms: number, tooMuch: boolean): void
  /** Rows written, as Microsoft's daily entitlement counts them. */
  countRows(rows: number): void
  readonly used: Usage
}

export interface Usage {
  readonly requests: number
  readonly rows: number
  /** What Dynamics said was left of its own limit at its last answer. */
  readonly requestsLeft: number | null
}

const windowMs = 5 * 60_000
export const rowsMax = 1000
export const rowsMin = 10
/** The service gives up at about two minutes; a call that comes near is cut smaller next time. */
const slowMs = 45_000
const fastMs = 15_000

export function openLimits(settings: Settings['limits'], { clock }: Host): Limits {
  const starts: number[] = []
  let silence: { readonly until: number; readonly because: SyncError } | null = null
  let parallel = settings.parallel
  let rows = rowsMax
  const used = { requests: 0, rows: 0, requestsLeft: null as number | null }

  function assertShare(now: number): void {
    while (starts[0] !== undefined && starts[0] <= now - windowMs) starts.shift()
    if (starts.length < settings.perFiveMinutes) return
    const wait = (starts[0] ?? now) + windowMs - now
    throw new RetryLater(
      `${titleOf('DB-1510')}: our ${settings.perFiveMinutes} requests of five minutes are used up.`,
      {
        code: 'DB-1510',
        notBefore: later(clock.now(), wait),
      },
    )
  }

  return {
    enter: () => {
      const now = clock.monotonicMs()
      if (silence && now < silence.until) throw silence.because
      silence = null
      assertShare(now)
      starts.push(now)
      used.requests += 1
    },
    heed: ({ headers, status }, error) => {
      used.requestsLeft = countIn(headers['x-ms-ratelimit-burst-remaining-xrm-requests'])
      const hint = countIn(headers['x-ms-dop-hint'])
      if (status === 429) parallel = Math.max(1, Math.floor(parallel / 2))
      else parallel = Math.max(1, Math.min(parallel + 1, settings.parallel, hint ?? settings.parallel))
      if (error instanceof RetryLater && error.notBefore !== undefined && error.scope === 'connection')
        silence = { until: clock.monotonicMs() + msOf(error.notBefore) - msOf(clock.now()), because: error }
    },
    get parallel() {
      return parallel
    },
    get rows() {
      return rows
    },
    paced: (sent, ms, tooMuch) => {
      if (tooMuch || ms > slowMs) rows = Math.max(rowsMin, Math.floor(Math.min(rows, sent) / 2))
      else if (ms < fastMs && rows < rowsMax) rows = Math.min(rowsMax, rows * 2)
    },
    countRows: (count) => {
      used.rows += count
    },
    used,
  }
}

function countIn(header: string | undefined): number | null {
  const count = Number.parseInt(header ?? '', 10)
  return Number.isSafeInteger(count) && count >= 0 ? count : null
}
