// Writing: in how few calls, in which order, and what becomes of each row.

import { afterEach, describe, expect, test } from 'vitest'
import { type CreateWrite, type Json, kind, linkKey, type Receipt, recordId, textOf, type Write } from '#spi'
import {
  Account,
  Contact,
  dealShape,
  never,
  newDeal,
  Opportunity,
  referral,
  Role,
  type TestOrg,
  testOrg,
  update,
  wholeDeal,
} from './org.ts'

let org: TestOrg
afterEach(() => org.close())

const outcomes = (receipts: readonly Receipt[]): readonly string[] => receipts.map(({ outcome }) => outcome)
const codes = (receipts: readonly Receipt[]): readonly string[] =>
  receipts.map((receipt) => ('error' in receipt ? receipt.error.code : receipt.outcome))
const count = (of: typeof Account): number => org.simulator.desk.all(of).length

/** Calls that change something. */
const writes = () => org.apiCalls().filter(({ method, body }) => method !== 'GET' && !body.includes('"method":"GET"'))

async function known(n = 1) {
  const [found] = await org.session.find(
    [{ shape: dealShape, by: { key: { field: 'PC_Referral_Id__c', value: referral(n) } } }],
    never,
  )
  const [record] = found ?? []
  if (!record) throw new Error('the deal is there')
  return record
}

describe('creations in few calls', () => {
  test.each([
    [1, 1],
    [6, 1],
    [7, 1],
    [200, 1],
    [250, 2],
    [1_000, 4],
  ])('%i referrals with account, contact, deal and role take %i calls', async (referrals, calls) => {
    org = await testOrg()
    await org.session.probe([Opportunity, Account, Contact, Role], never)
    const batch = Array.from({ length: referrals }, (_, n) => wholeDeal(n)).flat()
    const receipts = await org.session.write(batch, never)
    expect(new Set(outcomes(receipts))).toEqual(new Set(['written']))
    expect(writes()).toHaveLength(calls)
    expect([Account, Contact, Opportunity, Role].map(count)).toEqual([referrals, referrals, referrals, referrals])
    for (const deal of org.simulator.desk.all(Opportunity).slice(0, 20)) {
      const account = org.simulator.desk.read(Account, recordId(textOf(deal.fields['AccountId'])))
      const number = textOf(deal.fields['Name']).split(' ')[1]
      expect(account?.fields['Name']).toBe(`Contoso ${number} AG`)
    }
  })

  test.each([
    [6, 3],
    [40, 3],
  ])('%i referrals on a server that cannot refer into an answer take %i calls', async (referrals, more) => {
    org = await testOrg()
    org.simulator.knobs.collectionReferences = false
    await org.session.probe([Opportunity, Account, Contact, Role], never)
    const batch = (from: number) => Array.from({ length: referrals }, (_, n) => wholeDeal(from + n)).flat()
    expect(new Set(outcomes(await org.session.write(batch(0), never)))).toEqual(new Set(['written']))
    const before = writes().length
    expect(new Set(outcomes(await org.session.write(batch(1_000), never)))).toEqual(new Set(['written']))
    // Rows that are requests of their own refer to each other's answers on any server.
    expect(writes().length - before).toBe(referrals === 6 ? 1 : more)
    expect(count(Role)).toBe(referrals * 2)
  })

  test('twenty deals of one new customer point to one account', async () => {
    org = await testOrg()
    const [account] = wholeDeal(0)
    if (!account) throw new Error('a whole deal begins with its account')
    const deals = Array.from({ length: 20 }, (_, n) => newDeal(n, { AccountId: { $write: account.key } }))
    expect(new Set(outcomes(await org.session.write([...deals, account], never)))).toEqual(new Set(['written']))
    expect(count(Account)).toBe(1)
    expect(new Set(org.simulator.desk.all(Opportunity).map(({ fields }) => fields['AccountId'])).size).toBe(1)
  })
})

describe('a creation can only create', () => {
  test('T1: repeated, it names the record that is there and changes nothing of it', async () => {
    org = await testOrg()
    const [first] = await org.session.write([newDeal(1)], never)
    const id = (await known()).id
    org.simulator.desk.edit(Opportunity, id, { Amount: 99_000, StageName: 'Qualification' })
    const [again] = await org.session.write([newDeal(1)], never)
    expect(first).toEqual({ outcome: 'written', id, version: null })
    expect(again).toEqual({ outcome: 'already-there', id, version: null })
    expect(org.simulator.desk.read(Opportunity, id)?.fields).toMatchObject({
      Amount: 99_000,
      StageName: 'Qualification',
    })
    expect(count(Opportunity)).toBe(1)
  })

  test('the record is looked up where the message does not name it', async () => {
    org = await testOrg()
    await org.session.write([newDeal(1)], never)
    const { id } = await known()
    org.simulator.knobs.duplicateNamesRecord = false
    const receipts = await org.session.write([newDeal(1), newDeal(2)], never)
    expect(receipts[0]).toEqual({ outcome: 'already-there', id, version: null })
    expect(receipts[1]?.outcome).toBe('written')
  })

  test('children of a record that was there already go to that record', async () => {
    org = await testOrg()
    await org.session.write([newDeal(1)], never)
    const { id } = await known()
    const receipts = await org.session.write(wholeDeal(1), never)
    expect(outcomes(receipts)).toEqual(['written', 'written', 'already-there', 'written'])
    expect(org.simulator.desk.all(Role)[0]?.fields['OpportunityId']).toBe(id)
  })

  test('T2: a key field that is not unique refuses the creation before anything is sent', async () => {
    org = await testOrg()
    const write = { ...newDeal(1), keyField: 'NextStep', fields: { ...newDeal(1).fields, NextStep: referral(1) } }
    expect(codes(await org.session.write([write], never))).toEqual(['DB-1313'])
    expect(writes()).toEqual([])
  })

  test('F41, T7: the same key twice in a batch makes one record', async () => {
    org = await testOrg()
    expect(outcomes(await org.session.write([newDeal(1), newDeal(1)], never))).toEqual(['written', 'already-there'])
    expect(count(Opportunity)).toBe(1)
  })
})

describe('an update', () => {
  test('F30: of a record that moved since is refused as stale, in a small batch and in a large one', async () => {
    org = await testOrg()
    await org.session.write(
      Array.from({ length: 40 }, (_, n) => newDeal(n)),
      never,
    )
    const records = await Promise.all(Array.from({ length: 40 }, (_, n) => known(n)))
    org.clock.turn(5_000)
    for (const record of records.slice(0, 10)) org.simulator.desk.edit(Opportunity, record.id, { NextStep: 'by hand' })
    org.clock.turn(5_000)
    const before = writes().length
    const batch = records.map((record) => update(record.id, record.version, { NextStep: 'by us' }))
    const receipts = await org.session.write(batch, never)
    expect(outcomes(receipts)).toEqual([...Array<string>(10).fill('stale'), ...Array<string>(30).fill('written')])
    expect(writes().length - before).toBe(2)
    const steps = org.simulator.desk.all(Opportunity).map(({ fields }) => fields['NextStep'])
    expect(steps.filter((step) => step === 'by hand')).toHaveLength(10)
  })

  test.each(['empty', 'json'] as const)('the answer to a failed condition may be %s', async (form) => {
    org = await testOrg()
    org.simulator.knobs.preconditionBody = form
    await org.session.write([newDeal(1), newDeal(2)], never)
    const [one, two] = [await known(1), await known(2)]
    org.clock.turn(2_000)
    org.simulator.desk.edit(Opportunity, one.id, { Amount: 1 })
    const batch = [update(one.id, one.version, { Amount: '2' }), update(two.id, two.version, { Amount: '2' })]
    expect(outcomes(await org.session.write(batch, never))).toEqual(['stale', 'written'])
  })

  test('an edit in the very second of our read is seen in the version, though its stamp is the same', async () => {
    org = await testOrg()
    await org.session.write([newDeal(1)], never)
    const before = await known()
    org.simulator.desk.edit(Opportunity, before.id, { Amount: 7 })
    const after = await known()
    expect(after.changedAt).toBe(before.changedAt)
    expect(after.version).not.toBe(before.version)
  })

  test('of a state nobody knows goes unconditionally, many in one collection', async () => {
    org = await testOrg()
    await org.session.write(
      Array.from({ length: 60 }, (_, n) => newDeal(n)),
      never,
    )
    const batch = org.simulator.desk.all(Opportunity).map(({ id }) => update(id, null, { NextStep: 'x' }))
    const before = writes().length
    expect(new Set(outcomes(await org.session.write(batch, never)))).toEqual(new Set(['written']))
    expect(writes().length - before).toBe(1)
  })

  test('T16, F24: of a deleted record is stale: whoever reads again sees that it is gone', async () => {
    org = await testOrg()
    await org.session.write([newDeal(1)], never)
    const { id, version } = await known()
    org.simulator.desk.remove(Opportunity, id)
    expect(outcomes(await org.session.write([update(id, version, { Amount: '2' })], never))).toEqual(['stale'])
  })

  test('moves to another stage go before other edits, whatever their order', async () => {
    org = await testOrg()
    await org.session.write(
      Array.from({ length: 50 }, (_, n) => newDeal(n)),
      never,
    )
    const records = await Promise.all(Array.from({ length: 50 }, (_, n) => known(n)))
    const before = writes().length
    const edits = records.map((record, n) =>
      update(record.id, record.version, n >= 40 ? { StageName: 'Closed Won' } : { NextStep: 'x' }),
    )
    await org.session.write(edits, never)
    const [first, second] = writes().slice(before)
    expect(first?.body.match(/Closed Won/g)).toHaveLength(10)
    expect(second?.body).not.toContain('Closed Won')
  })
})

describe('what is sent', () => {
  test('I13, T26: numbers exactly, dates as dates, null to clear, and nothing else', async () => {
    org = await testOrg()
    await org.session.write([newDeal(1, { Amount: '1234567890123456.78', Description: 'old' })], never)
    const { id, version } = await known()
    org.clock.turn(1_000)
    const fields = { Amount: '9007199254740993.01', CloseDate: '2027-02-28', Description: null }
    await org.session.write([update(id, version, fields)], never)
    const sent = writes().at(-1)
    expect(sent?.body).toBe('{"Amount":9007199254740993.01,"CloseDate":"2027-02-28","Description":null}')
    expect((await known()).fields['Amount']).toBe('9007199254740993.01')
  })

  test('a record type may be named instead of numbered', async () => {
    org = await testOrg()
    await org.session.write([newDeal(1, { RecordTypeId: 'Cosell' })], never)
    const [deal] = org.simulator.desk.all(Opportunity)
    expect(textOf(deal?.fields['RecordTypeId'])).toMatch(/^012/)
  })
})

const held: readonly (readonly [string, Readonly<Record<string, Json>>, string])[] = [
  ['a text over length', { NextStep: 'x'.repeat(256) }, 'DB-3203'],
  ['a stage that does not exist', { StageName: 'Perception Analysis' }, 'DB-3207'],
  ['a value outside a closed set', { Priority__c: 'Urgent' }, 'DB-3207'],
  ['a currency the org lacks', { CurrencyIsoCode: 'JPY' }, 'DB-3216'],
  ['a calculated field', { ExpectedRevenue: '5' }, 'DB-3206'],
  ['a field that is not there', { Nothing__c: 'x' }, 'DB-3206'],
  ['a text where a number belongs', { Amount: 'lots' }, 'DB-3205'],
  ['a number that is too long', { Amount: '12345678901234567' }, 'DB-3204'],
  ['a day that does not exist', { CloseDate: '2026-02-30' }, 'DB-3205'],
  ['an id that is none', { AccountId: 'contoso' }, 'DB-3217'],
]

describe('one bad row never sinks another', () => {
  test.each(held)('%s is held before anything is sent, and the other row goes', async (_, fields, code) => {
    org = await testOrg()
    const receipts = await org.session.write([newDeal(1, fields), newDeal(2)], never)
    expect(codes(receipts)).toEqual([code, 'written'])
    expect(writes().every(({ body }) => !body.includes(referral(1)))).toBe(true)
  })

  test('a choice that its controlling field does not allow is held', async () => {
    org = await testOrg()
    const values = ['Budget', 'Timing'].map((value) => ({ value, label: value, active: true, under: ['Closed Lost'] }))
    org.simulator.admin.change(Opportunity, 'Loss_Reason__c', { controller: 'StageName', values })
    const lost = newDeal(1, { StageName: 'Closed Lost', Loss_Reason__c: 'Budget' })
    const open = newDeal(2, { StageName: 'Qualification', Loss_Reason__c: 'Budget' })
    expect(codes(await org.session.write([lost, open], never))).toEqual(['written', 'DB-3207'])
  })

  test('a field hidden a minute ago refuses the whole collection once, then its own rows only', async () => {
    org = await testOrg()
    await org.session.probe([Opportunity], never)
    org.simulator.knobs.hidden.add('Opportunity.Priority__c')
    const batch = Array.from({ length: 60 }, (_, n) => newDeal(n, n % 20 === 3 ? { Priority__c: 'High' } : {}))
    const receipts = await org.session.write(batch, never)
    expect(codes(receipts).filter((code) => code === 'DB-3206')).toHaveLength(3)
    expect(codes(receipts).filter((code) => code === 'written')).toHaveLength(57)
    expect(writes()).toHaveLength(2)
  })

  test('where the refusal names nothing, the guilty row is found by halves', async () => {
    org = await testOrg()
    await org.session.probe([Opportunity], never)
    org.served.breaks = ({ body }) =>
      body.includes(referral(37))
        ? {
            do: 'answer',
            answer: {
              status: 400,
              headers: { 'content-type': 'application/json' },
              body: '[{"errorCode":"JSON_PARSER_ERROR","message":"unreadable"}]',
            },
          }
        : undefined
    const receipts = await org.session.write(
      Array.from({ length: 120 }, (_, n) => newDeal(n)),
      never,
    )
    expect(codes(receipts).flatMap((code, at) => (code === 'written' ? [] : [[at, code]]))).toEqual([[37, 'DB-3205']])
    expect(count(Opportunity)).toBe(119)
    expect(writes().length).toBeLessThanOrEqual(16)
  })

  test('F40: of 200 rows some fail, each with its own reason, and none is repeated', async () => {
    org = await testOrg()
    org.simulator.knobs.rules.push(({ kind: of, after }) =>
      of === 'Opportunity' && String(after['Name']).startsWith('Contoso 7')
        ? [{ errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'No sevens, please.', fields: [] }]
        : [],
    )
    const receipts = await org.session.write(
      Array.from({ length: 200 }, (_, n) => newDeal(n)),
      never,
    )
    const refused = receipts.flatMap((receipt, at) => (receipt.outcome === 'refused' ? [at] : []))
    expect(refused).toEqual([7, ...Array.from({ length: 10 }, (_, n) => 70 + n)])
    expect(writes()).toHaveLength(1)
    const [first] = receipts.filter((receipt) => receipt.outcome === 'refused')
    expect(first).toMatchObject({ error: { code: 'DB-3201', remedy: 'needs-human', who: 'the seller' } })
  })

  test('what rests on a refused record is not sent, and says so', async () => {
    org = await testOrg()
    org.simulator.knobs.rules.push(({ kind: of, after }) =>
      of === 'Account' && after['Name'] === 'Contoso 2 AG'
        ? [{ errorCode: 'DUPLICATES_DETECTED', message: 'Use one of these records?', fields: [] }]
        : [],
    )
    for (const size of [3, 30]) {
      const batch = Array.from({ length: size }, (_, n) => wholeDeal(n + (size === 30 ? 100 : 0))).flat()
      const receipts = await org.session.write(size === 30 ? [...batch, ...wholeDeal(2)] : batch, never)
      const bad = codes(receipts).filter((code) => code !== 'written')
      expect(bad).toEqual(['DB-3208', 'DB-3220', 'DB-3220', 'DB-3220'])
    }
    expect(count(Opportunity)).toBe(32)
  })

  test('a write that points to nothing in the batch is never sent', async () => {
    org = await testOrg()
    const lonely: CreateWrite = newDeal(1, { AccountId: { $write: linkKey('nobody') } })
    expect(codes(await org.session.write([lonely, newDeal(2)], never))).toEqual(['DB-3220', 'written'])
  })

  test('two writes that point to each other are a fault of ours, not an endless loop', async () => {
    org = await testOrg()
    const circle: readonly Write[] = [
      newDeal(1, { AccountId: { $write: linkKey(referral(2)) } }),
      newDeal(2, { AccountId: { $write: linkKey(referral(1)) } }),
    ]
    expect(codes(await org.session.write(circle, never))).toEqual(['DB-9001', 'DB-9001'])
  })

  test('an object that is not there refuses its own writes only', async () => {
    org = await testOrg()
    const strange = { ...newDeal(1), kind: kind('Invoice__c') }
    expect(codes(await org.session.write([strange, newDeal(2)], never))).toEqual(['DB-1312', 'written'])
  })
})

describe('products own the amount', () => {
  test('an amount for a deal with products is held, other fields go', async () => {
    org = await testOrg()
    await org.session.write([newDeal(1)], never)
    const { id } = await known()
    org.simulator.desk.addProduct(id, 2, 500)
    const { version, fields } = await known()
    expect(fields['Amount']).toBe(1_000)
    org.clock.turn(1_000)
    const batch = [update(id, version, { Amount: '84000' })]
    expect(codes(await org.session.write(batch, never))).toEqual(['DB-3215'])
    expect(codes(await org.session.write([update(id, version, { NextStep: 'x' })], never))).toEqual(['written'])
  })
})
