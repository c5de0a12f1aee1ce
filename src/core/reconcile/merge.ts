// Three-way merge of one group of rows: what both sides last agreed on, what the referral shows, what the CRM shows.
//
//   neither moved            nothing
//   one side moved           its value goes to the other side
//   both, to the same value  agreed: remember it, write nothing
//   both, apart              a conflict: the mapping's policy decides, or a person does
//
// Rows of a group move together. Absent says nothing, so it never moves anything. Without a base (a new row, a lost
// ledger) equal values are adopted, a blank side takes the other's value, and anything else is a conflict.

import type { RowId } from '../model/ids.ts'
import { msOf, type Instant } from '../model/instant.ts'
import { isBlank, sameValue, type Value } from '../model/value.ts'
import type { Reading } from '../model/deal.ts'
import type { Policy, Row } from '../mapping/mapping.ts'
import type { Refusal } from '../problem.ts'

export interface RowView {
  readonly row: Row
  readonly base: Value | undefined
  readonly left: Reading
  readonly right: Reading
}

export type RowVerdict =
  | { readonly do: 'nothing' }
  /** Both sides already show it. */
  | { readonly do: 'adopt'; readonly value: Value }
  | {
      readonly do: 'toCrm' | 'toReferral'
      readonly value: Value
      readonly lost?: Value
      /** What both sides count as knowing afterwards, where it is not the value: then the far side follows next. */
      readonly agreed?: Value
    }
  | { readonly do: 'ask'; readonly left: Value; readonly right: Value }
  | { readonly do: 'refuse'; readonly refusal: Refusal }

export type Answer = 'referral' | 'crm' | { readonly value: Value }

export interface MergeFrame {
  /** When each side's record last changed, by that side's own clock. */
  readonly clocks: { readonly left: Instant; readonly right: Instant }
  /** How a person settled a conflict. */
  readonly answers: Readonly<Record<RowId, Answer>>
  /** Rows of which it cannot be told whether a lost write arrived: a person decides, whatever the policy. */
  readonly doubts?: ReadonlySet<RowId>
  /** A closed record's fields are left as they are, save for rows that say otherwise. */
  readonly crmIsClosed: boolean
}

const nothing: RowVerdict = { do: 'nothing' }

/** Closer together than this, two servers' clocks do not tell which came first. The CRM is where sellers work: it wins. */
export const clockTieMs = 5_000

/** One verdict for each row of the group, in order. */
export function mergeGroup(group: readonly RowView[], frame: MergeFrame): readonly RowVerdict[] {
  const refusal = group.map(refusalOf).find((found) => found !== undefined)
  if (refusal) return group.map((): RowVerdict => ({ do: 'refuse', refusal }))
  // Half of what belongs together is hidden from us: the other half alone would say something else.
  if (group.length > 1 && group.some(isHidden)) return group.map(() => nothing)
  if (group[0] && group[0].row.direction !== 'both') return mergeOneWays(group, frame)
  const moves = group.map(movesOf)
  const left = moves.some((move) => move.left && !move.same)
  const right = moves.some((move) => move.right && !move.same)
  // An answer counts until its write has arrived, though the question is gone from the moment it is planned.
  const asked =
    (left || right) && group.some(({ row: { id } }) => frame.doubts?.has(id) || Object.hasOwn(frame.answers, id))
  const winner = (left && right) || asked ? decide(group, frame) : left ? 'left' : right ? 'right' : 'none'
  return group.map((view) => verdictFor(view, { winner, contested: left && right }, frame))
}

function refusalOf({ row, left, right }: RowView): Refusal | undefined {
  if (row.direction !== 'toReferral' && left.is === 'refused') return left.refusal
  if (row.direction !== 'toCrm' && right.is === 'refused') return right.refusal
  return undefined
}

const isHidden = ({ left, right }: RowView): boolean => left.is === 'absent' || right.is === 'absent'

interface Moves {
  readonly same: boolean
  readonly left: boolean
  readonly right: boolean
}

const still: Moves = { same: true, left: false, right: false }

function movesOf({ base, left, right }: RowView): Moves {
  if (left.is !== 'value' || right.is !== 'value') return still
  const same = sameValue(left.value, right.value)
  if (base !== undefined) return { same, left: !sameValue(left.value, base), right: !sameValue(right.value, base) }
  // No common ancestor: a blank side has nothing to lose; otherwise both count as moved, which makes it a conflict.
  return { same, left: !isBlank(left.value), right: !isBlank(right.value) }
}

type Winner = 'left' | 'right' | 'none' | 'ask' | 'typed'

function decide(group: readonly RowView[], frame: MergeFrame): Winner {
  for (const { row } of group) {
    const answer = Object.hasOwn(frame.answers, row.id) ? frame.answers[row.id] : undefined
    if (answer !== undefined) return answer === 'referral' ? 'left' : answer === 'crm' ? 'right' : 'typed'
    if (frame.doubts?.has(row.id)) return 'ask'
  }
  return winnerBy(group[0]?.row.policy ?? 'ask', frame)
}

function winnerBy(policy: Policy, { clocks }: MergeFrame): Winner {
  if (policy === 'ask') return 'ask'
  if (policy !== 'newest') return policy === 'crm' ? 'right' : 'left'
  return msOf(clocks.left) - msOf(clocks.right) > clockTieMs ? 'left' : 'right'
}

function verdictFor(
  view: RowView,
  { winner, contested }: { readonly winner: Winner; readonly contested: boolean },
  frame: MergeFrame,
): RowVerdict {
  const { base, left, right } = view
  if (left.is !== 'value' || right.is !== 'value') return nothing
  if (sameValue(left.value, right.value)) {
    return base !== undefined && sameValue(base, left.value) ? nothing : { do: 'adopt', value: left.value }
  }
  if (winner === 'ask') return { do: 'ask', left: left.value, right: right.value }
  if (winner === 'left') return { do: 'toCrm', value: left.value, ...(contested ? { lost: right.value } : {}) }
  if (winner === 'right') return { do: 'toReferral', value: right.value, ...(contested ? { lost: left.value } : {}) }
  if (winner === 'none') return nothing
  return typedFor(view.row, { left: left.value, right: right.value }, frame.answers)
}

/**
 * A value typed by a person. Where neither side has it, the referral is given it first, and both count as knowing the
 * CRM's: so the next plan sees a referral that moved, and takes it on. Other rows of the group stay as the seller has them.
 */
function typedFor(
  row: Row,
  shown: { readonly left: Value; readonly right: Value },
  answers: MergeFrame['answers'],
): RowVerdict {
  const { left, right } = shown
  const answer = Object.hasOwn(answers, row.id) ? answers[row.id] : undefined
  const value = typeof answer === 'object' ? answer.value : right
  if (sameValue(value, left)) return { do: 'toCrm', value, lost: right }
  if (sameValue(value, right)) return { do: 'toReferral', value, lost: left }
  return { do: 'toReferral', value, lost: left, agreed: right }
}

/** Each by its own side alone; where one is written, what belongs to it is written with it. */
function mergeOneWays(group: readonly RowView[], frame: MergeFrame): readonly RowVerdict[] {
  const verdicts = group.map((view) => ({ view, verdict: mergeOneWay(view, frame) }))
  const isWritten = verdicts.some(({ verdict }) => verdict.do === 'toCrm' || verdict.do === 'toReferral')
  return verdicts.map(({ view, verdict }) => (isWritten ? (besides(view, verdict) ?? verdict) : verdict))
}

/** A value that differs from its own side goes along, unless it is somebody else's by now. */
function besides({ row, left, right }: RowView, { do: verdict }: RowVerdict): RowVerdict | undefined {
  if ((verdict !== 'nothing' && verdict !== 'adopt') || row.write !== 'always') return undefined
  const [near, far] = row.direction === 'toCrm' ? [left, right] : [right, left]
  if (near.is !== 'value' || far.is !== 'value' || sameValue(near.value, far.value)) return undefined
  return { do: row.direction === 'toCrm' ? 'toCrm' : 'toReferral', value: near.value, lost: far.value }
}

/**
 * A one-way row follows its own side only. What people change on the far side stays until the near side moves again:
 * we never fight a person over a field.
 */
function mergeOneWay({ row, base, left, right }: RowView, frame: MergeFrame): RowVerdict {
  const [near, far] = row.direction === 'toCrm' ? [left, right] : [right, left]
  const toward = row.direction === 'toCrm' ? 'toCrm' : 'toReferral'
  if (near.is !== 'value') return nothing
  if (base !== undefined && sameValue(near.value, base)) return nothing
  if (far.is === 'value' && sameValue(near.value, far.value)) return { do: 'adopt', value: near.value }
  if (base === undefined && isBlank(near.value)) return { do: 'adopt', value: near.value }
  if (row.write === 'once' && (base !== undefined || (far.is === 'value' && !isBlank(far.value))))
    return { do: 'adopt', value: near.value }
  if (row.write === 'whileOpen' && frame.crmIsClosed && toward === 'toCrm') return { do: 'adopt', value: near.value }
  const overwritten = base !== undefined && far.is === 'value' && !sameValue(far.value, base) && row.referral !== null
  return { do: toward, value: near.value, ...(overwritten ? { lost: far.value } : {}) }
}
