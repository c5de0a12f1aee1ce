// A plan that a person saw and agreed to, held against the plan as it would be made now. Exactly its changes are
// written; when one of them would be different now, because a record moved since, none is.

import { canonicalJson, type Json } from '../model/json.ts'
import type { Change, Plan } from './plan.ts'

export interface Agreement {
  /** The fresh plan, cut down to what was agreed; stopped when something moved. */
  readonly plan: Plan
  /** Changes that are due now and were not agreed to: they stay for another plan. */
  readonly leftOut: number
}

export function asAgreed(fresh: Plan, agreed: Plan): Agreement {
  const due = new Map(fresh.changes.filter(isReady).map((change) => [change.id, change]))
  const wanted = agreed.changes.filter(isReady)
  const moved = wanted.filter((change) => !isSame(change, due.get(change.id)))
  const ids = new Set(wanted.map((change) => change.id))
  const changes = moved.length > 0 ? [] : fresh.changes.filter((change) => ids.has(change.id))
  const links = new Set(changes.map((change) => change.link))
  const plan: Plan = {
    ...fresh,
    changes,
    links: fresh.links.filter((link) => links.has(link.key)),
    stopped: moved.length > 0 ? [...fresh.stopped, movedBrake(moved)] : fresh.stopped,
  }
  return { plan, leftOut: due.size - changes.length }
}

const isReady = (change: Change): boolean => change.state === 'ready'

/** The same write to the same state of the same record. The whole write is compared: an id may not promise too much. */
function isSame(a: Change, b: Change | undefined): boolean {
  return b !== undefined && canonicalJson(asJson(a.write)) === canonicalJson(asJson(b.write))
}

const asJson = ({ fields, ...rest }: Change['write']): Json => ({ ...rest, fields: { ...fields } })

function movedBrake(moved: readonly Change[]): Plan['stopped'][number] {
  const names = [...new Set(moved.map((change) => change.referral.slice(0, 8)))]
  const shown = names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ')
  return {
    code: 'DB-3126',
    message: `${moved.length} of the planned changes would be different now, because a record moved since the plan was made (${shown}). Make the plan again.`,
    limit: 0,
    wanted: moved.length,
  }
}
