// What a comparison of all pairs has found: one line for each way two sides can stand, then the deals that differ, each
// field with both values and with what accounts for it.

import type { Instant } from '#core/model/instant'
import type { PipelineVerified, Verified, VerifiedDeal, VerifiedField } from '#control/answers'
import type { Paint } from './paint.ts'
import { clip, plural, shown, when } from './words.ts'

export interface VerifyPrint {
  readonly paint: Paint
  readonly zone: string
  readonly now: Instant
}

export function verifyLines({ pipelines }: Verified, print: VerifyPrint): readonly string[] {
  return pipelines.flatMap((one, index) => [...(index === 0 ? [] : ['']), ...pipelineLines(one, print)])
}

function pipelineLines(of: PipelineVerified, print: VerifyPrint): readonly string[] {
  const { paint } = print
  const { pairs } = of.counts
  const head = `${plural(pairs, 'pair')} read in ${of.source} and in ${of.target}   ${(of.ms / 1_000).toFixed(1)} s`
  return [
    `${paint.bold(of.pipeline)}   ${head}`,
    ...countLines(of, paint),
    ...historyLines(of, paint),
    ...of.deals.flatMap((deal) => dealLines(deal, of, print)),
    ...unshown(of, paint),
  ]
}

function countLines({ counts, target, trouble }: PipelineVerified, paint: Paint): readonly string[] {
  const { agree, rests, due, held, unexplained, shared } = counts
  const lines = [
    [agree, paint.good('✓'), 'in agreement on every field'],
    [rests, '·', 'apart where a rule of the mapping lets them be'],
    [due, '~', 'to be settled by the next pass'],
    [held, paint.warn('⏸'), 'apart, waiting for a reason that is known'],
    [unexplained, paint.bad('✗'), 'apart, and nothing accounts for it'],
    [shared, paint.bad('✗'), `holding a record in ${target} that another referral holds too`],
  ] as const
  const told = lines.filter(([count]) => count > 0).map(([count, mark, words]) => `  ${mark} ${count} ${words}`)
  if (trouble) return [...told, `  ${paint.bad('✗')} not read to the end`]
  return told.length > 0 ? told : ['  · nothing is linked yet']
}

function historyLines({ history }: PipelineVerified, paint: Paint): readonly string[] {
  if (!history) return []
  const events = plural(history.events, 'event')
  return history.altered === 0
    ? [`  ${paint.good('✓')} history of ${events} as it was written`]
    : [`  ${paint.bad('✗')} history altered in ${plural(history.altered, 'place')}   DB-4013`]
}

const marks: Readonly<Record<VerifiedField['state'], string>> = { unexplained: '✗', held: '⏸', due: '~', rests: '·' }

function dealLines(deal: VerifiedDeal, of: PipelineVerified, print: VerifyPrint): readonly string[] {
  const { paint } = print
  // A rule that lets a difference be is no news; whoever wants to see it asks for JSON.
  if (deal.state === 'rests') return []
  const told = deal.fields.filter(({ state }) => state !== 'rests')
  const head = `${marks[deal.state]} ${clip(deal.title, 60)}   ${deal.referral.slice(0, 8)}   ${deal.record ?? ''}`
  return ['', paint.bold(head.trimEnd()), ...told.map((field) => fieldLine(field, of, print))]
}

function fieldLine(of: VerifiedField, { source, target }: PipelineVerified, { now, zone }: VerifyPrint): string {
  const { field, referral, crm, code, until, why, rule } = of
  const values = `${source} ${shown(referral, 30, field)} · ${target} ${shown(crm, 30, field)}`
  const reason = code ? `${code}${until ? `, looked at again ${when(until, now, zone)}` : ''}` : (why ?? 'due')
  return `    ${field.padEnd(20)} ${values}   ${reason}${rule ? `   ${clip(rule, 50)}` : ''}`
}

function unshown({ counts, deals }: PipelineVerified, paint: Paint): readonly string[] {
  const all = counts.rests + counts.due + counts.held + counts.unexplained
  return all > deals.length ? ['', paint.dim(`… and ${plural(all - deals.length, 'more deal')}   (--max)`)] : []
}
