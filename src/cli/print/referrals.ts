// Deals, one line each.

import type { Instant } from '#core/model/instant'
import type { DealLine, DealList } from '#control/answers'
import type { Paint } from './paint.ts'
import { table } from './table.ts'
import { clip, plural, when } from './words.ts'

export interface ReferralsPrint {
  readonly paint: Paint
  readonly zone: string
  readonly now: Instant
  /** Only some were asked for. */
  readonly isNarrowed: boolean
}

const marks: Readonly<Record<DealLine['state'], string>> = { 'in-step': '✓', waiting: '⏸', stuck: '✗', paused: '‖' }

export function referralLines({ deals, total }: DealList, print: ReferralsPrint): readonly string[] {
  const { paint, zone, now, isNarrowed } = print
  if (total === 0 && isNarrowed) return ['No linked referral is like that. All of them: dealbridge referrals list']
  if (total === 0) return ['No referral is linked yet. See what would be: dealbridge plan']
  const rows = deals.map((deal) => [
    marks[deal.state],
    deal.referral.slice(0, 8),
    clip(deal.title || '–', 44),
    deal.stage ?? '–',
    deal.record ?? '–',
    deal.pipeline,
    deal.waits[0] ? clip(`${deal.waits[0].message} ${deal.waits[0].code}`, 60) : `since ${when(deal.since, now, zone)}`,
  ])
  const rest = total - deals.length
  return [
    ...table(['', 'REFERRAL', 'CUSTOMER – DEAL', 'STAGE', 'RECORD', 'PIPELINE', 'STATE'], rows, paint),
    ...(rest > 0 ? [`… and ${plural(rest, 'more deal')} (--max)`] : []),
  ]
}

/** One deal a line, for spreadsheets. A cell never begins with what a spreadsheet would run. */
export function referralCsv(deals: readonly DealLine[]): readonly string[] {
  const rows = deals.map((deal) => [
    deal.pipeline,
    deal.referral,
    deal.title,
    deal.stage ?? '',
    deal.kind,
    deal.record ?? '',
    deal.state,
    deal.waits[0]?.code ?? '',
    deal.waits[0]?.message ?? '',
  ])
  return [['pipeline', 'referral', 'title', 'stage', 'kind', 'record', 'state', 'code', 'message'], ...rows].map(
    (row) => row.map(cell).join(','),
  )
}

export function cell(text: string): string {
  // eslint-disable-next-line no-control-regex
  const plain = text.replace(/\u0000/g, '')
  const inert = /^[=+\-@\t\r]/.test(plain) ? `'${plain}` : plain
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}
