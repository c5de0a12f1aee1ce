import { describe, expect, test } from 'vitest'
import { dealMapping } from '../../../support/deal-mapping.ts'
import { linkAfter, linkOf, planDeal, sent } from '../../../support/deal-plan.ts'
import type { FakeReferral } from '#testkit/fake-source'
import type { Fields } from '#spi'

const accepted: FakeReferral = { stage: 'Accepted', step: 'Qualified' }

describe('a linked deal, both sides open', () => {
  test.each<[string, FakeReferral, Fields, readonly unknown[]]>([
    ['nothing moved', {}, {}, []],
    ['the referral moved', { details: { topic: 'Fabric' } }, {}, [['crm', { Topic: 'Fabric' }]]],
    ['the CRM moved', {}, { Topic: 'Fabric' }, [['referral', { 'details.topic': 'Fabric' }]]],
    [
      'F95: different fields on both sides',
      { details: { topic: 'Fabric' } },
      { CloseDate: '2027-01-15' },
      [
        ['crm', { Topic: 'Fabric' }],
        ['referral', { 'details.closeDate': '2027-01-15T00:00:00.000Z' }],
      ],
    ],
    ['both to the same value', { details: { topic: 'Fabric' } }, { Topic: 'Fabric' }, []],
    ['F98: rounded by the CRM', { details: { value: '84000.001' } }, { Amount: '84000' }, []],
    ['F99: trimmed and with other line ends', { details: { topic: ' Azure\r\n' } }, {}, []],
    ['a one-way field edited at its far end', {}, { Country: 'AT' }, []],
    ['a field written once, changed at its near end', { name: 'Renamed' }, {}, []],
    [
      'what the seller tells Microsoft',
      {},
      { PartnerUpdate: 'Offer sent' },
      [['referral', { 'details.update': 'Offer sent' }]],
    ],
    ['an observed null clears', { details: { topic: null } }, {}, [['crm', { Topic: null }]]],
  ])('%s', (_, referral, deal, writes) => {
    expect(sent(planDeal({ referral: { ...accepted, ...referral }, deal }))).toEqual(writes)
  })

  test('F108, T19: a hidden field is neither cleared nor written over', () => {
    const hidden = { ...linkOf('R-1') }
    const plan = planDeal({
      referral: { ...accepted, details: { topic: 'Fabric' } },
      deal: { Topic: undefined as never },
      link: hidden,
    })
    expect(sent(plan)).toEqual([])
  })
})

describe('outcomes', () => {
  test('I8, F103: declining by losing is one close, and is not repeated after Microsoft opened the referral again', () => {
    const first = planDeal({
      referral: { stage: 'New' },
      deal: { Stage: 'Closed Lost' },
      link: linkOf('R-1', { standing: { stage: 'New', step: null } }),
    })
    const [change] = first.changes
    expect(change).toMatchObject({
      side: 'referral',
      state: 'ready',
      irreversible: true,
      settles: { closes: 'Lost', standing: { stage: 'Declined' } },
    })
    const link = linkOf('R-1', {
      standing: { stage: 'Declined', step: null },
      closedBy: change?.settles.closes ?? null,
      closes: 1,
    })
    const again = planDeal({ referral: { stage: 'New' }, deal: { Stage: 'Closed Lost' }, link })
    expect(sent(again)).toEqual([])
    expect(linkAfter(again, link).waiting).toMatchObject([{ code: 'DB-3108' }])
  })

  test('F101: won while unanswered: accepted first, and the hold of the outcome begins at once', () => {
    const mapping = dealMapping({ outcomes: { holdMs: 30 * 60_000 } })
    const link = linkOf('R-1', { standing: { stage: 'New', step: null } })
    const plan = planDeal({ referral: { stage: 'New' }, deal: { Stage: 'Closed Won' }, link }, { mapping })
    expect(sent(plan)).toEqual([['referral', { stage: 'Accepted' }]])
    expect(linkAfter(plan, link).waiting).toMatchObject([
      { for: 'outcome', subject: 'outcome:Won', until: '2026-11-20T14:30:00.000Z' },
    ])
  })

  test('F101: where the mapping never accepts, a Won of an unanswered referral waits for a person', () => {
    const link = linkOf('R-1', { standing: { stage: 'New', step: null } })
    const plan = planDeal(
      { referral: { stage: 'New' }, deal: { Stage: 'Closed Won' }, link },
      { mapping: dealMapping({ accept: 'never' }) },
    )
    expect(sent(plan)).toEqual([])
    expect(linkAfter(plan, link).waiting).toMatchObject([{ code: 'DB-3105' }])
  })

  test.each(['first seen', 'seen before'])(
    'F102, I33: expired at Microsoft, won in the CRM: told, %s, and never tried',
    (when) => {
      const stage = when === 'first seen' ? 'New' : 'Expired'
      const link = linkOf('R-1', { standing: { stage, step: null } })
      const plan = planDeal({ referral: { stage: 'Expired' }, deal: { Stage: 'Closed Won' }, link })
      expect(plan.changes).toEqual([])
      expect(linkAfter(plan, link).waiting).toMatchObject([{ code: 'DB-3103' }])
    },
  )
})

describe('answers', () => {
  const conflict = { referral: { ...accepted, details: { topic: 'Fabric' } }, deal: { Topic: 'Copilot' } }
  const mapping = dealMapping({ policies: { Topic: 'ask' } })

  test('F94: both changed it, and the mapping asks', () => {
    const link = linkOf('R-1')
    const plan = planDeal({ ...conflict, link }, { mapping })
    expect(sent(plan)).toEqual([])
    expect(linkAfter(plan, link).waiting).toMatchObject([
      {
        for: 'question',
        code: 'DB-3501',
        subject: 'row:Topic',
        choices: ['Partner Center: Fabric', 'last synced: Azure', 'CRM: Copilot'],
      },
    ])
  })

  test.each<[string, NonNullable<ReturnType<typeof linkOf>['answers']>[string], readonly unknown[]]>([
    ['the referral', 'referral', [['crm', { Topic: 'Fabric' }]]],
    ['the CRM', 'crm', [['referral', { 'details.topic': 'Copilot' }]]],
    ['a value of their own, that one side has', { value: 'Copilot' }, [['referral', { 'details.topic': 'Copilot' }]]],
    ['a value of their own, that neither has', { value: 'Power' }, [['referral', { 'details.topic': 'Power' }]]],
  ])('a person chooses %s', (_, answer, writes) => {
    const plan = planDeal({ ...conflict, link: linkOf('R-1', { answers: { Topic: answer } }) }, { mapping })
    expect(sent(plan)).toEqual(writes)
  })

  test('a value that neither side has reaches the second side after the first', () => {
    const link = linkOf('R-1', { answers: { Topic: { value: 'Power' } } })
    const [change] = planDeal({ ...conflict, link }, { mapping }).changes
    const after = linkOf('R-1', { base: { ...link.base, values: { ...link.base.values, ...change?.settles.values } } })
    const referral = { ...accepted, details: { topic: 'Power' } }
    expect(sent(planDeal({ referral, deal: conflict.deal, link: after }, { mapping }))).toEqual([
      ['crm', { Topic: 'Power' }],
    ])
  })
})
