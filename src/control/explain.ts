// Why does this deal look like this, and what happens next? Both sides are read afresh and planned, with nothing
// written: the explanation is the plan of one deal, told field by field.

import { REFERRAL, recordId } from '#core/model/ids'
import type { Reading } from '#core/model/deal'
import type { Json } from '#core/model/json'
import { textOf } from '#core/model/json'
import { baseValue, type Link } from '#core/model/link'
import type { ReferralFacts } from '#core/model/referral'
import type { Value } from '#core/model/value'
import { stageRowOf, type Env, type Row } from '#core/mapping/mapping'
import { planAll } from '#core/reconcile/plan-all'
import type { Change, Plan } from '#core/reconcile/plan'
import type { DealView } from '#core/reconcile/world'
import { ask } from '#engine/ask'
import { frameOf } from '#engine/cycle'
import { wholeDeals } from '#engine/normalise'
import type { Pipeline } from '#engine/pipeline'
import type { Runner } from '#assembly/runner'
import type { HistoryEvent } from '#ledger'
import type { Candidate, Explanation, ExplainedField } from './answers.ts'
import { findDeals, unknownDeal } from './deals.ts'
import type { ExplainRequest } from './requests.ts'
import { wholeId } from './unlinked.ts'

const historyMax = 200
const historyShort = 12

export async function explain(
  runners: readonly Runner[],
  request: ExplainRequest,
  signal: AbortSignal,
): Promise<Explanation> {
  const known = await findDeals(runners, request.deal)
  const whole = known.length > 0 ? request.deal : await wholeId(runners, request.deal, signal)
  for (const runner of known.length > 0 ? known.map((deal) => deal.runner) : runners) {
    const link = known.find((deal) => deal.runner === runner)?.link ?? null
    const pipeline = await runner.ready(signal)
    const view = await viewOf(pipeline, link, whole, signal)
    if (view) return await told({ pipeline, view, request, link: link ?? view.link })
  }
  throw unknownDeal(request.deal)
}

/** An unlinked referral is asked for by its whole id. */
export async function viewOf(
  pipeline: Pipeline,
  link: Link | null,
  deal: string,
  signal: AbortSignal,
): Promise<DealView | undefined> {
  // It is to become a referral, and has no id of one yet.
  if (link?.unshared) return (await wholeDeals(pipeline, { links: [link] }, signal))[0]
  const id = link?.referral ?? recordId(deal.trim())
  const [found = []] = await ask(pipeline, 'source', [{ shape: { kind: REFERRAL, fields: [] }, by: { id } }], signal)
  const [referral] = found
  if (!link && (!referral || referral.gone)) return undefined
  const of = referral ? { referrals: [referral] } : { links: link ? [link] : [] }
  const [view] = await wholeDeals(pipeline, of, signal)
  return view
}

interface Told {
  readonly pipeline: Pipeline
  readonly view: DealView
  readonly link: Link | null
  readonly request: ExplainRequest
}

async function told({ pipeline, view, link, request }: Told): Promise<Explanation> {
  const { mapping, source, target } = pipeline
  const plan = await planOf(pipeline, view)
  const after = plan.links[0] ?? link
  const { facts } = view
  return {
    schema: 'dealbridge.explain/v1',
    pipeline: pipeline.name,
    title: facts?.title ?? plan.changes[0]?.title ?? '',
    referral: link?.referral ?? view.referral?.id ?? '',
    facts: facts && { kind: facts.kind, direction: facts.direction, stage: facts.stage, microsoft: atMicrosoft(facts) },
    record: link?.record ? { kind: link.kind, id: link.record } : null,
    linkedSince: link?.record && !link.unshared ? link.since : null,
    mapping: { name: mapping.name, hash: mapping.hash },
    source: source.facet.label,
    target: target.facet.label,
    fields: fieldsOf(pipeline, view, plan, after),
    waits: after?.waiting ?? [],
    candidates: candidatesOf(view, after),
    changes: plan.changes,
    skipped: plan.skipped[0]?.because ?? null,
    history: link ? await historyOf(pipeline, link, request.history ? historyMax : historyShort) : [],
  }
}

function atMicrosoft({ microsoft, microsoftMsxId }: ReferralFacts): NonNullable<Explanation['facts']>['microsoft'] {
  const [stage, id] = [microsoft?.stage ?? null, microsoftMsxId ?? null]
  return stage === null && id === null ? null : { stage, id }
}

/** An id alone tells a person nothing: what was searched by is shown beside it. */
function candidatesOf({ found }: DealView, link: Link | null): readonly Candidate[] {
  const wanted = new Set(link?.waiting.flatMap(({ choices }) => choices ?? []))
  const searched = [...(found?.match ?? []), ...Object.values(found?.lookups ?? {}).flat()].flat()
  const fitting = new Map(searched.filter(({ id }) => wanted.has(id)).map((record) => [record.id, record]))
  return [...fitting.values()].map(({ id, fields }) => ({
    id,
    shows: Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== id)),
  }))
}

async function planOf(pipeline: Pipeline, view: DealView): Promise<Plan> {
  return planAll(frameOf(pipeline, pipeline.clock.now()), [view], {
    limits: pipeline.limits,
    linked: await pipeline.ledger.count('link'),
    read: { referrals: 1, records: view.crm ? 1 : 0 },
    approved: { changes: true, outcomes: 1 },
  })
}

async function historyOf({ ledger }: Pipeline, link: Link, last: number): Promise<readonly HistoryEvent[]> {
  const events: HistoryEvent[] = []
  for await (const event of ledger.history({ link: link.key, last })) events.push(event)
  return events
}

function fieldsOf(pipeline: Pipeline, view: DealView, plan: Plan, link: Link | null): readonly ExplainedField[] {
  const { mapping, clock } = pipeline
  const env: Env = { referral: view.referral?.fields ?? {}, crm: view.crm?.fields ?? null, now: clock.now() }
  const rows = mapping.rows.map((row) => fieldOf(row, { view, env, plan, link }))
  return [...rows, stageOf(pipeline, view, plan, link)]
}

interface Around {
  readonly view: DealView
  readonly env: Env
  readonly plan: Plan
  readonly link: Link | null
}

function fieldOf(row: Row, { view, env, plan, link }: Around): ExplainedField {
  const [left, right] = [row.fromReferral(env), view.crm ? row.fromCrm(view.crm.fields) : null]
  const base = link ? baseValue(link, row.id) : undefined
  const question = link?.waiting.some((wait) => wait.subject === `row:${row.id}`)
  const change = plan.changes.find((one) => one.fields.some(({ path }) => path === row.crm || path === row.referral))
  const agrees = row.direction !== 'both' || sameShown(left, right)
  return {
    name: row.crm,
    referral: row.referral === null && row.direction === 'toReferral' ? null : shown(left),
    base: base ?? null,
    crm: right ? shown(right) : null,
    state: question ? 'question' : change ? stateOf(change) : unwritten(view) || (agrees ? 'in step' : 'differs'),
    direction: row.direction,
    from: row.referral ?? row.rule.key,
    rule: `${row.rule.file}:${row.rule.line}`,
  }
}

function stageOf({ mapping }: Pipeline, view: DealView, plan: Plan, link: Link | null): ExplainedField {
  const { stages } = mapping
  const row = view.crm ? stageRowOf(stages, view.crm.fields) : null
  const standing = link?.base.standing ?? null
  const change = plan.changes.find((one) => one.settles.standing !== undefined)
  const wait = link?.waiting.find((one) => one.subject === 'stage' || one.for === 'outcome')
  const inCrm = view.crm ? textOf(view.crm.fields[stages.crm]) : ''
  return {
    name: stages.crm,
    referral: view.facts?.stage ? [view.facts.stage, view.facts.step].filter(Boolean).join(' / ') : null,
    base: standing ? [standing.stage, standing.step].filter(Boolean).join(' / ') : null,
    crm: inCrm === '' ? (row?.stage ?? null) : inCrm,
    state: change ? stateOf(change) : wait ? 'held' : unwritten(view) || 'in step',
    direction: 'both',
    from: 'status',
    rule: row ? `${row.rule.file}:${row.rule.line}` : '',
  }
}

/** Two sides of which one is not there are not in step. */
const unwritten = ({ crm, referral }: DealView): 'no record' | '' => (crm && referral ? '' : 'no record')

const states = { ready: 'to be written', held: 'held', question: 'question', refused: 'refused' } as const
const stateOf = (change: Change): ExplainedField['state'] => states[change.state]

const shown = (reading: Reading): Json => (reading.is === 'value' ? asJson(reading.value) : null)
const asJson = (value: Value): Json => value

function sameShown(left: Reading, right: Reading | null): boolean {
  return right === null || right.is === 'absent' || JSON.stringify(shown(left)) === JSON.stringify(shown(right))
}
