// Plans one deal, or several, from what a story says about them: base, left, right, and what is remembered.

import type { Fields, Instant, VendorRecord } from '#spi'
import { connectionName, linkKey, pipelineName, recordId, version } from '#core/model/ids'
import { parseInstant } from '#core/model/instant'
import { noBase, type Link, type Waiting } from '#core/model/link'
import { ReferralFacts } from '#core/model/referral'
import type { Standing } from '#core/model/stage'
import type { Value } from '#core/model/value'
import type { Mapping } from '#core/mapping/mapping'
import type { Limits } from '#core/reconcile/limits'
import type { Change, Plan } from '#core/reconcile/plan'
import { planAll } from '#core/reconcile/plan-all'
import type { DealView, Found, PlanFrame } from '#core/reconcile/world'
import { fakeCrm, fakeKeyField, fakeOpportunity } from '#testkit/fake-crm'
import { fakeReferral, type FakeReferral, fakeReferralFields, fakeSource, withFacts } from '#testkit/fake-source'
import { dealMapping } from './deal-mapping.ts'
import { generousLimits } from './deal-world.ts'

export const at = (text: string): Instant => parseInstant(text) ?? fail(text)
export const now = at('2026-11-20T14:00:00Z')

export function referralRecord(id: string, of: FakeReferral = {}, over: Partial<VendorRecord> = {}): VendorRecord {
  const fields = fakeReferralFields(of)
  return {
    kind: fakeReferral,
    id: recordId(id),
    version: version('left-1'),
    changedAt: at('2026-11-20T13:00:00Z'),
    gone: false,
    fields: withFacts({ id, fields }),
    ...over,
  }
}

/** What the mapping makes of a referral that says nothing special. */
export const dealFields = (id: string, over: Fields = {}): Fields => ({
  Id: `opp-${id}`,
  [fakeKeyField]: linkKey(id),
  Stage: 'Qualification',
  LossReason: null,
  Name: 'Migration',
  Amount: '84000',
  Currency: 'EUR',
  CloseDate: '2026-12-18',
  Topic: 'Azure',
  Description: 'First talk went well.',
  Country: 'DE',
  PartnerUpdate: null,
  ...over,
})

export function dealRecord(id: string, over: Fields = {}, also: Partial<VendorRecord> = {}): VendorRecord {
  return {
    kind: fakeOpportunity,
    id: recordId(`opp-${id}`),
    version: version('right-1'),
    changedAt: at('2026-11-20T13:30:00Z'),
    gone: false,
    fields: dealFields(id, over),
    ...also,
  }
}

/** Everything agreed, as it is after a deal was made and accepted. */
export const agreedValues: Readonly<Record<string, Value>> = {
  '@key': 'r-1',
  Name: 'Migration',
  Amount: '84000',
  Currency: 'EUR',
  CloseDate: '2026-12-18',
  Topic: 'Azure',
  Description: 'First talk went well.',
  Country: 'DE',
  PartnerUpdate: null,
  Id: 'opp-R-1',
}

export function linkOf(id: string, over: Partial<Link> & { readonly standing?: Standing | null } = {}): Link {
  const { standing = { stage: 'Accepted', step: 'Qualified' }, ...rest } = over
  return {
    key: linkKey(id),
    referral: recordId(id),
    kind: fakeOpportunity,
    record: recordId(`opp-${id}`),
    since: at('2026-11-01T09:00:00Z'),
    base: { standing, values: { ...agreedValues, '@key': linkKey(id), Id: `opp-${id}` } },
    left: { version: null, at: null },
    right: { version: null, at: null },
    waiting: [],
    turn: 1,
    closes: 0,
    closedBy: null,
    mapping: 'mapping-1',
    ...rest,
  }
}

export const unlinked = (id: string): Link => linkOf(id, { record: null, standing: null, base: noBase })

/** Something a deal waits for, since four hours. */
export const waitOf = (subject: string, over: Partial<Waiting> = {}): Waiting => ({
  for: 'problem',
  code: 'DB-3205',
  message: 'A duplicate rule refuses it.',
  who: 'CRM admin',
  since: at('2026-11-20T10:00:00Z'),
  until: null,
  subject,
  tries: 0,
  ...over,
})

export interface Case {
  readonly id?: string
  /** Null: the source does not show it. */
  readonly referral?: FakeReferral | VendorRecord | null
  /** Null: the record was not found. Left out: there is no link. */
  readonly deal?: Fields | VendorRecord | null
  readonly link?: Link | null
  readonly found?: Partial<Found>
  /** The deal began in the CRM: what its record points to, and whether it was sent already. */
  readonly shared?: DealView['shared']
  readonly begun?: DealView['begun']
}

export interface PlanOptions {
  readonly mapping?: Mapping
  readonly limits?: Partial<Limits>
  readonly at?: Instant
  readonly approved?: { readonly changes: boolean; readonly outcomes: number }
  readonly linked?: number
  readonly frame?: Partial<PlanFrame>
}

export function planDeals(cases: readonly Case[], options: PlanOptions = {}): Plan {
  const { mapping = dealMapping(), limits = {}, approved = { changes: false, outcomes: 0 } } = options
  return planAll(
    {
      pipeline: pipelineName('deals'),
      mapping,
      now: options.at ?? now,
      systems: { referral: connectionName('source'), crm: connectionName('crm') },
      source: fakeSource,
      target: fakeCrm,
      owners: [],
      timezone: 'Europe/Berlin',
      ...options.frame,
    },
    cases.map(viewOf),
    {
      limits: { ...generousLimits, ...limits },
      linked: options.linked ?? cases.length,
      read: { referrals: 0, records: 0 },
      approved,
    },
  )
}

export const planDeal = (one: Case, options: PlanOptions = {}): Plan => planDeals([one], options)

/** What would be sent, system by system: the short form most stories need. */
export const sent = (plan: Plan): readonly (readonly [Change['side'], Fields])[] =>
  plan.changes.filter(({ state }) => state === 'ready').map(({ side, write }) => [side, write.fields])

/** The link as the plan leaves it; the one it began with when nothing about it is new. */
export const linkAfter = (plan: Plan, before: Link): Link => plan.links.find(({ key }) => key === before.key) ?? before

function viewOf({ id = 'R-1', referral = {}, deal, link, found, shared, begun }: Case): DealView {
  const left = referral === null || isRecord(referral) ? referral : referralRecord(id, referral)
  const facts = ReferralFacts.safeParse(left?.fields['ref'])
  const right = deal === undefined || deal === null ? null : isRecord(deal) ? deal : dealRecord(id, deal)
  return {
    link: link === undefined ? (deal === undefined ? null : linkOf(id)) : link,
    referral: left,
    facts: facts.success ? facts.data : null,
    crm: right,
    found: deal === undefined || found ? { match: [], lookups: {}, linkedElsewhere: new Set(), ...found } : null,
    ...(shared ? { shared } : {}),
    ...(begun ? { begun } : {}),
  }
}

const isRecord = (of: object): of is VendorRecord => 'version' in of

function fail(what: string): never {
  throw new Error(`not an instant: ${what}`)
}
