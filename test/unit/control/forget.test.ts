import { expect, test } from 'vitest'
import { instantFromMs } from '#spi'
import { fakeControl, type FakeControl } from '../../support/fake-control.ts'
import { addReferral } from '../../support/fake-vendors.ts'
import { handClock } from '../../support/host.ts'

const who = 'anna'
const id = '49d90c72-aaaa'

async function withTwo(): Promise<FakeControl> {
  const house = await fakeControl({ clock: handClock(instantFromMs(Date.UTC(2026, 10, 20, 12, 5))) })
  addReferral(house.source, id, { name: 'Azure for Erika Mustermann' })
  addReferral(house.source, 'bbbb0002')
  await house.control.sync({ who })
  return house
}

async function kept(house: FakeControl): Promise<string> {
  const ledger = house.ledgerOf('cosell')
  const all: unknown[] = []
  for (const table of ['link', 'intent', 'made', 'fact', 'run', 'bookmark'] as const)
    for await (const entry of ledger.all(table)) all.push(entry)
  for await (const event of ledger.history({})) all.push(event)
  return JSON.stringify(all)
}

test('a forgotten deal leaves a keyed mark, and nothing that names it or its customer', async () => {
  const house = await withTwo()
  expect(await kept(house)).toContain('Erika Mustermann')
  const done = await house.control.deal({ do: 'forget', deal: '49d90c72', who })
  expect(done.next).toContain('left alone')
  const after = await kept(house)
  expect(after).not.toContain(id)
  expect(after).not.toContain('Erika Mustermann')
  expect(after).toContain('forgot')
  expect((await house.control.referrals({})).deals.map(({ referral }) => referral)).toEqual(['bbbb0002'])
  expect((await house.control.status()).answers.map(({ referral }) => referral)).toEqual(['bbbb0002'])
  await expect(house.control.explain({ deal: id })).rejects.toMatchObject({ code: 'DB-1150' })
})

test('it is not got to know again, whatever changes on either side, and others are as before', async () => {
  const house = await withTwo()
  await house.control.deal({ do: 'forget', deal: id, who })
  const writes = house.salesforce.writes.length
  addReferral(house.source, id, { amount: '90000', name: 'Azure for Erika Mustermann' })
  for (const everything of [false, true]) await house.control.sync({ who, everything })
  expect(house.salesforce.writes).toHaveLength(writes)
  expect(await kept(house)).not.toContain(id)
  addReferral(house.source, 'bbbb0002', { amount: '1' })
  await house.control.sync({ who })
  expect(house.salesforce.writes).toHaveLength(writes + 1)
})

test('the history that is left is whole, and says that somebody forgot something', async () => {
  const house = await withTwo()
  await house.control.deal({ do: 'forget', deal: id, who })
  const report = await house.ledgerOf('cosell').verifyHistory()
  expect([report.altered, report.forgotten > 0]).toEqual([[], true])
})
