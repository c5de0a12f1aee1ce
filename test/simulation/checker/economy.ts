// Nothing is written that need not be (I13, I16, I17), one-way rows arrive, and nothing ends in an error nobody expects.

import type { Attempt, History, Plain, RecordPast } from '../history.ts'
import { isParked, lastState, type Pair, type Violation } from './pairs.ts'
import {
  bothWays,
  countryAtMicrosoft,
  countryInDeal,
  isOver,
  pathOf,
  updateAtMicrosoft,
  updateInDeal,
  type Reader,
} from './values.ts'

export function checkEconomy(history: History, pairs: readonly Pair[]): readonly Violation[] {
  return [
    ...history.attempts.flatMap(idleWrite),
    ...pairs.flatMap((pair) => [...repeats(history, pair), ...oneWay(pair), ...onceOnly(history, pair)]),
    ...restless(history),
    ...unexpected(history),
  ]
}

/** I13: every field of an applied write was different before. */
function idleWrite(attempt: Attempt): readonly Violation[] {
  const { applied, expected, before, fields, vendor, id } = attempt
  if (!applied || !expected || before === null) return []
  const shown = (field: string): Plain => (vendor === 'source' ? pathOf(before, field) : (before[field] ?? null))
  const idle = Object.entries(fields).filter(([field, value]) => JSON.stringify(shown(field)) === JSON.stringify(value))
  return idle.length === 0
    ? []
    : [{ invariant: 'I13', referral: id ?? '', what: `wrote ${idle.map(([field]) => field).join(', ')} as it was` }]
}

/** I17: a value is brought over as often as somebody set it, and not more often. */
function repeats(history: History, { key, referral, deals }: Pair): readonly Violation[] {
  const { blurs, answers } = history
  if (canLookOld(history) || isLostUnseen(history)) return []
  // A deal that was deleted before its making was known is made again, with what stood in it.
  if (deals.length > 1 || blurs.some(({ what }) => what === 'wiped')) return []
  return bothWays.flatMap((field) => {
    // A person may choose what stood there before.
    if (answers.some((one) => one.key === key && field.rows.includes(one.row))) return []
    const left = turnsOf([referral], field.inReferral)
    const right = turnsOf(deals, field.inDeal)
    const over = (mine: Turns, theirs: Turns): readonly string[] =>
      [...mine.written].filter(([value, times]) => times > (theirs.all.get(value) ?? 0)).map(([value]) => value)
    return [...over(left, right), ...over(right, left)].map((value) => ({
      invariant: 'I17',
      referral: key,
      what: `${field.name} ${value} was written more often than it was set`,
    }))
  })
}

/**
 * An edit that is stamped earlier than it showed, behind a write of ours that no version was told of: a replica that lags
 * then shows the state before it with the later stamp, as if somebody had taken the edit back. It is brought over and,
 * once the replica has caught up, brought back.
 */
function canLookOld({ story: { manners, edits } }: History): boolean {
  return manners.stale > 0 && !manners.tellsVersion && edits.some(({ lateMs }) => lateMs > 0)
}

/** A write without an answer, to a field that is hidden then, is made again once the field shows what it showed before. */
function isLostUnseen({ story, blurs }: History): boolean {
  const { hidden } = story.manners
  return hidden !== null && blurs.some(({ what, atMs }) => what === 'lost' && atMs <= hidden.untilMs)
}

interface Turns {
  readonly all: ReadonlyMap<string, number>
  /** By the program. */
  readonly written: ReadonlyMap<string, number>
}

function turnsOf(records: readonly RecordPast[], read: Reader): Turns {
  const all = new Map<string, number>()
  const written = new Map<string, number>()
  for (const { states } of records)
    for (const [index, state] of states.entries()) {
      const value = String(read(state.fields))
      const before = states[index - 1]
      if (before && String(read(before.fields)) === value) continue
      all.set(value, (all.get(value) ?? 0) + 1)
      if (state.by === 'dealbridge') written.set(value, (written.get(value) ?? 0) + 1)
    }
  return { all, written }
}

/** One-way rows end where they should. */
function oneWay({ key, referral, deals, link }: Pair): readonly Violation[] {
  const deal = deals.findLast((one) => lastState(one)?.gone === false)
  const left = lastState(referral)
  const right = deal && lastState(deal)
  if (!left || !right || isParked(link, ['PartnerUpdate', 'Country'])) return []
  const faults: string[] = []
  // A deal that was made anew says nothing of it, and nothing is not written over what was said.
  const isSaid = deals.length === 1 || updateInDeal(right.fields) !== null
  if (!isOver(left.fields) && isSaid && updateAtMicrosoft(left.fields) !== updateInDeal(right.fields))
    faults.push('the update did not arrive')
  if (countryInDeal(right.fields) !== countryAtMicrosoft(left.fields)) faults.push('the country did not arrive')
  return faults.map((what) => ({ invariant: 'I9', referral: key, what }))
}

/** What is written once belongs to the seller afterwards. */
function onceOnly({ attempts }: History, { deals }: Pair): readonly Violation[] {
  const ids = new Set(deals.map(({ id }) => id))
  return attempts
    .filter(
      ({ id, do: action, fields }) =>
        action === 'update' && id !== null && ids.has(id) && ('Description' in fields || 'Name' in fields),
    )
    .map(({ id, atMs }) => ({
      invariant: 'I9',
      referral: id ?? '',
      what: `wrote once more at ${atMs} what is written once`,
    }))
}

/** How long at the end must be perfectly still. */
const stillMs = 15 * 60_000

/** I16: once it is quiet, nothing is tried and nothing is stored. */
function restless({ attempts, commits, endedMs, links }: History): readonly Violation[] {
  const late = attempts.filter(({ atMs }) => atMs > endedMs - stillMs)
  const waitsForTime = links.some(({ waiting }) => waiting.some(({ until }) => until !== null))
  const stored = waitsForTime ? 0 : commits.filter((atMs) => atMs > endedMs - stillMs).length
  return [
    ...late.slice(0, 1).map(({ id, fields }) => ({
      invariant: 'I16',
      referral: id ?? '',
      what: `still writes ${JSON.stringify(fields)}`,
    })),
    // A bookmark that grew old may be kept once.
    ...(stored > 1 ? [{ invariant: 'I16', referral: '', what: `still stores: ${stored} commits` }] : []),
  ]
}

function unexpected({ passes }: History): readonly Violation[] {
  const bad = passes.find(({ error }) => error !== null && error.startsWith('DB-9'))
  return bad ? [{ invariant: 'none of ours', referral: '', what: bad.error ?? '' }] : []
}
