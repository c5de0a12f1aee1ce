// Reads values out of plain records, in forms that can be compared across the two sides. Written anew, from the words of
// the mapping: nothing here is the product's.

import { wordOf, type Plain, type PlainFields } from '../history.ts'

export type Reader = (fields: PlainFields) => string | null

const at = (fields: PlainFields, path: string): Plain => {
  let here: Plain = fields
  for (const step of path.split('.')) {
    if (typeof here !== 'object' || here === null || Array.isArray(here)) return null
    here = (here as PlainFields)[step] ?? null
  }
  return here
}

const words = (value: Plain): string | null => {
  if (typeof value !== 'string') return null
  const text = value.split('\r\n').join('\n').trim()
  return text === '' ? null : text
}

const amount = (value: Plain): string | null => {
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN
  return Number.isNaN(number) ? null : number.toFixed(2)
}

const berlin = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Berlin', dateStyle: 'short' })

const day = (value: Plain): string | null => {
  if (typeof value !== 'string' || value === '') return null
  return value.length === 10 ? value : berlin.format(new Date(value))
}

const pair = (value: Plain, currency: Plain): string => `${amount(value)} ${words(currency)}`

export interface BothWays {
  readonly name: 'topic' | 'money' | 'date'
  readonly policy: 'Topic' | 'Amount' | 'CloseDate'
  readonly rows: readonly string[]
  readonly inReferral: Reader
  readonly inDeal: Reader
}

export const bothWays: readonly BothWays[] = [
  {
    name: 'topic',
    policy: 'Topic',
    rows: ['Topic'],
    inReferral: (fields) => words(at(fields, 'details.topic')),
    inDeal: (fields) => words(fields['Topic'] ?? null),
  },
  {
    name: 'money',
    policy: 'Amount',
    rows: ['Amount', 'Currency'],
    inReferral: (fields) => pair(at(fields, 'details.value'), at(fields, 'details.currency')),
    inDeal: (fields) => pair(fields['Amount'] ?? null, fields['Currency'] ?? null),
  },
  {
    name: 'date',
    policy: 'CloseDate',
    rows: ['CloseDate'],
    inReferral: (fields) => day(at(fields, 'details.closeDate')),
    inDeal: (fields) => day(fields['CloseDate'] ?? null),
  },
]

export const updateAtMicrosoft: Reader = (fields) => words(at(fields, 'details.update'))
export const updateInDeal: Reader = (fields) => words(fields['PartnerUpdate'] ?? null)
export const countryAtMicrosoft: Reader = (fields) => words(at(fields, 'customer.country'))
export const countryInDeal: Reader = (fields) => words(fields['Country'] ?? null)
export const pathOf = at

// ── stages ───────────────────────────────────────────────────────────────────────────────────────────────────────

const ended: ReadonlySet<Plain> = new Set(['Won', 'Lost', 'Declined', 'Expired', 'Error'])
const dealEnded: ReadonlySet<Plain> = new Set(['Closed Won', 'Closed Lost', 'Declined', 'Expired'])

export const isOver = (fields: PlainFields): boolean => ended.has(fields['stage'] ?? null)
export const isDealOver = (fields: PlainFields): boolean => dealEnded.has(fields['Stage'] ?? null)
export const stageOf = (fields: PlainFields): string => wordOf(fields['stage'])
export const dealStageOf = (fields: PlainFields): string => wordOf(fields['Stage'])

const standings: Readonly<Record<string, string>> = {
  'New from Microsoft': 'New',
  Qualification: 'Accepted Qualified',
  'Needs Analysis': 'Accepted Qualified',
  'Value Proposition': 'Accepted Developed',
  Proposal: 'Accepted Proposed',
  Negotiation: 'Accepted Negotiated',
}

/** Where an open deal stands, in the words of the referral. */
export const dealStanding: Reader = (fields) => standings[dealStageOf(fields)] ?? null
export const referralStanding: Reader = (fields) =>
  fields['stage'] === 'Accepted' ? `Accepted ${wordOf(fields['step'])}` : stageOf(fields)

/** What a referral becomes when a deal ends like this. */
export function outcomesOf(dealStage: string): readonly string[] {
  if (dealStage === 'Closed Won') return ['Won']
  if (dealStage === 'Closed Lost') return ['Lost', 'Declined']
  return dealStage === 'Declined' ? ['Declined'] : []
}
