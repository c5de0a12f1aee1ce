// Where a deal stands, and why: three values for every field (Partner Center, last synced, CRM), what waits and until
// when, and on wish the history that led there.

import { shareMark } from '#core/model/ids'
import type { Instant } from '#core/model/instant'
import type { Json } from '#core/model/json'
import { isList, isObject } from '#core/model/json'
import type { Waiting } from '#core/model/link'
import { lookupOf } from '#core/reconcile/choice'
import type { Candidate, CodeEntry, ExplainedField, Explanation, HistoryEvent } from '#control/answers'
import { changeLines } from './plan.ts'
import type { Paint } from './paint.ts'
import { table } from './table.ts'
import { clip, plural, shown, when } from './words.ts'

export interface ExplainPrint {
  readonly paint: Paint
  readonly zone: string
  readonly now: Instant
  readonly full: boolean
  /** Only this field. */
  readonly field: string | null
}

export function explainLines(of: Explanation, print: ExplainPrint): readonly string[] {
  const { paint, now, zone, field } = print
  const facts = of.facts ? [of.facts.kind, of.facts.direction, of.facts.stage].filter(Boolean).join(', ') : ''
  const record = of.record ? `${of.target} ${of.record.kind} ${of.record.id}` : `no record in ${of.target} yet`
  const linked = of.linkedSince ? `   linked ${when(of.linkedSince, now, zone)}` : ''
  return [
    `${paint.bold(of.title)}   ${facts}   ${of.pipeline}, mapping ${of.mapping.name}`,
    `${of.source} ${isToCome(of.referral) ? 'has no deal of it yet' : of.referral}  ↔  ${record}${linked}`,
    ...microsoftLine(of.facts),
    ...(of.skipped ? ['', `No mapping takes it: ${of.skipped}`] : []),
    '',
    ...fieldLines(of, print),
    ...(field === null ? of.waits.flatMap((wait) => waitLines(wait, of, print)) : []),
    ...(of.changes.length > 0 && field === null
      ? [
          '',
          paint.bold('Would be written now'),
          ...of.changes.flatMap((change) => changeLines(change, now, { paint, zone, full: print.full })),
        ]
      : []),
    ...historyLines(of.history, print),
  ]
}

/** It is to become a deal there, and has a name of our making until then. */
const isToCome = (referral: string): boolean => referral.startsWith(shareMark)

/** What Microsoft's seller made of a deal that both work on. */
function microsoftLine(facts: Explanation['facts']): readonly string[] {
  if (!facts?.microsoft) return []
  const { stage, id } = facts.microsoft
  return [`Microsoft’s own copy: ${[stage, id === null ? null : `${id} in its CRM`].filter(Boolean).join(', ')}`]
}

function fieldLines(of: Explanation, { paint, full, field }: ExplainPrint): readonly string[] {
  const wanted = field === null ? of.fields : of.fields.filter(({ name }) => name.toLowerCase() === field.toLowerCase())
  if (field !== null && wanted.length === 0)
    return [`The mapping has no row for ${field}. Its rows: ${of.fields.map(({ name }) => name).join(', ')}`]
  const quiet = full || field !== null ? [] : wanted.filter(({ state }) => isQuiet[state] === true)
  const loud = wanted.filter((one) => !quiet.includes(one))
  const rows = (loud.length > 0 ? loud : quiet.slice(0, 5)).map((one) => [
    one.name,
    shown(one.referral, 28, one.name),
    shown(one.base, 28, one.name),
    shown(one.crm, 28, one.name),
    stateOf(one),
    clip(one.rule, 40),
  ])
  const rest = loud.length > 0 ? quiet.length : Math.max(0, quiet.length - 5)
  return [
    ...table(['FIELD', of.source.toUpperCase(), 'LAST SYNCED', of.target.toUpperCase(), 'STATE', 'RULE'], rows, paint),
    ...(rest > 0 ? [paint.dim(`  … ${plural(rest, 'more field')} ${quiet[0]?.state ?? ''}   (--full)`)] : []),
  ]
}

const marks: Readonly<Record<ExplainedField['state'], string>> = {
  'in step': '✓',
  'to be written': '~',
  held: '⏸',
  question: '=',
  refused: '✗',
  differs: '·',
  'no record': '–',
}
/** Of these there is nothing to tell; they are counted. */
const isQuiet: { readonly [state in ExplainedField['state']]?: true } = { 'in step': true, 'no record': true }
const arrows: Readonly<Record<ExplainedField['direction'], string>> = { toCrm: '→', toReferral: '←', both: '↔' }

const stateOf = ({ state, direction }: ExplainedField): string => `${marks[state]} ${state} ${arrows[direction]}`

function waitLines(wait: Waiting, of: Explanation, { paint, now, zone }: ExplainPrint): readonly string[] {
  const mark = wait.for === 'question' ? '=' : wait.for === 'outcome' ? '⏸' : '✗'
  const end = wait.until ? `   until ${when(wait.until, now, zone)}` : ''
  return [
    '',
    paint.warn(`${mark} ${wait.message}   ${wait.code}`),
    `    since ${when(wait.since, now, zone)}${end}   turn: ${wait.who}${wait.tries > 0 ? `   tried ${wait.tries}×` : ''}`,
    ...(wait.choices ?? []).map((choice) => `    ${clip(choiceLine(choice, of.candidates), 120)}`),
    ...answerLines(wait, of).map((line) => `    ${paint.dim(line)}`),
  ]
}

/** A record by its id, with what was searched by: its name, its web site. */
function choiceLine(choice: string, candidates: readonly Candidate[]): string {
  const candidate = candidates.find(({ id }) => id === choice)
  const shows = Object.values(candidate?.shows ?? {}).flatMap((value) =>
    typeof value === 'string' && value !== '' ? [value] : [],
  )
  return [choice, ...shows].join('   ')
}

/** How a question that is answered with a record's id is answered. */
function answerLines({ for: what, subject }: Waiting, { referral }: Explanation): readonly string[] {
  const lookup = lookupOf(subject)
  if (what !== 'question' || lookup === null) return []
  return [`dealbridge referrals resolve ${referral.slice(0, 8)} ${lookup} --record <id>   (or --new: none of these)`]
}

function historyLines(history: readonly HistoryEvent[], { paint, now, zone, field }: ExplainPrint): readonly string[] {
  const lines = history.flatMap((event) => eventLines(event, { field, at: when(event.at, now, zone) }))
  return lines.length === 0 ? [] : ['', paint.bold('History'), ...lines]
}

function eventLines(
  event: HistoryEvent,
  { field, at }: { readonly field: string | null; readonly at: string },
): readonly string[] {
  const changes = fieldsOf(event.details['fields']).filter(
    ({ path }) => field === null || path.toLowerCase() === field.toLowerCase(),
  )
  if (field !== null && changes.length === 0) return []
  const head = `  ${at.padEnd(14)} ${event.event.padEnd(9)} ${event.who}${event.code ? `   ${event.code}` : ''}${event.run ? `   run ${event.run}` : ''}`
  return [
    head,
    ...changes.map(
      ({ path, from, to, rule }) =>
        `                 ${path}   ${shown(from, 30, path)} → ${shown(to, 30, path)}   ${rule}`,
    ),
  ]
}

interface EventField {
  readonly path: string
  readonly from: Json
  readonly to: Json
  readonly rule: string
}

function fieldsOf(value: Json | undefined): readonly EventField[] {
  if (!isList(value)) return []
  return value.flatMap((item) =>
    isObject(item)
      ? [{ path: text(item['path']), from: item['from'] ?? null, to: item['to'] ?? null, rule: text(item['rule']) }]
      : [],
  )
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

/** The long version of an error code, offline. */
export function codeLines(code: string, entry: CodeEntry, paint: Paint): readonly string[] {
  return [
    `${paint.bold(code)}  ${entry.title}`,
    '',
    `What it means   ${entry.means}`,
    `Why it happens  ${entry.why}`,
    `How to mend it  ${entry.fix}`,
    `Who can         ${entry.who}`,
  ]
}
