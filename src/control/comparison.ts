// What a new mapping means for everything that is linked already. The first pass under it compares every pair, so that
// what it rewrites is known before any of it is written. Where that is more than may pass by itself, scheduled passes
// only look from then on, until a person has let it go: half the deals under the old rules and half under the new ones
// would be worse than either.

import type { Code } from '#core/model/ids'
import type { Brake, Plan } from '#core/reconcile/plan'
import type { CycleOptions, CycleReport } from '#engine/cycle'
import type { Pipeline } from '#engine/pipeline'
import { dropFact, putFact, readFact } from '#assembly/facts'
import type { Runner } from '#assembly/runner'

export interface Turn {
  readonly everything: boolean
  /** What a new mapping wants waits for a person: this pass only looks. */
  readonly brake: Brake | null
  /** Were there links before? Without any, every pass is a whole comparison. */
  readonly hadLinks: boolean
}

type Wished = Pick<CycleOptions, 'everything' | 'agreed' | 'who' | 'dryRun'>

const remappedCode: Code = 'DB-3124'

export async function turnOf({ ledger }: Runner, { mapping, mode }: Pipeline, wished: Wished): Promise<Turn> {
  const hadLinks = (await ledger.count('link')) > 0
  const wish = { everything: wished.everything ?? false, brake: null, hadLinks }
  // Observing writes nothing, and so has nothing to be careful about.
  if (!hadLinks || wished.agreed || (mode === 'observe' && !wished.dryRun)) return wish
  const compared = await readFact(ledger, 'compared')
  if (compared?.mapping !== mapping.hash) return { ...wish, everything: true }
  if (compared.stopped === null || wish.everything) return wish
  // A person who asks sees all that waits; the schedule would only ask the same again.
  return wished.who === undefined && !wished.dryRun
    ? { ...wish, brake: { ...compared.stopped, code: remappedCode } }
    : { ...wish, everything: true }
}

/** A pass that only looked, because of that brake. */
export function heldBack(report: CycleReport, brake: Brake): CycleReport {
  const { plan } = report
  if (report.error || !plan) return report
  const others = plan.stopped.filter(({ code }) => code !== brake.code)
  return { ...report, result: 'stopped', plan: { ...plan, stopped: [brake, ...others] } }
}

/** After a pass that might write. */
export async function noteComparison(
  { ledger }: Runner,
  { mapping }: Pipeline,
  { report, turn, wished }: { readonly report: CycleReport; readonly turn: Turn; readonly wished: Wished },
): Promise<void> {
  if (report.error || turn.brake || !report.plan || ledger.failure) return
  const compared = await readFact(ledger, 'compared')
  if (wished.agreed) {
    // Whether that was all of it, the next pass finds out.
    if (compared?.stopped) await ledger.commit([dropFact('compared')])
    return
  }
  if (turn.hadLinks && !turn.everything) return
  const stopped = remappedBrake(report.plan)
  // Another brake: what the mapping wants is not known yet.
  if (report.plan.stopped.length > 0 && !stopped) return
  const isNews = compared?.mapping !== mapping.hash || (compared.stopped === null) !== (stopped === null)
  if (isNews && (report.applied !== null || stopped !== null))
    await ledger.commit([putFact('compared', { mapping: mapping.hash, stopped })])
}

function remappedBrake({ stopped }: Plan): { message: string; limit: number; wanted: number } | null {
  const brake = stopped.find(({ code }) => code === remappedCode)
  return brake ? { message: brake.message, limit: brake.limit, wanted: brake.wanted } : null
}
