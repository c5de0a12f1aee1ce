// Leads that wait as the CRM's own lead records until someone answers them.
//
//   referral New, lead open           they wait together, fields kept in step
//   accepted at Microsoft             the lead is qualified, and the deal is made (or copied, or left, as the mapping says)
//   qualified by a seller             that answers the referral; then the link moves on to the deal
//   disqualified by a seller          the referral is declined, with the brakes of every outcome
//   closed at Microsoft, unanswered   the lead is disqualified
//   accepted there, disqualified here the seller is asked which of the two is meant

import { recordId, type RecordId } from '../model/ids.ts'
import { textOf } from '../model/json.ts'
import { noBase, unseen } from '../model/link.ts'
import { isClosed } from '../model/stage.ts'
import { fits, stageRowFor, type Env, type LeadPhase, type StageRow } from '../mapping/mapping.ts'
import type { TargetModel } from '../model/target.ts'
import { assign } from './assign.ts'
import { createOf, refusalSubject, updateOf } from './change.ts'
import { planCreate } from './create.ts'
import { seenNow, waitsOf } from './linked.ts'
import type { DealPlan, LinkedDeal, Sides } from './linked-deal.ts'
import type { NewDeal } from './lookups.ts'
import { planMoves, type Moves } from './moves.ts'
import type { Change } from './plan.ts'
import { mergeRows } from './rows.ts'
import { addFields, addRow, draft, isEmpty, keyRow, settlementOf } from './side.ts'
import { neverAccepts, type StandingVerdict } from './standing.ts'
import { addStatus } from './status.ts'
import { waitFrom, type Wait } from './waits.ts'
import type { Found } from './world.ts'
import type { PlannedRecords } from './search.ts'

export type LeadModel = NonNullable<TargetModel['lead']>

export type NewLead =
  | { readonly ok: true; readonly changes: readonly Change[]; readonly owed: readonly [] }
  | { readonly ok: false; readonly waits: readonly Wait[] }

export function planNewLead(deal: NewDeal, phase: LeadPhase): NewLead {
  const { frame, link, facts, env } = deal
  const to = draft('crm', null)
  for (const row of phase.rows) {
    const left = row.fromReferral(env)
    if (left.is === 'refused') to.refusals.push(left.refusal)
    else addRow(to, { row, value: left.is === 'value' ? left.value : null, base: undefined })
  }
  const waits = [
    ...assign(deal, to),
    ...to.refusals.map((refusal): Wait => ({ for: 'problem', subject: 'create', ...refusal })),
  ]
  if (waits.length > 0) return { ok: false, waits }
  const { keyField } = frame.mapping.match
  if (keyField) {
    addFields(to, { [keyField]: link.key }, { rule: null, from: 'id' })
    to.values[keyRow] = link.key
  }
  addStatus(to, frame, { link, facts, waiting: [] })
  to.standing = { stage: 'New', step: null }
  const findBy = keyField ? [{ field: keyField, value: link.key, compare: 'exact' as const }] : []
  const write = { do: 'create', kind: phase.record, key: link.key, keyField, fields: {} } as const
  return {
    ok: true,
    changes: [
      createOf(to, write, { frame, link, facts }, { findBy, settles: { ...settlementOf(to), becomes: 'record' } }),
    ],
    owed: [],
  }
}

export interface KnownLead extends LinkedDeal {
  readonly phase: LeadPhase
  readonly model: LeadModel
  readonly found: Found
  readonly planned: PlannedRecords
}

export function planLead(deal: KnownLead): DealPlan {
  const { crm, model, facts } = deal
  const answered = facts.stage === 'Accepted'
  if (fits(crm.fields, model.qualified)) return qualified(deal, answered)
  if (fits(crm.fields, model.disqualified)) return disqualified(deal, answered)
  if (isOver(deal)) return end(deal)
  return answered ? accepted(deal) : stay(deal, answerOf(deal))
}

/** What a person said of it here; the lead follows once the source shows it. */
function answerOf(deal: KnownLead): StandingVerdict {
  if (deal.link.answer === 'Accepted') return acceptMove(deal)
  return deal.link.answer === 'Declined' ? { ...declineMove(deal), isAnswer: true } : { do: 'nothing' }
}

const isOver = ({ facts }: KnownLead): boolean => facts.stage === null || isClosed(facts.stage)

/** A seller made a deal of it. That is an answer; once it is given, the deal is what is compared. */
function qualified(deal: KnownLead, answered: boolean): DealPlan {
  const { crm, model, frame, phase } = deal
  const became = textOf(crm.fields[model.becameField])
  const isNew = !answered && !isOver(deal)
  if (isNew && frame.mapping.stages.accept !== 'never') return stay(deal, acceptMove(deal))
  if (became !== '') return followed(deal, recordId(became))
  if (isNew) return stay(deal, neverAccepts)
  return answered && phase.onAccept !== 'leave' ? makeDeal(deal, []) : { link: deal.link, changes: [] }
}

function disqualified(deal: KnownLead, answered: boolean): DealPlan {
  if (isOver(deal)) return { link: deal.link, changes: [] }
  if (!answered) return stay(deal, declineMove(deal))
  const message =
    'Microsoft has this referral as accepted, and its lead is disqualified. Open the lead again and it is qualified, or close the referral in Partner Center.'
  return stay(deal, { do: 'wait', code: 'DB-3104', message, who: 'the seller' })
}

function followed({ link, frame }: KnownLead, record: RecordId): DealPlan {
  const { chosen: _, ...known } = link
  const moved = { ...known, kind: frame.mapping.record, record, base: noBase, right: unseen, waiting: [] }
  return { link: moved, changes: [], again: true }
}

function accepted(deal: KnownLead): DealPlan {
  const { link, phase, frame, facts, crm, model } = deal
  if (phase.onAccept === 'leave') return stay(deal, { do: 'adopt', standing: { stage: 'Accepted', step: facts.step } })
  if (phase.onAccept === 'copy') return makeDeal(deal, [])
  const to = draft('crm', crm.fields)
  addFields(to, model.qualified, { rule: phase.rule, from: 'lead.onAccept: qualify' })
  return makeDeal(deal, [updateOf(to, { kind: crm.kind, id: crm.id, version: crm.version }, { frame, link, facts })])
}

function makeDeal(deal: KnownLead, first: readonly Change[]): DealPlan {
  const { frame, link, facts, found, planned, referral, crm, model } = deal
  const env: Env = { referral: referral.fields, crm: null, now: frame.now }
  const after = first.map((change) => change.id)
  const made = planCreate({ frame, link, facts, env, found, planned }, referral, {
    fields: { [model.originField]: crm.id },
    after,
  })
  if (!made.ok)
    return {
      link: { ...link, waiting: made.waits.map((wait) => waitFrom(wait, link.waiting, frame.now)) },
      changes: [],
    }
  const owed = made.owed.length > 0 ? { owed: [...made.owed] } : {}
  const changes = [...first, ...made.changes]
  // What it asked has been answered; what was refused is still waited for.
  const waiting = link.waiting.filter(({ subject }) => changes.some(({ id }) => subject === refusalSubject(id)))
  return { link: { ...link, ...owed, waiting }, changes }
}

/** The referral ended before anyone answered: the lead has nowhere to go. */
function end(deal: KnownLead): DealPlan {
  const { link, frame, facts, crm, model, phase } = deal
  if (facts.stage === null || link.base.standing?.stage === facts.stage) return { link, changes: [] }
  const to = draft('crm', crm.fields)
  addFields(to, model.disqualified, { rule: phase.rule, from: `stage: status ${facts.stage}` })
  to.standing = { stage: facts.stage, step: null }
  addStatus(to, frame, { link, facts, waiting: [] })
  return { link, changes: [updateOf(to, { kind: crm.kind, id: crm.id, version: crm.version }, { frame, link, facts })] }
}

/**
 * Both go on waiting: fields are kept in step, and a seller's verdict on the lead is carried to the referral. A lead with
 * a verdict is closed, and is left as it is. The mapping's checks are about deals: no lead has what they ask for.
 */
function stay(of: KnownLead, move: StandingVerdict): DealPlan {
  const deal = { ...of, frame: { ...of.frame, mapping: { ...of.frame.mapping, checks: [] } } }
  const { crm, referral, phase, frame } = deal
  const env: Env = { referral: referral.fields, crm: crm.fields, now: frame.now }
  const sides: Sides = {
    crm: draft('crm', crm.fields),
    referral: draft('referral', referral.fields),
    adopted: {},
    waits: [],
    answered: {},
    apart: false,
  }
  if (!isSealed(deal)) mergeRows(deal, phase.rows, sides, { crmIsClosed: false, frozen: false })
  const moves = planMoves(deal, move, sides, env)
  return gathered(of, sides, moves)
}

const isSealed = ({ crm, model, frame }: KnownLead): boolean =>
  frame.target.closedIsReadOnly === true && !fits(crm.fields, model.open)

function gathered(deal: KnownLead, sides: Sides, moves: Moves): DealPlan {
  const { frame, link, facts, crm, referral } = deal
  const waiting = [...sides.waits, ...moves.waits].map((wait) => waitFrom(wait, link.waiting, frame.now))
  if (!isSealed(deal)) addStatus(sides.crm, frame, { link, facts, waiting })
  const subject = { frame, link, facts }
  const changes = [
    ...moves.changes,
    ...(isEmpty(sides.crm) ? [] : [updateOf(sides.crm, { kind: crm.kind, id: crm.id, version: crm.version }, subject)]),
    ...(isEmpty(sides.referral)
      ? []
      : [updateOf(sides.referral, { kind: referral.kind, id: referral.id, version: referral.version }, subject)]),
  ]
  const base = { standing: moves.adopted ?? link.base.standing, values: { ...link.base.values, ...sides.adopted } }
  const seen = seenNow(deal, changes.length === 0)
  const kept = waitsOf(link, changes)
  return { link: { ...link, ...seen, base, waiting: [...waiting, ...kept], mapping: frame.mapping.hash }, changes }
}

function declineMove(deal: KnownLead): Extract<StandingVerdict, { do: 'close' }> {
  return { do: 'close', stage: 'Declined', row: rowOf(deal, 'Declined') }
}

function acceptMove(deal: KnownLead): StandingVerdict {
  return {
    do: 'toReferral',
    stage: 'Accepted',
    step: null,
    standing: { stage: 'Accepted', step: null },
    row: rowOf(deal, 'Accepted'),
  }
}

/** The row of the stage table that says why; a table without one still has a lead section that does. */
function rowOf({ frame, phase }: KnownLead, stage: 'Declined' | 'Accepted'): StageRow {
  return (
    stageRowFor(frame.mapping.stages, { stage, step: null }) ?? {
      stage,
      step: null,
      direction: 'both',
      crm: [],
      rule: phase.rule,
    }
  )
}
