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
  /** The referral is not written at all: an answer can only be what the CRM shows from now on. */
  readonly frozen?: boolean
}

const nothing: RowVerdict = { do: 'nothing' }

/** Closer together than this, two servers' clocks do not tell which came first. The CRM is where sellers work: it wins. */
export const clockTieMs = 5_000

/** One verdict for each row of the group, in order. */
export function mergeGroup(group: readonly RowView[], frame: MergeFrame): readonly RowVerdict[] {
  const refusal = group.map(refusalOf).find((found) => found !== undefined)
  if (refusal) return group.map((): RowVerdict => ({ do: 'refuse', refusal }))
  if (group[0] && group[0].row.direction !== 'both') return mergeOneWays(group, frame)
  const shown = group.flatMap(shownIn)
  // Half of what belongs together is hidden from us: the other half alone would say something else.
  if (shown.length < group.length) return group.map(() => nothing)
  const moves = shown.map(movesOf)
  const left = moves.some((move) => move.left && !move.same)
  const right = moves.some((move) => move.right && !move.same)
  // An answer counts until its write has arrived, though the question is gone from the moment it is planned.
  const asked =
    (left || right) && group.some(({ row: { id } }) => frame.doubts?.has(id) || Object.hasOwn(frame.answers, id))
  const winner = (left && right) || asked ? decide(group, frame) : left ? 'left' : right ? 'right' : 'none'
  return shown.map((one) => verdictFor(one, { winner, contested: left && right }, frame))
}

function refusalOf({ row, left, right }: RowView): Refusal | undefined {
  if (row.direction !== 'toReferral' && left.is === 'refused') return left.refusal
  if (row.direction !== 'toCrm' && right.is === 'refused') return right.refusal
  return undefined
}

/** A row of which both sides show a value. */
interface Shown {
  readonly row: Row
  readonly base: Value | undefined
  readonly left: Value
  readonly right: Value
}

function shownIn({ row, base, left, right }: RowView): readonly Shown[] {
  return left.is === 'value' && right.is === 'value' ? [{ row, base, left: left.value, right: right.value }] : []
}

const isAgreed = (base: Value | undefined, value: Value): boolean => base !== undefined && sameValue(base, value)

interface Moves {
  readonly same: boolean
  readonly left: boolean
  readonly right: boolean
}

function movesOf({ base, left, right }: Shown): Moves {
  const same = sameValue(left, right)
  if (base !== undefined) return { same, left: !sameValue(left, base), right: !sameValue(right, base) }
  // No common ancestor: a blank side has nothing to lose; otherwise both count as moved, which makes it a conflict.
  return { same, left: !isBlank(left), right: !isBlank(right) }
}

/** Kept: a person wants what the CRM shows, and the referral cannot be told. */
type Winner = 'left' | 'right' | 'kept' | 'none' | 'ask' | 'typed'

function decide(group: readonly RowView[], frame: MergeFrame): Winner {
  for (const { row } of group) {
    const answer = Object.hasOwn(frame.answers, row.id) ? frame.answers[row.id] : undefined
    if (answer !== undefined) return winnerOf(answer, frame)
    if (frame.doubts?.has(row.id)) return 'ask'
  }
  return winnerBy(group[0]?.row.policy ?? 'ask', frame)
}

function winnerOf(answer: Answer, { frozen }: MergeFrame): Winner {
  if (answer === 'crm') return frozen ? 'kept' : 'right'
  return answer === 'referral' ? 'left' : 'typed'
}

function winnerBy(policy: Policy, { clocks }: MergeFrame): Winner {
  if (policy === 'ask') return 'ask'
  if (policy !== 'newest') return policy === 'crm' ? 'right' : 'left'
  return msOf(clocks.left) - msOf(clocks.right) > clockTieMs ? 'left' : 'right'
}

function verdictFor(
  { row, base, left, right }: Shown,
  { winner, contested }: { readonly winner: Winner; readonly contested: boolean },
  frame: MergeFrame,
): RowVerdict {
  if (sameValue(left, right)) return isAgreed(base, left) ? nothing : { do: 'adopt', value: left }
  if (winner === 'ask') return { do: 'ask', left, right }
  if (winner === 'left') return { do: 'toCrm', value: left, ...(contested ? { lost: right } : {}) }
  if (winner === 'right') return { do: 'toReferral', value: right, ...(contested ? { lost: left } : {}) }
  if (winner === 'kept') return { do: 'adopt', value: left }
  return winner === 'none' ? nothing : typedFor(row, { left, right }, frame)
}

/**
 * A value typed by a person. Where neither side has it, the referral is given it first, and both count as knowing the
 * CRM's: so the next plan sees a referral that moved, and takes it on. Other rows of the group stay as the seller has them.
 * What is typed for a referral that is over goes to the CRM alone, and what Microsoft said last counts as known.
 */
function typedFor(
  row: Row,
  { left, right }: { readonly left: Value; readonly right: Value },
  { answers, frozen }: MergeFrame,
): RowVerdict {
  const answer = Object.hasOwn(answers, row.id) ? answers[row.id] : undefined
  const value = typeof answer === 'object' ? answer.value : right
  if (sameValue(value, left)) return { do: 'toCrm', value, lost: right }
  if (frozen)
    return sameValue(value, right) ? { do: 'adopt', value: left } : { do: 'toCrm', value, lost: right, agreed: left }
  if (sameValue(value, right)) return { do: 'toReferral', value, lost: left }
  return { do: 'toReferral', value, lost: left, agreed: right }
}

// ── one way ──────────────────────────────────────────────────────────────────────────────────────────────────

/** A one-way row from where it stands: the side it reads, and the side it writes. */
interface OneWay {
  readonly row: Row
  readonly base: Value | undefined
  readonly near: Value
  readonly far: Reading
  readonly toward: 'toCrm' | 'toReferral'
}

function oneWayIn({ row, base, left, right }: RowView): readonly OneWay[] {
  const [near, far, toward] =
    row.direction === 'toCrm' ? ([left, right, 'toCrm'] as const) : ([right, left, 'toReferral'] as const)
  return near.is === 'value' ? [{ row, base, near: near.value, far, toward }] : []
}

/** Each by its own side alone; where one is written, what belongs to it is written with it. */
function mergeOneWays(group: readonly RowView[], frame: MergeFrame): readonly RowVerdict[] {
  const ways = group.flatMap(oneWayIn)
  if (ways.length < group.length) return group.map(() => nothing)
  if (ways.length > 1 && ways.some(({ far }) => far.is === 'absent')) return group.map(() => nothing)
  const verdicts = ways.map((way) => ({ way, verdict: mergeOneWay(way, frame) }))
  const isWritten = verdicts.some(({ way, verdict }) => verdict.do === way.toward)
  return verdicts.map(({ way, verdict }) => (isWritten ? besides(way, verdict) : verdict))
}

/** A value that differs from its own side goes along, unless it is somebody else's by now. */
function besides({ row, near, far, toward }: OneWay, verdict: RowVerdict): RowVerdict {
  if (verdict.do === toward || row.write !== 'always') return verdict
  return far.is === 'value' && !sameValue(near, far.value) ? { do: toward, value: near, lost: far.value } : verdict
}

/**
 * A one-way row follows its own side only. What people change on the far side stays until the near side moves again:
 * we never fight a person over a field.
 */
function mergeOneWay({ row, base, near, far, toward }: OneWay, frame: MergeFrame): RowVerdict {
  if (isAgreed(base, near)) return nothing
  const adopt: RowVerdict = { do: 'adopt', value: near }
  if (far.is === 'value' && sameValue(near, far.value)) return adopt
  if (base === undefined && isBlank(near)) return adopt
  if (row.write === 'once' && (base !== undefined || (far.is === 'value' && !isBlank(far.value)))) return adopt
  if (row.write === 'whileOpen' && frame.crmIsClosed && toward === 'toCrm') return adopt
  const overwritten = base !== undefined && far.is === 'value' && !sameValue(far.value, base) && row.referral !== null
  return { do: toward, value: near, ...(overwritten ? { lost: far.value } : {}) }
}
