import { expect, test } from 'vitest'
import { fakeControl, type FakeControl } from '../../support/fake-control.ts'
import { addReferral, opportunity } from '../../support/fake-vendors.ts'

const who = 'anna'
const id = '49d90c72-aaaa'

/** A CRM in which another connector has left a record with the referral's key, and a referral that has none. */
async function moving(): Promise<FakeControl> {
  const house = await fakeControl()
  addReferral(house.source, id, { status: 'Accepted' })
  addReferral(house.source, 'bbbb0002', { status: 'Accepted' })
  const known = { Name: 'Azure migration', Amount: '70000', StageName: 'Open', PC_Id__c: id }
  house.salesforce.put(opportunity, '006000000000001', known)
  return house
}

test('shows the pairs with what differs, and links nothing by that', async () => {
  const house = await moving()
  expect(await house.control.adopt({ link: false, who })).toEqual({
    schema: 'dealbridge.adopt/v1',
    linked: 0,
    pairs: [
      {
        pipeline: 'cosell',
        referral: id,
        title: 'Contoso AG – Azure migration',
        record: '006000000000001',
        kind: 'Opportunity',
        by: 'key',
        differs: ['Amount'],
      },
    ],
  })
  expect((await house.control.referrals({})).total).toBe(0)
  expect([house.salesforce.writes, house.source.writes]).toEqual([[], []])
})

test('links them with an event, writes nothing, and the next pass compares', async () => {
  const house = await moving()
  expect(await house.control.adopt({ link: true, who })).toMatchObject({ linked: 1 })
  expect([house.salesforce.writes, house.source.writes]).toEqual([[], []])
  expect((await house.control.referrals({})).deals).toMatchObject([{ referral: id, record: '006000000000001' }])
  const { history } = await house.control.explain({ deal: id, history: true })
  expect(history).toMatchObject([{ event: 'adopted', who }])

  await house.control.sync({ who })
  // The amount is a question of the mapping; the other referral becomes a record of its own.
  expect((await house.control.explain({ deal: id })).waits).toMatchObject([{ code: 'DB-3501' }])
  expect(house.salesforce.writes.map((write) => write.do)).toEqual(['create'])
  expect(await house.control.adopt({ link: true, who })).toMatchObject({ linked: 0, pairs: [] })
})

test('only the one that is named', async () => {
  const house = await moving()
  expect(await house.control.adopt({ link: true, only: 'bbbb', who })).toMatchObject({ linked: 0, pairs: [] })
  expect(await house.control.adopt({ link: true, only: '49D9', who })).toMatchObject({ linked: 1 })
})
