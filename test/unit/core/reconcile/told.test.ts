// What a deal that waits tells its seller, and what it keeps back meanwhile.

import { expect, test } from 'vitest'
import { dealMapping } from '../../../support/deal-mapping.ts'
import { at, dealRecord, linkAfter, linkOf, planDeal, sent } from '../../../support/deal-plan.ts'
import { textOf } from '#core/model/json'
import type { FakeReferral } from '#testkit/fake-source'

const accepted: FakeReferral = { stage: 'Accepted', step: 'Qualified' }
const mapping = dealMapping({ policies: { Topic: 'ask' }, status: true })

test('an outcome waits for an open question: after it the value that lost could never be sent', () => {
  const link = linkOf('R-1')
  const referral = { ...accepted, details: { topic: 'Fabric' } }
  const deal = { Topic: 'Copilot', Stage: 'Closed Won' }
  const open = planDeal({ referral, deal, link }, { mapping })
  expect(sent(open).filter(([side]) => side === 'referral')).toEqual([])
  expect(linkAfter(open, link).waiting.map(({ code }) => code)).toEqual(['DB-3501', 'DB-3113'])

  const answered = linkOf('R-1', { answers: { Topic: 'crm' } })
  const [first] = sent(planDeal({ referral, deal, link: answered }, { mapping }))
  expect(first).toMatchObject(['referral', { stage: 'Won', 'details.topic': 'Copilot' }])
})

test('what the record says fits a text field of 255 characters, cut between characters as a reader sees them', () => {
  const family = '👨‍👩‍👧'
  const link = linkOf('R-1', {
    waiting: [
      {
        for: 'problem',
        code: 'DB-3301',
        message: family.repeat(60),
        who: 'the seller',
        since: linkOf('R-1').since,
        until: null,
        subject: 'x',
        tries: 0,
      },
    ],
  })
  const checks = [
    {
      before: 'toReferral' as const,
      code: 'DB-2210' as const,
      message: family.repeat(60),
      passes: () => false,
      rule: { file: 'deals.yaml', line: 1, column: 1, key: 'checks.0' },
    },
  ]
  const plan = planDeal(
    { referral: accepted, deal: { Topic: 'Fabric' }, link },
    { mapping: dealMapping({ status: true, over: { checks } }) },
  )
  const [, shown] = sent(plan)[0] ?? expect.fail('nothing is told')
  const message = textOf(shown['SyncMessage'])
  expect(message.length).toBeLessThanOrEqual(255)
  expect(message).toBe(`${family.repeat(Math.floor(254 / family.length))}…`)
})

test.each(['2026-12-05T09:00:00.000+0000', '2026-12-05T09:00:00Z', '2026-12-05T09:00:00.000Z'])(
  'I13: a day to answer by that stands there as %s is not written again',
  (shown) => {
    const waits: FakeReferral = { stage: 'New', answerBy: at('2026-12-05T09:00:00.650Z') }
    const deal = { Stage: 'Qualification', SyncAnswerBy: shown }
    const plan = planDeal({ referral: waits, deal, link: linkOf('R-1') }, { mapping })
    expect(sent(plan).filter(([, fields]) => Object.hasOwn(fields, 'SyncAnswerBy'))).toEqual([])
  },
)

test('F108, T19: what moved while the other side hides its field waits, is told, and is looked at again', () => {
  const link = linkOf('R-1')
  const referral = { ...accepted, details: { currency: 'USD' } }
  const whole = dealRecord('R-1')
  const { Amount: _, ...shown } = whole.fields
  const plan = planDeal({ referral, deal: { ...whole, fields: shown }, link }, { mapping: dealMapping() })
  expect(sent(plan)).toEqual([])
  expect(linkAfter(plan, link).waiting).toMatchObject([
    { for: 'problem', code: 'DB-2212', subject: 'hidden:Amount', until: at('2026-11-20T14:30:00Z') },
  ])
})
