// Cuts a plan into batches one system can take: in order, each change after everything it rests on. Records that point
// to each other travel together, so that a connector can send them in the fewest calls; what rests on an update waits
// for its receipt, because within a batch a connector promises no order between the two.

import type { ChangeId, ConnectionName } from '#core/model/ids'
import type { Change } from '#core/reconcile/plan'

export interface Progress {
  readonly done: ReadonlySet<ChangeId>
  /** Refused, unknown, stale or put off: whatever rests on these cannot be tried now. */
  readonly failed: ReadonlySet<ChangeId>
  /** Changes of this plan: what is not among them has been written before. */
  readonly planned: ReadonlySet<ChangeId>
}

export interface Cut {
  readonly batch: readonly Change[]
  /** Those that rest on something that failed. */
  readonly putOff: readonly Change[]
  readonly rest: readonly Change[]
}

export function nextBatch(
  queue: readonly Change[],
  progress: Progress,
  batchMax: (system: ConnectionName) => number,
): Cut {
  const putOff =
    progress.failed.size === 0 ? [] : queue.filter(({ after }) => after.some((id) => progress.failed.has(id)))
  const lost = new Set(putOff)
  const open = putOff.length === 0 ? queue : queue.filter((change) => !lost.has(change))
  const first = open.find((change) => isFree(change, progress, none))
  if (!first) return { batch: [], putOff, rest: open }
  const batch: Change[] = []
  const passed: Change[] = []
  const made = new Set<ChangeId>()
  const max = Math.max(1, batchMax(first.system))
  // A link's two updates of one record must not travel together: the second would be stale.
  const records = new Set<Change['record']>()
  // Only as far as it takes to fill the batch: a long queue is cut many times.
  let looked = 0
  for (const change of open) {
    if (batch.length === max) break
    looked += 1
    if (change.system !== first.system || records.has(change.record) || !isFree(change, progress, made)) {
      passed.push(change)
      continue
    }
    batch.push(change)
    if (change.write.do === 'create') made.add(change.id)
    if (change.record !== null) records.add(change.record)
  }
  return { batch, putOff, rest: [...passed, ...open.slice(looked)] }
}

const none: ReadonlySet<ChangeId> = new Set()

function isFree(change: Change, progress: Progress, together: ReadonlySet<ChangeId>): boolean {
  return change.after.every((id) => progress.done.has(id) || together.has(id) || !progress.planned.has(id))
}
