// What a deal that waits tells its seller, and what it keeps back meanwhile.

import { expect, test } from 'vitest'
import { dealMapping } from '../../../support/deal-mapping.ts'
import { linkAfter, linkOf, planDeal, sent } from '../../../support/deal-plan.ts'
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
