// What the seller sees on the record itself: one state, one thought in two short sentences at most, the date to answer
// by, a link. Written only when it changes; it never says when it was written, or every sync would cause another.

import { dateIn, msOf, parseInstant, timeIn, type Instant } from '../model/instant.ts'
import type { Json } from '../model/json.ts'
import { rowId, type RowId } from '../model/ids.ts'
import { baseValue, type Link, type Waiting } from '../model/link.ts'
import type { ReferralFacts } from '../model/referral.ts'
import { isClosed } from '../model/stage.ts'
import type { Value } from '../model/value.ts'
import type { StatusFields } from '../mapping/mapping.ts'
import { addFields, type Draft } from './side.ts'
import type { PlanFrame } from './world.ts'

export type SellerState = 'In step' | 'Waiting for you' | 'On hold' | 'Problem' | 'Closed'

export interface SellerView {
  readonly state: SellerState
  readonly message: string
}

/** The four status values are remembered like rows of the mapping, under names no row can have. */
export const statusRow = (name: keyof StatusFields): RowId => rowId(`@${name}`)

export function addStatus(
  to: Draft,
  frame: PlanFrame,
  deal: { readonly link: Link; readonly facts: ReferralFacts; readonly waiting: readonly Waiting[] },
): void {
  const view = sellerView(frame, deal.facts, deal.waiting)
  showStatus(to, frame, deal.link, {
    state: view.state,
    message: view.message,
    answerBy: deal.facts.needsAnswer && !isAnswered(deal.facts) ? deal.facts.answerBy : null,
    link: deal.facts.url,
  })
}

export type ShownStatus = Readonly<Record<keyof StatusFields, Exclude<Value, boolean>>>

export function showStatus(to: Draft, frame: PlanFrame, link: Link, shown: ShownStatus): void {
  const fields = frame.mapping.statusInCrm
  if (!fields) return
  for (const name of ['state', 'message', 'answerBy', 'link'] as const) {
    const field = fields[name]
    const value = name === 'message' && typeof shown.message === 'string' ? fitted(shown.message) : shown[name]
    const base = baseValue(link, statusRow(name)) ?? null
    if (field === null || base === value) continue
    to.values[statusRow(name)] = value
    if (isSameMoment(to.now?.[field], value)) continue
    addFields(to, { [field]: value }, { rule: null, from: `statusInCrm.${name}`, base })
  }
}

/** Vendors write one moment in several ways (`+0000`, `Z`), and some keep whole seconds only. */
function isSameMoment(shown: Json | undefined, value: Value): boolean {
  const [there, ours] = [shown, value].map((one) => (typeof one === 'string' ? parseInstant(one) : undefined))
  return there !== undefined && ours !== undefined && Math.abs(msOf(there) - msOf(ours)) < 1_000
}

/** The field that ships with us holds 255 characters; a message that is cut still says most of it. */
const messageMax = 255
const characters = new Intl.Segmenter('en', { granularity: 'grapheme' })

function fitted(message: string): string {
  if (message.length <= messageMax) return message
  let kept = ''
  for (const { segment } of characters.segment(message)) {
    if (kept.length + segment.length >= messageMax) break
    kept += segment
  }
  return `${kept}…`
}

const isAnswered = (facts: ReferralFacts): boolean => facts.stage !== 'New' && facts.stage !== 'Received'

export function sellerView(frame: PlanFrame, facts: ReferralFacts, waiting: readonly Waiting[]): SellerView {
  if (facts.stage && isClosed(facts.stage)) {
    return {
      state: 'Closed',
      message: `Microsoft has recorded this deal as ${facts.stage}. It can't be reopened there.`,
    }
  }
  const question = waiting.find((wait) => wait.for === 'question')
  if (question) return { state: 'Waiting for you', message: question.message }
  const problem = waiting.find((wait) => wait.for === 'problem')
  if (problem) return { state: 'Problem', message: problem.message }
  const outcome = waiting.find((wait) => wait.for === 'outcome')
  if (outcome) return { state: 'On hold', message: onHold(outcome, frame.timezone) }
  if (facts.needsAnswer && !isAnswered(facts))
    return { state: 'Waiting for you', message: answerNow(facts, frame.timezone) }
  return { state: 'In step', message: `Microsoft and ${frame.target.label} agree.` }
}

function onHold(wait: Waiting, zone: string): string {
  const stage = wait.subject.split(':')[1] ?? 'The outcome'
  return `${stage} will be sent to Microsoft on ${wait.until ? moment(wait.until, zone) : 'release'}. Put the stage back before then to stop it.`
}

function answerNow(facts: ReferralFacts, zone: string): string {
  const by = facts.answerBy ? ` by ${moment(facts.answerBy, zone)}` : ''
  return `Answer Microsoft${by}: move the stage on, or set Declined.`
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `21 Nov 2026 10:12`, as people in the zone read it. */
export function moment(instant: Instant, zone: string): string {
  const [year = '', month = '', day = ''] = dateIn(instant, zone).split('-')
  return `${Number(day)} ${months[Number(month) - 1] ?? month} ${year} ${timeIn(instant, zone).slice(0, 5)}`
}
