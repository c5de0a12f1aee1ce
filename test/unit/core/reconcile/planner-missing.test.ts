// A deal that lost a side, or is set aside, or was read too old: what is concluded from that, and when it is looked at
// again.

import { describe, expect, test } from 'vitest'
import { recordId, version } from '#core/model/ids'
import type { Link } from '#core/model/link'
import {
  at,
  dealRecord,
  linkAfter,
  linkOf,
  planDeal,
  referralRecord,
  sent,
  type Case,
  waitOf,
} from '../../../support/deal-plan.ts'

const accepted = { stage: 'Accepted', step: 'Qualified' } as const
const edited = { ...accepted, details: { topic: 'Fabric' } } as const

describe('set aside by a person', () => {
  test.each<[string, Case]>([
    ['something is to be written', { referral: edited, deal: {} }],
    ['a side is missing', { referral: null, deal: null }],
  ])('nothing is planned, although %s; and a mark that it is unfinished stays', (_, one) => {
    const link = linkOf('R-1', { paused: true, unfinished: at('2026-11-20T12:00:00Z') })
    expect(planDeal({ ...one, link })).toMatchObject({ changes: [], links: [], stopped: [] })
  })
})

describe('the referral is not shown', () => {
  test.each<[string, Case['referral']]>([
    ['at all', null],
    ['or is gone', referralRecord('R-1', edited, { gone: true })],
  ])('%s: nothing is concluded from that, and it is said', (_, referral) => {
    const link = linkOf('R-1')
    const plan = planDeal({ referral: referral ?? null, deal: { Topic: 'Copilot' }, link })
    expect(plan.changes).toEqual([])
    expect(linkAfter(plan, link)).toStrictEqual({
      ...link,
      waiting: [
        {
          for: 'problem',
          code: 'DB-3509',
          message: expect.stringContaining('Nothing is written to either side'),
          who: 'Partner Center admin',
          since: at('2026-11-20T14:00:00Z'),
          until: at('2026-11-20T14:01:00Z'),
          subject: 'referral',
          tries: 0,
        },
      ],
    })
  })

  test.each([
    ['2026-11-20T13:59:50Z', '2026-11-20T14:01:00Z'],
    ['2026-11-20T13:50:00Z', '2026-11-20T14:10:00Z'],
    ['2026-11-18T14:00:00Z', '2026-11-20T20:00:00Z'],
  ])('since %s: it is looked for as long again, six hours at most', (since, until) => {
    const link = linkOf('R-1', { waiting: [waitOf('other'), waitOf('referral', { since: at(since) })] })
    const plan = planDeal({ referral: null, deal: {}, link })
    expect(linkAfter(plan, link).waiting).toMatchObject([{ since: at(since), until: at(until) }])
  })

  test('and was never known: it is passed over', () =>
    expect(planDeal({ referral: referralRecord('R-1', {}, { gone: true }) })).toMatchObject({
      changes: [],
      links: [],
      skipped: [{ referral: 'R-1' }],
    }))
})

test('I38: a referral that does not even say what it is is only looked at', () => {
  const referral = { ...referralRecord('R-1', edited), fields: { id: 'R-1' } }
  for (const one of [{ referral }, { referral, deal: {}, link: linkOf('R-1') }])
    expect(planDeal(one)).toMatchObject({ changes: [], links: [], skipped: [{ referral: 'R-1' }] })
})

describe('the record is not found', () => {
  const gone = dealRecord('R-1', {}, { gone: true })
  const first = (deal: Case['deal']) => {
    const link = linkOf('R-1')
    return linkAfter(planDeal({ referral: edited, deal: deal ?? null, link }), link)
  }
  const later = (moment: string, deal: Case['deal'] = null, over: Partial<Link> = {}) => {
    const link = linkOf('R-1', { missingSince: at('2026-11-20T14:00:00Z'), ...over })
    const plan = planDeal({ referral: edited, deal, link }, { at: at(moment) })
    expect(plan.changes).toEqual([])
    return linkAfter(plan, link)
  }

  test.each([
    ['not shown', null],
    ['deleted', gone],
  ])('%s: once is not believed', (_, deal) =>
    expect(first(deal)).toMatchObject({
      missingSince: at('2026-11-20T14:00:00Z'),
      waiting: [{ for: 'problem', code: 'DB-3508', subject: 'missing', until: at('2026-11-20T14:01:00Z') }],
    }),
  )

  test('two looks within a minute are one look', () => expect(later('2026-11-20T14:00:59Z').waiting).toEqual([]))

  test.each([
    ['2026-11-20T14:01:00Z', '2026-11-20T14:02:00Z'],
    ['2026-11-20T14:30:00Z', '2026-11-20T15:00:00Z'],
    ['2026-11-25T14:00:00Z', '2026-11-25T20:00:00Z'],
  ])('F24, F104: at %s it is believed, told, and not made again', (moment, until) =>
    expect(later(moment)).toMatchObject({
      record: 'opp-R-1',
      missingSince: at('2026-11-20T14:00:00Z'),
      waiting: [{ for: 'problem', code: 'DB-3503', who: 'CRM admin', subject: 'gone', until: at(until) }],
    }),
  )

  test('T17: merged into another one: a person is told which', () => {
    const merged = { ...gone, mergedInto: recordId('opp-9') }
    expect(later('2026-11-20T14:05:00Z', merged).waiting).toMatchObject([
      { code: 'DB-3504', message: expect.stringContaining('opp-9') },
    ])
  })

  test('back again: as if nothing had been', () => {
    const waiting = [waitOf('missing')]
    const link = linkOf('R-1', { missingSince: at('2026-11-20T13:00:00Z'), waiting })
    const plan = planDeal({ referral: edited, deal: {}, link })
    expect(sent(plan)).toEqual([['crm', { Topic: 'Fabric' }]])
    expect(linkAfter(plan, link)).toMatchObject({ missingSince: null, waiting: [] })
  })
})

describe('what was read is older than what we know', () => {
  const seen = { version: null, at: at('2026-11-20T13:45:00Z'), freshUntil: at('2026-11-20T14:05:00Z') }
  const newer = { changedAt: at('2026-11-20T13:50:00Z'), version: version('newer') }
  const planned = (link: Link, of: { readonly left?: object; readonly right?: object } = {}) =>
    planDeal({ referral: referralRecord('R-1', edited, of.left), deal: dealRecord('R-1', {}, of.right), link })

  test.each<[string, Partial<Link>]>([
    ['record', { right: seen }],
    ['referral', { left: seen }],
  ])('a %s: nothing is planned, and the next pass reads again', (_, over) => {
    const link = linkOf('R-1', over)
    expect(planned(link)).toMatchObject({
      changes: [],
      links: [{ ...over, unfinished: at('2026-11-20T14:00:00Z') }],
    })
  })

  test('and what is newer is planned', () =>
    expect(sent(planned(linkOf('R-1', { left: seen, right: seen }), { left: newer, right: newer }))).toHaveLength(1))
})
