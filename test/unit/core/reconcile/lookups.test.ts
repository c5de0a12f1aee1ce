// The records a new deal points to: which of them is taken, when one is made, and what is said when neither can be.

import { describe, expect, test } from 'vitest'
import { recordId } from '#core/model/ids'
import type { Lookup } from '#core/mapping/mapping'
import type { Change } from '#core/reconcile/plan'
import { fakeAccount, fakeContact } from '#testkit/fake-crm'
import type { FakeReferral } from '#testkit/fake-source'
import type { Fields } from '#spi'
import { dealLookups, dealMapping, rule } from '../../../support/deal-mapping.ts'
import { at, dealRecord, linkOf, planDeal, planDeals, unlinked, type Case } from '../../../support/deal-plan.ts'

const contoso: Fields = { Name: 'Contoso', Website: 'contoso.example' }
const account = (id: string, fields: Fields = contoso, changed = '2026-11-20T13:30:00Z', gone = false) => ({
  ...dealRecord('x', {}, { kind: fakeAccount, id: recordId(id), changedAt: at(changed), gone }),
  fields,
})
type Records = readonly ReturnType<typeof account>[]
const found = (byDomain: Records, byName: Records = []): Case => ({
  found: { lookups: { account: [byDomain, byName], contact: [[]] } },
})
const planned = (one: Case, lookup: Partial<Lookup> = {}) =>
  planDeal(one, { mapping: dealMapping({ lookups: true, lookup }) })
const made = (changes: readonly Change[], kind: string): readonly Change[] => changes.filter((one) => one.kind === kind)
const accountOf = (one: Case, lookup: Partial<Lookup> = {}) =>
  planned(one, lookup).changes.find(({ settles }) => settles.becomes)?.write.fields['AccountId']
const nameless: FakeReferral = { customer: { name: '', domain: '' } }

describe('which one is taken', () => {
  const old = account('a2', contoso, '2026-11-01T09:00:00Z')
  const young = account('a1', contoso, '2026-11-20T09:00:00Z')
  const twin = account('a3', contoso, '2026-11-20T09:00:00Z')
  test.each<[string, 'oldest' | 'newest', Records, string]>([
    ['the one changed first', 'oldest', [young, old, twin], 'a2'],
    ['the one changed last', 'newest', [young, old], 'a1'],
    ['whatever the order they were read in', 'newest', [old, young], 'a1'],
    ['of two as old as each other the first by id', 'oldest', [twin, young], 'a1'],
    ['whatever the order of those', 'oldest', [young, twin], 'a1'],
    ['of two as young as each other the last by id', 'newest', [twin, young, old], 'a3'],
  ])('%s', (...[, whenSeveral, records, id]) => expect(accountOf(found(records), { whenSeveral })).toBe(id))

  test('and the deal says where that comes from', () => {
    const deal = planned(found([account('a1')])).changes.find(({ settles }) => settles.becomes)
    expect(deal?.fields).toContainEqual(
      expect.objectContaining({ path: 'AccountId', from: 'lookups.account', rule: rule('lookups.account') }),
    )
  })
  test('the first search that finds one decides', () => {
    expect(accountOf(found([account('a1')], [account('a2')]))).toBe('a1')
    expect(accountOf(found([], [account('a2')]))).toBe('a2')
  })
  test('a search that the referral has no words for is left out', () =>
    expect(accountOf({ ...found([account('a9')], [account('a2')]), referral: { customer: { domain: '' } } })).toBe(
      'a2',
    ))
  test.each<[string, Records]>([
    ['one that was deleted', [account('a1', contoso, '2026-11-20T09:00:00Z', true)]],
    ['one that only looks like it to the CRM', [account('a1', { Name: 'Contoso', Website: 'not-contoso.example' })]],
    ['one that does not show what it was searched by', [account('a1', { Name: 'Contoso' })]],
  ])('not %s', (_, records) => expect(made(planned(found(records)).changes, 'Account')).toHaveLength(1))

  test('every word of a search has to fit', () => {
    const both = [
      { field: 'Name', value: 'Contoso', compare: 'exact' as const },
      { field: 'City', value: 'Bonn', compare: 'exact' as const },
    ]
    const tries = [{ rule: rule('x'), criteria: () => both }]
    const other = { found: { lookups: { account: [[account('a1', { ...contoso, City: 'Kiel' })]], contact: [[]] } } }
    expect(accountOf(other, { tries })).not.toBe('a1')
  })

  test('a contact of that account, if there is one', () => {
    const contact = (id: string, AccountId: string) => ({
      ...account(id, { Email: 'sue.smith@contoso.example', AccountId }),
      kind: fakeContact,
    })
    const lookups = { account: [[account('a1')], []], contact: [[contact('c0', 'a7'), contact('c1', 'a1')]] }
    const plan = planned({ found: { lookups } })
    expect(made(plan.changes, 'Contact')).toEqual([])
    expect(made(plan.changes, 'Role')).toMatchObject([{ write: { fields: { ContactId: 'c1' } } }])
  })
  test('a contact of a new account is a new one, whoever else has its address', () => {
    const contact = { ...account('c1', { Email: 'sue.smith@contoso.example' }), kind: fakeContact }
    const plan = planned({ found: { lookups: { account: [[], []], contact: [[contact]] } } })
    expect(made(plan.changes, 'Contact')).toHaveLength(1)
  })
})

describe('several fit', () => {
  test.each<['ask' | 'fail', string, string]>([
    ['ask', 'question', 'the seller'],
    ['fail', 'problem', 'CRM admin'],
  ])('%s: it is a %s for %s', (whenSeveral, kind, who) => {
    const plan = planned(found([account('a1'), account('a2')]), { whenSeveral })
    expect(plan.links).toMatchObject([{ waiting: [{ for: kind, who, choices: ['a1', 'a2'], code: 'DB-3502' }] }])
  })
})

test('a person named one that the CRM does not show: whatever fits by now is there to choose from', () => {
  const link = unlinked('R-1')
  const ask = planned({ link, ...found([account('a1'), account('a2')]) }).links[0]?.waiting[0]
  const account9 = { record: recordId('a9'), question: ask?.inputs ?? '', among: [] }
  const again = (records: Records) =>
    planned({ link: { ...link, chosen: { account: account9 } }, ...found(records) }).links[0]?.waiting[0]
  expect(again([account('a1'), account('a2')])?.choices).toEqual(['a1', 'a2'])
  expect(again([account('a1')])?.choices).toEqual(['a1'])
  expect(again([])?.choices).toEqual([])
})
test('a person wants a new one, which the mapping never makes', () => {
  const link = unlinked('R-1')
  const records = found([account('a1'), account('a2')])
  const ask = planned({ link, ...records }, { whenNone: 'fail' }).links[0]?.waiting[0]
  const chosen = { account: { record: null, question: ask?.inputs ?? '', among: [] } }
  const plan = planned({ link: { ...link, chosen }, ...records }, { whenNone: 'fail' })
  expect(plan.changes).toEqual([])
  expect(plan.links).toMatchObject([{ waiting: [{ code: 'DB-3502', choices: ['a1', 'a2'] }] }])
})

describe('none fits', () => {
  const waits = (one: Case, whenNone: Lookup['whenNone']) => planned(one, { whenNone }).links[0]?.waiting
  test.each<[string, Case]>([
    ['nothing was found', found([])],
    ['there is nothing to search with', { referral: nameless }],
  ])('%s, and the mapping wants one', (_, one) =>
    expect(waits(one, 'fail')).toMatchObject([
      { for: 'problem', code: 'DB-2204', subject: 'lookup:account', who: 'CRM admin' },
    ]),
  )
  test.each<[string, Case, Lookup['whenNone']]>([
    ['nothing was found, and it may stay empty', found([]), 'leaveEmpty'],
    ['there is nothing to search with, and it may stay empty', { referral: nameless }, 'leaveEmpty'],
    ['there is nothing to make one of', { referral: nameless }, 'create'],
  ])('%s: the deal goes without, and what belongs under it is new', (...[, one, whenNone]) => {
    const plan = planned(one, { whenNone })
    expect(made(plan.changes, 'Account')).toEqual([])
    expect(made(plan.changes, 'Contact')).toHaveLength(1)
    expect(plan.changes.find(({ settles }) => settles.becomes)?.write.fields).not.toHaveProperty('AccountId')
  })
  test('half of what it is searched with is enough to make it', () =>
    expect(made(planned({ referral: { customer: { name: 'Contoso', domain: '' } } }).changes, 'Account')).toHaveLength(
      1,
    ))
  test('a contact with nothing to search with plays no part', () =>
    expect(planned({ referral: { contact: { email: '' } } }).changes.map(({ kind }) => kind)).toEqual([
      'Account',
      'Opportunity',
      'referral',
    ]))
  test('what cannot be made is said', () => {
    const refusal = { code: 'DB-2202', message: 'The name is empty.', who: 'the seller' } as const
    const plan = planned({}, { create: () => ({ ok: false, refusal }) })
    expect(plan.changes).toEqual([])
    expect(plan.links).toMatchObject([{ waiting: [{ for: 'problem', subject: 'lookup:account', ...refusal }] }])
  })
})

describe('one that is made', () => {
  test('is given what is known, says where it comes from, and can be found again', () => {
    const lines = new Map([['Website', rule('lookups.account.create.Website')]])
    const [change] = planned(
      { referral: { customer: { country: null } } },
      { lines, create: () => ({ ok: true, fields: { ...contoso, City: null } }) },
    ).changes
    expect(change?.write).toMatchObject({ do: 'create', kind: 'Account', keyField: null })
    expect(change?.write.fields).toEqual(contoso)
    expect(change?.fields).toMatchObject([
      { path: 'Name', from: 'lookups.account', rule: rule('lookups.account') },
      { path: 'Website', from: 'lookups.account', rule: rule('lookups.account.create.Website') },
    ])
    expect(change).toMatchObject({ after: [], settles: { values: {} }, record: null, irreversible: false })
    expect(change?.findBy).toEqual([{ field: 'Website', value: 'contoso.example', compare: 'domain' }])
  })
  test('is found by nothing where nothing that it was searched with is written', () => {
    const [change] = planned({}, { create: () => ({ ok: true, fields: { Industry: 'Retail' } }) }).changes
    expect(change?.findBy).toEqual([])
  })
  test('has to show all of what a search asks', () => {
    const both = [
      { field: 'Name', value: 'Contoso', compare: 'exact' as const },
      { field: 'City', value: 'Bonn', compare: 'exact' as const },
    ]
    const [change] = planned({}, { tries: [{ rule: rule('x'), criteria: () => both }] }).changes
    expect(change?.findBy).toEqual([])
  })
  test('a contact is made under its account', () => {
    const [contact] = made(planned(found([account('a1')])).changes, 'Contact')
    expect(contact?.write.fields['AccountId']).toBe('a1')
    expect(contact?.after).toEqual([])
    expect(contact?.fields).toContainEqual(
      expect.objectContaining({ path: 'AccountId', from: 'lookups.account', rule: rule('lookups.contact') }),
    )
  })

  const accounts = (...customers: readonly FakeReferral['customer'][]) =>
    made(
      planDeals(
        customers.map((customer, n) => ({ id: `R-${n}`, referral: { customer: customer ?? {} } })),
        {
          mapping: dealMapping({ lookups: true }),
        },
      ).changes,
      'Account',
    )
  test.each<[string, FakeReferral['customer'], number]>([
    ['of the same domain', { name: 'Contoso Energy', domain: 'www.contoso.example' }, 1],
    ['of the same name, and no domain', { name: 'Contoso Ltd', domain: '' }, 1],
    ['of another name and domain', { name: 'Fabrikam', domain: 'fabrikam.example' }, 2],
    ['of another name, and no domain', { name: 'Fabrikam', domain: '' }, 2],
  ])('is made once for customers %s', (_, customer, count) =>
    expect(accounts({ name: 'Contoso', domain: 'contoso.example' }, customer)).toHaveLength(count),
  )
  test('is not taken for one by what was searched and is not written into it', () => {
    const create = ({ referral }: Parameters<Lookup['create']>[0]) => {
      const { name } = referral['customer'] as { readonly name: string }
      return { ok: true, fields: { Name: name } } as const
    }
    const cases = ['Contoso', 'Fabrikam'].map((name, n): Case => ({ id: `R-${n}`, referral: { customer: { name } } }))
    const plan = planDeals(cases, { mapping: dealMapping({ lookups: true, lookup: { create } }) })
    expect(made(plan.changes, 'Account')).toHaveLength(2)
  })
  test('contacts of one address under different accounts are different ones', () => {
    const cases = ['contoso', 'fabrikam'].map((name, n): Case => ({
      id: `R-${n}`,
      referral: { customer: { name, domain: `${name}.example` } },
    }))
    expect(made(planDeals(cases, { mapping: dealMapping({ lookups: true }) }).changes, 'Contact')).toHaveLength(2)
  })
})

describe('what a deal still owes', () => {
  const owed = {
    kind: fakeAccount,
    key: linkOf('R-1').key,
    lookup: 'contact',
    fields: { Role: 'Decision Maker', OpportunityId: { $write: 'r-1' }, ContactId: { $write: 'contact-1' } },
  }
  const owing = (lookup: string) =>
    planDeal(
      {
        referral: { stage: 'Accepted', step: 'Qualified' },
        deal: {},
        link: linkOf('R-1', { owed: [{ ...owed, lookup }] }),
      },
      { mapping: dealMapping({ over: { lookups: dealLookups() } }) },
    )
  test('is made once the deal is there, whose own id is known by now', () => {
    const [change, ...more] = owing('contact').changes
    expect(more).toEqual([])
    expect(change).toMatchObject({
      action: 'create',
      after: [],
      settles: { values: {} },
      write: { fields: { Role: 'Decision Maker', OpportunityId: 'opp-R-1', ContactId: { $write: 'contact-1' } } },
    })
    expect(change?.fields[0]).toMatchObject({ from: 'lookups.contact', rule: rule('lookups.contact') })
  })
  test('also when the mapping has no such lookup any more', () =>
    expect(owing('gone').changes[0]?.fields[0]).toMatchObject({ from: 'lookups.gone', rule: null }))
})
