// What is remembered of a pipeline's passes, beside the deals themselves: how the last one went, and who waits for an
// answer. An idle pass is not written down each time: one entry in a quarter of an hour says that all is well.

import type { CycleReport } from '#engine/cycle'
import type { Code } from '#core/model/ids'
import { later, type Instant } from '#core/model/instant'
import type { Runner } from '#assembly/runner'
import type { KeptLedger, LedgerChange } from '#ledger'
import type { Run } from '#ledger/entries'
import { Roster } from './roster.ts'
import { countLinks, type Counted } from './states.ts'

const lastKey = 'last'
const heartbeatMs = 15 * 60_000
/** Counting looks at every link; so often is often enough. */
const countedForMs = 10_000

export interface Stopped {
  readonly code: Code
  readonly message: string
  readonly since: Instant
}

export class Notebook {
  readonly roster: Roster
  readonly #runner: Runner
  #last: Run | null
  #stored: Run | null
  /** When passes began to end as the last one did. */
  #since: Instant | null
  #counted: { readonly counts: Counted; readonly at: number } | null = null

  private constructor(runner: Runner, roster: Roster, last: Run | null) {
    this.#runner = runner
    this.roster = roster
    this.#last = last
    this.#stored = last
    this.#since = last?.startedAt ?? null
  }

  static async open(runner: Runner): Promise<Notebook> {
    const last = await runner.ledger.get('run', lastKey)
    return new Notebook(runner, await Roster.open(runner.ledger), last ?? null)
  }

  get lastRun(): Run | null {
    return this.#last
  }

  /** Why nothing is written until a person has decided, and since when. */
  get stopped(): Stopped | null {
    const run = this.#last
    if (run?.result !== 'stopped' || run.code === null) return null
    return { code: run.code, message: run.message ?? '', since: this.#since ?? run.startedAt }
  }

  /** After a pass that may have written. */
  async note(report: CycleReport, reconciled: boolean): Promise<void> {
    const run = runOf(this.#runner, report)
    const before = this.#last
    this.#last = run
    if (before?.result !== run.result || before.code !== run.code) {
      this.#since = run.startedAt
      if (this.stopped)
        this.#runner.machine.log.warn('run.stopped', { pipeline: run.pipeline, code: this.stopped.code })
    }
    if ((report.applied?.written ?? 0) > 0 || (report.plan?.links.length ?? 0) > 0) this.#counted = null
    const changes: LedgerChange[] = [...this.roster.changes()]
    if (reconciled) changes.push({ put: 'fact', key: 'reconciled', value: { at: report.startedAt } })
    if (this.#isNews(run)) {
      changes.push({ put: 'run', key: lastKey, value: run })
      this.#stored = run
    }
    if (changes.length > 0 && this.#runner.ledger.failure === null) await this.#runner.ledger.commit(changes)
  }

  #isNews(run: Run): boolean {
    const before = this.#stored
    if (before === null || run.result !== before.result || run.code !== before.code) return true
    return (run.counts['written'] ?? 0) > 0 || run.startedAt >= later(before.startedAt, heartbeatMs)
  }

  async counted(): Promise<Counted> {
    const now = this.#runner.machine.clock.monotonicMs()
    if (this.#counted && now - this.#counted.at < countedForMs) return this.#counted.counts
    const counts = await countLinks(this.#runner.ledger)
    this.#counted = { counts, at: now }
    return counts
  }

  /** A person changed links by hand. */
  recount(): void {
    this.#counted = null
  }
}

function runOf(runner: Runner, { run, startedAt, ms, result, plan, applied, error }: CycleReport): Run {
  const brake = plan?.stopped[0]
  const held = plan?.changes.filter((change) => change.state !== 'ready').length ?? 0
  return {
    id: run,
    pipeline: runner.name,
    startedAt,
    ms,
    result,
    code: error?.code ?? brake?.code ?? null,
    message: error?.message ?? brake?.message ?? null,
    counts: {
      changed: plan?.read.changed ?? 0,
      planned: plan?.changes.length ?? 0,
      written: applied?.written ?? 0,
      refused: applied?.refused ?? 0,
      unknown: applied?.unknown ?? 0,
      held,
      skipped: plan?.skipped.length ?? 0,
    },
  }
}

const notebooks = new WeakMap<KeptLedger, Promise<Notebook>>()

/** One notebook for each ledger, also across a reload. */
export async function notebookOf(runner: Runner): Promise<Notebook> {
  const known = notebooks.get(runner.ledger)
  if (known) return await known
  const opening = Notebook.open(runner)
  notebooks.set(runner.ledger, opening)
  try {
    return await opening
  } catch (error) {
    notebooks.delete(runner.ledger)
    throw error
  }
}
