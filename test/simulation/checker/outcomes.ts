// What can never be taken back (I5, I6, I7): each close arrives once, in time and not before its time, and nothing is
// tried on what is closed.

import type { Attempt, History, State } from '../history.ts'
import { isParked, lastState, stateAt, stepsOf, type Pair, type Violation } from './pairs.ts'
import {
  bothWays,
  dealStageOf,
  dealStanding,
  isDealOver,
  isOver,
  outcomesOf,
  referralStanding,
  stageOf,
} from './values.ts'

export function checkOutcomes(history: History, pair: Pair): readonly Violation[] {
  const mine = history.attempts.filter(({ id, vendor }) => vendor === 'source' && id === pair.referral.id)
  return [
    ...closesOnce(pair, mine),
    ...closesRightly(history, pair),
    ...leavesClosedAlone(history, pair, mine),
    ...neverReopens(pair),
    ...standsTogether(history, pair),
    ...saysWhatWas(pair),
  ]
}

const closes = ({ fields }: Attempt): boolean => isOver(fields)

/** I5: one close at most is ever applied. */
function closesOnce({ key }: Pair, attempts: readonly Attempt[]): readonly Violation[] {
  const applied = attempts.filter((attempt) => attempt.applied && closes(attempt))
  return applied.length > 1 ? [{ invariant: 'I5', referral: key, what: `closed ${applied.length} times` }] : []
}

/** I5: it says what the deal says, after the deal has said it for as long as it has to, and takes open edits with it. */
function closesRightly(history: History, { key, referral, deals, link }: Pair): readonly Violation[] {
  const place = referral.states.findIndex((state) => state.by === 'dealbridge' && isOver(state.fields))
  const closed = referral.states[place]
  const [deal] = deals
  if (!closed || !deal || place < 1) return []
  const { holdMs, everyMs } = history.story.manners
  const fits = (state: State): boolean => outcomesOf(dealStageOf(state.fields)).includes(stageOf(closed.fields))
  const stretch = lastStretch(deal.states, closed.atMs, fits)
  const faults: string[] = []
  if (!stretch) faults.push(`it became ${stageOf(closed.fields)} although its deal was never so`)
  else if (stretch.untilMs - stretch.sinceMs < holdMs) faults.push(`it was closed before its time was over`)
  else if (closed.atMs - stretch.untilMs > 2 * everyMs + 600_000)
    faults.push('it was closed long after its deal had moved on')
  const steady = deal.states.filter(({ atMs }) => atMs > closed.atMs - 2 * everyMs && atMs <= closed.atMs)
  const now = stateAt(deal, closed.atMs)
  const answered = (rows: readonly string[]): boolean =>
    history.answers.some(
      (one) =>
        one.key === key && rows.includes(one.row) && closed.atMs - one.atMs < 1_800_000 && one.atMs <= closed.atMs,
    )
  if (now && steady.length === 0 && !isParked(link, []))
    for (const field of bothWays) {
      if (answered(field.rows) || isHidden(history, closed.atMs)) continue
      const missed = field.inReferral(closed.fields) !== field.inDeal(now.fields)
      if (missed && editedBefore(referral.states, field.inReferral, closed.atMs)) continue
      if (missed) faults.push(`${field.name} was left behind`)
    }
  return faults.map((what) => ({ invariant: 'I5', referral: key, what: `at ${closed.atMs}: ${what}` }))
}

/** What we could not see could not be carried. */
function isHidden({ story }: History, atMs: number): boolean {
  const { hidden, everyMs } = story.manners
  return hidden !== null && atMs >= hidden.fromMs && atMs <= hidden.untilMs + 6 * everyMs
}

/** Did people at Microsoft change it lately? Then it is a conflict, and the oracle of edits looks after it. */
function editedBefore(
  states: readonly State[],
  read: (fields: State['fields']) => string | null,
  atMs: number,
): boolean {
  return states.some(
    (state, index) =>
      state.by === 'person' &&
      state.atMs <= atMs &&
      atMs - state.atMs < 1_800_000 &&
      read(state.fields) !== read(states[index - 1]?.fields ?? state.fields),
  )
}

interface Stretch {
  readonly sinceMs: number
  readonly untilMs: number
}

/** The last unbroken time, before a moment, in which a record was as asked. */
function lastStretch(states: readonly State[], beforeMs: number, fits: (state: State) => boolean): Stretch | null {
  let found: Stretch | null = null
  let sinceMs: number | null = null
  for (const [index, state] of states.entries()) {
    if (state.atMs > beforeMs) break
    const next = states[index + 1]?.atMs ?? Number.POSITIVE_INFINITY
    if (!fits(state) || state.gone) sinceMs = null
    else {
      sinceMs ??= state.atMs
      found = { sinceMs, untilMs: Math.min(next, beforeMs) }
    }
  }
  return found
}

/** I6: nothing is applied to a closed referral, and nothing tried once its end could be seen. */
function leavesClosedAlone(
  history: History,
  { key, referral }: Pair,
  attempts: readonly Attempt[],
): readonly Violation[] {
  const closed = referral.states.find((state) => isOver(state.fields))
  if (!closed) return []
  const { everyMs, staleMs, latencyMs } = history.story.manners
  const seenByMs = closed.atMs + 2 * everyMs + staleMs + 20 * latencyMs + 400_000
  return attempts.flatMap((attempt) => {
    if (attempt.atMs <= closed.atMs || attempt.before?.['stage'] === undefined) return []
    if (attempt.applied && isOver(attempt.before))
      return [{ invariant: 'I6', referral: key, what: `written at ${attempt.atMs} after it was closed` }]
    return attempt.atMs > seenByMs ? [{ invariant: 'I6', referral: key, what: `tried at ${attempt.atMs}` }] : []
  })
}

/** I7: no program opens again what was closed, on either side. */
function neverReopens({ key, referral, deals }: Pair): readonly Violation[] {
  const opened = (states: readonly State[], over: (fields: State['fields']) => boolean): boolean =>
    states.some((state, index) => {
      const before = states[index - 1]
      return state.by === 'dealbridge' && before !== undefined && over(before.fields) && !over(state.fields)
    })
  return [
    ...(opened(referral.states, isOver) ? ['the referral'] : []),
    ...deals.flatMap(({ states }) => (opened(states, isDealOver) ? ['the deal'] : [])),
  ].map((what) => ({ invariant: 'I7', referral: key, what: `a program opened ${what} again` }))
}

/** I5, I15: at the end both stand in the same place, or it is said why not. */
function standsTogether(_history: History, pair: Pair): readonly Violation[] {
  const { key, referral, deals, link } = pair
  const deal = deals.findLast((one) => lastState(one)?.gone === false)
  const left = lastState(referral)
  const right = deal && lastState(deal)
  if (!deal || !left || !right || isParked(link, [])) return []
  const waits = link?.waiting.some(({ subject }) => subject.startsWith('outcome:') || subject === 'stage') ?? false
  const fault = (what: string): readonly Violation[] => [{ invariant: 'I5', referral: key, what }]
  const [over, dealOver] = [isOver(left.fields), isDealOver(right.fields)]
  if (!over && dealOver) return waits ? [] : fault(`the deal is ${dealStageOf(right.fields)}, the referral is open`)
  if (over && !dealOver)
    return openedByHand(referral.states, deal.states) ? [] : fault('the referral is over, the deal is open')
  if (over)
    return agreeOnEnd(left, right) || waits || movedByHand(deal.states)
      ? []
      : fault('they ended differently, and nobody is told')
  const same = referralStanding(left.fields) === dealStanding(right.fields)
  return same || waits || setBackByHand(pair)
    ? []
    : fault(`${referralStanding(left.fields)} beside ${dealStageOf(right.fields)}`)
}

/** I5: a deal that waits because its referral was opened again had a referral that was closed. */
function saysWhatWas({ key, referral, link }: Pair): readonly Violation[] {
  const isSaid = link?.waiting.some(({ code }) => code === 'DB-3108') ?? false
  if (!isSaid || referral.states.some((state) => isOver(state.fields))) return []
  return [{ invariant: 'I5', referral: key, what: 'is said to be open again, and was never closed' }]
}

const agreeOnEnd = (left: State, right: State): boolean =>
  outcomesOf(dealStageOf(right.fields)).includes(stageOf(left.fields)) ||
  dealStageOf(right.fields) === stageOf(left.fields)

/** A person opened it again after it was over, or moved it on at the same time. */
const openedByHand = (left: readonly State[], right: readonly State[]): boolean => {
  const over = left.find((state) => isOver(state.fields))
  return right.some((state, index) => {
    const before = right[index - 1]
    return (
      state.by === 'person' &&
      before !== undefined &&
      dealStageOf(state.fields) !== dealStageOf(before.fields) &&
      state.atMs >= (over?.atMs ?? 0) - 1_800_000
    )
  })
}

const movedByHand = (states: readonly State[]): boolean => {
  const last = states.findLast(
    (state, index) => dealStageOf(state.fields) !== dealStageOf(states[index - 1]?.fields ?? {}),
  )
  return last?.by === 'person'
}

/** A seller who moves a deal back to new only moves it there. */
function setBackByHand({ referral, deals }: Pair): boolean {
  return deals.some((deal) =>
    stepsOf(referral, deal).some(
      ({ side, by, right, left }) =>
        side === 'crm' &&
        by === 'person' &&
        dealStageOf(right.fields) === 'New from Microsoft' &&
        stageOf(left.fields) === 'Accepted',
    ),
  )
}
