// A referral and its deal, side by side through time.

import { wordOf, type History, type LinkEnd, type RecordPast, type State } from '../history.ts'

export interface Pair {
  readonly key: string
  readonly referral: RecordPast
  /** Every record that ever carried the referral's key, oldest first. */
  readonly deals: readonly RecordPast[]
  readonly link: LinkEnd | undefined
}

export interface Violation {
  readonly invariant: string
  readonly referral: string
  readonly what: string
}

export const keyOf = ({ fields }: Pick<State, 'fields'>): string => wordOf(fields['ReferralKey']).toLowerCase()

export function pairsOf({ referrals, opportunities, links }: History): readonly Pair[] {
  return referrals.map((referral) => {
    const key = referral.id.toLowerCase()
    return {
      key,
      referral,
      deals: opportunities.filter(({ states }) => states.some((state) => keyOf(state) === key)),
      link: links.find((link) => link.key === key),
    }
  })
}

/** As it stood at a moment; the first state for any moment before it. */
export function stateAt({ states }: RecordPast, atMs: number): State | undefined {
  return states.findLast((state) => state.atMs <= atMs) ?? states[0]
}

export const lastState = ({ states }: RecordPast): State | undefined => states.at(-1)

/** One of the two sides took a new state. */
export interface Step {
  readonly atMs: number
  readonly side: 'referral' | 'crm'
  readonly by: string
  readonly left: State
  readonly right: State
}

/** From the moment at which both exist. */
export function stepsOf(referral: RecordPast, deal: RecordPast): readonly Step[] {
  const [first] = deal.states
  if (!first) return []
  const all = [
    ...referral.states.map((state) => ({ state, side: 'referral' as const })),
    ...deal.states.map((state) => ({ state, side: 'crm' as const })),
  ].toSorted((a, b) => a.state.atMs - b.state.atMs)
  const steps: Step[] = []
  let left: State | undefined
  let right: State | undefined
  for (const { state, side } of all) {
    if (side === 'referral') left = state
    else right = state
    if (left && right) steps.push({ atMs: state.atMs, side, by: state.by, left, right })
  }
  return steps
}

export const isParked = (link: LinkEnd | undefined, rows: readonly string[]): boolean =>
  link !== undefined &&
  (link.paused ||
    link.waiting.some(
      ({ subject }) =>
        ['key', 'gone', 'missing', 'match', 'referral', 'check', 'moving'].includes(subject) ||
        rows.some((row) => subject === `row:${row}` || subject === `loop:${row}`) ||
        subject.startsWith('refusal:') ||
        subject.startsWith('write:'),
    ))
