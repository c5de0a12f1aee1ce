// A plan as people read it: grouped by the system that would be written, every value with where it comes from. The
// symbols are the same wherever a plan is shown.
//
//   + create    ~ change    ! can't be undone    = both sides changed    ⏸ held    ✗ refused

import type { Instant } from '#core/model/instant'
import type { Link } from '#core/model/link'
import { isOutcome, type Change, type FieldChange, type Plan } from '#core/reconcile/plan'
import type { PipelinePlan } from '#control/answers'
import type { Paint } from './paint.ts'
import { clip, plural, shown, until, when } from './words.ts'

export interface PlanPrint {
  readonly paint: Paint
  readonly zone: string
  /** Every field of every change; otherwise long ones are cut. */
  readonly full: boolean
}

const fieldsShown = 8
const changesShown = 30

export function planLines(of: PipelinePlan, print: PlanPrint): readonly string[] {
  const { paint } = print
  if (!of.plan) return [`${paint.bold(of.pipeline)}: no plan could be made. ${of.trouble?.message ?? ''}`.trim()]
  const { plan } = of
  const read = `read ${plural(plan.read.referrals, 'referral')} and ${plural(plan.read.records, `${of.target.label} record`)}; ${plan.read.linked} linked, ${plan.read.changed} to look at`
  const questions = plan.links.filter((link) => link.waiting.some((wait) => wait.for === 'question'))
  return [
    `${paint.bold(of.pipeline)}: ${read}.   ${when(plan.readAt, plan.readAt, print.zone)}`,
    ...sections(of, plan, print),
    ...(questions.length > 0
      ? ['', paint.bold('Questions'), ...questions.flatMap((link) => questionLines(link, paint))]
      : []),
    ...stops(plan, paint),
    '',
    `${summary(plan)}${of.apiCalls > 0 ? `  About ${plural(of.apiCalls, 'API call')}.` : ''}`,
  ]
}

function sections(of: PipelinePlan, plan: Plan, print: PlanPrint): readonly string[] {
  const bySystem = Map.groupBy(plan.changes, (change) =>
    change.side === 'referral' ? of.source.label : of.target.label,
  )
  return [...bySystem]
    .toSorted(([, a], [, b]) => sideOrder(a) - sideOrder(b))
    .flatMap(([label, changes]) => section(label, changes, { plan, print }))
}

const sideOrder = (changes: readonly Change[]): number => (changes[0]?.side === 'crm' ? 0 : 1)

function section(
  label: string,
  changes: readonly Change[],
  { plan, print }: { readonly plan: Plan; readonly print: PlanPrint },
): readonly string[] {
  const shownChanges = print.full ? changes : changes.slice(0, changesShown)
  const rest = changes.length - shownChanges.length
  return [
    '',
    print.paint.bold(label),
    ...shownChanges.flatMap((change) => changeLines(change, plan.readAt, print)),
    ...(rest > 0 ? [print.paint.dim(`  … and ${plural(rest, 'more change')} (--full)`)] : []),
  ]
}

export function changeLines(change: Change, now: Instant, print: PlanPrint): readonly string[] {
  const { paint } = print
  const symbol = symbolOf(change)
  const id = change.record ?? ''
  const head =
    `  ${symbol} ${change.kind.padEnd(12)} ${clip(change.title, 46).padEnd(46)}  ${change.referral.slice(0, 8)}  ${id}`.trimEnd()
  const fields = print.full ? change.fields : change.fields.slice(0, fieldsShown)
  const width = Math.max(0, ...fields.map((field) => field.path.length))
  const rest = change.fields.length - fields.length
  return [
    change.irreversible ? paint.warn(head) : head,
    ...fields.map((field) => `      ${fieldLine(field, { width, isNew: change.action === 'create', paint })}`),
    ...(rest > 0 ? [paint.dim(`      … and ${plural(rest, 'more field')} (--full)`)] : []),
    ...whyLines(change, now, print),
  ]
}

export function symbolOf(change: Pick<Change, 'action' | 'irreversible' | 'state'>): string {
  if (change.state === 'refused') return '✗'
  if (change.irreversible) return '!'
  return change.action === 'create' ? '+' : '~'
}

function fieldLine(
  field: FieldChange,
  { width, isNew, paint }: { readonly width: number; readonly isNew: boolean; readonly paint: Paint },
): string {
  const value = isNew
    ? shown(field.theirs, 60, field.path)
    : `${shown(field.ours, 30, field.path)} → ${shown(field.theirs, 40, field.path)}`
  const origin = field.rule ? `${field.from}  ${field.rule.file}:${field.rule.line}` : field.from
  const lost = field.lost === undefined ? '' : `   = both sides changed; ${shown(field.lost, 30, field.path)} gives way`
  return `${field.path.padEnd(width)}   ${value}${lost}   ${paint.dim(origin)}`
}

function whyLines(change: Change, now: Instant, { paint, zone }: PlanPrint): readonly string[] {
  if (!change.why) return []
  const { code, message, until: end } = change.why
  const mark = change.state === 'held' ? '⏸' : '✗'
  const time = end ? ` until ${when(end, now, zone)} (in ${until(end, now)})` : ''
  return [paint.warn(`      ${mark} ${change.state}${time}: ${message}   ${code}`)]
}

function questionLines(link: Link, paint: Paint): readonly string[] {
  return link.waiting
    .filter((wait) => wait.for === 'question')
    .flatMap((wait) => [
      `  = ${link.referral.slice(0, 8)}  ${clip(wait.message, 100)}   ${wait.code}`,
      ...(wait.choices ?? []).slice(0, 5).map((choice) => paint.dim(`      ${clip(choice, 100)}`)),
    ])
}

function stops(plan: Plan, paint: Paint): readonly string[] {
  if (plan.stopped.length === 0) return []
  return [
    '',
    paint.bad('Stopped: this plan wants more than it may do by itself.'),
    ...plan.stopped.map((brake) => `  ✗ ${brake.message}${limitOf(brake)}   ${brake.code}`),
  ]
}

/** A record that moved since is no matter of how many. */
const limitOf = ({ code, limit }: Plan['stopped'][number]): string =>
  code === 'DB-3126' ? '' : ` The limit is ${limit}.`

/** `To write now: 3 creates, 3 changes.  Waiting: 1 outcome.` */
export function summary(plan: Plan): string {
  const ready = plan.changes.filter((change) => change.state === 'ready')
  const creates = ready.filter((change) => change.action === 'create').length
  const outcomes = ready.filter(isOutcome).length
  const changes = ready.length - creates - outcomes
  const held = plan.changes.filter((change) => change.state === 'held').length
  const refused = plan.changes.filter((change) => change.state === 'refused').length
  const parts = [
    creates > 0 && plural(creates, 'create'),
    changes > 0 && plural(changes, 'change'),
    outcomes > 0 && plural(outcomes, 'outcome'),
  ].filter(Boolean)
  const waiting = [held > 0 && plural(held, 'held change'), refused > 0 && plural(refused, 'refused change')].filter(
    Boolean,
  )
  const skipped = plan.skipped.length > 0 ? `  ${plural(plan.skipped.length, 'referral')} left alone.` : ''
  const now = parts.length > 0 ? `To write now: ${parts.join(', ')}.` : 'Nothing to write.'
  return `${now}${waiting.length > 0 ? `  Waiting: ${waiting.join(', ')}.` : ''}${skipped}`
}

/** The key to the symbols, once above all plans. */
export const planKey = "  + create    ~ change    ! can't be undone    = both sides changed    ⏸ held    ✗ refused"
