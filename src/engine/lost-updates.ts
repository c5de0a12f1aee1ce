// What a record shows of updates whose answer was lost, and what both sides then count as knowing.

import type { RowId } from '#core/model/ids'
import type { Instant } from '#core/model/instant'
import { at, sameJson, withAt } from '#core/model/json'
import { baseValue, type Link } from '#core/model/link'
import { isPointer, type Fields, type VendorRecord } from '#core/model/record'
import { ReferralFacts } from '#core/model/referral'
import type { Standing } from '#core/model/stage'
import { sameValue, type Value } from '#core/model/value'
import { stageRowOf, type Env, type Row } from '#core/mapping/mapping'
import type { Change, Settlement } from '#core/reconcile/plan'
import { waitFrom } from '#core/reconcile/waits'
import type { Intent } from '#ledger/entries'
import type { Pipeline } from './pipeline.ts'
import { afterWrite } from './settle.ts'

export interface Looked {
  readonly pipeline: Pipeline
  readonly link: Link
  readonly record: VendorRecord
  readonly now: Instant
}

export interface SettledUpdate {
  readonly link: Link
  /** The updates that are known, or taken, to have been written. */
  readonly done: readonly Change[]
  /** What of them the record does not show just now: it stays open. */
  readonly hidden: Intent | null
}

/**
 * Of several updates that expected the same state of a record, one at most was written. It is the one with which the
 * fewest hands of other people explain what is shown, and of equals the last; before all of them, one that left a mark.
 */
export function settledUpdate(looked: Looked, intents: readonly Intent[]): SettledUpdate | 'nothing is shown' {
  const { link, record, now } = looked
  const findings = intents.map((intent) => findingOf(looked, intent))
  if (findings.every(({ isUnseen }) => isUnseen)) return 'nothing is shown'
  const marked = findings.filter(({ isMarked }) => isMarked)
  const finding = likeliest(marked.length > 0 ? marked : findings, findings)
  if (!finding) return { link, done: [], hidden: null }
  const { intent, settles, arrived } = finding
  const doubtful = new Set((marked.length > 0 ? [finding] : findings).flatMap((one) => one.doubtful))
  const written = { id: record.id, version: record.version }
  const next = afterWrite(link, { ...intent.change, settles }, { written, now })
  return { link: withDoubt(next, [...doubtful], now), done: arrived ? [intent.change] : [], hidden: hiddenOf(finding) }
}

interface Finding {
  readonly intent: Intent
  /** Something of the update is there that was not there before: then all of it was, unless somebody else did the same. */
  readonly arrived: boolean
  /** It arrived, or it only tells an id and the record shows all of it. */
  readonly isMarked: boolean
  readonly rows: readonly Shown[]
  /** The stage that it sent, and the one that is shown. */
  readonly stage: { readonly sent: string | null; readonly before: string | null; readonly now: string | null }
  /** What counts as known on both sides. */
  readonly settles: Settlement
  /** Rows that show what they showed before, on a record that was changed: not written, or taken back. */
  readonly doubtful: readonly RowId[]
  readonly hidden: readonly RowId[]
  /** None of it can be seen just now: it stays as open as it was. */
  readonly isUnseen: boolean
}

function findingOf(looked: Looked, intent: Intent): Finding {
  const { change } = intent
  const rows = shownBy(looked, change)
  const standing = shownStanding(looked, change)
  const arrived = rows.some(isThere) || standing.arrived
  const doubtful = rows.filter(isUnmoved).map(({ row }) => row)
  const known = rows.filter(isReplaced)
  // An update that only tells an id settles nothing; what it wrote can still be seen.
  const isBare = rows.length === 0 && change.settles.standing === undefined
  const sure = arrived
    ? Object.entries(change.settles.values)
    : known.map(({ row, intended }) => [row, intended] as const)
  const values = Object.fromEntries(sure.filter(([row]) => !doubtful.some((one) => one === row)))
  const { standing: _, closes, ...rest } = change.settles
  const settles: Settlement = {
    ...rest,
    values,
    ...(standing.shown ? { standing: standing.shown, ...(closes === undefined ? {} : { closes }) } : {}),
  }
  return {
    intent,
    arrived,
    isMarked: arrived || (isBare && showsAllOf(looked, change)),
    rows,
    stage: {
      sent: change.settles.standing?.stage ?? null,
      before: looked.link.base.standing?.stage ?? null,
      now: standing.now,
    },
    settles,
    doubtful,
    hidden: arrived ? [] : rows.filter(isHidden).map(({ row }) => row),
    isUnseen: rows.length > 0 && rows.every(isHidden) && standing.shown === undefined,
  }
}

function likeliest(among: readonly Finding[], all: readonly Finding[]): Finding | undefined {
  const least = Math.min(...among.map((one) => othersIn(one, all)))
  return among.findLast((one) => othersIn(one, all) === least)
}

/** If it was this one that was written: how much of what the updates are about somebody else must have changed since. */
function othersIn(one: Finding, all: readonly Finding[]): number {
  const sent = new Map(one.rows.map(({ row, intended }) => [row, intended]))
  const about = new Map(all.flatMap(({ rows }) => rows.map((shown) => [shown.row, shown])))
  const changed = [...about.values()].filter(({ row, before, now }) => {
    const expected = sent.has(row) ? (sent.get(row) ?? null) : before
    return now !== undefined && !sameValue(now, expected)
  })
  const { stage } = one
  const isAboutStage = all.some((other) => other.stage.sent !== null)
  return changed.length + (isAboutStage && stage.now !== (stage.sent ?? stage.before) ? 1 : 0)
}

function hiddenOf({ intent, hidden }: Finding): Intent | null {
  if (hidden.length === 0) return null
  const { change } = intent
  const values = Object.fromEntries(hidden.map((row) => [row, change.settles.values[row] ?? null]))
  return { ...intent, change: { ...change, settles: { values } } }
}

interface Shown {
  readonly row: RowId
  readonly before: Value
  readonly intended: Value
  /** Undefined when the side does not show it. */
  readonly now: Value | undefined
}

const isThere = ({ before, intended, now }: Shown): boolean =>
  now !== undefined && sameValue(now, intended) && !sameValue(before, intended)
const isUnmoved = ({ before, intended, now }: Shown): boolean =>
  now !== undefined && sameValue(now, before) && !sameValue(before, intended)
const isHidden = ({ now }: Shown): boolean => now === undefined
const isReplaced = ({ before, now }: Shown): boolean => now !== undefined && !sameValue(now, before)

/** Every field that was sent shows what was sent; a pointer was filled in with the deal's own record. */
function showsAllOf({ link, record }: Looked, { write }: Change): boolean {
  return Object.entries(write.fields).every(([path, sent]) => {
    const shown = Object.hasOwn(record.fields, path) ? record.fields[path] : at(record.fields, path)
    return sameJson(shown ?? null, isPointer(sent) && sent.$write === link.key ? link.record : sent)
  })
}

function shownBy({ pipeline, link, record, now }: Looked, change: Change): readonly Shown[] {
  const { side, settles } = change
  const valueOf = (row: Row, fields: Fields): Value | undefined => {
    const env: Env = { referral: fields, crm: null, now }
    const reading = side === 'referral' ? row.fromReferral(env) : row.fromCrm(fields)
    return reading.is === 'value' ? reading.value : undefined
  }
  const past = fieldsBefore(record, change)
  return pipeline.mapping.rows.flatMap((row): readonly Shown[] => {
    if (!Object.hasOwn(settles.values, row.id)) return []
    const intended = settles.values[row.id] ?? null
    const isSent = change.fields.some(({ rule }) => rule?.key === row.rule.key)
    // What was not sent stood there already.
    const before = isSent ? (valueOf(row, past) ?? baseValue(link, row.id) ?? null) : intended
    return [{ row: row.id, before, intended, now: valueOf(row, record.fields) }]
  })
}

/** The record as it was when the update was planned: what both sides had agreed on says nothing of a conflict's loser. */
function fieldsBefore({ fields: shown }: VendorRecord, { side, fields }: Change): Fields {
  return fields.reduce<Fields>(
    (past, { path, ours }) =>
      side === 'crm' || Object.hasOwn(past, path) ? { ...past, [path]: ours } : withAt(past, path, ours),
    shown,
  )
}

/** A standing counts as written only when the record shows it: an outcome must not be taken for sent. */
function shownStanding(
  { pipeline, link, record }: Looked,
  { side, settles }: Change,
): { readonly shown: Standing | undefined; readonly arrived: boolean; readonly now: string | null } {
  const { standing } = settles
  const now =
    side === 'referral' ? referralStage(record) : (stageRowOf(pipeline.mapping.stages, record.fields)?.stage ?? null)
  if (standing === undefined || now !== standing.stage) return { shown: undefined, arrived: false, now }
  return { shown: standing, arrived: link.base.standing?.stage !== standing.stage, now }
}

function referralStage(record: VendorRecord): string | null {
  const facts = ReferralFacts.safeParse(record.fields['ref'])
  return facts.success ? facts.data.stage : null
}

/**
 * A question for each row in doubt, which keeps the base it had: the planner asks it until it is answered. An earlier
 * answer was to another question.
 */
function withDoubt(link: Link, rows: readonly RowId[], now: Instant): Link {
  if (rows.length === 0) return link
  const about = { for: 'question', code: 'DB-3507', message: 'An answer was lost.', who: 'the seller' } as const
  const doubts = rows.map((row) => waitFrom({ ...about, subject: `row:${row}` }, [], now))
  const subjects = new Set(doubts.map(({ subject }) => subject))
  const { answers, answeredFor: _, ...rest } = link
  const others = Object.entries(answers ?? {}).filter(([row]) => !subjects.has(`row:${row}`))
  return {
    ...rest,
    ...(others.length > 0 ? { answers: Object.fromEntries(others) } : {}),
    waiting: [...link.waiting.filter(({ subject }) => !subjects.has(subject)), ...doubts],
  }
}
