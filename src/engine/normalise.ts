// The second stage: from changed records to whole deals. Finds the link of each, reads the side that did not change,
// and asks the CRM all its questions about new deals in one go. What turns out to be our own echo goes no further.

import type { Question } from '#spi'
import { linkKey, REFERRAL, shareKey, type LinkKey, type RecordId } from '#core/model/ids'
import type { Link } from '#core/model/link'
import type { VendorRecord } from '#core/model/record'
import { ReferralFacts } from '#core/model/referral'
import type { DealView } from '#core/reconcile/world'
import { ask } from './ask.ts'
import { type Compared, differsFromBase } from './echo.ts'
import { forgottenAmong } from './forgotten.ts'
import type { Pipeline } from './pipeline.ts'
import { searchFor } from './questions.ts'
import type { Seen } from './read.ts'
import { awaitedByShares, isMarked, pointedToBy } from './shared.ts'

/** Links whose time has come that one cycle takes up; the rest follow in the next. */
const dueMax = 500

/** A deal in hand while its parts are being gathered. */
interface Gathered {
  readonly link: Link | null
  referral: VendorRecord | null
  crm: VendorRecord | null
  /** Its record is marked to become a deal at the source. */
  readonly isMarked?: true
}

export async function normalise(pipeline: Pipeline, seen: Seen, signal: AbortSignal): Promise<readonly DealView[]> {
  const gathered = await gather(pipeline, seen)
  return complete(pipeline, gathered, signal)
}

/** Whole deals, whether or not anything about them changed: both sides are read where they are not given. */
export async function wholeDeals(
  pipeline: Pipeline,
  of: {
    readonly referrals?: readonly VendorRecord[]
    readonly links?: readonly Link[]
    /** Records of the CRM that may have no link yet. */
    readonly marked?: readonly VendorRecord[]
  },
  signal: AbortSignal,
): Promise<readonly DealView[]> {
  const { referrals = [], links = [], marked = [] } = of
  const known = await pipeline.ledger.getMany(
    'link',
    referrals.map((referral) => linkKey(referral.id)),
  )
  const inHand = new Map<LinkKey, Gathered>(links.map((link) => [link.key, { link, referral: null, crm: null }]))
  for (const [index, referral] of referrals.entries())
    inHand.set(linkKey(referral.id), { link: known[index] ?? null, referral, crm: null })
  await addMarked(pipeline, inHand, marked)
  return complete(pipeline, inHand, signal)
}

async function gather(pipeline: Pipeline, seen: Seen): Promise<ReadonlyMap<LinkKey, Gathered>> {
  const { ledger, mapping, clock } = pipeline
  const inHand = new Map<LinkKey, Gathered>()
  const referrals = [...seen.referrals.values()]
  const byReferral = await ledger.getMany(
    'link',
    referrals.map((referral) => linkKey(referral.id)),
  )
  const records = [...seen.records.values()]
  const touched = [...seen.touched].filter((id) => !seen.records.has(id))
  const byRecord = await ledger.linksOf([...records, ...touched.map((id) => ({ kind: mapping.record, id }))])
  for (const [index, referral] of referrals.entries())
    inHand.set(linkKey(referral.id), { link: byReferral[index] ?? null, referral, crm: null })
  for (const [index, link] of byRecord.entries()) {
    if (!link) continue
    const deal = inHand.get(link.key) ?? { link, referral: null, crm: null }
    deal.crm = records[index] ?? null
    inHand.set(link.key, deal)
  }
  const unlinked = records.filter((_, index) => !byRecord[index])
  await addMarked(pipeline, inHand, unlinked)
  for (const [key, deal] of inHand) if (isEcho(pipeline, deal)) inHand.delete(key)
  await addDue(pipeline, inHand, clock.now())
  return inHand
}

/** Records that a seller marked for the source, and that belong to no referral yet. */
async function addMarked(
  pipeline: Pipeline,
  inHand: Map<LinkKey, Gathered>,
  records: readonly VendorRecord[],
): Promise<void> {
  const marked = records.filter((record) => isMarked(pipeline, record))
  if (marked.length === 0) return
  const held = await pipeline.ledger.linksOf(marked)
  const keys = marked.map(({ kind, id }) => shareKey(kind, id))
  const rested = await pipeline.ledger.getMany('link', keys)
  for (const [index, crm] of marked.entries()) {
    const [key, link] = [keys[index], held[index] ?? rested[index] ?? null]
    if (key !== undefined && (link === null || link.unshared))
      inHand.set(key, { link, referral: null, crm, isMarked: true })
  }
}

/** Our own write coming back, or a change to something no row looks at. */
function isEcho(pipeline: Pipeline, { link, referral, crm }: Gathered): boolean {
  if (!link?.record || link.unshared || link.missingSince || link.answers || link.mapping !== pipeline.mapping.hash)
    return false
  if (link.waiting.length > 0 || link.unfinished) return false
  if (crm?.gone || referral?.gone) return false
  if (sawAlready(link, referral, crm)) return true
  const lead = leadOf(pipeline, link)
  if (link.kind !== pipeline.mapping.record && !lead) return false
  const known = { mapping: pipeline.mapping, link, now: pipeline.clock.now(), ...(lead ? { lead } : {}) }
  const moved =
    (referral !== null && differsFromBase({ ...known, side: 'referral', record: referral })) ||
    (crm !== null && differsFromBase({ ...known, side: 'crm', record: crm }))
  // A touched record (a close activity) was not read itself: look.
  return !moved && (referral !== null || crm !== null)
}

/** What a link is compared by while its lead waits. Once that is answered there is a deal to be looked for. */
function leadOf({ mapping, target }: Pipeline, link: Link): Compared['lead'] {
  const { lead: phase } = mapping
  const { lead: model } = target.facet
  const isAnswered = link.base.standing?.stage === 'Accepted'
  return phase && model && link.kind === phase.record && !isAnswered
    ? { rows: phase.rows, open: model.open }
    : undefined
}

/** Looked at before in this very state, and found that nothing can be done about it. */
function sawAlready(link: Link, referral: VendorRecord | null, crm: VendorRecord | null): boolean {
  const left = referral === null || link.left.version === referral.version
  const right = crm === null || link.right.version === crm.version
  return left && right && (referral !== null || crm !== null)
}

async function addDue(pipeline: Pipeline, inHand: Map<LinkKey, Gathered>, now: string): Promise<void> {
  const due = (await pipeline.ledger.due(now, dueMax)).filter((key) => !inHand.has(key))
  for (const link of await pipeline.ledger.getMany('link', due))
    if (link) inHand.set(link.key, { link, referral: null, crm: null })
}

async function complete(
  pipeline: Pipeline,
  gathered: ReadonlyMap<LinkKey, Gathered>,
  signal: AbortSignal,
): Promise<readonly DealView[]> {
  const deals = await awaitedByShares(pipeline, await withoutForgotten(pipeline, gathered))
  await fillReferrals(pipeline, deals, signal)
  await fillRecords(pipeline, deals, signal)
  const shared = await pointedToBy(pipeline, deals, signal)
  const parts = deals.map((deal) => ({ ...deal, facts: deal.referral && factsOf(deal.referral) }))
  const found = await searchFor(pipeline, parts, signal)
  return parts.map((part, index): DealView => ({
    link: part.link,
    referral: part.referral,
    facts: part.facts,
    crm: part.crm,
    found: found[index] ?? null,
    ...shared[index],
  }))
}

/** Whoever was forgotten is not got to know again. */
async function withoutForgotten(
  { ledger }: Pipeline,
  gathered: ReadonlyMap<LinkKey, Gathered>,
): Promise<readonly Gathered[]> {
  const strangers = [...gathered].flatMap(([key, { link }]) => (link === null ? [key] : []))
  const forgotten = await forgottenAmong(ledger, strangers)
  return [...gathered].flatMap(([key, deal]) => (forgotten.has(key) ? [] : [deal]))
}

/** A status that cannot be read is looked at, never acted on. */
function factsOf(referral: VendorRecord): ReferralFacts | null {
  const facts = ReferralFacts.safeParse(referral.fields['ref'])
  return facts.success ? facts.data : null
}

async function fillReferrals(pipeline: Pipeline, deals: readonly Gathered[], signal: AbortSignal): Promise<void> {
  const missing = deals.filter(({ referral, link }) => referral === null && link !== null && !link.unshared)
  const questions = missing.map(({ link }): Question => ({
    shape: { kind: REFERRAL, fields: [] },
    by: { id: link?.referral ?? ('' as RecordId) },
  }))
  const answers = await ask(pipeline, 'source', questions, signal)
  for (const [index, deal] of missing.entries()) deal.referral = answers[index]?.[0] ?? null
}

async function fillRecords(pipeline: Pipeline, deals: readonly Gathered[], signal: AbortSignal): Promise<void> {
  const missing = deals.filter((deal) => deal.crm === null && deal.link?.record != null)
  const questions = missing.map(({ link }): Question => ({
    shape: shapeOf(pipeline, link),
    by: { id: link?.record ?? ('' as RecordId) },
  }))
  const answers = await ask(pipeline, 'target', questions, signal)
  for (const [index, deal] of missing.entries()) deal.crm = answers[index]?.[0] ?? null
}

function shapeOf({ mapping }: Pipeline, link: Link | null): Question['shape'] {
  return mapping.shapes.find((shape) => shape.kind === link?.kind) ?? { kind: link?.kind ?? mapping.record, fields: [] }
}
