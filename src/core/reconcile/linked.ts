// Plans one linked deal: merges its rows and its standing, and makes of the verdicts what each side is to be sent, what
// both sides are found to agree on, and what has to wait for time or for a person.

import { rowId, type RowId } from '../model/ids.ts'
import { actedOn, baseValue, type Link, type Seen, type Waiting } from '../model/link.ts'
import { textOf } from '../model/json.ts'
import type { VendorRecord } from '../model/record.ts'
import type { ReferralFacts } from '../model/referral.ts'
import { isClosed, type Standing } from '../model/stage.ts'
import type { Value } from '../model/value.ts'
import { isIgnored, stageRowOf, type Env, type StageRow } from '../mapping/mapping.ts'
import { assign } from './assign.ts'
import { movingSubject, refusalSubject, updateOf } from './change.ts'
import type { DealPlan, LinkedDeal, Sides } from './linked-deal.ts'
import { planMoves, type Moves } from './moves.ts'
import { owedOf } from './owed.ts'
import { mergeRows } from './rows.ts'
import type { Change } from './plan.ts'
import { addFields, draft, isEmpty, keyRow, type Draft } from './side.ts'
import { mergeStanding, type StandingVerdict } from './standing.ts'
import { addStatus } from './status.ts'
import { strangeHand } from './stranger.ts'
import { waitFrom, type Wait } from './waits.ts'

export function planLinked(deal: LinkedDeal): DealPlan {
  const { frame, referral, crm, facts } = deal
  const env: Env = { referral: referral.fields, crm: crm.fields, now: frame.now }
  const right = stageRowOf(frame.mapping.stages, crm.fields)
  const moved = keyTrouble(deal)
  if (moved) return { link: waitingFor(deal, moved), changes: [] }
  const standing = standingOf(deal, right)
  const sides: Sides = {
    crm: draft('crm', crm.fields),
    referral: draft('referral', referral.fields, frame.now),
    adopted: {},
    waits: [],
    answered: {},
    apart: false,
  }
  addKey(deal, sides.crm)
  mergeRows(deal, frame.mapping.rows, sides, {
    crmIsClosed: right !== null && isClosed(right.stage),
    frozen: !mayWriteReferral(facts),
  })
  if (followsItsRules(deal, right)) sides.waits.push(...assign({ frame, env }, sides.crm))
  const moves = planMoves(deal, standing, sides, env)
  return finish(deal, sides, moves, right)
}

/** A closed referral, and one in a status we do not know, is never written. */
const mayWriteReferral = (facts: ReferralFacts): boolean => facts.stage !== null && !isClosed(facts.stage)

const isUnanswered = ({ stage }: ReferralFacts): boolean => stage === 'New' || stage === 'Received'

/** Only where the mapping says so: everyone else's deals stay with the seller who has them. */
const followsItsRules = ({ frame }: LinkedDeal, right: StageRow | null): boolean =>
  frame.mapping.assign?.after === 'follow' && right !== null && !isClosed(right.stage)

/** The key field is how everyone else knows which referral a record belongs to. Once written it must stay. */
function keyTrouble({ frame, link, crm }: LinkedDeal): Wait | null {
  const field = frame.mapping.match.keyField
  if (!field || !Object.hasOwn(crm.fields, field)) return null
  const shown = textOf(crm.fields[field]).toLowerCase()
  if (shown === link.key || (shown === '' && baseValue(link, keyRow) === undefined)) return null
  const message =
    shown === ''
      ? `Someone emptied ${field}, which ties this record to its referral.`
      : `${field} now names another referral.`
  return {
    for: 'question',
    subject: 'key',
    code: 'DB-3505',
    message: `${message} Nothing is written to either side until it is settled.`,
    who: 'CRM admin',
  }
}

function addKey({ frame, link, crm }: LinkedDeal, to: Draft): void {
  const field = frame.mapping.match.keyField
  if (!field || baseValue(link, keyRow) !== undefined) return
  to.values[keyRow] = link.key
  if (textOf(crm.fields[field]).toLowerCase() !== link.key)
    addFields(to, { [field]: link.key }, { rule: null, from: 'id' })
}

function waitingFor({ link, frame }: LinkedDeal, wait: Wait): Link {
  return { ...link, waiting: [waitFrom(wait, link.waiting, frame.now)] }
}

function standingOf({ frame, link, facts, crm }: LinkedDeal, right: StageRow | null): StandingVerdict {
  const { mapping } = frame
  if (facts.stage === null) {
    const message =
      'Partner Center shows a status that this version of dealbridge does not know. The referral is read, and nothing is written to it.'
    return { do: 'wait', code: 'DB-2206', message, who: 'CRM admin' }
  }
  const left: Standing = { stage: facts.stage, step: facts.step }
  const policy = mapping.rows[0]?.policy ?? 'newest'
  const view = { map: mapping.stages, base: link.base.standing, left, right, closedBy: link.closedBy, policy }
  const isUnset = crm.fields[mapping.stages.crm] === null
  return mergeStanding({ ...view, answer: link.answer, isUnset, isIgnored: isIgnored(mapping.stages, crm.fields) })
}

function finish(deal: LinkedDeal, sides: Sides, moves: Moves, right: StageRow | null): DealPlan {
  const { frame, link, referral, facts, crm } = deal
  const waits = [...sides.waits, ...moves.waits]
  const waiting = waits.map((wait) => waitFrom(wait, link.waiting, frame.now))
  if (showsStatus(deal, moves, right))
    addStatus(sides.crm, frame, {
      link,
      facts,
      waiting: [...waiting, ...link.waiting.filter(({ subject }) => subject.startsWith('write:'))],
    })
  const subject = { frame, link, facts }
  const changes = [...owedOf(deal), ...moves.changes]
  if (!isEmpty(sides.crm))
    changes.push(updateOf(sides.crm, { kind: crm.kind, id: crm.id, version: crm.version }, subject))
  if (!isEmpty(sides.referral))
    changes.push(
      updateOf(
        sides.referral,
        { kind: referral.kind, id: referral.id, version: referral.version },
        subject,
        refusedBy(moves),
      ),
    )
  const kept = waitsOf(link, changes)
  const strange = strangeHand(deal)
  const apart = sides.apart || right?.stage !== facts.stage
  return {
    link: remembered(deal, sides, {
      moves,
      right,
      waiting: [...waiting, ...kept, ...(strange ? [waitFrom(strange, link.waiting, frame.now)] : [])],
      settled: apart && changes.length === 0,
      writes: changes.some(({ state }) => state === 'ready'),
    }),
    changes,
  }
}

/** Waits about what is still planned: a refusal of it, and a record that keeps moving. */
export const waitsOf = (link: Link, changes: readonly Change[]): readonly Waiting[] =>
  changes.length === 0 ? [] : link.waiting.filter((wait) => isAboutWriting(wait, changes))

const isAboutWriting = ({ subject }: Waiting, changes: readonly Change[]): boolean =>
  subject === movingSubject || changes.some((change) => subject === refusalSubject(change.id))

/** While an outcome is on its way what is true changes with the answer; and some CRMs take nothing on a closed record. */
function showsStatus({ frame }: LinkedDeal, moves: Moves, right: StageRow | null): boolean {
  const isSealed = frame.target.closedIsReadOnly === true && right !== null && isClosed(right.stage)
  return !isSealed && !moves.changes.some((change) => change.irreversible && change.state === 'ready')
}

function refusedBy(moves: Moves): { state: 'refused'; why: NonNullable<Change['why']> } | Record<string, never> {
  return moves.blocked ? { state: 'refused', why: { ...moves.blocked, until: null } } : {}
}

/** The link as it is before any write: what was found to agree, what waits, what we saw. */
function remembered(
  deal: LinkedDeal,
  sides: Sides,
  next: {
    readonly moves: Moves
    readonly right: StageRow | null
    readonly waiting: Link['waiting']
    readonly settled: boolean
    readonly writes: boolean
  },
): Link {
  const { link, frame } = deal
  const silent = silentlySettled(sides)
  const values = { ...link.base.values, ...sides.adopted, ...silent }
  const standing = next.moves.adopted ?? link.base.standing
  const reopened = next.right !== null && !isClosed(next.right.stage)
  const { answers: _, answeredFor: __, answer, released, ...rest } = link
  const isOpen = answer !== undefined && isUnanswered(deal.facts)
  const kept = {
    ...stillOpen(link, sides),
    ...(released && (isOpen || (next.right && isClosed(next.right.stage))) ? { released } : {}),
    ...(isOpen ? { answer } : {}),
  }
  const seen = next.settled || next.writes ? seenNow(deal, next.settled) : {}
  return {
    ...rest,
    ...kept,
    ...seen,
    base: { standing, values },
    waiting: next.waiting,
    closedBy: reopened ? null : link.closedBy,
    mapping: frame.mapping.hash,
  }
}

/** The states a plan rests on. When there is nothing to write about them, there is nothing new until one of them moves. */
export function seenNow({ link, referral, crm, frame }: LinkedDeal, settled: boolean): Pick<Link, 'left' | 'right'> {
  const seen = (known: Seen, state: VendorRecord): Seen => {
    if (settled && known.version === state.version) return known
    const acted = actedOn(known, state, frame.now)
    return settled ? { ...acted, version: state.version } : acted
  }
  return { left: seen(link.left, referral), right: seen(link.right, crm) }
}

/** Rows whose value turned out to stand there already: agreed, with nothing to send. */
function silentlySettled(sides: Sides): Record<RowId, Value> {
  const settled: Record<RowId, Value> = {}
  for (const side of [sides.crm, sides.referral]) {
    if (isEmpty(side)) Object.assign(settled, side.values)
  }
  return settled
}

/** An answer stays until its row has been written; a crash in between must not lose it. */
function stillOpen(link: Link, sides: Sides): Pick<Link, 'answers' | 'answeredFor'> {
  const rows = Object.keys(sides.answered)
    .map(rowId)
    .filter((row) => Object.hasOwn(sides.crm.values, row) || Object.hasOwn(sides.referral.values, row))
  const answers = Object.fromEntries(Object.entries(link.answers ?? {}).filter(([row]) => rows.includes(rowId(row))))
  if (Object.keys(answers).length === 0) return {}
  return { answers, answeredFor: Object.fromEntries(Object.entries(sides.answered).filter(([row]) => row in answers)) }
}
