// The line to one connection. All calls of all pipelines to it pass here: what may be tried again is tried again, a few
// times, with growing waits and within a budget; when the vendor says "not before", nobody calls until then.
//
//   open ──(a call fails for good, or the vendor names a time)──► resting ──(the time has come)──► open

import pRetry from 'p-retry'
import type { Clock, Log, Random } from '#spi'
import { asSyncError, RetryLater } from '#core/errors'
import { instantFromMs, msOf, type Instant } from '#core/model/instant'
import type { ConnectionName } from '#core/model/ids'
import { backoffMs, defaultRetries, waitMs, type Retries } from './backoff.ts'
import { RetryBudget } from './retry-budget.ts'

export interface LineOptions {
  readonly name: ConnectionName
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly retries?: Retries
  /** The longest a call may wait inside a cycle; a longer wish ends the cycle and rests the line. */
  readonly patienceMs?: number
}

export class Line {
  readonly #options: LineOptions
  readonly #retries: Retries
  readonly #patienceMs: number
  #restingUntil: Instant | null = null
  #failures = 0
  #failedWith: Error | null = null
  readonly #budget = new RetryBudget()

  constructor(options: LineOptions) {
    this.#options = options
    this.#retries = options.retries ?? defaultRetries
    this.#patienceMs = options.patienceMs ?? 30_000
  }

  /** Null when calls may be made. */
  restingUntil(now: Instant): Instant | null {
    return this.#restingUntil !== null && this.#restingUntil > now ? this.#restingUntil : null
  }

  /** Was it a call over this line that ended with this? */
  failedWith(error: Error): boolean {
    return this.#failedWith === error
  }

  /** Something outside has changed (a new sign-in, a person's wish): try again at once. */
  wake(): void {
    this.#restingUntil = null
    this.#failures = 0
  }

  /**
   * Makes a call that may be repeated: a read, or a write that was certainly not executed. What the attempt throws as
   * RetryLater is tried again; everything else ends it.
   */
  async ask<T>(call: string, attempt: () => Promise<T>, signal: AbortSignal): Promise<T> {
    this.#refuseWhileResting()
    try {
      const answer = await pRetry(async () => await this.#counted(attempt), {
        retries: this.#retries.tries - 1,
        // The waiting is ours, on our own clock; the library counts, stops and keeps the first reason.
        minTimeout: 0,
        signal,
        shouldRetry: async ({ error, attemptNumber }) => this.#waitBefore(call, error, attemptNumber, signal),
      })
      this.#failures = 0
      return answer
    } catch (error) {
      signal.throwIfAborted()
      throw this.#gaveUp(error)
    }
  }

  async #counted<T>(attempt: () => Promise<T>): Promise<T> {
    this.#budget.called(this.#options.clock.monotonicMs())
    return await attempt()
  }

  /** A call that nobody may repeat here: the next page of a stream that cannot be taken up again in the middle. */
  async once<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> {
    this.#refuseWhileResting()
    try {
      const answer = await this.#counted(attempt)
      this.#failures = 0
      return answer
    } catch (error) {
      signal.throwIfAborted()
      throw this.#gaveUp(error)
    }
  }

  async #waitBefore(call: string, error: unknown, attempt: number, signal: AbortSignal): Promise<boolean> {
    if (!(error instanceof RetryLater)) return false
    const { clock, random, log, name } = this.#options
    const ms = waitMs(attempt, this.#retries, random.next(), { notBefore: error.notBefore, now: clock.now() })
    if (ms > this.#patienceMs || !this.#budget.take(clock.monotonicMs())) return false
    log.debug('call.retry', { connection: name, call, attempt, ms, code: error.code })
    await clock.sleep(ms, signal)
    return true
  }

  #refuseWhileResting(): void {
    const until = this.restingUntil(this.#options.clock.now())
    if (!until) return
    throw new RetryLater(`${this.#options.name} is not called before ${until}: it asked for that, or kept failing.`, {
      code: 'DB-3001',
      notBefore: until,
    })
  }

  #gaveUp(cause: unknown): Error {
    const error = asSyncError(cause)
    if (error instanceof RetryLater && error.scope === 'connection') this.rest(error)
    this.#failedWith = error
    return error
  }

  /** Nobody calls for a while: as long as the vendor said, or longer each time it fails again. */
  rest(error: RetryLater): void {
    const { clock, random, log, name } = this.#options
    this.#failures += 1
    const now = clock.now()
    const ours = instantFromMs(
      msOf(now) + backoffMs(this.#failures, { ...this.#retries, firstMs: 1_000, maxMs: 15 * 60_000 }, random.next()),
    )
    this.#restingUntil = error.notBefore !== undefined && error.notBefore > ours ? error.notBefore : ours
    log.warn('connection.rests', { connection: name, code: error.code, at: this.#restingUntil })
  }
}
