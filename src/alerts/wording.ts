// A message in words, the same for every channel, and as a document for machines. It says what, since when, what to do
// and who can; never a customer's name, because it is made of ids, codes and what our own book says about them.

import type { Codebook } from '#core/codes'
import { unreachable } from '#core/invariant'
import type { Code } from '#core/model/ids'
import type { Instant } from '#core/model/instant'
import { msOf } from '#core/model/instant'
import { moment } from '#core/reconcile/status'
import type { AlertEvent } from '#settings/schema/alerts'
import type { Message, Notice } from './decide.ts'

export interface Line {
  /** What is so. */
  readonly text: string
  /** What to do, and who can; empty where there is nothing to do. */
  readonly advice: string
  /** Where it is opened. */
  readonly url: string | null
  readonly isOver: boolean
}

export interface Letter {
  readonly id: string
  readonly subject: string
  readonly lines: readonly Line[]
  /** What did not find room. */
  readonly more: number
  readonly closing: string
  /** For machines. */
  readonly document: AlertDocument
}

export interface AlertDocument {
  readonly schema: 'dealbridge.alert/v1'
  readonly id: string
  readonly installation: string
  readonly at: Instant
  readonly notices: readonly NoticeDocument[]
  readonly more: number
}

export interface NoticeDocument {
  readonly event: AlertEvent
  readonly state: Notice['state']
  readonly text: string
  readonly advice: string
  readonly pipeline: string | null
  readonly connection: string | null
  readonly code: Code | null
  readonly since: Instant
  readonly due: Instant | null
  readonly count: number
  readonly referrals: readonly string[]
  readonly url: string | null
}

export interface Words {
  readonly name: string
  readonly zone: string
  readonly codes: Codebook
  readonly now: Instant
}

/** More than this in one message is not read by anyone. */
const linesMax = 20

export function letterOf({ id, notices }: Message, words: Words): Letter {
  const shown = notices.slice(0, linesMax)
  const more = notices.length - shown.length
  const lines = shown.map((notice) => lineOf(notice, words))
  return {
    id,
    subject: `[${words.name}] ${subjectOf(notices, lines[0]?.text ?? '')}`,
    lines,
    more,
    closing: closingOf(more),
    document: {
      schema: 'dealbridge.alert/v1',
      id,
      installation: words.name,
      at: words.now,
      notices: shown.map((notice, index) => documentOf(notice, lines[index])),
      more,
    },
  }
}

function subjectOf(notices: readonly Notice[], only: string): string {
  const over = notices.filter(({ state }) => state === 'over').length
  if (notices.length === 1) return only
  const open = notices.length - over
  return [open > 0 ? `${open} to look at` : '', over > 0 ? `${over} over` : ''].filter((part) => part !== '').join(', ')
}

const closingOf = (more: number): string =>
  `${more > 0 ? `And ${more} more. ` : ''}Everything that needs someone: dealbridge status. No customer is named here on purpose.`

function documentOf(notice: Notice, line: Line | undefined): NoticeDocument {
  const { event, state, pipeline, connection, code, since, due, count, referrals, url } = notice
  const words = { text: line?.text ?? '', advice: line?.advice ?? '' }
  return { event, state, ...words, pipeline, connection, code, since, due, count, referrals, url }
}

export function lineOf(notice: Notice, words: Words): Line {
  if (notice.state === 'over') return { text: `Over: ${topicOf(notice, words)}.`, advice: '', url: null, isOver: true }
  return { text: sentenceOf(notice, words), advice: adviceOf(notice, words), url: notice.url, isOver: false }
}

/** What it is about, in a few words. */
function topicOf({ event, pipeline, connection, code }: Notice, { codes }: Words): string {
  const title = code === null ? event : (codes[code]?.title ?? code)
  if (event === 'pipeline.stale') return `${pipeline ?? ''} has good runs again`
  return `${title} (${connection ?? pipeline ?? ''})`
}

function sentenceOf(notice: Notice, words: Words): string {
  const { event, pipeline, connection, since, due, count, subject } = notice
  const { zone, now } = words
  const referral = `Referral ${subject.slice(0, 8)} (${pipeline ?? ''})`
  const title = titleOf(notice, words)
  switch (event) {
    case 'referral.new':
      return `${referral} is new${due === null ? '' : `; Microsoft waits for an answer until ${moment(due, zone)}`}.`
    case 'referral.wantsCallBack':
      return `${referral}: the customer asked to be called, ${span(msOf(now) - msOf(since))} ago.`
    case 'referral.answerSoon':
      return `${referral} is closed by Microsoft in ${due === null ? 'a while' : `${span(msOf(due) - msOf(now))}, on ${moment(due, zone)},`} unless somebody answers.`
    case 'conflict.waiting':
      return `${deals(count)} of ${pipeline ?? ''} ${count === 1 ? 'waits' : 'wait'} for an answer: ${title}`
    case 'problem.new':
      return `${count === 0 ? (pipeline ?? '') : `${deals(count)} of ${pipeline ?? ''}`} ${count > 1 ? 'are' : 'is'} stuck: ${title}`
    case 'plan.waiting':
      return `The plan of ${pipeline ?? ''} waits for a person${title === '' ? '.' : `: ${title}`}`
    case 'mapping.refused':
      return `The mapping file of ${pipeline ?? ''} cannot be used; the version before works on. ${title}`
    case 'connection.down':
      return `The connection ${connection ?? ''} does not work, and its pipelines pause: ${title}`
    case 'connection.expiring':
      return `What ${connection ?? ''} signs in with ends in ${due === null ? 'a while' : `${span(msOf(due) - msOf(now))}, on ${moment(due, zone)}`}.`
    case 'pipeline.stale':
      return `${pipeline ?? ''} has had no good run for ${span(msOf(now) - msOf(since))}.`
    default:
      return unreachable(event)
  }
}

const titleOf = ({ code }: Notice, { codes }: Words): string =>
  code === null ? '' : `${codes[code]?.title ?? 'see the code'} (${code}).`

const deals = (count: number): string => (count === 1 ? '1 deal' : `${count} deals`)

const commands: Readonly<Partial<Record<AlertEvent, string>>> = {
  'referral.new': 'Who: the seller. dealbridge referrals list shows it by name.',
  'referral.wantsCallBack': 'Who: the seller. Such customers are lost after 72 hours.',
  'referral.answerSoon': 'Who: the seller. Moving the stage on in the CRM answers.',
  'connection.expiring': 'Who: operations. Make a new one before that; the daemon takes it over without a restart.',
  'plan.waiting': 'Who: operations. dealbridge plan shows it, dealbridge sync asks and lets it go.',
  'pipeline.stale': 'Who: operations. dealbridge status says what it waits for.',
}

function adviceOf({ event, code }: Notice, { codes }: Words): string {
  const entry = code === null ? undefined : codes[code]
  const known = commands[event]
  if (known !== undefined) return known
  return entry ? `${entry.fix} Who: ${entry.who}. More: dealbridge explain ${code ?? ''}` : ''
}

const units: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
]

/** `2 d 5 h`, `48 min`: the two largest units. */
export function span(ms: number): string {
  let rest = Math.max(0, ms)
  const parts = units.map(([name, size]): readonly [number, string] => {
    const whole = Math.floor(rest / size)
    rest -= whole * size
    return [whole, name]
  })
  const first = parts.findIndex(([whole]) => whole > 0)
  if (first === -1) return '0 min'
  return parts
    .slice(first, first + 2)
    .filter(([whole]) => whole > 0)
    .map(([whole, name]) => `${whole} ${name}`)
    .join(' ')
}
