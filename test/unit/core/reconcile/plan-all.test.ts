// Many deals, one plan: what it says of itself, in which order things are done, and what is remembered before.

import { describe, expect, test } from 'vitest'
import type { Link } from '#core/model/link'
import { refusalSubject } from '#core/reconcile/change'
import type { Plan } from '#core/reconcile/plan'
import { dealMapping } from '../../../support/deal-mapping.ts'
import {
  at,
  dealRecord,
  linkOf,
  now,
  planDeal,
  planDeals,
  referralRecord,
  unlinked,
  waitOf,
  type Case,
} from '../../../support/deal-plan.ts'

const accepted = { stage: 'Accepted', step: 'Qualified' } as const
const deal = (id: string, of: Pick<Case, 'referral'> & { readonly fields?: object } = {}): Case => ({
  id,
  referral: of.referral ?? accepted,
  deal: dealRecord(id, { ...of.fields }),
})
const order = (plan: Plan): readonly string[] => plan.changes.map(({ referral, kind }) => `${referral} ${kind}`)

test('it says what it is a plan of, and what was read for it', () => {
  const plan = planDeals([deal('R-1'), deal('R-2'), { id: 'R-3' }], { linked: 40 })
  expect(plan).toMatchObject({
    schema: 'dealbridge.plan/v1',
    pipeline: 'deals',
    mapping: { name: 'deals', hash: 'mapping-1' },
    readAt: now,
    read: { referrals: 0, records: 0, changed: 3, linked: 40 },
    skipped: [],
  })
})

describe('the order', () => {
  test('what others rest on is made before what rests on it, level by level', () => {
    const customers = ['Contoso', 'Fabrikam'].map((name, n): Case => ({
      id: `R-${n}`,
      referral: {
        customer: { name, domain: `${name}.example` },
        contact: { email: `${name}@x.example`, lastName: name },
      },
    }))
    expect(order(planDeals(customers, { mapping: dealMapping({ lookups: true }) }))).toEqual([
      'R-0 Account',
      'R-1 Account',
      'R-0 Contact',
      'R-1 Contact',
      'R-0 Opportunity',
      'R-1 Opportunity',
      'R-0 Role',
      'R-0 referral',
      'R-1 Role',
      'R-1 referral',
    ])
  })

  test('outcomes first; everything else as planned', () => {
    const plan = planDeals([
      deal('R-1', { referral: { stage: 'New' } }),
      deal('R-2', { fields: { CloseDate: '2027-01-15' } }),
      deal('R-3', { referral: { stage: 'Won' } }),
      deal('R-4', { fields: { Stage: 'Closed Lost' } }),
    ])
    expect(order(plan)).toEqual(['R-4 referral', 'R-1 referral', 'R-2 referral', 'R-3 Opportunity'])
  })

  test('what two deals need, and no search would find again, is made once, by the first', () => {
    const blind = dealMapping({
      lookups: true,
      lookup: { create: () => ({ ok: true, fields: { Industry: 'Retail' } }) },
    })
    const plan = planDeals([{ id: 'R-1' }, { id: 'R-2' }], { mapping: blind })
    expect(order(plan).filter((one) => one.endsWith('Account'))).toEqual(['R-1 Account'])
  })
})

describe('what is remembered before the first write', () => {
  const edited = { ...accepted, details: { topic: 'Fabric' } } as const
  const after = (one: Case): readonly Link[] => planDeal(one).links

  test('a deal with something to write is marked, from when on', () =>
    expect(after({ referral: edited, deal: {} })).toMatchObject([{ key: 'r-1', unfinished: now }]))
  test('a mark that is there stays as old as it is', () => {
    const link = linkOf('R-1', { unfinished: at('2026-11-20T12:00:00Z') })
    expect(after({ referral: edited, deal: {}, link })).toMatchObject([{ unfinished: at('2026-11-20T12:00:00Z') }])
  })
  test('it goes when nothing is left to write', () => {
    const [link] = after({ referral: accepted, deal: {}, link: linkOf('R-1', { unfinished: now }) })
    expect(link).toMatchObject({ key: 'r-1' })
    expect(link).not.toHaveProperty('unfinished')
  })
  test('what is held is not about to be written', () => {
    const mapping = dealMapping({ outcomes: { holdMs: 60_000 } })
    const [link] = planDeal({ referral: accepted, deal: { Stage: 'Closed Won' } }, { mapping }).links
    expect(link).toMatchObject({ waiting: [{ for: 'outcome' }] })
    expect(link).not.toHaveProperty('unfinished')
  })
  test('what was looked at is remembered once; after that a deal of which nothing is new costs nothing', () => {
    const one = { referral: accepted, deal: {} }
    const [link] = after(one)
    expect(link).toMatchObject({ left: { version: 'left-1' }, right: { version: 'right-1' } })
    expect(after({ ...one, link: link ?? null })).toEqual([])
  })
})

describe('records that vanished', () => {
  const vanished = (one: Case): readonly string[] =>
    planDeal(one, { limits: { vanished: { count: 0, share: 0 } } }).stopped.map(({ code }) => code)
  test.each<[string, Case, readonly string[]]>([
    ['not found', { deal: null, link: linkOf('R-1') }, ['DB-3125']],
    ['deleted', { deal: dealRecord('R-1', {}, { gone: true }), link: linkOf('R-1') }, ['DB-3125']],
    ['missed before: counted then', { deal: null, link: linkOf('R-1', { missingSince: now }) }, []],
    ['found again after that', { deal: null, link: linkOf('R-1', { missingSince: null }) }, ['DB-3125']],
    ['there', { referral: accepted, deal: {}, link: linkOf('R-1') }, []],
    ['never had one', { link: unlinked('R-1') }, []],
    ['not known at all', { referral: referralRecord('R-1', {}, { gone: true }) }, []],
  ])('%s', (_, one, brakes) => expect(vanished(one)).toEqual(brakes))
})

describe('a first load that was cut off in the middle', () => {
  const ids = Array.from({ length: 25 }, (_, n) => `R-${n}`)
  const half = (id: string): Link => {
    const { base, ...rest } = linkOf(id)
    const { Id: _, ...values } = base.values as Readonly<Record<string, string>>
    return { ...rest, base: { ...base, values } }
  }
  const goesOn = (of: (id: string) => Link, mapping = dealMapping()) => {
    const cases = ids.map((id) => ({
      ...deal(id, { referral: accepted }),
      link: of(id),
    }))
    const plan = planDeals(cases, { mapping, limits: { shareOfLinked: 0 } })
    return [plan.changes.length, plan.stopped.map(({ code }) => code)]
  }

  test('goes on by itself: what their referrals are told belongs to the making of the deals', () => {
    expect(goesOn(half)).toEqual([25, []])
  })

  test('while ids that people took away from as many referrals are a reason to ask', () => {
    const moved = (id: string): Link => ({
      ...linkOf(id),
      base: { ...linkOf(id).base, values: { ...linkOf(id).base.values, Id: 'opp-0' } },
    })
    expect(goesOn(moved)).toEqual([25, ['DB-3123']])
  })
})

describe('what rests on something that cannot be written', () => {
  const mapping = dealMapping({ lookups: true })
  test('waits with it, told why, also when only one of several is the cause', () => {
    const contact = planDeal({}, { mapping }).changes.find(({ kind }) => kind === 'Contact') ?? expect.fail('none')
    const wait = waitOf(refusalSubject(contact.id), { tries: 1 })
    const plan = planDeal({ link: { ...unlinked('R-1'), waiting: [wait] } }, { mapping })
    expect(plan.changes.map(({ kind, state, why }) => [kind, state, why?.code])).toEqual([
      ['Account', 'ready', undefined],
      ['Contact', 'refused', 'DB-3205'],
      ['Opportunity', 'refused', 'DB-3205'],
      ['Role', 'refused', 'DB-3205'],
      ['referral', 'refused', 'DB-3205'],
    ])
    expect(plan.links).toMatchObject([{ waiting: [wait] }])
    expect(plan.links[0]?.waiting).toHaveLength(1)
  })
})
