// Finding records: what each way of comparing brings, and in how few calls.

import { afterEach, describe, expect, test } from 'vitest'
import { type Criterion, type Fields, isSyncError, kind, type Question, type RecordId, recordId } from '#spi'
import {
  Account,
  accountShape,
  Contact,
  contactShape,
  dealShape,
  never,
  newDeal,
  Opportunity,
  referral,
  type TestOrg,
  testOrg,
} from './org.ts'

let org: TestOrg
afterEach(() => org.close())

const key = (n: number): Question => ({
  shape: dealShape,
  by: { key: { field: 'PC_Referral_Id__c', value: referral(n) } },
})
const accounts = (...match: readonly Criterion[]): Question => ({ shape: accountShape, by: { match } })
const name = (value: string): Criterion => ({ field: 'Name', value, compare: 'companyName' })
const domain = (value: string): Criterion => ({ field: 'Website', value, compare: 'domain' })
const exact = (field: string, value: string): Criterion => ({ field, value, compare: 'exact' })

async function names(question: Question): Promise<readonly unknown[]> {
  const [found] = await org.session.find([question], never)
  return (found ?? []).map(({ fields }) => fields['Name'])
}

const companies: readonly Fields[] = [
  { Name: 'Contoso AG', BillingCountryCode: 'DE', Website: 'https://www.contoso.example/de' },
  { Name: 'CONTOSO GmbH', BillingCountryCode: 'AT', Website: 'contoso.example' },
  { Name: 'Contoso Suites', BillingCountryCode: 'DE', Website: 'http://contososuites.example' },
  { Name: 'Müller Söhne KG', BillingCountryCode: 'DE' },
  { Name: 'Muller Sohne', BillingCountryCode: 'DE' },
  { Name: '株式会社コントソ', BillingCountryCode: 'JP' },
  { Name: 'S.A.P. Handels GmbH', BillingCountryCode: 'DE' },
  { Name: 'SAP Handels GmbH', BillingCountryCode: 'DE', DUNS__c: '310000999' },
  { Name: "O'Brien & Sons 100%_pure", BillingCountryCode: 'GB' },
]

const cases: readonly (readonly [string, readonly Criterion[], readonly string[]])[] = [
  [
    'a name in another case and with another legal form',
    [name('contoso')],
    ['Contoso AG', 'CONTOSO GmbH', 'Contoso Suites'],
  ],
  ['a name and a country', [name('Contoso AG'), exact('BillingCountryCode', 'AT')], ['CONTOSO GmbH']],
  ['a name with an accent finds it without one', [name('Müller')], ['Müller Söhne KG', 'Muller Sohne']],
  ['a name in another script, its legal form in front', [name('コントソ株式会社')], ['株式会社コントソ']],
  ['a name with points finds it without them', [name('S.A.P. Handels')], ['S.A.P. Handels GmbH', 'SAP Handels GmbH']],
  ['signs that mean something to a pattern', [name("O'Brien & Sons 100%_pure")], ["O'Brien & Sons 100%_pure"]],
  ['a web site by its domain', [domain('https://www.contoso.example')], ['Contoso AG', 'CONTOSO GmbH']],
  ['a web site by a mail address', [domain('sue@contoso.example')], ['Contoso AG', 'CONTOSO GmbH']],
  ['a number', [exact('DUNS__c', '310000999')], ['SAP Handels GmbH']],
  ['a blank', [exact('DUNS__c', '  ')], []],
  ['a blank beside something', [name('Contoso'), exact('BillingCountryCode', '')], []],
  ['nothing that looks like it', [name('Woodgrove')], []],
]

describe('ways to compare', () => {
  test.each(cases)('%s', async (_, match, expected) => {
    org = await testOrg()
    for (const fields of companies) org.simulator.desk.add(Account, fields)
    expect(await names(accounts(...match))).toEqual(expected)
  })

  test('an e-mail address without regard to case, below one account', async () => {
    org = await testOrg()
    const [one, two] = ['A', 'B'].map((Name) => org.simulator.desk.add(Account, { Name }))
    for (const AccountId of [one, two])
      org.simulator.desk.add(Contact, {
        LastName: 'Smith',
        Email: 'Sue.Smith@Contoso.example',
        AccountId: AccountId ?? null,
      })
    const match: readonly Criterion[] = [
      { field: 'Email', value: 'SUE.SMITH@contoso.example', compare: 'email' },
      exact('AccountId', String(two)),
    ]
    const [both, below] = await org.session.find(
      [match.slice(0, 1), match].map((criteria) => ({ shape: contactShape, by: { match: criteria } })),
      never,
    )
    expect(both).toHaveLength(2)
    expect(below?.map(({ fields }) => fields['AccountId'])).toEqual([two])
  })

  test('an answer holds the fields it was found by, although the shape does not name them', async () => {
    org = await testOrg()
    for (const fields of companies) org.simulator.desk.add(Account, fields)
    const question: Question = {
      shape: { kind: Account, fields: ['Name'] },
      by: { match: [domain('contoso.example')] },
    }
    const [found] = await org.session.find([question], never)
    expect(found?.[0]?.fields).toEqual({ Name: 'Contoso AG', Website: 'https://www.contoso.example/de' })
  })
})

describe('by id and by key', () => {
  test('in its short and in its long form; deleted, it is gone but not unknown; a foreign text is nobody', async () => {
    org = await testOrg()
    const made = [1, 2].map((n) => org.simulator.desk.add(Opportunity, { ...newDeal(n).fields, Amount: n }))
    const [one, two] = made as [RecordId, RecordId]
    org.simulator.desk.remove(Opportunity, two)
    const ask = (id: string): Question => ({ shape: dealShape, by: { id: recordId(id) } })
    const [short, deleted, nobody, other] = await org.session.find(
      [ask(one.slice(0, 15)), ask(two), ask('CRM-4711'), ask('006Qy00000ZZZZZ')],
      never,
    )
    expect(short).toMatchObject([{ id: one, gone: false }])
    expect(deleted).toMatchObject([{ id: two, gone: true }])
    expect([nobody, other]).toEqual([[], []])
  })

  test('by key only what is alive is found, whatever the case of the key', async () => {
    org = await testOrg()
    await org.session.write([newDeal(1), newDeal(2)], never)
    const [all] = org.simulator.desk.all(Opportunity)
    if (all) org.simulator.desk.remove(Opportunity, all.id)
    const upper: Question = {
      shape: dealShape,
      by: { key: { field: 'PC_Referral_Id__c', value: referral(2).toUpperCase() } },
    }
    const found = await org.session.find([key(1), upper], never)
    expect(found.map((records) => records.length)).toEqual([0, 1])
  })

  test('answers come in the order of the questions, twice where a question comes twice', async () => {
    org = await testOrg()
    await org.session.write([newDeal(1), newDeal(2), newDeal(3)], never)
    const found = await org.session.find([key(3), key(9), key(1), key(3)], never)
    expect(found.map((records) => records.map(({ fields }) => fields['PC_Referral_Id__c']))).toEqual([
      [referral(3)],
      [],
      [referral(1)],
      [referral(3)],
    ])
  })
})

describe('in few calls', () => {
  test('1,000 referrals: their deals, accounts three ways and contacts, in at most eight calls', async () => {
    org = await testOrg()
    for (const fields of companies) org.simulator.desk.add(Account, fields)
    await org.session.probe([Opportunity, Account, Contact], never)
    const each = Array.from({ length: 1_000 }, (_, n) => n)
    const before = org.apiCalls().length
    await org.session.find(each.map(key), never)
    await org.session.find(
      each.map((n) => accounts(exact('DUNS__c', String(300_000_000 + n)))),
      never,
    )
    await org.session.find(
      each.map((n) => accounts(domain(`contoso${n}.example`))),
      never,
    )
    await org.session.find(
      each.map((n) => accounts(name(`Contoso${n} AG`), exact('BillingCountryCode', 'DE'))),
      never,
    )
    const mail = (n: number): Criterion => ({ field: 'Email', value: `sue${n}@contoso.example`, compare: 'email' })
    await org.session.find(
      each.map((n): Question => ({ shape: contactShape, by: { match: [mail(n)] } })),
      never,
    )
    const calls = org.apiCalls().length - before
    expect(calls).toBeLessThanOrEqual(8)
  })

  test('questions of several sorts travel in one call', async () => {
    org = await testOrg({ company: 'fabrikam' })
    await org.session.probe([Opportunity, Account, Contact], never)
    const before = org.apiCalls().length
    const mail: Criterion = { field: 'Email', value: 'jonas.becker@fourthcoffee.example', compare: 'email' }
    const found = await org.session.find(
      [
        key(1),
        accounts(name('Fourth Coffee')),
        accounts(domain('litware.example')),
        { shape: contactShape, by: { match: [mail] } },
      ],
      never,
    )
    expect(found.map((records) => records.length)).toEqual([0, 1, 1, 1])
    expect(org.apiCalls().length - before).toBe(1)
  })

  test('a question that brings more than a page is read to its end', async () => {
    org = await testOrg()
    org.simulator.knobs.pageMax = 50
    for (let n = 0; n < 230; n += 1) org.simulator.desk.add(Account, { Name: `Contoso ${n}` })
    expect(await names(accounts(name('Contoso')))).toHaveLength(230)
  })

  test('a query that is too heavy is asked in halves', async () => {
    org = await testOrg()
    for (const fields of companies) org.simulator.desk.add(Account, fields)
    await org.session.probe([Account], never)
    org.served.breaks = ({ url, body }) =>
      (decodeURIComponent(url.search + body).match(/LIKE/g) ?? []).length > 3
        ? {
            do: 'answer',
            answer: {
              status: 400,
              headers: { 'content-type': 'application/json' },
              body: '[{"errorCode":"QUERY_TIMEOUT","message":"Your query request was running for too long."}]',
            },
          }
        : undefined
    const found = await org.session.find(
      ['Contoso', 'Muller', 'SAP', 'Nobody', 'Else', "O'Brien"].map((each) => accounts(name(each))),
      never,
    )
    expect(found.map((records) => records.length)).toEqual([3, 1, 1, 0, 0, 1])
  })
})

describe('what cannot be answered must not read as "nothing there"', () => {
  test.each([
    ['a field that is hidden', accounts(exact('Industry', 'Banking')), 'DB-1311'],
    ['a field that cannot be searched', accounts(exact('Description', 'x')), 'DB-1316'],
    [
      'an object that is not there',
      { shape: { kind: kind('Invoice__c'), fields: [] }, by: { match: [name('x')] } },
      'DB-1312',
    ],
  ])('%s is an error', async (_, question, code) => {
    org = await testOrg()
    org.simulator.knobs.hidden.add('Account.Industry')
    const error: unknown = await org.session.find([question], never).catch((reason: unknown) => reason)
    expect(isSyncError(error) && [error.code, error.remedy]).toEqual([code, 'fix-config'])
  })
})
