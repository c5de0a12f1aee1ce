// A small mapping made by hand: neutral words on both sides, a row of each sort. The engine and the planner are tried
// with it, so that a mistake in reading mapping files cannot hide one of theirs, or the other way round.

import { parseDecimal, formatDecimal, round } from '#core/model/decimal'
import { absent, reading, type Reading } from '#core/model/deal'
import { linkKey, rowId } from '#core/model/ids'
import { instantAt, parseDate, parseInstant, dateIn, timeIn } from '#core/model/instant'
import { at, type Json } from '#core/model/json'
import type { Stage, Step } from '#core/model/stage'
import type { Value } from '#core/model/value'
import type {
  Direction,
  Lookup,
  Mapping,
  MatchCriterion,
  Outcomes,
  Policy,
  Row,
  Rule,
  StageRow,
  StatusFields,
  Written,
} from '#core/mapping/mapping'
import { fakeAccount, fakeContact, fakeCrm, fakeKeyField, fakeOpportunity, fakeRole } from '#testkit/fake-crm'

export const rule = (key: string): Rule => ({ file: 'deals.yaml', line: 1, column: 1, key })
const ok = (fields: Readonly<Record<string, Json>>): Written => ({ ok: true, fields })

// ── lenses ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** One canonical form for both sides: what a CRM may do to a text on its own is not a difference. */
const plainText = (value: Json | undefined): Reading => {
  if (value === undefined) return absent
  if (typeof value !== 'string') return reading(null)
  const text = value.normalize('NFC').replaceAll('\r\n', '\n').trim()
  return reading(text === '' ? null : text)
}

/** Both sides at the coarser scale: two places. */
const money = (value: Json | undefined): Reading => {
  if (value === undefined) return absent
  const decimal = typeof value === 'string' || typeof value === 'number' ? parseDecimal(value) : undefined
  return reading(decimal ? formatDecimal(round(decimal, 2)) : null)
}

const zone = 'Europe/Berlin'
const asDate = (value: Json | undefined): Reading => {
  if (value === undefined) return absent
  if (typeof value !== 'string') return reading(null)
  const instant = parseInstant(value)
  return reading(instant ? dateIn(instant, zone) : (parseDate(value) ?? null))
}

/** The date moves; the time of day that the referral had stays. */
function dateBack(value: Value, now: Json | undefined): Json {
  const date = typeof value === 'string' ? parseDate(value) : undefined
  if (!date) return null
  const before = typeof now === 'string' ? parseInstant(now) : undefined
  return instantAt(date, before ? timeIn(before, zone) : '00:00:00.000', zone)
}

interface RowOptions {
  readonly crm: string
  readonly path: string
  readonly direction: Direction
  readonly policy?: Policy
  readonly write?: Row['write']
  readonly group?: string
  readonly required?: boolean
  readonly read?: (value: Json | undefined) => Reading
  readonly type?: Row['type']
  readonly back?: (value: Value, now: Json | undefined) => Json
}

export function row(options: RowOptions): Row {
  const { crm, path, direction, policy = 'newest', write = 'always', group = crm, required = false } = options
  const { read = plainText, type = 'text', back = (value) => value } = options
  return {
    id: rowId(crm),
    direction,
    type,
    policy,
    write,
    required,
    group,
    rule: rule(`fields.${crm}`),
    crm,
    referral: path,
    fromReferral: ({ referral }) => read(at(referral, path)),
    fromCrm: (fields) => read(fields[crm]),
    ...(direction === 'toReferral' ? {} : { toCrm: (value: Value) => ok({ [crm]: value }) }),
    ...(direction === 'toCrm'
      ? {}
      : {
          toReferral: (value: Value, now: Readonly<Record<string, Json>>) => ok({ [path]: back(value, at(now, path)) }),
        }),
  }
}

export interface DealMappingOptions {
  readonly policies?: Readonly<Partial<Record<'Amount' | 'CloseDate' | 'Topic', Policy>>>
  readonly outcomes?: Partial<Omit<Outcomes, 'won' | 'lost' | 'declined'>> & {
    readonly won?: Partial<Outcomes['won']>
    readonly lost?: Partial<Outcomes['lost']>
    readonly declined?: Partial<Outcomes['declined']>
  }
  readonly match?: Partial<Mapping['match']>
  readonly lookups?: boolean
  readonly lookup?: Partial<Lookup>
  readonly status?: boolean
  readonly required?: boolean
  readonly accept?: Mapping['stages']['accept']
  readonly rows?: readonly Row[]
  readonly over?: Partial<Mapping>
}

/** Value and currency are one group: they are written together or not at all. */
export function dealRows(options: DealMappingOptions = {}): readonly Row[] {
  const { policies = {}, required = false } = options
  const of = (name: 'Amount' | 'CloseDate' | 'Topic'): Policy => policies[name] ?? 'newest'
  return [
    row({ crm: 'Name', path: 'name', direction: 'toCrm', write: 'once' }),
    row({
      crm: 'Amount',
      path: 'details.value',
      direction: 'both',
      policy: of('Amount'),
      group: 'money',
      read: money,
      type: 'money',
      required,
    }),
    row({ crm: 'Currency', path: 'details.currency', direction: 'both', policy: of('Amount'), group: 'money' }),
    row({
      crm: 'CloseDate',
      path: 'details.closeDate',
      direction: 'both',
      policy: of('CloseDate'),
      read: asDate,
      type: 'date',
      back: dateBack,
    }),
    row({ crm: 'Topic', path: 'details.topic', direction: 'both', policy: of('Topic') }),
    row({ crm: 'Description', path: 'details.notes', direction: 'toCrm', write: 'once' }),
    row({ crm: 'Country', path: 'customer.country', direction: 'toCrm' }),
    row({ crm: 'PartnerUpdate', path: 'details.update', direction: 'toReferral' }),
    row({ crm: 'Id', path: 'externalReferenceId', direction: 'toReferral' }),
  ]
}

const stageRow = (
  stage: Stage,
  step: Step | null,
  crm: readonly string[],
  direction: Direction = 'both',
): StageRow => ({
  stage,
  step,
  direction,
  crm: crm.map((value) => ({ Stage: value })),
  rule: rule(`stages.${stage}.${step ?? ''}`),
})

export const dealStages: readonly StageRow[] = [
  stageRow('New', null, ['New from Microsoft']),
  stageRow('Accepted', 'Qualified', ['Qualification', 'Needs Analysis']),
  stageRow('Accepted', 'Developed', ['Value Proposition']),
  stageRow('Accepted', 'Proposed', ['Proposal']),
  stageRow('Accepted', 'Negotiated', ['Negotiation']),
  stageRow('Won', null, ['Closed Won']),
  stageRow('Lost', null, ['Closed Lost']),
  stageRow('Declined', null, ['Declined']),
  stageRow('Expired', null, ['Expired'], 'toCrm'),
]

const status: StatusFields = { state: 'SyncState', message: 'SyncMessage', answerBy: 'SyncAnswerBy', link: null }

const textAt = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

/** An account found by domain, then by name; a contact under it, and its part in the deal. */
export function dealLookups(over: Partial<Lookup> = {}): readonly Lookup[] {
  const by = (field: string, path: string, compare: MatchCriterion['compare']) => ({
    rule: rule(`lookups.${field}`),
    criteria: ({ referral }: { referral: Readonly<Record<string, Json>> }) => {
      const value = textAt(at(referral, path))
      return value === '' ? null : [{ field, value, compare }]
    },
  })
  const account: Lookup = {
    name: 'account',
    kind: fakeAccount,
    shape: { kind: fakeAccount, fields: ['Name', 'Website'] },
    under: null,
    fills: { field: 'AccountId' },
    tries: [by('Website', 'customer.domain', 'domain'), by('Name', 'customer.name', 'companyName')],
    whenSeveral: 'ask',
    whenNone: 'create',
    create: ({ referral }) =>
      ok({ Name: at(referral, 'customer.name') ?? null, Website: at(referral, 'customer.domain') ?? null }),
    rule: rule('lookups.account'),
    ...over,
  }
  const contact: Lookup = {
    name: 'contact',
    kind: fakeContact,
    shape: { kind: fakeContact, fields: ['Email', 'AccountId'] },
    under: { lookup: 'account', field: 'AccountId' },
    fills: {
      role: {
        kind: fakeRole,
        dealField: 'OpportunityId',
        contactField: 'ContactId',
        fields: { Role: 'Decision Maker' },
      },
    },
    tries: [by('Email', 'contact.email', 'email')],
    whenSeveral: 'newest',
    whenNone: 'create',
    create: ({ referral }) =>
      ok({ LastName: at(referral, 'contact.lastName') ?? null, Email: at(referral, 'contact.email') ?? null }),
    rule: rule('lookups.contact'),
  }
  return [account, contact]
}

const outcomeRule = { requires: [], rule: rule('outcomes') } as const

export function dealMapping(options: DealMappingOptions = {}): Mapping {
  const { outcomes = {}, match = {}, lookups = false, lookup = {}, status: shows = false, over = {} } = options
  const { won, lost, declined, ...rest } = outcomes
  const rows = options.rows ?? dealRows(options)
  const used = lookups ? dealLookups(lookup) : []
  const shown = shows ? Object.values(status).filter((field): field is string => field !== null) : []
  const fields = ['Stage', 'LossReason', fakeKeyField, ...rows.map(({ crm }) => crm), ...shown]
  return {
    name: 'deals',
    title: 'Deals',
    hash: 'mapping-1',
    contact: null,
    source: 'source',
    target: 'crm',
    record: fakeOpportunity,
    idField: fakeCrm.idField(fakeOpportunity),
    shapes: [{ kind: fakeOpportunity, fields: [...new Set(fields)] }],
    take: ({ referral }) =>
      at(referral, 'details.topic') === 'Private'
        ? { taken: false, because: 'Private deals stay where they are.', rule: rule('take') }
        : { taken: true },
    lead: null,
    match: {
      tries: [
        {
          rule: rule('match.0'),
          criteria: ({ referral }) => [
            { field: fakeKeyField, value: linkKey(textAt(at(referral, 'id'))), compare: 'exact' },
          ],
        },
      ],
      whenSeveral: 'ask',
      whenNone: 'create',
      keyField: fakeKeyField,
      ...match,
    },
    lookups: used,
    assign: null,
    rows,
    stages: { crm: 'Stage', accept: options.accept ?? 'byStage', rows: dealStages },
    outcomes: {
      holdMs: 0,
      maxPerRun: 1_000,
      ...rest,
      won: { ...outcomeRule, notBeforeMs: 0, finals: [], ...won },
      lost: { ...outcomeRule, reason: (crm) => textAt(crm['LossReason']) || null, ...lost },
      declined: { ...outcomeRule, reason: () => null, ...declined },
    },
    statusInCrm: shows ? status : null,
    checks: [],
    share: null,
    ...over,
  }
}
