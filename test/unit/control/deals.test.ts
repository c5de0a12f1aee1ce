import { describe, expect, test } from 'vitest'
import { fakeControl, type FakeControl } from '../../support/fake-control.ts'
import { draftOf } from '../../support/fake-house.ts'
import { fakeMapping } from '../../support/fake-mapping.ts'
import { addReferral, opportunity } from '../../support/fake-vendors.ts'

const who = 'anna'

/** One deal on both sides, in step, with an opportunity of this id. */
async function linked(holdMs = 0): Promise<FakeControl & { readonly record: string }> {
  const house = await fakeControl()
  house.mapping = () => draftOf(fakeMapping({ holdMs }))
  addReferral(house.source, '49d90c72-aaaa', { status: 'Accepted' })
  await house.control.sync({ who })
  const record = [...house.salesforce.records.keys()][0] ?? expect.fail('nothing was made')
  return Object.assign(house, { record })
}

/** Both sides moved the amount, to different values. */
async function inConflict(): Promise<FakeControl & { readonly record: string }> {
  const house = await linked()
  addReferral(house.source, '49d90c72-aaaa', { status: 'Accepted', amount: '90000' })
  house.salesforce.put(opportunity, house.record, { Amount: '95000' })
  await house.control.sync({ who })
  return house
}

describe('a question', () => {
  test('is shown with its three values, and nothing is written', async () => {
    const house = await inConflict()
    const told = await house.control.explain({ deal: '49d9' })
    expect(told.fields.find(({ name }) => name === 'Amount')).toMatchObject({
      referral: '90000',
      base: '84000',
      crm: '95000',
      state: 'question',
      rule: 'mappings/cosell.yaml:21',
    })
    expect(told.waits).toMatchObject([{ for: 'question', code: 'DB-3501' }])
    expect(told.changes).toEqual([])
    expect((await house.control.status()).pipelines).toMatchObject([{ linked: 1, inStep: 0, waiting: 1, stuck: 0 }])
  })

  test.each([
    ['referral' as const, '90000'],
    ['crm' as const, '95000'],
    [{ value: '92500' }, '92500'],
  ])('answered with %j: both sides come to hold it', async (take, value) => {
    const house = await inConflict()
    const done = await house.control.deal({ do: 'resolve', deal: '49d90c72', field: 'amount', take, who })
    expect(done).toEqual({ pipeline: 'cosell', referral: '49d90c72-aaaa', next: 'The next pass takes it up.' })
    // A value that neither side has goes to one side first and is taken on by the other in the next pass.
    await house.control.sync({ who })
    await house.control.sync({ who })
    expect(house.salesforce.records.get(house.record)?.fields['Amount']).toBe(value)
    expect(house.source.records.get('49d90c72-aaaa')?.fields['amount']).toBe(value)
    expect((await house.control.explain({ deal: house.record })).waits).toEqual([])
  })

  test('about another field, or none at all, is refused with what it does wait for', async () => {
    const house = await inConflict()
    const answer = { do: 'resolve', deal: '49d90c72', take: 'crm', who } as const
    await expect(house.control.deal({ ...answer, field: 'CloseDate' })).rejects.toMatchObject({ code: 'DB-1152' })
    await house.control.deal(answer)
    await house.control.sync({ who })
    await expect(house.control.deal(answer)).rejects.toThrow('It asks nothing just now.')
  })

  test('leaves who answered in the history', async () => {
    const house = await inConflict()
    await house.control.deal({ do: 'resolve', deal: '49d90c72', take: 'crm', who: 'mei' })
    const { history } = await house.control.explain({ deal: '49d90c72', history: true })
    expect(history.find(({ event }) => event === 'answered')).toMatchObject({ who: 'mei', details: { take: 'crm' } })
  })
})

describe('an outcome that is held', () => {
  test('goes when it is released, by name of whoever did it', async () => {
    const house = await linked(30 * 60_000)
    house.salesforce.put(opportunity, house.record, { StageName: 'Closed Won' })
    expect(await house.control.sync({ who })).toMatchObject([{ result: 'held', written: 0 }])

    const done = await house.control.deal({ do: 'release', deal: '49d90c72', who: 'olga' })
    expect(done.next).toContain('cannot be taken back')
    expect(await house.control.sync({ who })).toMatchObject([{ written: 1 }])
    expect(house.source.records.get('49d90c72-aaaa')?.fields['status']).toBe('Won')
  })

  test('is not there: says so', async () => {
    const house = await linked()
    await expect(house.control.deal({ do: 'release', deal: '49d90c72', who })).rejects.toMatchObject({
      code: 'DB-1153',
    })
  })
})

describe('a deal', () => {
  test('at rest is written to by nobody until it is resumed', async () => {
    const house = await linked()
    await house.control.deal({ do: 'pause', deal: '49d90c72', who })
    addReferral(house.source, '49d90c72-aaaa', { status: 'Accepted', amount: '1' })
    await house.control.sync({ who })
    expect(house.salesforce.records.get(house.record)?.fields['Amount']).toBe('84000')
    await house.control.deal({ do: 'resume', deal: '49d90c72', who })
    await house.control.sync({ who })
    expect(house.salesforce.records.get(house.record)?.fields['Amount']).toBe('1')
  })

  test('unlinked is not made again; linked to another record it is compared there', async () => {
    const house = await linked()
    await house.control.deal({ do: 'unlink', deal: '49d90c72', who })
    addReferral(house.source, '49d90c72-aaaa', { status: 'Accepted', amount: '7' })
    await house.control.sync({ who })
    expect(house.salesforce.records.size).toBe(1)
    // Nothing is in step with a record that is not there.
    const { fields } = await house.control.explain({ deal: '49d90c72' })
    expect([...new Set(fields.map(({ state }) => state))]).toEqual(['no record'])

    house.salesforce.put(opportunity, '006other', { Name: 'By hand', Amount: '7', StageName: 'Open' })
    await house.control.deal({ do: 'link', deal: '49d90c72', record: '006other', who })
    await house.control.sync({ who })
    expect(await house.control.explain({ deal: '006other' })).toMatchObject({
      referral: '49d90c72-aaaa',
      record: { id: '006other' },
      waits: [],
    })
    expect(house.salesforce.records.get('006other')?.fields['PC_Id__c']).toBe('49d90c72-aaaa')
  })

  test.each([
    ['nothing', 'ffff0000', 'DB-1150'],
    ['too little', '4', 'DB-1150'],
    ['two', '49d9', 'DB-1151'],
  ])('that is named by what fits %s', async (_, deal, code) => {
    const house = await linked()
    addReferral(house.source, '49d9ffff')
    await house.control.sync({ who })
    await expect(house.control.deal({ do: 'pause', deal, who })).rejects.toMatchObject({ code })
  })

  test('that no mapping takes is explained too', async () => {
    const house = await linked()
    addReferral(house.source, '77770000-bbbb', { private: true })
    expect(await house.control.explain({ deal: '77770000-bbbb' })).toMatchObject({
      record: null,
      skipped: 'Private deals stay in Partner Center.',
      changes: [],
    })
  })
})

describe('the list', () => {
  test('is narrowed by state and by text, and says how many there are', async () => {
    const house = await inConflict()
    addReferral(house.source, '8be1f0aa', { customer: 'Northwind', name: 'D365 rollout' })
    await house.control.sync({ who })
    expect(await house.control.referrals({ state: 'waiting' })).toMatchObject({
      total: 1,
      deals: [{ state: 'waiting' }],
    })
    expect(await house.control.referrals({ text: 'NORTHWIND' })).toMatchObject({
      deals: [{ referral: '8be1f0aa', title: 'Northwind – D365 rollout', stage: 'New', state: 'in-step' }],
    })
    expect(await house.control.referrals({ max: 1 })).toMatchObject({ total: 2, deals: [{}] })
  })

  test('names deals also in a process that has read none of them', async () => {
    const house = await linked()
    const again = await fakeControl()
    for await (const link of house.ledgerOf('cosell').all('link'))
      await again.assembly.runners.get('cosell' as never)?.ledger.commit([{ put: 'link', key: link.key, value: link }])
    again.mapping = () => draftOf()
    await again.control.check({})
    expect((await again.control.referrals({})).deals[0]?.title).toBe('Azure migration')
  })
})
