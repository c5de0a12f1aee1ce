// Rows of a linked deal: the key that ties it, what a person answered, what cannot be told, and what is remembered.

import { describe, expect, test } from 'vitest'
import { absent } from '#core/model/deal'
import { rowId } from '#core/model/ids'
import type { Link } from '#core/model/link'
import type { Mapping } from '#core/mapping/mapping'
import type { FakeReferral } from '#testkit/fake-source'
import type { Fields } from '#spi'
import { dealMapping, row, type DealMappingOptions } from '../../../support/deal-mapping.ts'
import {
  agreedValues,
  at,
  dealRecord,
  linkAfter,
  linkOf,
  planDeal,
  referralRecord,
  sent,
  waitOf,
} from '../../../support/deal-plan.ts'
import { accepted, after, planned } from '../../../support/linked-story.ts'

/** The record without some of its fields: they are hidden from us. */
const hiding = (names: readonly string[], over: Fields = {}) => {
  const record = dealRecord('R-1', over)
  return {
    ...record,
    fields: Object.fromEntries(Object.entries(record.fields).filter(([name]) => !names.includes(name))),
  }
}
const withoutBase = (row: string): Link => {
  const { [row]: _, ...values } = agreedValues
  return linkOf('R-1', { base: { standing: { stage: 'Accepted', step: 'Qualified' }, values } })
}

describe('the key that ties a record to its referral', () => {
  test.each<[string, string | null, RegExp]>([
    ['names another one', 'r-2', /now names another referral/],
    ['was emptied', null, /Someone emptied ReferralKey/],
  ])('%s: a question, and nothing is written to either side', (_, ReferralKey, message) => {
    const story = { details: { topic: 'Fabric' }, deal: { ReferralKey, PartnerUpdate: 'Sent' } }
    expect(planned(story).changes).toEqual([])
    expect(after(story).waiting).toMatchObject([
      { for: 'question', subject: 'key', code: 'DB-3505', who: 'CRM admin', message: expect.stringMatching(message) },
    ])
  })

  test('never written by us, names another one: a question just the same', () =>
    expect(after({ deal: { ReferralKey: 'r-2' }, link: withoutBase('@key') }).waiting).toMatchObject([
      { code: 'DB-3505' },
    ]))

  test.each<[string, string | null, readonly unknown[]]>([
    ['is written where there is none', null, [['crm', { ReferralKey: 'r-1' }]]],
    ['stands there already', 'r-1', []],
    ['in other letters, and is left so', 'R-1', []],
  ])('never written by us, %s', (_, ReferralKey, writes) =>
    expect(sent(planned({ deal: { ReferralKey }, link: withoutBase('@key') }))).toEqual(writes),
  )
  test('and is agreed from then on: at once, or when it is written', () => {
    expect(after({ deal: { ReferralKey: 'R-1' }, link: withoutBase('@key') }).base.values).toHaveProperty('@key', 'r-1')
    const plan = planned({ deal: { ReferralKey: null }, link: withoutBase('@key') })
    expect(plan.changes[0]?.settles.values).toEqual({ '@key': 'r-1' })
    expect(plan.changes[0]?.fields).toMatchObject([{ path: 'ReferralKey', from: 'id', rule: null }])
    expect(plan.links[0]?.base.values).not.toHaveProperty('@key')
  })

  test.each<[string, Parameters<typeof planDeal>[0]['deal'], DealMappingOptions]>([
    ['is hidden', hiding(['ReferralKey'], { Topic: 'Fabric' }), {}],
    ['is none of the mapping’s', { Topic: 'Fabric', ReferralKey: 'r-2' }, { match: { keyField: null } }],
  ])('%s: the deal goes on', (_, deal, mapping) => {
    const plan = planDeal(
      { referral: accepted, deal: deal ?? null, link: linkOf('R-1') },
      { mapping: dealMapping(mapping) },
    )
    expect(sent(plan)).toEqual([['referral', { 'details.topic': 'Fabric' }]])
  })
  test('is none of the mapping’s, and is never written then', () =>
    expect(planned({ link: withoutBase('@key'), mapping: { match: { keyField: null } } }).changes).toEqual([]))
})

describe('a conflict', () => {
  const conflict = { details: { topic: 'Fabric' }, deal: { Topic: 'Copilot' } }
  const ask = { policies: { Topic: 'ask' } } as const

  test('of which the newest is taken: by the clocks of both sides', () => {
    const at13 = (minute: string) => ({ changedAt: at(`2026-11-20T13:${minute}:00Z`) })
    const newest = (left: string, right: string) =>
      planDeal({
        referral: referralRecord('R-1', { ...accepted, details: conflict.details }, at13(left)),
        deal: dealRecord('R-1', conflict.deal, at13(right)),
        link: linkOf('R-1'),
      })
    const [change] = newest('40', '30').changes
    expect(change?.fields).toMatchObject([
      { path: 'Topic', base: 'Azure', ours: 'Copilot', theirs: 'Fabric', lost: 'Copilot' },
    ])
    expect(sent(newest('30', '40'))).toEqual([['referral', { 'details.topic': 'Copilot' }]])
  })

  test('asked of a person: shown as each side has it', () => {
    const story = { details: { topic: null }, deal: { Topic: 'Copilot' }, link: withoutBase('Topic'), mapping: ask }
    expect(after({ ...story, details: { topic: 'Fabric' } }).waiting).toMatchObject([
      {
        choices: ['Partner Center: Fabric', 'last synced: (empty)', 'CRM: Copilot'],
        code: 'DB-3501',
        who: 'the seller',
      },
    ])
    expect(after({ ...story, link: linkOf('R-1') }).waiting).toMatchObject([
      { choices: ['Partner Center: (empty)', 'last synced: Azure', 'CRM: Copilot'] },
    ])
  })

  test('of a referral that is closed is asked of nobody', () => {
    const link = linkOf('R-1', { standing: { stage: 'Won', step: null } })
    const plan = planDeal(
      {
        referral: { stage: 'Won', details: { topic: 'Fabric' } },
        deal: { Topic: 'Copilot', Stage: 'Closed Won' },
        link,
      },
      { mapping: dealMapping(ask) },
    )
    expect(linkAfter(plan, link).waiting).toEqual([])
  })

  describe('an answer', () => {
    const shown = { left: 'Fabric', right: 'Copilot' }
    const linked = (over: Partial<Link> = {}) => linkOf('R-1', { answers: { Topic: 'crm' }, ...over })
    const copilot = [['referral', { 'details.topic': 'Copilot' }]]

    test('stays until it has been written, with what was shown for it', () => {
      const next = after({ ...conflict, link: linked(), mapping: ask })
      expect([next.answers, next.answeredFor]).toEqual([{ Topic: 'crm' }, { Topic: shown }])
    })
    test.each<[string, object, readonly unknown[]]>([
      ['both as they were', shown, copilot],
      ['another value at Microsoft', { ...shown, left: 'Power' }, []],
      ['another value in the CRM', { ...shown, right: 'Power' }, []],
    ])('is to what was asked: %s', (_, asked, writes) => {
      const link = linked({ answeredFor: { Topic: asked as typeof shown } })
      const story = { ...conflict, link, mapping: ask }
      expect(sent(planned(story))).toEqual(writes)
      expect(after(story).waiting).toHaveLength(writes.length === 0 ? 1 : 0)
    })
    test('is forgotten when the two agree by now', () => {
      const next = after({ deal: {}, link: linked({ answeredFor: { Topic: shown } }), mapping: ask })
      expect(next).not.toHaveProperty('answers')
      expect(next).not.toHaveProperty('answeredFor')
    })
    test('to another row is no answer', () =>
      expect(sent(planned({ ...conflict, link: linked({ answers: { Amount: 'crm' } }), mapping: ask }))).toEqual([]))
    test('is kept for its own row, and dropped for one that is settled', () => {
      const next = after({ ...conflict, link: linked({ answers: { Topic: 'crm', Amount: 'crm' } }), mapping: ask })
      expect([next.answers, next.answeredFor]).toEqual([{ Topic: 'crm' }, { Topic: shown }])
    })
    test('to half of what belongs together is to another question as soon as one half moves', () => {
      const answers = { Amount: 'crm', Currency: 'crm' } as const
      const answeredFor = { Amount: { left: '1', right: '2' }, Currency: { left: 'USD', right: 'CHF' } }
      const story = {
        details: { value: '9', currency: 'USD' },
        deal: { Amount: '2', Currency: 'CHF' },
        link: linkOf('R-1', { answers, answeredFor }),
        mapping: { policies: { Amount: 'ask' } },
      } as const
      expect(sent(planned(story))).toEqual([])
      expect(after(story).waiting.map(({ subject }) => subject)).toEqual(['row:Amount', 'row:Currency'])
    })
  })

  test('of which nobody knows whether a write arrived is asked, whatever the policy', () => {
    const doubtful = (code: 'DB-3507' | 'DB-3205') => linkOf('R-1', { waiting: [waitOf('row:Topic', { code })] })
    const story = { details: { topic: 'Fabric' } }
    expect(sent(planned({ ...story, link: doubtful('DB-3507') }))).toEqual([])
    expect(after({ ...story, link: doubtful('DB-3507') }).waiting).toMatchObject([
      { for: 'question', code: 'DB-3507', message: expect.stringContaining('An answer was lost') },
    ])
    expect(sent(planned({ ...story, link: doubtful('DB-3205') }))).toEqual([['crm', { Topic: 'Fabric' }]])
  })

  describe('of which nobody knows whether a write arrived, when the referral is over by now', () => {
    const doubtful = (over: Partial<Link> = {}) =>
      linkOf('R-1', { waiting: [waitOf('row:Topic', { code: 'DB-3507' })], ...over })
    const over = (details: FakeReferral['details'], link: Link, deal: Fields = {}) => {
      const story = {
        referral: { stage: 'Won', details: details ?? {} } as const,
        deal: { Stage: 'Closed Won', ...deal },
        link,
      }
      const plan = planDeal(story)
      return { sent: sent(plan), after: linkAfter(plan, link) }
    }

    test('Microsoft’s last word is asked about: it may never have arrived', () => {
      const asked = over({ topic: 'Fabric' }, doubtful())
      expect(asked.sent).toEqual([])
      expect(asked.after.waiting).toMatchObject([{ for: 'question', subject: 'row:Topic', code: 'DB-3507' }])
    })
    test('the seller’s is not: it has nowhere to go', () =>
      expect(over({}, doubtful(), { Topic: 'Copilot' })).toMatchObject({ sent: [], after: { waiting: [] } }))
    test('the answer counts, and is not asked for again', () => {
      const answered = (answer: 'crm' | 'referral') =>
        over({ topic: 'Fabric' }, doubtful({ answers: { [rowId('Topic')]: answer } }))
      expect(answered('referral').sent).toEqual([['crm', { Topic: 'Fabric' }]])
      const kept = answered('crm')
      expect(kept).toMatchObject({ sent: [], after: { waiting: [], base: { values: { Topic: 'Fabric' } } } })
      expect(over({ topic: 'Fabric' }, kept.after)).toMatchObject({ sent: [], after: { waiting: [] } })
    })
    test('what is typed goes to the CRM, and stays there', () => {
      const typed = over({ topic: 'Fabric' }, doubtful({ answers: { [rowId('Topic')]: { value: 'Copilot' } } }))
      expect(typed.sent).toEqual([['crm', { Topic: 'Copilot' }]])
    })
  })
})

describe('F108, T19: hidden on one side', () => {
  const hidden = (
    name: string,
    details: FakeReferral['details'],
    over: Partial<Mapping> = {},
    link = linkOf('R-1'),
  ) => {
    const plan = planDeal(
      { referral: { ...accepted, details: details ?? {} }, deal: hiding([name]), link },
      { mapping: dealMapping({ over }) },
    )
    return linkAfter(plan, link).waiting
  }
  const oneWay = {
    rows: [
      row({ crm: 'Country', path: 'customer.country', direction: 'toCrm' }),
      row({ crm: 'Topic', path: 'details.topic', direction: 'toCrm' }),
    ],
  }
  test('and moved on the other: it waits, and is looked at again', () =>
    expect(hidden('Topic', { topic: 'Fabric' })).toMatchObject([
      { for: 'problem', code: 'DB-2212', subject: 'hidden:Topic', who: 'CRM admin', until: at('2026-11-20T14:30:00Z') },
    ]))
  test.each<[string, Parameters<typeof hidden>]>([
    ['and where it was on the other', ['Topic', {}]],
    ['of a row that follows its own side only', ['Topic', { topic: 'Fabric' }, oneWay]],
    ['never compared', ['Topic', { topic: 'Fabric' }, {}, withoutBase('Topic')]],
  ])('%s: nothing to tell', (_, of) => expect(hidden(...of)).toEqual([]))
  test('of a group that goes one way, which waits as a whole', () => {
    const money = (crm: string, path: string) => row({ crm, path, direction: 'toCrm', group: 'money' })
    const rows = [money('Amount', 'details.value'), money('Currency', 'details.currency')]
    expect(hidden('Currency', { value: '90000' }, { rows })).toMatchObject([{ subject: 'hidden:Currency' }])
  })
  test('the half of a group that shows again is not the half that waits', () =>
    expect(hidden('Currency', { value: '90000' })).toMatchObject([{ subject: 'hidden:Currency' }]))
  test('the other way round', () => {
    const link = linkOf('R-1')
    const whole = referralRecord('R-1', accepted)
    const referral = { ...whole, fields: { ...whole.fields, details: { value: '84000', currency: 'EUR' } } }
    const plan = planDeal({ referral, deal: { Topic: 'Fabric' }, link })
    expect(linkAfter(plan, link).waiting).toMatchObject([{ subject: 'hidden:Topic' }])
  })
})

describe('what cannot be read, or written', () => {
  const refusal = { code: 'DB-2203', message: 'It is no amount.', who: 'the seller' } as const
  const refused = { is: 'refused', refusal } as const
  const topic = row({ crm: 'Topic', path: 'details.topic', direction: 'both' })
  test('is told by its row', () => {
    const rows = [{ ...topic, fromCrm: () => refused }]
    expect(after({ details: { topic: 'Fabric' }, mapping: { rows } }).waiting).toMatchObject([
      { for: 'problem', subject: 'row:Topic', ...refusal },
    ])
  })
  test.each<[string, Fields, FakeReferral['details']]>([
    ['to the CRM', {}, { topic: 'Fabric' }],
    ['to the referral', { Topic: 'Fabric' }, {}],
  ])('%s: told by its reason', (_, deal, details) => {
    const never = () => ({ ok: false, refusal }) as const
    const rows = [{ ...topic, toCrm: never, toReferral: never }]
    const story = { deal, details: details ?? {}, mapping: { rows } }
    expect(planned(story).changes).toEqual([])
    expect(after(story).waiting).toMatchObject([{ for: 'problem', subject: 'refusal:DB-2203', ...refusal }])
  })
  test('a value that the mapping requires is never cleared', () =>
    expect(after({ details: { value: null }, mapping: { required: true } }).waiting).toMatchObject([
      { subject: 'refusal:DB-2202', message: expect.stringContaining('Amount is empty') },
    ]))
  test('what a row has nothing to say about is agreed, and nothing is sent', () => {
    const rows = [{ ...topic, toCrm: () => ({ ok: true, fields: {} }) as const }]
    const story = { details: { topic: 'Fabric' }, mapping: { rows } }
    expect(planned(story).changes).toEqual([])
    expect(after(story).base.values).toMatchObject({ Topic: 'Fabric' })
  })
  test.each<[string, Partial<typeof topic>]>([
    ['hidden in the CRM', { fromCrm: () => absent }],
    ['hidden at Microsoft', { fromReferral: () => absent }],
    ['hidden on both sides', { fromCrm: () => absent, fromReferral: () => absent }],
    ['equal', {}],
  ])('a row that is %s does not differ', (_, over) =>
    expect(planned({ mapping: { rows: [{ ...topic, ...over }] } }).links).toEqual([]),
  )
  test('half of what belongs together that cannot be written keeps the other half', () => {
    const never = () => ({ ok: false, refusal }) as const
    const money = (crm: string, path: string) => row({ crm, path, direction: 'both', group: 'money' })
    const rows = [{ ...money('Amount', 'details.value'), toCrm: never }, money('Currency', 'details.currency')]
    expect(sent(planned({ details: { value: '9', currency: 'USD' }, mapping: { rows } }))).toEqual([])
  })
})

test('a row that is written while the deal is open is left as it is when it is closed', () => {
  const rows = [row({ crm: 'Topic', path: 'details.topic', direction: 'toCrm', write: 'whileOpen' })]
  const written = (Stage: string, stage: 'Won' | 'Accepted') =>
    sent(
      planDeal(
        {
          referral: { stage, details: { topic: 'Fabric' } },
          deal: { Stage },
          link: linkOf('R-1', { standing: { stage, step: null } }),
        },
        { mapping: dealMapping({ rows }) },
      ),
    ).filter(([side]) => side === 'crm')
  expect(written('Closed Won', 'Won')).toEqual([])
  expect(written('Qualification', 'Accepted')).toEqual([['crm', { Topic: 'Fabric' }]])
  expect(written('Somewhere', 'Accepted')).toEqual([['crm', { Topic: 'Fabric' }]])
})

test('rows that were never agreed and are equal are agreed', () =>
  expect(after({ link: withoutBase('Topic') }).base.values[rowId('Topic')]).toBe('Azure'))
