// Plans one deal: from what was read about it to what would be written, and why. Pure: the same view gives the same
// plan. A deal without a link is matched or made; a linked one is merged; one that lost a side waits.

import { linkKey, recordId, type LinkKey, type RecordId } from '../model/ids.ts'
import { later, msOf, type Instant } from '../model/instant.ts'
import { actedOn, isOlder, noBase, unseen, type Link, type Owed, type Seen } from '../model/link.ts'
import type { VendorRecord } from '../model/record.ts'
import type { ReferralFacts } from '../model/referral.ts'
import { isClosed } from '../model/stage.ts'
import { unreachable } from '../invariant.ts'
import type { Env } from '../mapping/mapping.ts'
import { refusalSubject } from './change.ts'
import { planCreate } from './create.ts'
import { planLead, planNewLead } from './lead.ts'
import type { DealPlan } from './linked-deal.ts'
import { planLinked } from './linked.ts'
import type { Skipped } from './plan.ts'
import { pick, severalCode, type PlannedRecords, type SearchVerdict } from './search.ts'
import { planShare } from './share.ts'
import type { DealView, Found, PlanFrame } from './world.ts'
import { waitFrom, waitingSince, type Wait } from './waits.ts'

/** A link without a record may stay behind when its referral is no longer taken: it waits for nothing any more. */
export type DealVerdict =
  | (DealPlan & { readonly skipped?: never })
  | { readonly skipped: Skipped; readonly link: Link | null; readonly changes: readonly [] }

export function planDeal(frame: PlanFrame, view: DealView, planned: PlannedRecords): DealVerdict {
  const { referral, facts, link } = view
  if (link?.paused) return { link, changes: [] }
  if (view.shared) return planShare(frame, view, { pointed: view.shared, planned })
  if (!referral || referral.gone) return withoutReferral(frame, view)
  if (!facts) return skip(referral.id, 'It has no status that can be read.', link)
  if (link?.record) return planKnown(frame, view, { facts, link, planned, referral })
  return planUnlinked({ frame, referral, facts, link, planned }, view.found)
}

interface Known {
  readonly facts: ReferralFacts
  readonly link: Link
  readonly planned: PlannedRecords
  readonly referral: VendorRecord
}

/** Hidden, or gone: nothing is concluded from that. It is looked for again now and then, and said meanwhile. */
function withoutReferral(frame: PlanFrame, { link, referral }: DealView): DealVerdict {
  if (!link) return skip(referral?.id ?? recordId(''), 'It is not shown any more.', null)
  const message = `${frame.source.label} does not show this referral any more. Nothing is written to either side.`
  const wait: Wait = {
    for: 'problem',
    subject: 'referral',
    code: 'DB-3509',
    message,
    who: 'Partner Center admin',
    until: nextLook(waitingSince('referral', link.waiting, frame.now), frame.now),
  }
  return { link: { ...link, waiting: [waitFrom(wait, link.waiting, frame.now)] }, changes: [] }
}

function planKnown(frame: PlanFrame, view: DealView, { facts, link, planned, referral }: Known): DealPlan {
  const { crm } = view
  if (!crm || crm.gone) return missing(frame, link, crm)
  if (isOlder(link.right, crm, frame.now) || isOlder(link.left, referral, frame.now))
    return { link, changes: [], again: true }
  const found = link.missingSince ? { ...link, missingSince: null } : link
  const { lead: phase } = frame.mapping
  const { lead: model } = frame.target
  if (!phase || !model || found.kind !== phase.record) return planLinked({ frame, link: found, referral, facts, crm })
  return planLead({
    frame,
    link: found,
    referral,
    facts,
    crm,
    phase,
    model,
    found: view.found ?? nothingFound,
    planned,
  })
}

const nothingFound: Found = { match: [], lookups: {}, linkedElsewhere: new Set() }

/** How long a record is given to turn up again. */
const lookAgainMs = 60_000
/** After that it is looked for ever more rarely, down to this. */
const lookRarelyMs = 6 * 3_600_000

/** As long again as it has been missing already. */
function nextLook(since: Instant, now: Instant): Instant {
  return later(now, Math.min(lookRarelyMs, Math.max(lookAgainMs, msOf(now) - msOf(since))))
}

/** Gone is believed only when seen twice; and what a person deleted is never made again. */
function missing(frame: PlanFrame, link: Link, crm: VendorRecord | null): DealPlan {
  if (!link.missingSince) {
    const message = `The ${link.kind} of this referral was not found. It is looked for once more before that is believed.`
    const again: Wait = {
      for: 'problem',
      subject: 'missing',
      code: 'DB-3508',
      message,
      who: 'CRM admin',
      until: later(frame.now, lookAgainMs),
    }
    return {
      link: { ...link, missingSince: frame.now, waiting: [waitFrom(again, link.waiting, frame.now)] },
      changes: [],
    }
  }
  // The second look has to be a later one: two reads of one moment are one read.
  if (frame.now < later(link.missingSince, lookAgainMs)) return { link, changes: [] }
  const merged = crm?.mergedInto
  const message = merged
    ? `The ${link.kind} of this referral was merged into ${merged}. Link the referral to it, or let it rest.`
    : `The ${link.kind} of this referral was deleted, or is no longer shown to dealbridge. It is not made again. Restore it, or link another.`
  const wait: Wait = {
    for: 'problem',
    subject: 'gone',
    code: merged ? 'DB-3504' : 'DB-3503',
    message,
    who: 'CRM admin',
    until: nextLook(link.missingSince, frame.now),
  }
  return { link: { ...link, waiting: [waitFrom(wait, link.waiting, frame.now)] }, changes: [] }
}

interface Unlinked {
  readonly frame: PlanFrame
  readonly referral: VendorRecord
  readonly facts: ReferralFacts
  /** Known already, but without a record: it waits for something. */
  readonly link: Link | null
  readonly planned: PlannedRecords
}

function planUnlinked(deal: Unlinked, found: Found | null): DealVerdict {
  const { frame, referral, facts, link, planned } = deal
  if (link && isOlder(link.left, referral, frame.now)) return { link, changes: [], again: true }
  const env: Env = { referral: referral.fields, crm: null, now: frame.now }
  const taken = frame.mapping.take(env)
  if (!taken.taken) return skip(referral.id, taken.because, rested(deal.link))
  const { match } = frame.mapping
  const answers = found ?? nothingFound
  const verdict = pick({ tries: match.tries, answers: answers.match, whenSeveral: match.whenSeveral }, env)
  switch (verdict.found) {
    case 'one':
      return answers.linkedElsewhere.has(verdict.record.id) || !planned.claim(verdict.record.id, referral.id)
        ? wait(deal, [alreadyLinked(frame, verdict.record)])
        : adopt(deal, verdict.record)
    case 'several':
      return wait(deal, [several(frame, verdict)])
    case 'none':
      return facts.stage === null || isClosed(facts.stage)
        ? skip(referral.id, 'It was closed before it had a record in the CRM.', rested(deal.link))
        : none(deal, env, answers)
    default:
      return unreachable(verdict)
  }
}

/** The record is there already: tied to the referral now, compared at once. Nothing agreed is known yet. */
function adopt(deal: Unlinked, crm: VendorRecord): DealPlan {
  const { frame, referral, facts } = deal
  const { chosen: _, ...start } = startOf(deal)
  const link: Link = { ...start, kind: crm.kind, record: crm.id, waiting: [] }
  return planLinked({ frame, link, referral, facts, crm })
}

function several(frame: PlanFrame, verdict: Extract<SearchVerdict, { found: 'several' }>): Wait {
  const choices = verdict.records.map((record) => record.id)
  const message = `${verdict.records.length} records of kind ${frame.mapping.record} fit this referral. Which one is it?`
  const question = verdict.may === 'ask'
  return {
    for: question ? 'question' : 'problem',
    subject: 'match',
    code: severalCode,
    message,
    who: question ? 'the seller' : 'CRM admin',
    choices,
  }
}

function alreadyLinked(frame: PlanFrame, record: VendorRecord): Wait {
  const message = `The ${frame.mapping.record} ${record.id} fits this referral, but another referral is linked to it already.`
  return { for: 'question', subject: 'match', code: 'DB-3506', message, who: 'CRM admin', choices: [record.id] }
}

function none(deal: Unlinked, env: Env, found: Found): DealVerdict {
  const { frame, referral, facts, planned } = deal
  const { whenNone } = frame.mapping.match
  if (whenNone === 'skip')
    return skip(
      referral.id,
      'No record in the CRM fits it, and the mapping makes none (match.whenNone: skip).',
      rested(deal.link),
    )
  if (whenNone === 'fail') {
    const message = `No record of kind ${frame.mapping.record} fits this referral, and the mapping makes none.`
    return wait(deal, [{ for: 'problem', subject: 'match', code: 'DB-2207', message, who: 'CRM admin' }])
  }
  const link = startOf(deal)
  const { lead } = frame.mapping
  const fresh = { frame, link, facts, env, found, planned }
  const made = lead?.when(env) ? planNewLead(fresh, lead) : planCreate(fresh, referral)
  if (!made.ok) return wait(deal, made.waits)
  const refusals = link.waiting.filter(({ subject }) => made.changes.some(({ id }) => subject === refusalSubject(id)))
  const { owed: _, ...rest } = link
  const isReady = made.changes.some(({ settles, state }) => settles.becomes === 'record' && state === 'ready')
  const left = isReady ? madeFrom(link.left, referral, frame.now) : link.left
  return { link: { ...rest, left, waiting: refusals, ...owing(made.owed) }, changes: made.changes }
}

/** The state from which a record is made. Planned again from the same one, there is nothing new to remember. */
const madeFrom = (known: Seen, referral: VendorRecord, now: Instant): Seen =>
  known.acted === referral.version ? known : actedOn(known, referral, now)

const owing = (owed: readonly Owed[]): Pick<Link, 'owed'> => (owed.length > 0 ? { owed: [...owed] } : {})

function wait(deal: Unlinked, waits: readonly Wait[]): DealPlan {
  const link = startOf(deal)
  const waiting = waits.map((one) => waitFrom(one, link.waiting, deal.frame.now))
  return { link: { ...link, waiting }, changes: [] }
}

function startOf({ frame, referral, link }: Unlinked): Link {
  return link ?? newLink(linkKey(referral.id), referral, frame)
}

function newLink(key: LinkKey, referral: VendorRecord, frame: PlanFrame): Link {
  return {
    key,
    referral: referral.id,
    kind: frame.mapping.record,
    record: null,
    since: frame.now,
    base: noBase,
    left: unseen,
    right: unseen,
    waiting: [],
    turn: 0,
    closes: 0,
    closedBy: null,
    mapping: frame.mapping.hash,
  }
}

const skip = (referral: RecordId, because: string, link: Link | null): DealVerdict => ({
  skipped: { referral, because },
  link,
  changes: [],
})

/** Whatever it waited for, it does not any more. */
const rested = (link: Link | null): Link | null => link && { ...link, waiting: [] }
