// Who runs when: one loop that looks at all pipelines, starts the ones that are due, and sleeps until the next. A pass
// runs beside the others, never twice at once for one pipeline. What cannot work just now is tried again with growing
// patience, and at once when somebody says that it was mended.

import { asSyncError } from '#core/errors'
import { later, type Instant } from '#core/model/instant'
import type { PipelineName } from '#core/model/ids'
import { readFact } from '#assembly/facts'
import type { Runner, Trouble } from '#assembly/runner'
import { notebookOf } from '#control/notebook'
import { pass } from '#control/pass'
import type { Ending } from '#control/ending'
import type { Clock, Log, Random } from '#spi'
import { dueIn, elapsed, isReconcileDue, type LastRun, type Moment } from './schedule.ts'

export interface RoundsParts {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly ending: Ending
  readonly runners: () => readonly Runner[]
  readonly zone: () => string
  /** A ledger that can no longer be written: nothing may go on. */
  readonly onFatal: (error: unknown) => void
}

/** The loop wakes up so often at least: it is alive, and a clock that was turned is noticed. */
const tickMs = 1_000
/** No tick for so long means that the process is stuck. */
const stuckMs = 60_000
const firstWaitMs = 15_000
const longestWaitMs = 5 * 60_000

export class Rounds {
  readonly #parts: RoundsParts
  readonly #last = new Map<PipelineName, LastRun>()
  readonly #running = new Map<PipelineName, Promise<void>>()
  readonly #nudged = new Set<string>()
  readonly #began: Moment
  #tickedMs: number
  #bell = new AbortController()

  constructor(parts: RoundsParts) {
    this.#parts = parts
    this.#began = this.#now()
    this.#tickedMs = this.#began.ms
  }

  /** Until it is told to end; then until every pass has. */
  async work(): Promise<void> {
    const { drain } = this.#parts.ending
    while (!drain.aborted) {
      this.#tickedMs = this.#now().ms
      for (const runner of this.#parts.runners()) this.#startIfDue(runner)
      await this.#sleep()
    }
    await Promise.all(this.#running.values())
  }

  get isAlive(): boolean {
    return this.#now().ms - this.#tickedMs < stuckMs
  }

  nextRun(pipeline: string): Instant | null {
    const runner = this.#parts.runners().find(({ name }) => name === pipeline)
    if (!runner || this.#running.has(runner.name)) return null
    const now = this.#now()
    return later(now.at, this.#waitOf(runner, now))
  }

  /** Something about it has changed: it is due now, whatever it was waiting for. */
  nudge(pipeline: string): void {
    this.#nudged.add(pipeline)
    this.#bell.abort()
  }

  #now(): Moment {
    const { clock } = this.#parts
    return { at: clock.now(), ms: clock.monotonicMs() }
  }

  #startIfDue(runner: Runner): void {
    const now = this.#now()
    if (this.#running.has(runner.name) || this.#waitOf(runner, now) > 0) return
    this.#nudged.delete(runner.name)
    this.#last.set(runner.name, { began: now, chance: this.#parts.random.next() })
    const running = this.#run(runner).finally(() => {
      this.#running.delete(runner.name)
      this.#bell.abort()
    })
    this.#running.set(runner.name, running)
  }

  async #run(runner: Runner): Promise<void> {
    const { log, ending, clock, onFatal } = this.#parts
    try {
      if ((await readFact(runner.ledger, 'paused')) === null) {
        const everything = await this.#isReconcileDue(runner, clock.now())
        await pass(runner, { ...ending, everything, fresh: everything })
      }
    } catch (error) {
      if (!ending.signal.aborted && !ending.drain.aborted)
        log.error('run.broke', { pipeline: runner.name, code: asSyncError(error).code, error })
    }
    if (runner.ledger.failure) onFatal(runner.ledger.failure)
  }

  async #isReconcileDue(runner: Runner, now: Instant): Promise<boolean> {
    const { lastRun } = await notebookOf(runner)
    const done = await readFact(runner.ledger, 'reconciled')
    // A pipeline that has never run reads everything anyway.
    const since = done?.at ?? (lastRun ? this.#began.at : null)
    return since !== null && isReconcileDue(runner.settings.reconcile, this.#parts.zone(), since, now)
  }

  #waitOf(runner: Runner, now: Moment): number {
    if (this.#nudged.has(runner.name)) return 0
    const { schedule } = runner.settings
    const last = this.#last.get(runner.name) ?? null
    const scheduled = dueIn(schedule, this.#parts.zone(), last, now)
    const patience = last && runner.trouble ? patienceMs(runner.trouble) - elapsed(last.began, now) : 0
    return Math.max(scheduled, patience)
  }

  async #sleep(): Promise<void> {
    const { clock, ending, runners } = this.#parts
    if (this.#bell.signal.aborted) this.#bell = new AbortController()
    const now = this.#now()
    const idle = runners().filter(({ name }) => !this.#running.has(name))
    const next = Math.min(tickMs, ...idle.map((runner) => this.#waitOf(runner, now)))
    try {
      await clock.sleep(Math.max(1, next), AbortSignal.any([ending.drain, this.#bell.signal]))
    } catch {
      // Woken early: told to end, a pass is over, or somebody rang the bell.
    }
  }
}

/** Calling a vendor that refuses us each second would be rude; a fault of ours is no better for being repeated. */
function patienceMs({ error, times }: Trouble): number {
  if (error.remedy === 'retry-later') return 0
  return Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(times - 1, 10))
}
