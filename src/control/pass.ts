// One pass of one pipeline, with all that belongs to it: it is made ready, nobody else is at work with it, and what came
// of it is remembered. Scheduled passes and those a person asks for are the same thing.

import { asSyncError } from '#core/errors'
import type { ConnectionName } from '#core/model/ids'
import { msOf } from '#core/model/instant'
import type { Plan } from '#core/reconcile/plan'
import type { DealView } from '#core/reconcile/world'
import { cycle, type CycleOptions, type CycleReport } from '#engine/cycle'
import type { Mode, Pipeline } from '#engine/pipeline'
import type { Watch } from '#engine/watch'
import type { Runner } from '#assembly/runner'
import { heldBack, noteComparison, turnOf } from './comparison.ts'
import type { Tell } from './control.ts'
import { notebookOf } from './notebook.ts'

export interface PassOptions extends Omit<CycleOptions, 'watch'> {
  readonly tell?: Tell | undefined
  /** Told of every deal that is looked at. */
  readonly seen?: (views: readonly DealView[]) => void
  /** Ask both systems anew who they are, and look for changes of their schema. */
  readonly fresh?: boolean
  /** Works with another mapping than the published one. */
  readonly as?: (pipeline: Pipeline) => Promise<Pipeline>
}

export interface PassReport extends CycleReport {
  readonly mode: Mode
}

/** Looks, and writes nothing. A pass that is under way is waited for: half of what it does would look like news. */
export async function look(runner: Runner, options: PassOptions): Promise<PassReport> {
  return await runner.alone(async () => (await run(runner, { ...options, dryRun: true })).report)
}

export async function pass(runner: Runner, options: PassOptions): Promise<PassReport> {
  const { drain } = options
  return await runner.alone(async () => {
    drain?.throwIfAborted()
    const { report, everything } = await run(runner, options)
    await (await notebookOf(runner)).note(report, everything && report.error === null)
    return report
  })
}

/** Whoever changed the file; a person who publishes it is named. */
const byItself = { who: 'dealbridge', note: null } as const

interface Ran {
  readonly report: PassReport
  /** Were all pairs compared? */
  readonly everything: boolean
}

async function run(runner: Runner, options: PassOptions): Promise<Ran> {
  const { clock, random, metrics, log } = runner.machine
  const [startedAt, began] = [clock.now(), clock.monotonicMs()]
  const ending = options.drain ? AbortSignal.any([options.signal, options.drain]) : options.signal
  let pipeline: Pipeline
  try {
    pipeline = await runner.ready(ending, { fresh: options.fresh ?? false })
    if (options.as) pipeline = await options.as(pipeline)
  } catch (cause) {
    ending.throwIfAborted()
    if (asSyncError(cause).remedy === 'bug') log.error('run.broke', { pipeline: runner.name, error: cause })
    const ms = Math.round(clock.monotonicMs() - began)
    const failed = {
      run: random.uuid().slice(0, 8),
      startedAt,
      ms,
      result: 'failed',
      plan: null,
      applied: null,
    } as const
    return { report: { ...failed, error: asSyncError(cause), mode: await runner.mode() }, everything: false }
  }
  const ran = await turned(runner, pipeline, options)
  if (ran.report.error?.remedy === 'bug') log.error('run.broke', { pipeline: runner.name, error: ran.report.error })
  if (ran.report.error) runner.failed(ran.report.error)
  else if (!options.as) {
    runner.succeeded()
    metrics.succeeded(runner.name, msOf(clock.now()))
  }
  return { ...ran, report: { ...ran.report, mode: pipeline.mode } }
}

/** One cycle, as wide as a new mapping asks for. A draft is no new mapping yet. */
async function turned(
  runner: Runner,
  pipeline: Pipeline,
  options: PassOptions,
): Promise<{ readonly report: CycleReport; readonly everything: boolean }> {
  const watch = await watchOf(runner, options)
  if (options.as)
    return { report: await cycle(pipeline, { ...options, watch }), everything: options.everything === true }
  const isDry = options.dryRun === true
  if (!isDry) await runner.adopt(byItself)
  const turn = await turnOf(runner, pipeline, options)
  const { brake, everything } = turn
  const ran = await cycle(pipeline, { ...options, watch, everything, dryRun: isDry || brake !== null })
  const report = brake ? heldBack(ran, brake) : ran
  if (!isDry) await noteComparison(runner, pipeline, { report, turn, wished: options })
  return { report, everything }
}

/** Fills the roster, and tells how far the writing has come, system by system. */
async function watchOf(runner: Runner, { tell, seen, as }: PassOptions): Promise<Watch> {
  const { roster } = await notebookOf(runner)
  const { metrics } = runner.machine
  const totals = new Map<ConnectionName, number>()
  const done = new Map<ConnectionName, number>()
  const say = (system: ConnectionName): void =>
    tell?.({ pipeline: runner.name, system, done: done.get(system) ?? 0, total: totals.get(system) ?? 0 })
  return {
    seen: (views) => {
      roster.see(views)
      // A draft reads other fields than the published mapping.
      if (!as) runner.see(views.flatMap(({ crm }) => crm ?? []))
      seen?.(views)
    },
    planned: (plan: Plan) => {
      for (const { system, state } of plan.changes)
        if (state === 'ready') totals.set(system, (totals.get(system) ?? 0) + 1)
      for (const system of totals.keys()) say(system)
    },
    wrote: ({ system, side, action }, outcome) => {
      done.set(system, (done.get(system) ?? 0) + 1)
      const direction = side === 'crm' ? 'to_crm' : 'to_referral'
      metrics.changes({ pipeline: runner.name, direction, action, result: outcome }, 1)
      say(system)
    },
  }
}
