// Folds many deals into one plan: each planned by itself, records that several need made once, and everything in the
// order in which it has to be applied.

import type { LinkKey } from '../model/ids.ts'
import type { Instant } from '../model/instant.ts'
import { isClosed } from '../model/stage.ts'
import { baseValue, sameLink, type Link } from '../model/link.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { brakesFor, type Limits, type Wanted } from './limits.ts'
import { PLAN_SCHEMA, type Change, type Plan, type Skipped } from './plan.ts'
import { planDeal } from './planner.ts'
import { restingOn } from './resting.ts'
import { PlannedRecords } from './search.ts'
import type { DealView, PlanFrame } from './world.ts'

export interface PlanAllOptions {
  readonly limits: Limits
  /** How many links there are in all, for limits that are shares. */
  readonly linked: number
  readonly read: { readonly referrals: number; readonly records: number }
  readonly approved: Wanted['approved']
}

export function planAll(frame: PlanFrame, views: readonly DealView[], options: PlanAllOptions): Plan {
  const planned = new PlannedRecords()
  const changes = new Map<Change['id'], Change>()
  const links = new Map<LinkKey, Link>()
  const again = new Set<LinkKey>()
  const skipped: Skipped[] = []
  for (const view of views) {
    const verdict = planDeal(frame, view, planned)
    if (verdict.skipped) skipped.push(verdict.skipped)
    else if (verdict.again) again.add(verdict.link.key)
    if (verdict.link) links.set(verdict.link.key, verdict.link)
    for (const change of verdict.changes) if (!changes.has(change.id)) changes.set(change.id, change)
  }
  const before = views.flatMap((view) => (view.link ? [view.link] : []))
  const ordered = restingOn(inOrder([...changes.values()]), { links, before, now: frame.now })
  for (const change of ordered) if (change.state === 'ready') again.add(change.link)
  const vanished = views.filter(isVanished).length
  const { mapping, pipeline, now } = frame
  const wanted: Wanted = {
    changes: ordered,
    links: before,
    halfMade: halfMadeAmong(before, mapping),
    linked: options.linked,
    vanished,
    outcomesMax: mapping.outcomes.maxPerRun,
    approved: options.approved,
    mappingHash: mapping.hash,
  }
  return {
    schema: PLAN_SCHEMA,
    pipeline,
    mapping: { name: mapping.name, hash: mapping.hash },
    readAt: now,
    read: { ...options.read, changed: views.length, linked: options.linked },
    changes: ordered,
    links: newsOf(links, { before, again, now: frame.now }),
    stopped: brakesFor(wanted, options.limits),
    skipped,
  }
}

/** Made, and no more than that: what the referral is told first is the id of its record. */
function halfMadeAmong(links: readonly Link[], { rows, idField }: Mapping): ReadonlySet<LinkKey> {
  const told = rows.find((row) => row.crm === idField && row.toReferral)
  const half = told ? links.filter((link) => link.record !== null && baseValue(link, told.id) === undefined) : []
  return new Set(half.map(({ key }) => key))
}

/**
 * A link with something to write is marked before the first write, and loses the mark when all of it is settled:
 * whatever happens in between, the next pass looks at it again. A link of which nothing is new costs no commit.
 */
function newsOf(
  links: ReadonlyMap<LinkKey, Link>,
  of: { readonly before: readonly Link[]; readonly again: ReadonlySet<LinkKey>; readonly now: Instant },
): readonly Link[] {
  const before = new Map(of.before.map((link) => [link.key, link]))
  return [...links.values()].flatMap((link) => {
    const { unfinished, ...rest } = link
    const next = link.paused ? link : of.again.has(link.key) ? { ...rest, unfinished: unfinished ?? of.now } : rest
    const was = before.get(link.key)
    return was && sameLink(was, next) ? [] : [next]
  })
}

const isVanished = ({ link, crm }: DealView): boolean =>
  Boolean(link?.record && (crm === null || crm.gone) && !link.missingSince)

/**
 * Outcomes first, because they matter most and must not wait behind a quota; then what others rest on before what
 * rests on it. Otherwise as planned, so that the same plan has the same order.
 */
function inOrder(changes: readonly Change[]): readonly Change[] {
  const byId = new Map(changes.map((change) => [change.id, change]))
  const depths = new Map<Change['id'], number>()
  const depthOf = (change: Change): number => {
    const known = depths.get(change.id)
    if (known !== undefined) return known
    // A change is marked before its forerunners are looked at: a ring, which must not exist, still ends.
    depths.set(change.id, 0)
    const before = change.after.flatMap((id) => byId.get(id) ?? [])
    const depth = before.length === 0 ? 0 : 1 + Math.max(...before.map(depthOf))
    depths.set(change.id, depth)
    return depth
  }
  const rank = (change: Change): number => (isOutcome(change) ? -1 : depthOf(change))
  return changes
    .map((change) => ({ change, rank: rank(change) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ change }) => change)
}

const isOutcome = (change: Change): boolean =>
  change.settles.standing !== undefined && isClosed(change.settles.standing.stage) && change.side === 'referral'
