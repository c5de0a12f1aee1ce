// Plans a deal that begins in the CRM: a record that a seller has marked becomes a deal at the source, once.
//
//   marked          the deal waits out its undo window, then it is made
//   mark taken away nothing is made; the link rests without a record until the mark comes back
//   sent, no answer it goes on whatever the mark says: the source has it, or may have it
//   made            the link takes the referral's own key, and from then on it is a deal like any other

import { recordId, REFERRAL, shareKey } from '../model/ids.ts'
import { textOf, withAt, type JsonObject } from '../model/json.ts'
import { baseValue, isOlder, noBase, unseen, type Link, type Waiting } from '../model/link.ts'
import { later } from '../model/instant.ts'
import type { Fields, VendorRecord } from '../model/record.ts'
import { isClosed } from '../model/stage.ts'
import { fits, stageRowOf, type Env, type Pointed, type Share } from '../mapping/mapping.ts'
import { createOf, refusalSubject, updateOf } from './change.ts'
import type { DealPlan } from './linked-deal.ts'
import { brokenRule } from './moves.ts'
import type { Change, Skipped } from './plan.ts'
import type { PlannedRecords } from './search.ts'
import { addFields, addRow, draft, isEmpty, settlementOf, type Draft } from './side.ts'
import { moment, showStatus, statusRow, type SellerState } from './status.ts'
import { waitFrom, waitingSince, type Wait } from './waits.ts'
import type { DealView, PlanFrame } from './world.ts'

/** What a deal that is to be shared waits for; a person may release it by this name. */
export const shareSubject = 'share'

type ShareVerdict = DealPlan | { readonly skipped: Skipped; readonly link: Link | null; readonly changes: readonly [] }

interface With {
  readonly pointed: Pointed
  readonly planned: PlannedRecords
}

export function planShare(frame: PlanFrame, view: DealView, { pointed, planned }: With): ShareVerdict {
  const { crm, begun } = view
  const { share } = frame.mapping
  if (!crm || crm.gone || !share) return restingDeal(view.link, 'The record is gone, or nothing is shared any more.')
  const link = view.link?.record ? view.link : startOf(frame, view.link, crm)
  if (isOlder(link.right, crm, frame.now)) return { link, changes: [], again: true }
  const deal: SharedDeal = { frame, share, link, crm, pointed }
  if (begun !== 'there') {
    const against = reasonAgainst(deal, planned)
    if (against !== null && begun === 'perhaps') return { link, changes: [], again: true }
    if (against !== null) return withdrawn(deal, view.link, against)
  }
  return plan(deal, view)
}

interface SharedDeal {
  readonly frame: PlanFrame
  readonly share: Share
  readonly link: Link
  readonly crm: VendorRecord
  readonly pointed: Pointed
}

function startOf({ mapping, now }: PlanFrame, known: Link | null, { id, kind }: VendorRecord): Link {
  const key = shareKey(kind, id)
  const { released: _, ...rest } = known ?? blankLink(key, now)
  return { ...rest, kind, record: id, since: now, mapping: mapping.hash, unshared: true }
}

const blankLink = (
  key: Link['key'],
  now: Link['since'],
): Omit<Link, 'kind' | 'record' | 'mapping'> & Pick<Link, 'released'> => ({
  key,
  referral: recordId(key),
  since: now,
  base: noBase,
  left: unseen,
  right: unseen,
  waiting: [],
  turn: 0,
  closes: 0,
  closedBy: null,
})

/** Why a record is nobody's to share; null when it is. */
function reasonAgainst({ frame, share, link, crm }: SharedDeal, planned: PlannedRecords): string | null {
  const { keyField } = frame.mapping.match
  const row = stageRowOf(frame.mapping.stages, crm.fields)
  if (!fits(crm.fields, share.mark)) return 'It is not marked to be shared.'
  if (keyField && textOf(crm.fields[keyField]) !== '') return 'It belongs to a referral already.'
  if (row && isClosed(row.stage)) return 'It was closed before it was shared.'
  return planned.claim(crm.id, link.key) ? null : 'A referral of this very plan belongs to it.'
}

// ── a deal that is not, or no longer, to be shared ───────────────────────────────────────────────────────────

/** Its link stays without a record: should the mark come back, it begins anew under the same name. */
function restingDeal(link: Link | null, because: string): ShareVerdict {
  const skipped = { referral: link?.referral ?? recordId(''), because }
  if (!link) return { skipped, link: null, changes: [] }
  const { unfinished: _, released: __, ...rest } = link
  const rested: Link = { ...rest, record: null, base: noBase, right: unseen, waiting: [] }
  return { skipped, link: rested, changes: [] }
}

function withdrawn(deal: SharedDeal, known: Link | null, because: string): ShareVerdict {
  const { frame, link, crm } = deal
  if (!known?.record) return restingDeal(known, because)
  const to = draft('crm', crm.fields)
  if (baseValue(link, statusRow('state')) != null) showStatus(to, frame, link, nothingShown)
  if (isEmpty(to) || isSealed(deal)) return restingDeal(known, because)
  return { link: { ...link, waiting: [] }, changes: [crmUpdate(deal, to)] }
}

const nothingShown = { state: null, message: null, answerBy: null, link: null }

// ── a deal that is to be shared ──────────────────────────────────────────────────────────────────────────────

function plan(deal: SharedDeal, view: DealView): DealPlan {
  const { frame, link } = deal
  const to = dealDraft(deal)
  const waits = view.begun === 'there' ? [] : waitsOf(deal, to)
  const held = waits.length === 0 && view.begun === undefined ? holdOf(deal) : null
  const create = createOf(
    to,
    { do: 'create', kind: REFERRAL, key: link.key, keyField: null, fields: {} },
    { frame, link, facts: { title: titleOf(deal, to) } },
    {
      irreversible: true,
      findBy: findBy(deal),
      settles: { ...settlementOf(to), standing: { stage: 'Accepted', step: null }, becomes: 'referral' },
      ...(held?.until ? { state: 'held' as const, why: { ...whyOf(held), who: 'nobody: it goes by itself' } } : {}),
    },
  )
  const refusals = link.waiting.filter(({ subject }) => subject === refusalSubject(create.id))
  const begun = [...waits, ...(held ? [held] : [])].map((wait) => waitFrom(wait, link.waiting, frame.now))
  const waiting = [...begun, ...refusals].map((wait) => lookedAtAgain(wait, link, frame))
  const next = { ...link, waiting, mapping: frame.mapping.hash }
  const told = statusFor(deal, next)
  const changes = [...(waits.length > 0 ? [] : [create]), ...told]
  return { link: next, changes }
}

const lookAgainMs = 60 * 60_000

/** What is missing may be mended on another record (its account, its contact), of which this one says nothing. */
function lookedAtAgain(wait: Waiting, link: Link, { now }: PlanFrame): Waiting {
  if (wait.until !== null) return wait
  const known = link.waiting.find(({ subject }) => subject === wait.subject)?.until ?? null
  return { ...wait, until: known !== null && known > now ? known : later(now, lookAgainMs) }
}

/** What the new deal is given. What cannot be said is refused by name; nothing is sent half. */
function dealDraft({ frame, share, crm, pointed }: SharedDeal): Draft {
  const to = draft('referral', null, frame.now)
  for (const row of share.rows) {
    const read = row.fromCrm(crm.fields)
    if (read.is === 'refused') to.refusals.push(read.refusal)
    else if (read.is === 'value') addRow(to, { row, value: read.value, base: undefined })
  }
  for (const { from, rule, read } of share.fields) {
    const written = read(crm.fields, pointed)
    if (written.ok) addFields(to, written.fields, { rule, from })
    else to.refusals.push(written.refusal)
  }
  const reference = frame.source.newDeal?.reference
  if (reference !== undefined && !Object.hasOwn(to.fields, reference))
    addFields(to, { [reference]: crm.id }, { rule: share.rule, from: frame.mapping.idField })
  return to
}

function waitsOf({ frame, crm }: SharedDeal, to: Draft): readonly Wait[] {
  const row = stageRowOf(frame.mapping.stages, crm.fields)
  const refused = to.refusals.map((refusal): Wait => ({
    for: 'problem',
    subject: `refusal:${refusal.code}`,
    ...refusal,
  }))
  if (row?.stage !== 'Accepted') return [...refused, notYet(row !== null)]
  const env: Env = { referral: asReferral(to.fields), crm: crm.fields, now: frame.now }
  const broken = brokenRule({ frame }, env)
  return broken ? [...refused, { for: 'problem', subject: 'check', ...broken }] : refused
}

function notYet(isKnown: boolean): Wait {
  const message = isKnown
    ? 'Marked for Microsoft, and its stage says that nobody works on it yet. Move the stage on.'
    : 'Marked for Microsoft, and its stage is in no row of the mapping’s stage table.'
  return { for: 'problem', subject: 'stage', code: 'DB-3130', message, who: isKnown ? 'the seller' : 'CRM admin' }
}

/** House rules look at the deal as it is going to be. */
const asReferral = (fields: Fields): JsonObject =>
  Object.entries(fields).reduce<JsonObject>((made, [path, value]) => withAt(made, path, value), {})

/** A deal that was made cannot be removed: so there is time for second thoughts. */
function holdOf({ frame, share, link }: SharedDeal): (Wait & { readonly until: Link['since'] }) | null {
  const until = later(waitingSince(shareSubject, link.waiting, frame.now), share.holdMs)
  if (link.released === shareSubject || until <= frame.now) return null
  const message = `It goes to Microsoft on ${moment(until, frame.timezone)}. Take the mark away before then to stop it.`
  return { for: 'outcome', subject: shareSubject, code: 'DB-3131', message, who: 'the seller', until }
}

const whyOf = ({ code, message, until }: Wait & { readonly until: Link['since'] }) => ({ code, message, until })

/** Found again by the partner's own id, which it carries from its first moment. */
function findBy({ frame, crm }: SharedDeal): NonNullable<Change['findBy']> {
  const reference = frame.source.newDeal?.reference
  return reference === undefined ? [] : [{ field: reference, value: crm.id, compare: 'exact' }]
}

function titleOf({ frame }: SharedDeal, { fields }: Draft): string {
  const parts = (frame.source.newDeal?.title ?? []).map((path) => textOf(fields[path]))
  return parts.filter((part) => part !== '').join(' – ')
}

// ── what the seller is told meanwhile ────────────────────────────────────────────────────────────────────────

function statusFor(deal: SharedDeal, link: Link): readonly Change[] {
  const [wait] = link.waiting
  if (!wait || isSealed(deal)) return []
  const state: SellerState = wait.for === 'outcome' ? 'On hold' : 'Problem'
  const to = draft('crm', deal.crm.fields)
  showStatus(to, deal.frame, link, { state, message: wait.message, answerBy: null, link: null })
  return isEmpty(to) ? [] : [crmUpdate({ ...deal, link }, to)]
}

const isSealed = ({ frame, crm }: SharedDeal): boolean => {
  const row = stageRowOf(frame.mapping.stages, crm.fields)
  return frame.target.closedIsReadOnly === true && row !== null && isClosed(row.stage)
}

function crmUpdate(deal: SharedDeal, to: Draft): Change {
  const { frame, link, crm } = deal
  const facts = { title: titleOf(deal, dealDraft(deal)) }
  return updateOf(to, { kind: crm.kind, id: crm.id, version: crm.version }, { frame, link, facts })
}
