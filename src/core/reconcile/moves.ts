// Turns the verdict on a deal's standing into changes: an answer or a step joins the other edits of the referral, a
// stage joins those of the CRM, and an outcome takes the whole referral change with it, because after it nothing more
// can be said.

import { rowId, type Code } from '../model/ids.ts'
import type { Fields } from '../model/record.ts'
import { isClosed, type Stage, type Standing } from '../model/stage.ts'
import { unreachable } from '../invariant.ts'
import { stageRowOf, tellsMore, type Env, type StageRow } from '../mapping/mapping.ts'
import { updateOf } from './change.ts'
import { judgeOutcome, outcomeSubject, type OutcomeVerdict } from './outcome.ts'
import type { LinkedDeal, Sides } from './linked-deal.ts'
import type { Change } from './plan.ts'
import { addFields, addRow, draft, isEmpty, settlementOf, type Draft } from './side.ts'
import type { StandingVerdict } from './standing.ts'
import type { Wait } from './waits.ts'

export interface Moves {
  readonly changes: readonly Change[]
  readonly waits: readonly Wait[]
  /** What both sides were found to agree on. */
  readonly adopted: Standing | null
  /** A house rule that keeps everything from the referral for now. */
  readonly blocked: { readonly code: Code; readonly message: string; readonly who: string } | null
}

const none: Moves = { changes: [], waits: [], adopted: null, blocked: null }

export function planMoves(deal: LinkedDeal, verdict: StandingVerdict, sides: Sides, env: Env): Moves {
  switch (verdict.do) {
    case 'nothing':
      return checked(none, deal, sides, env)
    case 'adopt':
      return checked({ ...none, adopted: verdict.standing }, deal, sides, env)
    case 'wait': {
      const { code, message, who } = verdict
      return checked(
        { ...none, adopted: verdict.adopt ?? null, waits: [{ for: 'problem', subject: 'stage', code, message, who }] },
        deal,
        sides,
        env,
      )
    }
    case 'toCrm': {
      addStage(deal, sides.crm, verdict.row, `stage: status ${verdict.standing.stage}`)
      sides.crm.standing = verdict.standing
      return checked(isEmpty(sides.crm) ? { ...none, adopted: verdict.standing } : none, deal, sides, env)
    }
    case 'toReferral':
      addMove(deal, sides.referral, verdict)
      return checked({ ...none, waits: waitOnTheWay(deal, verdict.onTheWayTo) }, deal, sides, env)
    case 'close':
      return planClose(deal, verdict, sides, env)
    default:
      return unreachable(verdict)
  }
}

function addStage({ frame, crm }: LinkedDeal, to: Draft, row: StageRow, from: string): void {
  const { stages } = frame.mapping
  const current = stageRowOf(stages, crm.fields)
  const leavesHold = current !== null && tellsMore(stages, current) && !tellsMore(stages, row)
  addFields(to, { ...(leavesHold ? frame.target.working : {}), ...row.crm[0] }, { rule: row.rule, from })
}

function addMove({ frame }: LinkedDeal, to: Draft, verdict: Extract<StandingVerdict, { do: 'toReferral' }>): void {
  const { source } = frame
  const about = { rule: verdict.row.rule, from: `${frame.mapping.stages.crm}, ${verdict.row.rule.key}` }
  if (verdict.stage) addFields(to, source.moves[verdict.stage] ?? {}, about)
  if (verdict.step) addFields(to, { [source.step.field]: source.step.write[verdict.step] }, about)
  to.standing = verdict.standing
}

/** The outcome's own wait begins with the stop on the way to it, and is what brings the deal back to be looked at. */
function waitOnTheWay(deal: LinkedDeal, stage: Stage | undefined): Moves['waits'] {
  if (stage === undefined) return []
  const { outcome, until } = judged(deal, stage)
  const about = outcome.may === 'go' ? { code: 'DB-3106' as const, message: `${stage} follows next.` } : outcome
  const { code, message } = about
  return [
    {
      for: outcome.may === 'no' ? 'problem' : 'outcome',
      subject: outcomeSubject(stage),
      code,
      message,
      who: 'the seller',
      until,
    },
  ]
}

function judged({ frame, facts, link, crm }: LinkedDeal, stage: Stage) {
  const { outcomes } = frame.mapping
  const outcome = judgeOutcome({ stage, outcomes, facts, link, crm: crm.fields, now: frame.now })
  return { outcome, until: outcome.may === 'wait' ? outcome.until : outcome.may === 'go' ? frame.now : null }
}

/** House rules of the mapping, asked before anything goes to the referral. */
function checked(moves: Moves, deal: LinkedDeal, sides: Sides, env: Env): Moves {
  if (isEmpty(sides.referral)) return moves
  const blocked = brokenRule(deal, env)
  return blocked
    ? { ...moves, blocked, waits: [...moves.waits, { for: 'problem', subject: 'check', ...blocked }] }
    : moves
}

export function brokenRule({ frame }: Pick<LinkedDeal, 'frame'>, env: Env): Moves['blocked'] {
  const broken = frame.mapping.checks.find((check) => !check.passes(env))
  return broken ? { code: broken.code, message: broken.message, who: 'the seller' } : null
}

/** After an outcome nothing more can be said: a value that is still in question would be lost with it. */
function openQuestion({ waits }: Sides): Moves['blocked'] {
  const question = waits.find((wait) => wait.for === 'question')
  if (!question) return null
  return { code: 'DB-3113', message: `${question.message} The outcome waits until then.`, who: 'the seller' }
}

type Closing = Extract<StandingVerdict, { do: 'close' }>

/** With the fields by which the source is told. */
type Close = Closing & { readonly moved: Fields }

function planClose(deal: LinkedDeal, verdict: Closing, sides: Sides, env: Env): Moves {
  const { source } = deal.frame
  const moved = source.moves[verdict.stage]
  if (!moved) {
    const message = `${source.label} has no way to record a deal as ${verdict.stage}.`
    const wait: Wait = { for: 'problem', subject: 'stage', code: 'DB-3112', message, who: 'CRM admin' }
    return checked({ ...none, waits: [wait] }, deal, sides, env)
  }
  const close = { ...verdict, moved }
  const { outcome } = judged(deal, close.stage)
  const refused = (why: Why): Moves => checked(refusedClose(deal, close, why), deal, sides, env)
  if (outcome.may === 'no') return refused(outcome)
  const blocked = brokenRule(deal, env) ?? openQuestion(sides)
  if (blocked) return refused(blocked)
  const to = closeDraft(deal, outcome, close)
  return outcome.may === 'wait' ? heldClose(deal, to, outcome, close) : sentClose(deal, to, close, sides)
}

function closeDraft(
  deal: LinkedDeal,
  outcome: Exclude<OutcomeVerdict, { may: 'no' }>,
  { moved, row: { rule: why, stage } }: Close,
): Draft {
  const { frame, referral, crm } = deal
  const to = draft('referral', referral.fields)
  const rule = outcome.rule ?? why
  addFields(to, moved, { rule: why, from: `${frame.mapping.stages.crm}, ${why.key}` })
  if (outcome.reason !== null)
    addFields(to, { [frame.source.reasonField]: outcome.reason }, { rule, from: 'outcomes.reason' })
  for (const { row, fromCrm } of frame.mapping.outcomes.won.finals) {
    const final = fromCrm(crm.fields)
    const mapped = frame.mapping.rows.find((candidate) => candidate.id === row)
    if (stage !== 'Won' || !mapped || final.is !== 'value' || final.value === null) continue
    addRow(to, { row: mapped, value: final.value, base: undefined })
  }
  return to
}

type Why = Pick<NonNullable<Moves['blocked']>, 'code' | 'message'>

function refusedClose(deal: LinkedDeal, close: Close, { code, message }: Why): Moves {
  const to = draft('referral', deal.referral.fields)
  addFields(to, close.moved, { rule: null, from: deal.frame.mapping.stages.crm })
  const refused = { code, message, who: 'the seller', until: null }
  const change = closeChange(deal, to, close, { state: 'refused', why: refused })
  const subject = outcomeSubject(close.stage)
  return { ...none, changes: [change], waits: [{ for: 'problem', subject, code, message, who: 'the seller' }] }
}

function heldClose(
  deal: LinkedDeal,
  to: Draft,
  outcome: Extract<OutcomeVerdict, { may: 'wait' }>,
  close: Close,
): Moves {
  const { code, message, until } = outcome
  const change = closeChange(deal, to, close, {
    state: 'held',
    why: { code, message, who: 'nobody: it goes by itself', until },
  })
  return {
    ...none,
    changes: [change],
    waits: [{ for: 'outcome', subject: outcomeSubject(close.stage), code, message, who: 'the seller', until }],
  }
}

/** The outcome and every edit that is still open go in one write. A final value replaces an ordinary edit. */
function sentClose(deal: LinkedDeal, to: Draft, close: Close, sides: Sides): Moves {
  const edits = sides.referral
  const whole: Draft = {
    ...to,
    fields: { ...edits.fields, ...to.fields },
    lines: [...edits.lines.filter(({ path }) => !Object.hasOwn(to.fields, path)), ...to.lines],
    values: { ...edits.values, ...to.values },
  }
  empty(edits)
  return { ...none, changes: [closeChange(deal, whole, close, {})] }
}

/** Nothing of it is left: neither to be sent, nor to be taken for agreed. */
function empty(draft: Draft): void {
  for (const field of Object.keys(draft.fields)) delete draft.fields[field]
  for (const row of Object.keys(draft.values)) delete draft.values[rowId(row)]
  draft.lines.length = 0
}

/** What is remembered as sent is the CRM's own stage: a Lost that is sent as Declined is still that Lost. */
function closeChange(
  deal: LinkedDeal,
  to: Draft,
  { stage, row, isAnswer }: Close,
  extras: { readonly state?: Change['state']; readonly why?: NonNullable<Change['why']> },
): Change {
  const { frame, link, referral, facts } = deal
  const standing = isAnswer ? {} : { standing: { stage, step: null } }
  const settles = { ...settlementOf(to), ...standing, closes: row.stage }
  return updateOf(
    to,
    { kind: referral.kind, id: referral.id, version: referral.version },
    { frame, link, facts },
    { ...extras, irreversible: isClosed(stage), settles },
  )
}
