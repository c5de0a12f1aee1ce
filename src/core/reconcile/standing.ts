// Where the deal stands, merged: the referral's stage against the row of the stage table its CRM record is in. This is
// separate from the merge of fields because moves are not symmetric: some can only be made by Microsoft, some can
// never be taken back, and many CRM stages mean the same.

import type { Code } from '../model/ids.ts'
import type { Answer } from '../model/link.ts'
import { isClosed, isOpen, type Stage, type Standing, type Step } from '../model/stage.ts'
import { stageRowFor, type Policy, type StageMap, type StageRow } from '../mapping/mapping.ts'
import { mayMove } from '../lifecycle/guard.ts'

export interface StandingView {
  readonly map: StageMap
  readonly base: Standing | null
  readonly left: Standing
  /** The row the CRM record is in; null when its stage is in no row. */
  readonly right: StageRow | null
  /** Its stage is empty, which is nobody's word. */
  readonly isUnset?: boolean
  /** Its stage is left out of the table on purpose. */
  readonly isIgnored?: boolean
  /** The close of the CRM that was already carried to the source. */
  readonly closedBy: string | null
  /** A person has answered the referral here, whatever the stage of its record says. */
  readonly answer?: Answer | undefined
  /** Settles a step that both sides moved. */
  readonly policy: Policy
}

export type StandingVerdict =
  | { readonly do: 'nothing' }
  | { readonly do: 'adopt'; readonly standing: Standing }
  | { readonly do: 'toCrm'; readonly row: StageRow; readonly standing: Standing }
  /** A move the partner can go on working after: accepting, a sales step. */
  | {
      readonly do: 'toReferral'
      readonly stage: Stage | null
      readonly step: Step | null
      readonly standing: Standing
      readonly row: StageRow
      /** The outcome that follows, where this is only a stop on the way to it. */
      readonly onTheWayTo?: Stage
    }
  /** A move nobody can take back. */
  | {
      readonly do: 'close'
      readonly stage: Stage
      readonly row: StageRow
      /** A person's word, which the CRM does not say yet. */
      readonly isAnswer?: true
    }
  /** Nothing can be written; a person should know why. */
  | {
      readonly do: 'wait'
      readonly code: Code
      readonly message: string
      readonly who: 'the seller' | 'CRM admin'
      readonly adopt?: Standing
    }

const nothing: StandingVerdict = { do: 'nothing' }

export function mergeStanding(view: StandingView): StandingVerdict {
  if (isClosed(view.left.stage)) return closedAtSource(view)
  if (view.answer && view.left.stage !== 'Accepted') return answered(view, view.answer)
  if (!view.right) return unmapped(view)
  return isClosed(view.right.stage) ? closedInCrm(view, view.right) : bothOpen(view, view.right)
}

/**
 * The referral is over. Show it in the CRM once; what people do there afterwards is theirs. A CRM that says it ended
 * otherwise is told so for as long as it does.
 */
function closedAtSource({ map, base, left, right, closedBy }: StandingView): StandingVerdict {
  const settled = base?.stage === left.stage
  const agrees = right !== null && isSameEnd(left.stage, right)
  if (agrees || (right !== null && closedBy === right.stage)) return settled ? nothing : { do: 'adopt', standing: left }
  if (right && isClosed(right.stage)) return { ...over(left.stage, right.stage), adopt: left }
  if (settled) return nothing
  const row = stageRowFor(map, left)
  return row ? { do: 'toCrm', row, standing: left } : { do: 'adopt', standing: left }
}

/** A deal that was lost before it was answered is declined at Microsoft. */
const isSameEnd = (left: Stage, right: StageRow): boolean =>
  right.stage === left || (right.stage === 'Lost' && left === 'Declined')

function over(left: Stage, right: Stage): Extract<StandingVerdict, { do: 'wait' }> {
  return {
    do: 'wait',
    code: 'DB-3103',
    message: `Microsoft has recorded this deal as ${left}; the CRM says ${right}. It cannot be reopened or changed at Microsoft.`,
    who: 'the seller',
  }
}

/**
 * Answered by hand. What both sides agree on stays as it was: the answer comes back as one that was given at the source,
 * and moves the CRM on like any other.
 */
function answered({ map, base, left }: StandingView, answer: Answer): StandingVerdict {
  const row = stageRowFor(map, { stage: answer, step: null })
  if (!row) {
    const message = `No row of the mapping's stage table is for ${answer}, so the CRM could not show this answer.`
    return { do: 'wait', code: 'DB-2130', message, who: 'CRM admin' }
  }
  if (answer === 'Declined') return { do: 'close', stage: answer, row, isAnswer: true }
  return { do: 'toReferral', stage: answer, step: null, standing: base ?? left, row }
}

/** A record that never had a stage, such as one that the CRM made of a lead, gets the one of an accepted referral. */
function unmapped({ map, base, left, isUnset, isIgnored }: StandingView): StandingVerdict {
  if (isIgnored) return base ? nothing : { do: 'adopt', standing: left }
  const row = isUnset === true && base === null && left.stage === 'Accepted' ? stageRowFor(map, left) : null
  if (row) return { do: 'toCrm', row, standing: left }
  const message = `The stage of this record is in no row of the mapping's stage table, so nothing about its stage can be told to Microsoft.`
  const wait: StandingVerdict = { do: 'wait', code: 'DB-2130', message, who: 'CRM admin' }
  return base ? wait : { ...wait, adopt: left }
}

/** A seller closed the deal: the one change that must arrive exactly once, and never by mistake. */
function closedInCrm(view: StandingView, right: StageRow): StandingVerdict {
  if (right.direction === 'toCrm') return nothing
  if (view.closedBy === right.stage) return openedAgain(`This ${right.stage} was already sent once`)
  // The CRM may say so because Microsoft did, and we wrote it: then no seller has closed anything.
  if (endedAs(view.base, right)) return openedAgain(`Both sides had ended as ${right.stage}`)
  // Losing a deal that was never answered is declining it: Microsoft knows no Lost without an Accepted.
  const wanted = right.stage === 'Lost' && view.left.stage !== 'Accepted' ? 'Declined' : right.stage
  const move = mayMove(view.left.stage, wanted)
  if (move.may === 'stay') return nothing
  if (move.may === 'no') return { do: 'wait', code: move.code, message: move.because, who: 'the seller' }
  if (!move.stopOnTheWay) return { do: 'close', stage: wanted, row: right }
  if (view.map.accept === 'never') return neverAccepts
  return {
    do: 'toReferral',
    stage: 'Accepted',
    step: null,
    standing: { stage: 'Accepted', step: null },
    row: right,
    onTheWayTo: wanted,
  }
}

const endedAs = (base: Standing | null, right: StageRow): boolean =>
  base !== null && isClosed(base.stage) && isSameEnd(base.stage, right)

const openedAgain = (was: string): StandingVerdict => ({
  do: 'wait',
  code: 'DB-3108',
  message: `${was}, and the referral has been opened again since. Move the stage on and close it again to send it again.`,
  who: 'the seller',
})

function bothOpen(view: StandingView, right: StageRow): StandingVerdict {
  if (right.stage !== 'Accepted') return rightUnanswered(view, right)
  if (view.left.stage !== 'Accepted') return accept(view, right)
  return mergeStep(view, right)
}

/** The CRM record still waits. An answer given at Microsoft moves it on; a seller who moves it back only moves it there. */
function rightUnanswered(view: StandingView, current: StageRow): StandingVerdict {
  const { map, base, left } = view
  if (left.stage !== 'Accepted' && map.accept === 'always') return accept(view, current)
  if (left.stage !== 'Accepted')
    return base && isOpen(base.stage) && base.stage !== 'Accepted'
      ? nothing
      : { do: 'adopt', standing: { stage: current.stage, step: null } }
  if (base?.stage === 'Accepted') return nothing
  const row = stageRowFor(map, left)
  return row ? { do: 'toCrm', row, standing: left } : nothing
}

export const neverAccepts: StandingVerdict = {
  do: 'wait',
  code: 'DB-3105',
  message: 'This mapping does not accept referrals by their stage. Answer it in Partner Center.',
  who: 'the seller',
}

function accept({ map }: StandingView, right: StageRow): StandingVerdict {
  if (map.accept === 'never') return neverAccepts
  return {
    do: 'toReferral',
    stage: 'Accepted',
    step: right.step,
    standing: { stage: 'Accepted', step: right.step },
    row: right,
  }
}

/** Both are accepted; only how far they have come may differ. A source that says nothing about it moves nothing. */
function mergeStep({ map, base, left, policy }: StandingView, current: StageRow): StandingVerdict {
  const baseStep = base?.stage === 'Accepted' ? base.step : null
  const agreed: Standing = { stage: 'Accepted', step: current.step }
  const settled = base?.stage === 'Accepted' && base.step === current.step
  if (left.step === current.step) return settled ? nothing : { do: 'adopt', standing: agreed }
  const rightMoved = current.step !== baseStep
  const leftMoved = left.step !== null && left.step !== baseStep
  if (!leftMoved && !rightMoved) return nothing
  const leftWins = leftMoved && (!rightMoved || (base !== null && policy === 'partnerCenter'))
  if (leftWins) {
    const row = stageRowFor(map, left)
    return row?.step === left.step
      ? { do: 'toCrm', row, standing: left }
      : { do: 'adopt', standing: { stage: 'Accepted', step: left.step } }
  }
  if (current.step === null || current.direction === 'toCrm') return { do: 'adopt', standing: agreed }
  return { do: 'toReferral', stage: null, step: current.step, standing: agreed, row: current }
}
