// What a deal that waits tells its seller, and what it keeps back meanwhile.

import { describe, expect, test } from 'vitest'
import { textOf } from '#core/model/json'
import type { Link, Waiting } from '#core/model/link'
import { refusalSubject } from '#core/reconcile/change'
import { fakeCrm } from '#testkit/fake-crm'
import type { FakeReferral } from '#testkit/fake-source'
import type { Fields } from '#spi'
import { dealMapping, type DealMappingOptions } from '../../../support/deal-mapping.ts'
import {
  at,
  dealRecord,
  linkAfter,
  linkOf,
  planDeal,
  sent,
  waitOf,
  type PlanOptions,
} from '../../../support/deal-plan.ts'

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

describe('what a record says of its deal', () => {
  interface Story {
    readonly referral?: FakeReferral
    readonly deal?: Fields
    readonly link?: Link
    readonly options?: DealMappingOptions
    readonly frame?: PlanOptions['frame']
  }
  const shown = ({ referral = accepted, deal = {}, link = linkOf('R-1'), options = {}, frame = {} }: Story) => {
    const plan = planDeal({ referral, deal, link }, { mapping: dealMapping({ status: true, ...options }), frame })
    const change = plan.changes.find(
      ({ side, fields }) => side === 'crm' && fields.some(({ path }) => path.startsWith('Sync')),
    )
    return change?.write.fields ?? {}
  }
  const waits = (...waiting: readonly Waiting[]) => linkOf('R-1', { waiting: [...waiting] })
  const fresh = linkOf('R-1', { standing: { stage: 'New', step: null } })
  const open = { deal: { Stage: 'New from Microsoft' }, link: fresh }
  const won = { deal: { Stage: 'Closed Won' } }

  test.each<[string, Story, Fields]>([
    ['in step', {}, { SyncState: 'In step', SyncMessage: 'Microsoft and the CRM agree.' }],
    [
      'new',
      { ...open, referral: { stage: 'New' } },
      { SyncState: 'Waiting for you', SyncMessage: 'Answer Microsoft: move the stage on, or set Declined.' },
    ],
    [
      'new, with a day to answer by, in the hours of its people',
      { ...open, referral: { stage: 'Received', answerBy: '2026-12-05T23:30:00Z' } },
      {
        SyncState: 'Waiting for you',
        SyncMessage: 'Answer Microsoft by 6 Dec 2026 00:30: move the stage on, or set Declined.',
        SyncAnswerBy: '2026-12-05T23:30:00.000Z',
      },
    ],
    [
      'answered: there is no day to answer by any more',
      { referral: { ...accepted, answerBy: '2026-12-05T23:30:00Z' } },
      { SyncState: 'In step', SyncMessage: 'Microsoft and the CRM agree.' },
    ],
    [
      'in question',
      {
        referral: { ...accepted, details: { topic: 'Fabric' } },
        deal: { Topic: 'Copilot' },
        options: { policies: { Topic: 'ask' } },
      },
      { SyncState: 'Waiting for you', SyncMessage: 'You and Microsoft both changed Topic. Choose one.' },
    ],
    [
      'held by a problem',
      { deal: { Stage: 'Somewhere' } },
      { SyncState: 'Problem', SyncMessage: expect.stringContaining('in no row of the mapping') },
    ],
    [
      'held back for a while',
      { ...won, options: { outcomes: { holdMs: 30 * 60_000 } } },
      {
        SyncState: 'On hold',
        SyncMessage: 'Won will be sent to Microsoft on 20 Nov 2026 15:30. Put the stage back before then to stop it.',
      },
    ],
    [
      'over',
      {
        referral: { stage: 'Expired' },
        deal: { Stage: 'Expired' },
        link: linkOf('R-1', { standing: { stage: 'Expired', step: null } }),
      },
      { SyncState: 'Closed', SyncMessage: "Microsoft has recorded this deal as Expired. It can't be reopened there." },
    ],
  ])('%s', (_, story, fields) => expect(shown(story)).toStrictEqual(fields))

  test('a question comes before a problem, and a problem before a wait', () => {
    const both = { ...accepted, details: { topic: 'Fabric' } }
    const conflict = { referral: both, deal: { Topic: 'Copilot', Stage: 'Somewhere' } }
    expect(shown({ ...conflict, options: { policies: { Topic: 'ask' } } })['SyncState']).toBe('Waiting for you')
    const held = { ...won, options: { outcomes: { holdMs: 60_000 } } }
    const refused = planDeal(
      { referral: accepted, ...held },
      { mapping: dealMapping({ status: true, ...held.options }) },
    )
    const id = refused.changes[0]?.id ?? expect.fail('nothing was planned')
    expect(shown({ ...held, link: waits(waitOf(refusalSubject(id))) })['SyncState']).toBe('Problem')
  })

  test('what was refused is told; what was waited for before is not', () => {
    expect(shown({ link: waits(waitOf('write:chg_1', { message: 'No such field.' })) })['SyncMessage']).toBe(
      'No such field.',
    )
    expect(shown({ link: waits(waitOf('stage')) })['SyncState']).toBe('In step')
  })

  test('while an outcome is on its way nothing is told: what is true changes with the answer', () =>
    expect(shown(won)).toEqual({}))
  test('nor to a record that takes nothing any more', () => {
    const frame = { target: { ...fakeCrm, closedIsReadOnly: true } }
    const options = { outcomes: { holdMs: 60_000 } }
    expect(shown({ ...won, options, frame })).toEqual({})
    expect(shown({ deal: { Stage: 'Proposal' }, options, frame })).toMatchObject({ SyncState: 'In step' })
    expect(shown({ deal: { Stage: 'Somewhere' }, options, frame })).toMatchObject({ SyncState: 'Problem' })
  })

  test('what was told is not told again, and every line says what was told before', () => {
    const told = { '@state': 'In step', '@message': 'Microsoft and the CRM agree.' }
    const { base } = linkOf('R-1')
    const link = linkOf('R-1', { base: { ...base, values: { ...base.values, ...told } } })
    expect(shown({ link })).toEqual({})
    const plan = planDeal(
      { referral: accepted, deal: { Stage: 'Somewhere' }, link },
      { mapping: dealMapping({ status: true }) },
    )
    expect(plan.changes[0]).toMatchObject({
      fields: [
        { path: 'SyncState', from: 'statusInCrm.state', base: 'In step', theirs: 'Problem', rule: null },
        { path: 'SyncMessage', from: 'statusInCrm.message', base: told['@message'] },
      ],
      settles: { values: { '@state': 'Problem' } },
    })
  })

  test('a message of as many characters as fit is not cut', () => {
    const message = 'x'.repeat(255)
    expect(shown({ link: waits(waitOf('write:chg_1', { message })) })['SyncMessage']).toBe(message)
    expect(shown({ link: waits(waitOf('write:chg_1', { message: `${message}x` })) })['SyncMessage']).toBe(
      `${'x'.repeat(254)}…`,
    )
  })

  test.each([
    ['2026-12-05T09:00:00.999Z', true],
    ['2026-12-05T09:00:01.000Z', false],
    ['2026-12-05T08:59:59.000Z', false],
    [null, false],
    ['soon', false],
  ])('a day to answer by of %s counts as the same: %s', (there, same) => {
    const story = { ...open, referral: { stage: 'New', answerBy: at('2026-12-05T09:00:00.000Z') } } as const
    expect(Object.hasOwn(shown({ ...story, deal: { ...open.deal, SyncAnswerBy: there } }), 'SyncAnswerBy')).toBe(!same)
  })

  test('a mapping that names no fields for it tells nothing', () =>
    expect(planDeal({ referral: accepted, deal: {} }).changes).toEqual([]))
})
