// One pass of one pipeline: the river, in order. It reads like the drawing:
//
//   recover ──► read ──► normalise ──► plan ──► apply ──► record
//
// Up to the plan nothing outside changes. Intents and receipts are kept by apply, the bookmarks last of all. A pass
// that fails in the middle is made again from the same bookmarks.

import { asSyncError, type SyncError } from '#core/errors'
import type { ChangeId, LinkKey } from '#core/model/ids'
import type { Instant } from '#core/model/instant'
import type { Link } from '#core/model/link'
import { asAgreed } from '#core/reconcile/agreed'
import { planAll } from '#core/reconcile/plan-all'
import type { Plan } from '#core/reconcile/plan'
import type { DealView, PlanFrame } from '#core/reconcile/world'
import type { NewEvent } from '#ledger'
import { apply, type Applied } from './apply.ts'
import { openIntents, type OpenIntents } from './intents.ts'
import { awaitLateCreates } from './late-creates.ts'
import { normalise, wholeDeals } from './normalise.ts'
import type { Pipeline } from './pipeline.ts'
import { read, type Seen } from './read.ts'
import { record } from './record.ts'
import { recoverCreates, recoverUpdates } from './recover.ts'
import { afterMoving, keepLink } from './settle.ts'
import { begunAmong, sharesThere } from './shared.ts'
import { sweep } from './sweep.ts'
import type { Watch } from './watch.ts'

/** Links kept in one commit. */
const linksMax = 2_000
/** A deal that keeps moving under our hands is left to the next pass after this many rounds. */
const roundsMax = 3

export interface CycleOptions {
  /** Ends everything at once; a write in hand becomes one whose answer was lost. */
  readonly signal: AbortSignal
  /** Ends the pass early but in order: nothing new is begun, the write in hand is finished and recorded. */
  readonly drain?: AbortSignal
  /** Plan only, whatever the pipeline's mode. */
  readonly dryRun?: boolean
  /** Compare every linked pair and read every referral, not only what changed. */
  readonly everything?: boolean
  /** What a person agreed to: changes over the limits, and how many outcomes. */
  readonly approved?: { readonly changes: boolean; readonly outcomes: number }
  /** The plan a person saw: exactly its changes are written, and none of them when one of its records moved since. */
  readonly agreed?: Plan
  /** Who asked for it: `dealbridge`, or the person at the keyboard. */
  readonly who?: string
  readonly watch?: Watch
}

export interface CycleReport {
  readonly run: string
  readonly startedAt: Instant
  readonly ms: number
  readonly result: 'done' | 'held' | 'stopped' | 'failed'
  readonly plan: Plan | null
  readonly applied: Applied | null
  readonly error: SyncError | null
}

export async function cycle(pipeline: Pipeline, options: CycleOptions): Promise<CycleReport> {
  const { clock, random, log } = pipeline
  const run = random.uuid().slice(0, 8)
  const startedAt = clock.now()
  const began = clock.monotonicMs()
  const at = log.with({ pipeline: pipeline.name, run })
  const done = (rest: Pick<CycleReport, 'result' | 'plan' | 'applied' | 'error'>): CycleReport => {
    const ms = Math.round(clock.monotonicMs() - began)
    pipeline.meter.run(pipeline.name, rest.result, ms)
    at.info('run.done', {
      ms,
      count: rest.applied?.written ?? 0,
      ...(rest.error ? { code: rest.error.code, error: rest.error } : {}),
    })
    return { run, startedAt, ms, ...rest }
  }
  try {
    return done(await pass(pipeline, options, run))
  } catch (cause) {
    options.signal.throwIfAborted()
    options.drain?.throwIfAborted()
    const error = asSyncError(cause)
    at.warn('run.failed', { code: error.code, error })
    return done({ result: 'failed', plan: null, applied: null, error })
  }
}

type Outcome = Pick<CycleReport, 'result' | 'plan' | 'applied' | 'error'>

async function pass(pipeline: Pipeline, options: CycleOptions, run: string): Promise<Outcome> {
  const signal = options.drain ? AbortSignal.any([options.signal, options.drain]) : options.signal
  const writes = mayWrite(pipeline, options)
  const frame = { run, now: pipeline.clock.now(), who: options.who ?? 'dealbridge' }
  const there = writes ? await recoverLost(pipeline, frame, signal) : nothingThere
  const again = (options.agreed?.changes ?? []).map((change) => change.link)
  const seen = await read(pipeline, signal)
  const views = await normalise(pipeline, seen, signal)
  const of: RoundFrame = { options, seen, frame, writes, there, signal }
  const first = await untilSettled(
    pipeline,
    await round(pipeline, await withLinks(pipeline, views, again, signal), of),
    of,
  )
  const all = options.everything && !options.agreed ? await compareAll(pipeline, first, of) : first
  return outcomeOf(pipeline, all, of)
}

const nothingThere: RoundFrame['there'] = new Set()

async function recoverLost(
  pipeline: Pipeline,
  frame: RoundFrame['frame'],
  signal: AbortSignal,
): Promise<RoundFrame['there']> {
  const open = await openIntents(pipeline.ledger)
  await awaitLateCreates(pipeline, open, signal)
  await recoverCreates(pipeline, open, frame, signal)
  return await sharesThere(pipeline, open, signal)
}

async function outcomeOf(pipeline: Pipeline, { plan, applied }: Round, { seen, writes }: RoundFrame): Promise<Outcome> {
  if (plan.stopped.length > 0) return { result: 'stopped', plan, applied: writes ? applied : null, error: null }
  if (!writes) return { result: 'done', plan, applied: null, error: null }
  const quiet = plan.changes.length === 0 && plan.links.length === 0
  if (applied.deferred === 0) await record(pipeline, seen, { quiet })
  const held = applied.refused + applied.unknown > 0 || plan.changes.some((change) => change.state !== 'ready')
  return { result: applied.failure ? 'failed' : held ? 'held' : 'done', plan, applied, error: applied.failure }
}

/** After what changed, everything else: slice by slice, until a brake or a failing connection ends it. */
async function compareAll(pipeline: Pipeline, first: Round, of: RoundFrame): Promise<Round> {
  let whole = first
  if (isOver(whole)) return whole
  for await (const views of sweep(pipeline, of.signal)) {
    whole = together(whole, await untilSettled(pipeline, await round(pipeline, views, of), of))
    if (isOver(whole)) break
  }
  return whole
}

const isOver = ({ plan, applied }: Round): boolean => plan.stopped.length > 0 || applied.failure !== null

function together(a: Round, b: Round): Round {
  const known = new Set(a.plan.changes.map((change) => change.id))
  const plan: Plan = {
    ...a.plan,
    read: { ...a.plan.read, changed: a.plan.read.changed + b.plan.read.changed },
    changes: [...a.plan.changes, ...b.plan.changes.filter((change) => !known.has(change.id))],
    links: [...a.plan.links, ...b.plan.links],
    stopped: [...a.plan.stopped, ...b.plan.stopped],
    skipped: [...a.plan.skipped, ...b.plan.skipped],
  }
  return { plan, applied: sum(a.applied, b.applied) }
}

const mayWrite = (pipeline: Pipeline, options: CycleOptions): boolean =>
  !options.dryRun && (pipeline.mode === 'auto' || (pipeline.mode === 'review' && options.approved?.changes === true))

/** Adds links that must be looked at whether or not anything about them was read. */
async function withLinks(
  pipeline: Pipeline,
  views: readonly DealView[],
  keys: readonly LinkKey[],
  signal: AbortSignal,
): Promise<readonly DealView[]> {
  const present = new Set(views.map((view) => view.link?.key))
  const missing = keys.filter((key) => !present.has(key))
  if (missing.length === 0) return views
  const links = (await pipeline.ledger.getMany('link', missing)).filter((link): link is Link => link !== undefined)
  return [...views, ...(await wholeDeals(pipeline, { links }, signal))]
}

interface RoundFrame {
  readonly options: CycleOptions
  readonly seen: Seen
  readonly frame: { readonly run: string; readonly now: Instant; readonly who: string }
  readonly writes: boolean
  /** Deals sent to the source in an earlier pass, without an answer, that are there by now. */
  readonly there: ReadonlySet<ChangeId>
  /** For everything that only reads. */
  readonly signal: AbortSignal
}

interface Round {
  readonly plan: Plan
  readonly applied: Applied
}

const nothingApplied: Applied = { written: 0, refused: 0, stale: [], unknown: 0, deferred: 0, failure: null }

async function round(pipeline: Pipeline, seenViews: readonly DealView[], of: RoundFrame): Promise<Round> {
  const { agreed, watch } = of.options
  const open = await openIntents(pipeline.ledger)
  const { views: settled, moves, events } = recoverUpdates(pipeline, seenViews, open, of.frame)
  const views = begunAmong(pipeline, settled, { open, there: of.there })
  if (of.writes && moves.length > 0) await pipeline.ledger.commit(moves, events)
  const fresh = planAll(frameOf(pipeline, of.frame.now), views, {
    limits: pipeline.limits,
    linked: await pipeline.ledger.count('link'),
    read: { referrals: of.seen.referrals.size, records: of.seen.records.size },
    approved: of.options.approved ?? { changes: false, outcomes: 0 },
  })
  const { plan, leftOut } = agreed ? asAgreed(fresh, agreed) : { plan: fresh, leftOut: 0 }
  watch?.seen?.(views)
  watch?.planned?.(plan)
  if (!of.writes || plan.stopped.length > 0) return { plan, applied: nothingApplied }
  const applied = await carryOut(pipeline, plan, { views, of, open })
  return { plan, applied: { ...applied, deferred: applied.deferred + leftOut } }
}

export function frameOf(pipeline: Pipeline, now: Instant): PlanFrame {
  const { name, mapping, source, target, owners, timezone, self } = pipeline
  return {
    pipeline: name,
    mapping,
    now,
    systems: { referral: source.name, crm: target.name },
    source: source.facet,
    target: target.facet,
    owners,
    timezone,
    ...(self === undefined ? {} : { self }),
  }
}

/** What the plan learned about links is kept before the first write, so that every intent has a link to come back to. */
async function carryOut(
  pipeline: Pipeline,
  plan: Plan,
  { views, of, open }: { readonly views: readonly DealView[]; readonly of: RoundFrame; readonly open: OpenIntents },
): Promise<Applied> {
  await keepLearned(pipeline, plan, waitsBegun(plan, views, of.frame))
  const links = new Map<LinkKey, Link>()
  for (const view of views) if (view.link) links.set(view.link.key, view.link)
  for (const link of plan.links) links.set(link.key, link)
  const { there } = of
  const applied = await apply(pipeline, plan, { ...of.frame, ...of.options, who: of.frame.who, links, open, there })
  return { ...applied, stale: [...new Set([...applied.stale, ...movedOn(plan, views)])] }
}

/** A first load plans more links than one commit holds. Each is kept whole, with the events that tell of it. */
async function keepLearned({ ledger }: Pipeline, { links }: Plan, events: readonly NewEvent[]): Promise<void> {
  const byLink = Map.groupBy(events, ({ link }) => link)
  for (let from = 0; from < links.length; from += linksMax) {
    const some = links.slice(from, from + linksMax)
    await ledger.commit(
      some.map(keepLink),
      some.flatMap(({ key }) => byLink.get(key) ?? []),
    )
  }
}

/** Links whose lead has become a deal: the deal has not been read yet, so they are planned again at once. */
function movedOn(plan: Plan, views: readonly DealView[]): readonly LinkKey[] {
  const before = new Map(views.flatMap(({ link }) => (link?.record ? [[link.key, link.record] as const] : [])))
  return plan.links.filter(({ key, record }) => before.has(key) && before.get(key) !== record).map(({ key }) => key)
}

/** New waits are events of a deal's history: held, asked, refused. */
function waitsBegun(plan: Plan, views: readonly DealView[], frame: RoundFrame['frame']): readonly NewEvent[] {
  const before = new Map(
    views.flatMap(({ link }) => (link ? [[link.key, new Set(link.waiting.map((wait) => wait.subject))] as const] : [])),
  )
  return plan.links.flatMap((link) =>
    link.waiting
      .filter((wait) => !before.get(link.key)?.has(wait.subject))
      .map((wait): NewEvent => ({
        at: frame.now,
        event: wait.for === 'question' ? 'asked' : 'held',
        link: link.key,
        run: frame.run,
        who: frame.who,
        change: null,
        code: wait.code,
        details: { subject: wait.subject, until: wait.until },
      })),
  )
}

/** Deals that moved between our read and our write are read and planned again, a few times. */
async function untilSettled(pipeline: Pipeline, first: Round, of: RoundFrame): Promise<Round> {
  let { applied } = first
  let stale = applied.stale
  for (let turn = 1; turn < roundsMax && stale.length > 0 && !of.signal.aborted && !of.options.agreed; turn += 1) {
    const links = (await pipeline.ledger.getMany('link', stale)).filter((link): link is Link => link !== undefined)
    const next = await round(pipeline, await wholeDeals(pipeline, { links }, of.signal), of)
    stale = next.applied.stale
    applied = sum(applied, next.applied)
  }
  if (stale.length > 0 && of.writes) await leaveMoving(pipeline, stale, of.frame.now)
  return { plan: first.plan, applied: { ...applied, stale } }
}

/** Still moving: the next pass meets them again, and says so when that goes on. */
async function leaveMoving({ ledger }: Pipeline, keys: readonly LinkKey[], now: Instant): Promise<void> {
  const links = await ledger.getMany('link', keys)
  await ledger.commit(links.flatMap((link) => (link ? [keepLink(afterMoving(link, now))] : [])))
}

function sum(a: Applied, b: Applied): Applied {
  return {
    written: a.written + b.written,
    refused: a.refused + b.refused,
    stale: b.stale,
    unknown: a.unknown + b.unknown,
    deferred: a.deferred + b.deferred,
    failure: a.failure ?? b.failure,
  }
}
