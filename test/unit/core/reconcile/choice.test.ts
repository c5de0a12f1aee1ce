// Several accounts fit: what a person answers is used as it was meant, and for nothing else.

import { describe, expect, test } from 'vitest'
import { recordId } from '#core/model/ids'
import type { Chosen, Link, Waiting } from '#core/model/link'
import type { Change, Plan } from '#core/reconcile/plan'
import { lookupOf } from '#core/reconcile/choice'
import { fakeAccount } from '#testkit/fake-crm'
import type { FakeReferral } from '#testkit/fake-source'
import { dealMapping } from '../../../support/deal-mapping.ts'
import { dealRecord, planDeal, planDeals, unlinked, type Case } from '../../../support/deal-plan.ts'

const mapping = dealMapping({ lookups: true })
const account = (id: string, also: { readonly gone?: boolean } = {}) => ({
  ...dealRecord('x', {}, { kind: fakeAccount, id: recordId(id), ...also }),
  fields: { Name: 'Contoso', Website: 'contoso.example' },
})
const [one, two, other] = [account('a1'), account('a2'), account('a9')]
const several = { lookups: { account: [[one, two], []], contact: [[]] } }

const asked = (plan: Plan): Waiting =>
  plan.links[0]?.waiting.find(({ subject }) => subject === 'lookup:account') ?? expect.fail('nothing was asked')
const ask = (of: Case = {}): Waiting => asked(planDeal({ found: several, ...of }, { mapping }))
const answered = (record: string | null, over: Partial<Chosen> = {}, id = 'R-1'): Link => {
  const { inputs = '', choices = [] } = ask({ id })
  const account = { record: record === null ? null : recordId(record), question: inputs, among: choices.map(recordId) }
  return { ...unlinked(id), chosen: { account: { ...account, ...over } } }
}
const accounts = (plan: Plan): readonly Change[] => plan.changes.filter(({ kind }) => kind === fakeAccount)
const dealOf = (plan: Plan): Change =>
  plan.changes.find(({ settles }) => settles.becomes) ?? expect.fail('no deal was planned')

describe('the answer', () => {
  test('one of those that fit: the deal points to it, and no account is made', () => {
    const plan = planDeal({ link: answered('a2'), found: { ...several, chosen: { account: two } } }, { mapping })
    expect(dealOf(plan).write.fields['AccountId']).toBe('a2')
    expect(accounts(plan)).toEqual([])
    expect(plan.links).toMatchObject([{ waiting: [] }])
  })

  test('another one that no rule would have found: a person knows better', () => {
    const plan = planDeal({ link: answered('a9'), found: { ...several, chosen: { account: other } } }, { mapping })
    expect(dealOf(plan).write.fields['AccountId']).toBe('a9')
  })

  test('none of them: a new one, which is not looked for among those when its answer is lost', () => {
    const plan = planDeal({ link: answered(null), found: several }, { mapping })
    const [made, ...more] = accounts(plan)
    expect(more).toEqual([])
    expect(made).toMatchObject({ write: { do: 'create' }, noneOf: ['a1', 'a2'] })
    expect(dealOf(plan).write.fields['AccountId']).toEqual({
      $write: made?.write.do === 'create' ? made.write.key : '',
    })
  })

  test('none of them, although we made one of them ourselves: the new one goes by another key', () => {
    const before = accounts(planDeal({}, { mapping }))[0]?.write
    const made = accounts(planDeal({ link: answered(null), found: several }, { mapping }))[0]?.write
    expect(made?.do === 'create' && before?.do === 'create' && made.key !== before.key).toBe(true)
  })

  test('none of them, said of two referrals of one customer: one new account', () => {
    const cases = ['R-1', 'R-2'].map((id): Case => ({ id, link: answered(null, {}, id), found: several }))
    const plan = planDeals(cases, { mapping })
    expect(accounts(plan)).toHaveLength(1)
    const pointers = plan.changes.filter(({ settles }) => settles.becomes).map(({ write }) => write.fields['AccountId'])
    expect(pointers).toHaveLength(2)
    expect(pointers[0]).toEqual(pointers[1])
  })
})

describe('an answer that cannot be used is no guess', () => {
  test.each<[string, Case['found']]>([
    ['a slip of the finger: the CRM shows nothing', several],
    ['deleted since', { ...several, chosen: { account: account('a9', { gone: true }) } }],
    ['and only one fits by now', { lookups: { account: [[one], []], contact: [[]] } }],
    ['and none fits by now: nothing is made instead', { lookups: { account: [[], []], contact: [[]] } }],
  ])('%s', (_, found) => {
    const plan = planDeal({ link: answered('a9'), found: found ?? {} }, { mapping })
    expect(plan.changes).toEqual([])
    expect(asked(plan)).toMatchObject({ for: 'question', code: 'DB-3502' })
    expect(asked(plan).message).toContain('a9')
  })

  test('the customer is another one by now: asked anew', () => {
    const moved: FakeReferral = { customer: { name: 'Contoso Energy', domain: 'contoso.example' } }
    const found = { ...several, chosen: { account: two } }
    const plan = planDeal({ link: answered('a2'), found, referral: moved }, { mapping })
    expect(plan.changes).toEqual([])
    expect(asked(plan).inputs).not.toBe(ask().inputs)
  })

  test('an answer about one lookup says nothing about another', () => {
    const { chosen = {} } = answered('a2')
    const link = { ...unlinked('R-1'), chosen: { contact: chosen['account'] ?? expect.fail('no answer') } }
    expect(asked(planDeal({ link, found: { ...several, chosen: { account: two } } }, { mapping })).choices).toEqual([
      'a1',
      'a2',
    ])
  })
})

test('whenSeveral: fail is a problem of the mapping, not a question to a seller', () => {
  const strict = dealMapping({ lookups: true, lookup: { whenSeveral: 'fail' } })
  const plan = planDeal({ found: several }, { mapping: strict })
  expect(plan.changes).toEqual([])
  expect(asked(plan)).toMatchObject({ for: 'problem', who: 'CRM admin', choices: ['a1', 'a2'] })
})

test('a wait says which lookup it is about', () =>
  expect(['lookup:account', 'row:Topic', 'row:lookup:'].map(lookupOf)).toEqual(['account', null, null]))
