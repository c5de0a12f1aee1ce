// Merges the rows of one deal, group by group: what each side is to be sent, what both agree on, what is a question.

import { rowId } from '../model/ids.ts'
import { baseValue, type Link } from '../model/link.ts'
import type { Reading } from '../model/deal.ts'
import { later } from '../model/instant.ts'
import type { VendorRecord } from '../model/record.ts'
import { sameValue, type Value } from '../model/value.ts'
import type { Env, Row } from '../mapping/mapping.ts'
import type { LinkedDeal, Sides } from './linked-deal.ts'
import { mergeGroup, type RowVerdict, type RowView } from './merge.ts'
import { loopOf } from './loops.ts'
import type { Wait } from './waits.ts'
import { addRows, type Draft, type RowChange } from './side.ts'

export interface MergeMode {
  readonly crmIsClosed: boolean
  /** The referral is not written at all. */
  readonly frozen: boolean
}

/** Merges these rows and puts each verdict where it belongs. */
export function mergeRows(deal: LinkedDeal, rows: readonly Row[], sides: Sides, mode: MergeMode): void {
  const { frame, link, referral, crm } = deal
  const env: Env = { referral: referral.fields, crm: crm.fields, now: frame.now }
  const clocks = { left: referral.changedAt, right: crm.changedAt }
  const doubts = new Set(
    link.waiting.flatMap(({ code, subject }) => (code === 'DB-3507' ? [rowId(subject.slice('row:'.length))] : [])),
  )
  for (const group of groupsOf(rows)) {
    const views = group.map((row) => viewOf(row, link, env, crm))
    sides.apart ||= views.some(isApart)
    const answers = answersFor(link, views, sides)
    const verdicts = mergeGroup(views, { clocks, answers, doubts, ...mode })
    const judged = views.flatMap((view, index) => {
      const verdict = verdicts[index]
      return verdict ? [{ view, verdict }] : []
    })
    move(deal, sides, sides.crm, movesTo('toCrm', judged))
    if (!mode.frozen) move(deal, sides, sides.referral, movesTo('toReferral', judged))
    sides.waits.push(...hiddenOf(views, frame))
    for (const { view, verdict } of judged)
      note(sides, view, verdict, { frozen: mode.frozen, doubted: doubts.has(view.row.id) })
  }
  for (const refusal of [...sides.crm.refusals, ...sides.referral.refusals])
    sides.waits.push({ for: 'problem', subject: `refusal:${refusal.code}`, ...refusal })
}

function groupsOf(rows: readonly Row[]): readonly (readonly Row[])[] {
  return [...Map.groupBy(rows, (row) => row.group).values()]
}

function isApart({ left, right }: RowView): boolean {
  return left.is === 'value' && right.is === 'value' && !sameValue(left.value, right.value)
}

function viewOf(row: Row, link: Link, env: Env, crm: VendorRecord): RowView {
  return { row, base: baseValue(link, row.id), left: row.fromReferral(env), right: row.fromCrm(crm.fields) }
}

function move({ link, frame }: LinkedDeal, sides: Sides, to: Draft, moves: readonly RowChange[]): void {
  const rows = moves.map(({ row }) => row)
  const loop = loopOf(link, to.side, rows, frame.now)
  if (loop) sides.waits.push(loop)
  else addRows(to, moves)
}

/** A person answers what they were shown. Once a side shows something else, the question is another one. */
function answersFor(link: Link, views: readonly RowView[], sides: Sides): NonNullable<Link['answers']> {
  const given = link.answers ?? {}
  const answers = views.flatMap(({ row, left, right }) => {
    const answer = Object.hasOwn(given, row.id) ? given[row.id] : undefined
    if (answer === undefined || left.is !== 'value' || right.is !== 'value') return []
    return [{ row: row.id, answer, shown: { left: left.value, right: right.value } }]
  })
  const isAnother = answers.some(({ row, shown }) => {
    const asked = link.answeredFor?.[row]
    return asked !== undefined && !(sameValue(asked.left, shown.left) && sameValue(asked.right, shown.right))
  })
  if (isAnother) return {}
  for (const { row, shown } of answers) sides.answered[row] = shown
  return Object.fromEntries(answers.map(({ row, answer }) => [row, answer]))
}

/** How long until it is looked whether a hidden field shows again: no stream of changes tells of that. */
const lookAgainMs = 30 * 60_000

/** What moved on one side, and cannot be compared because the other does not show the field it has shown before. */
function hiddenOf(group: readonly RowView[], { now }: LinkedDeal['frame']): readonly Wait[] {
  // A one-way row follows its own side, whatever the other one shows; what only adds to a text never reads it back.
  if (group.length === 1 && group[0]?.row.direction !== 'both') return []
  const hidden = group.find(({ base, left, right }) => base !== undefined && (isAbsent(left) || isAbsent(right)))
  if (!hidden || !group.some(({ base, left, right }) => hasMoved(left, base) || hasMoved(right, base))) return []
  const { crm, id } = hidden.row
  const message = `${crm} was changed on one side and is hidden from us on the other. Nothing is cleared or overwritten until it shows again.`
  const until = later(now, lookAgainMs)
  return [{ for: 'problem', subject: `hidden:${id}`, code: 'DB-2212', message, who: 'CRM admin', until }]
}

const isAbsent = ({ is }: Reading): boolean => is === 'absent'
const hasMoved = (shown: Reading, base: Value | undefined): boolean =>
  base !== undefined && shown.is === 'value' && !sameValue(shown.value, base)

interface Judged {
  readonly view: RowView
  readonly verdict: RowVerdict
}

function movesTo(side: 'toCrm' | 'toReferral', judged: readonly Judged[]): readonly RowChange[] {
  return judged.flatMap(({ view, verdict }) =>
    verdict.do === side ? [{ row: view.row, base: view.base, ...verdict }] : [],
  )
}

/**
 * What is no write: an agreement, a refusal, a question. Of a referral that is over nobody is asked, unless it may be
 * that its last word never arrived.
 */
function note(
  sides: Sides,
  { row, base, left }: RowView,
  verdict: RowVerdict,
  { frozen, doubted }: { readonly frozen: boolean; readonly doubted: boolean },
): void {
  if (verdict.do === 'adopt') sides.adopted[row.id] = verdict.value
  if (verdict.do === 'refuse') sides.waits.push({ for: 'problem', subject: `row:${row.id}`, ...verdict.refusal })
  if (verdict.do !== 'ask' || (frozen && !(doubted && hasMoved(left, base)))) return
  const shown = (value: Value | undefined): string => String(value ?? '(empty)')
  const [code, message] = doubted
    ? doubtful(row)
    : (['DB-3501', `You and Microsoft both changed ${row.crm}. Choose one.`] as const)
  const choices = [
    `Partner Center: ${shown(verdict.left)}`,
    `last synced: ${shown(base)}`,
    `CRM: ${shown(verdict.right)}`,
  ]
  sides.waits.push({ for: 'question', subject: `row:${row.id}`, code, message, who: 'the seller', choices })
}

function doubtful(row: Row): readonly ['DB-3507', string] {
  return [
    'DB-3507',
    `An answer was lost, and ${row.crm} shows again what it showed before: the change never arrived, or someone took it back. Choose one.`,
  ]
}
