// What a mapping makes of a deal, value by value with its line, beside what the published one makes of it; and what it
// would change on all linked deals.

import type { PipelinePlan } from '#control/answers'
import { isOutcome } from '#core/reconcile/plan'
import type { Impact, Preview, PreviewedDeal, PreviewedValue } from '#control/mappings/answers'
import type { Paint } from './paint.ts'
import { table } from './table.ts'
import { clip, plural, shown } from './words.ts'

export interface PreviewPrint {
  readonly paint: Paint
  /** Only what differs from the published mapping. */
  readonly changed: boolean
  /** The draft as it was named, for the command that shows all of it. */
  readonly draft: string | null
}

const arrows: Readonly<Record<PreviewedValue['direction'], string>> = { toCrm: '→', toReferral: '←', both: '↔' }

export function previewLines(preview: Preview, print: PreviewPrint): readonly string[] {
  return [
    ...(preview.deal ? dealLines(preview, preview.deal, print) : []),
    ...(preview.impact ? impactLines(preview.impact, { ...print, isDraft: preview.isDraft }) : []),
  ]
}

function dealLines(preview: Preview, deal: PreviewedDeal, { paint, changed }: PreviewPrint): readonly string[] {
  const title = paint.bold(clip(deal.title || deal.referral, 70))
  const published = preview.version === null ? 'what is published' : `version ${preview.version}`
  if (deal.skipped !== null) return [`${title} is left alone by ${preview.mapping}: ${deal.skipped}`]
  const news = deal.values.filter(({ isChanged }) => isChanged)
  const seen = preview.isDraft
    ? 'with your draft'
    : preview.version === null
      ? 'with your mapping'
      : `with ${published}`
  const tally = preview.isDraft
    ? `${news.length} of ${plural(deal.values.length, 'value')} differ from ${published}`
    : preview.version === null
      ? 'nothing is published yet'
      : 'as published: the file says nothing else'
  const rows = (changed ? news : deal.values).map((value) => valueCells(value, preview.isDraft))
  const heads = ['FIELD', '', 'VALUE', ...(preview.isDraft ? ['WAS'] : []), 'FROM', 'LINE']
  const lines = rows.length === 0 ? ['  Nothing differs.'] : table(heads, rows, paint).map((line) => `  ${line}`)
  return [`${title}, ${seen}       ${tally}`, ...lines]
}

function valueCells(value: PreviewedValue, isDraft: boolean): readonly string[] {
  const { name, direction, problem, from, rule } = value
  return [
    name,
    arrows[direction],
    problem === null ? shown(value.value, 44, name) : `✗ ${clip(problem, 60)}`,
    ...(isDraft ? [wasText(value)] : []),
    clip(from, 40),
    rule,
  ]
}

function wasText(value: PreviewedValue): string {
  if (!value.isChanged) return '(same)'
  return 'was' in value && value.was !== undefined ? `(was: ${shown(value.was, 30, value.name)})` : '(new)'
}

export function impactLines(
  impact: Impact,
  { paint, draft, isDraft }: Pick<PreviewPrint, 'paint' | 'draft'> & { readonly isDraft: boolean },
): readonly string[] {
  const { linked, deals, fields, outcomes, refusals, refusalCodes, creates, calls, waits } = impact
  const plan = draft === null ? 'dealbridge plan' : `dealbridge plan --mapping ${draft}`
  const made = creates > 0 ? `It would make ${plural(creates, 'record')} for referrals that have none.` : null
  if (linked === 0)
    return ['No deal is linked yet, so there is none it would change.', ...(made === null ? [] : [made])]
  if (deals === 0 && refusals === 0)
    return [
      `On ${plural(linked, 'linked deal')} it would change nothing${isDraft ? '' : ': it is what works already'}.`,
      ...(made === null ? [] : [made]),
    ]
  const few = fields.slice(0, 6).map(({ name, count }) => `${count} × ${name}`)
  const more = fields.length > few.length ? ` and ${plural(fields.length - few.length, 'more field')}` : ''
  return [
    `On all ${plural(linked, 'linked deal')} it would change ${plural(deals, 'deal')}${few.length > 0 ? `: ${few.join(', ')}${more}` : ''}.   ${plan}`,
    `${plural(outcomes, 'outcome')}, ${plural(refusals, 'refusal')}${refusalCodes.length > 0 ? ` (${refusalCodes.join(', ')})` : ''}, about ${plural(calls, 'API call')}.`,
    ...(made === null ? [] : [made]),
    ...(waits
      ? [paint.warn('! So many at once wait for a person: dealbridge sync shows them and asks.   DB-3124')]
      : []),
  ]
}

/** What a plan that was made with a draft comes to: for deciding whether to publish it. */
export function draftLines({ pipeline, plan, apiCalls }: PipelinePlan, draft: string): readonly string[] {
  if (!plan) return []
  const due = plan.changes.filter(({ state }) => state === 'ready' || state === 'held')
  const counts = new Map<string, number>()
  for (const { path } of due.filter(({ action }) => action === 'update').flatMap(({ fields }) => fields))
    counts.set(path, (counts.get(path) ?? 0) + 1)
  const fields = [...counts].toSorted(([, a], [, b]) => b - a)
  const few = fields.slice(0, 6).map(([name, count]) => `${count} × ${name}`)
  const records = new Set(due.map(({ kind, record, id }) => `${kind} ${record ?? id}`)).size
  const outcomes = due.filter(isOutcome).length
  const refusals = plan.changes.filter(({ state }) => state === 'refused').length
  return [
    `With this draft ${pipeline} would change ${plural(records, 'record')}${few.length > 0 ? `: ${few.join(', ')}${fields.length > few.length ? ' and more' : ''}` : ''}.`,
    `${plural(outcomes, 'outcome')}, ${plural(refusals, 'refusal')}, about ${plural(apiCalls, 'API call')}.   Only what differs from the published mapping: dealbridge mappings preview --mapping ${draft}`,
  ]
}
