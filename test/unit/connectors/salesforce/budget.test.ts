// Our share of the org's calls: counted, kept over a restart, never exceeded.

import { afterEach, describe, expect, test } from 'vitest'
import { isSyncError, msOf, RetryLater } from '#spi'
import { memoryVault } from '#platform/vault'
import { dealShape, never, newDeal, referral, type TestOrg, testOrg } from './org.ts'

let org: TestOrg
afterEach(() => org.close())

const question = { shape: dealShape, by: { key: { field: 'PC_Referral_Id__c', value: referral(1) } } } as const
const hourMs = 3_600_000

async function callsUntilRefused(session = org.session): Promise<RetryLater | null> {
  for (let n = 0; n < 200; n += 1) {
    const error: unknown = await session.find([question], never).then(
      () => null,
      (reason: unknown) => reason,
    )
    if (error instanceof RetryLater) return error
    if (error !== null) throw error
  }
  return null
}

describe('our share', () => {
  test('F36: is never exceeded, and says when it goes on', async () => {
    org = await testOrg({ settings: { limits: { shareOfDailyLimit: '10%' } } })
    org.simulator.knobs.dailyLimit = 300
    const error = await callsUntilRefused()
    expect(error?.code).toBe('DB-1308')
    expect(org.simulator.callsCounted).toBe(30)
    expect(error?.notBefore && msOf(error.notBefore) - msOf(org.clock.now())).toBe(24 * hourMs)
    org.clock.turn(24 * hourMs)
    expect(await org.session.find([question], never)).toEqual([[]])
  })

  test('outlives a restart', async () => {
    const vault = memoryVault()
    org = await testOrg({ settings: { limits: { shareOfDailyLimit: '10%' } }, hostOptions: { vault } })
    org.simulator.knobs.dailyLimit = 300
    for (let n = 0; n < 20; n += 1) await org.session.find([question], never)
    await org.session.close()
    const again = await org.open()
    await callsUntilRefused(again)
    expect(org.simulator.callsCounted).toBe(30)
  })

  test('what is left unsent in a batch is refused as a wait, and certainly not written', async () => {
    org = await testOrg({ settings: { limits: { shareOfDailyLimit: '1%', batch: 10 } } })
    org.simulator.knobs.dailyLimit = 400
    await org.session.probe([dealShape.kind], never)
    const receipts = await org.session.write(
      Array.from({ length: 200 }, (_, n) => newDeal(n)),
      never,
    )
    const written = receipts.filter(({ outcome }) => outcome === 'written').length
    const refused = receipts.filter((receipt) => receipt.outcome === 'refused' && receipt.error.code === 'DB-1308')
    expect(written + refused.length).toBe(200)
    expect(org.simulator.desk.all(dealShape.kind)).toHaveLength(written)
    expect(org.simulator.callsCounted).toBeLessThanOrEqual(4)
  })
})

test('an org whose calls are used up pauses the connection for a quarter of an hour', async () => {
  org = await testOrg()
  await org.session.find([question], never)
  org.simulator.knobs.usedByOthers = org.simulator.knobs.dailyLimit
  const error: unknown = await org.session.find([question], never).catch((reason: unknown) => reason)
  expect(isSyncError(error) && [error.code, error.remedy]).toEqual(['DB-1307', 'retry-later'])
  expect(error instanceof RetryLater && error.notBefore && msOf(error.notBefore) - msOf(org.clock.now())).toBe(900_000)
  const [receipt] = await org.session.write([newDeal(1)], never)
  expect(receipt).toMatchObject({ outcome: 'refused', error: { code: 'DB-1307' } })
})
