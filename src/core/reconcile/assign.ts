// Who a record belongs to: the first rule that applies names someone, the connection's own list gives the id.

import type { Owner } from '../model/owner.ts'
import type { OwnerName } from '../mapping/mapping.ts'
import type { NewDeal } from './lookups.ts'
import { addFields, type Draft } from './side.ts'
import type { Wait } from './waits.ts'

/** Adds the owner to a record; says so where the rule names nobody who can own one. */
export function assign({ frame, env }: Pick<NewDeal, 'frame' | 'env'>, to: Draft): readonly Wait[] {
  const decided = frame.mapping.assign?.to(env)
  if (!frame.mapping.assign || !decided) return []
  const owner = frame.owners.find((candidate) => isOwner(candidate, decided.owner))
  if (owner?.active) {
    addFields(to, { [frame.mapping.assign.field]: owner.id }, { rule: decided.rule, from: decided.rule.key })
    return []
  }
  const name = nameOf(decided.owner)
  const message = owner
    ? `${name} is no longer active and cannot own a record (${decided.rule.key}).`
    : `${frame.target.label} knows no ${name} (${decided.rule.key}).`
  return [{ for: 'problem', subject: 'assign', code: 'DB-2152', message, who: 'CRM admin' }]
}

function isOwner(candidate: Owner, wanted: OwnerName): boolean {
  if ('user' in wanted)
    return (
      candidate.kind === 'user' &&
      [candidate.email, candidate.name, candidate.id].some((text) => text?.toLowerCase() === wanted.user.toLowerCase())
    )
  if ('team' in wanted) return candidate.kind === 'team' && candidate.name.toLowerCase() === wanted.team.toLowerCase()
  return candidate.kind === 'queue' && candidate.name.toLowerCase() === wanted.queue.toLowerCase()
}

const nameOf = (owner: OwnerName): string =>
  'user' in owner ? `user ${owner.user}` : 'team' in owner ? `team ${owner.team}` : `queue ${owner.queue}`
