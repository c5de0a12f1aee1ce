// Is it safe to do all this without asking? Pure counting: what a plan wants against what it may do by itself.

import type { Code, LinkKey } from '../model/ids.ts'
import type { Link } from '../model/link.ts'
import { isOutcome, type Brake, type Change } from './plan.ts'

export interface Limits {
  readonly perRun: number
  /** Of all links, between 0 and 1; small numbers of changes are always fine. */
  readonly shareOfLinked: number
  readonly creates: number
  readonly outcomes: number
  /** Links that may vanish in one run: the larger of a count and a share. */
  readonly vanished: { readonly count: number; readonly share: number }
}

/** A share of a few links is a few changes; below this many nobody needs to be asked. */
export const alwaysFine = 20

export interface Wanted {
  readonly changes: readonly Change[]
  readonly links: readonly Link[]
  /** Deals whose making was cut off: the record is there, and its referral has not been told of it. */
  readonly halfMade: ReadonlySet<LinkKey>
  readonly linked: number
  /** Links whose record was not found in this run. */
  readonly vanished: number
  /** The outcome limit of the mapping, where it is stricter. */
  readonly outcomesMax: number
  /** What a person agreed to beforehand. */
  readonly approved: { readonly changes: boolean; readonly outcomes: number }
  readonly mappingHash: string
}

export function brakesFor(wanted: Wanted, limits: Limits): readonly Brake[] {
  const ready = wanted.changes.filter((change) => change.state === 'ready')
  const creates = ready.filter((change) => change.settles.becomes !== undefined).length
  const outcomes = ready.filter(isOutcome).length
  const made = new Set(ready.flatMap((change) => (change.settles.becomes === undefined ? [] : [change.link])))
  // What a new deal's own referral is told is part of making the deal.
  const isMaking = ({ link, side }: Change): boolean =>
    made.has(link) || (side === 'referral' && wanted.halfMade.has(link))
  const updates = ready.filter((change) => change.action === 'update' && !isMaking(change)).length
  const share = Math.max(alwaysFine, Math.floor(limits.shareOfLinked * wanted.linked))
  const remapped = remappedBy(wanted, ready)
  const outcomesMax = Math.max(Math.min(limits.outcomes, wanted.outcomesMax), wanted.approved.outcomes)
  const vanishedMax = Math.max(limits.vanished.count, Math.floor(limits.vanished.share * wanted.linked))
  const outcomeBrake = over('DB-3121', outcomes, outcomesMax, 'outcomes that cannot be taken back would be sent.')
  // A person who has seen the plan may let all of it pass but outcomes: those are approved by their number.
  if (wanted.approved.changes) return outcomeBrake
  return [
    over(
      'DB-3125',
      wanted.vanished,
      vanishedMax,
      'linked records can no longer be found. Were permissions changed, or is this another org?',
    ),
    outcomeBrake,
    over('DB-3120', ready.length, limits.perRun, 'changes would be written in one run.'),
    over('DB-3122', creates, limits.creates, 'records would be made in one run.'),
    over('DB-3123', updates, share, 'linked records would change in one run, which is a large share of all.'),
    over('DB-3124', remapped, alwaysFine, 'linked records would change because the mapping changed.'),
  ].flat()
}

function remappedBy(wanted: Wanted, ready: readonly Change[]): number {
  const before = new Map(wanted.links.map((link) => [link.key, link.mapping]))
  return ready.filter(
    (change) => change.action === 'update' && (before.get(change.link) ?? wanted.mappingHash) !== wanted.mappingHash,
  ).length
}

function over(code: Code, wanted: number, limit: number, what: string): readonly Brake[] {
  return wanted > limit ? [{ code, message: `${wanted} ${what}`, limit, wanted }] : []
}
