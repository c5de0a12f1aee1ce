import { describe, expect, test } from 'vitest'
import { cursor, FixConfig, instantFromMs } from '#spi'
import type { PipelineVerified } from '#control/answers'
import { exitOfVerified } from '#cli/exit'
import { fakeControl, type FakeControl } from '../../support/fake-control.ts'
import { draftOf } from '../../support/fake-house.ts'
import { fakeMapping } from '../../support/fake-mapping.ts'
import { addReferral, opportunity } from '../../support/fake-vendors.ts'
import { handClock } from '../../support/host.ts'

const who = 'anna'

interface Linked extends FakeControl {
  /** Records by the referral they belong to. */
  recordOf(referral: string): string
}

async function linked(ids: readonly string[], { holdMs = 0 } = {}): Promise<Linked> {
  // The pretended vendors date their changes from noon on.
  const house = await fakeControl({ clock: handClock(instantFromMs(Date.UTC(2026, 10, 20, 12, 5))) })
  house.mapping = () => draftOf(fakeMapping({ holdMs }))
  for (const id of ids) addReferral(house.source, id, { status: 'Accepted' })
  await house.control.sync({ who })
  const recordOf = (referral: string): string =>
    [...house.salesforce.records.values()].find(({ fields }) => fields['PC_Id__c'] === referral)?.id ??
    expect.fail(`nothing was made for ${referral}`)
  return Object.assign(house, { recordOf })
}

async function verified(house: FakeControl, max?: number): Promise<PipelineVerified> {
  const before = house.salesforce.writes.length + house.source.writes.length
  const { pipelines } = await house.control.verify(max === undefined ? {} : { max })
  expect(house.salesforce.writes.length + house.source.writes.length).toBe(before)
  return pipelines[0] ?? expect.fail('no pipeline was compared')
}

const alone = 'aaaa0001'

describe('what can be said of a pair', () => {
  test('both sides agree', async () => {
    const house = await linked([alone, 'bbbb0002'])
    const found = await verified(house)
    expect(found).toMatchObject({ counts: { pairs: 2, agree: 2 }, deals: [], history: { altered: 0 }, trouble: null })
    expect(exitOfVerified([found])).toBe(0)
  })

  test('it was edited, and the next pass writes it', async () => {
    const house = await linked([alone])
    house.salesforce.put(opportunity, house.recordOf(alone), { Amount: '95000' })
    const found = await verified(house)
    expect(found.counts).toMatchObject({ pairs: 1, due: 1, unexplained: 0 })
    expect(found.deals).toMatchObject([
      { referral: alone, state: 'due', fields: [{ field: 'Amount', referral: '84000', crm: '95000', state: 'due' }] },
    ])
    expect(exitOfVerified([found])).toBe(2)
    await house.control.sync({ who })
    expect((await verified(house)).counts).toMatchObject({ agree: 1, due: 0 })
  })

  test('both sides were edited, and somebody is asked', async () => {
    const house = await linked([alone])
    addReferral(house.source, alone, { status: 'Accepted', amount: '90000' })
    house.salesforce.put(opportunity, house.recordOf(alone), { Amount: '95000' })
    await house.control.sync({ who })
    const found = await verified(house)
    expect(found.deals).toMatchObject([
      { state: 'held', fields: [{ field: 'Amount', state: 'held', code: 'DB-3501' }] },
    ])
    expect(exitOfVerified([found])).toBe(1)
  })

  test('a Won waits for its time', async () => {
    const house = await linked([alone], { holdMs: 1_800_000 })
    house.salesforce.put(opportunity, house.recordOf(alone), { StageName: 'Closed Won' })
    await house.control.sync({ who })
    expect((await verified(house)).deals).toMatchObject([
      { state: 'held', fields: [{ field: 'StageName', referral: 'Accepted', crm: 'Closed Won', code: 'DB-3106' }] },
    ])
  })

  test('a value that is written once is the seller’s from then on', async () => {
    const house = await linked([alone])
    house.salesforce.put(opportunity, house.recordOf(alone), { Name: 'Our own name for it' })
    await house.control.sync({ who })
    const found = await verified(house)
    expect(found.deals).toMatchObject([{ state: 'rests', fields: [{ field: 'Name', why: 'written-once' }] }])
    expect(exitOfVerified([found])).toBe(0)
  })

  test('a referral that is over takes nothing any more', async () => {
    const house = await linked([alone])
    addReferral(house.source, alone, { status: 'Won' })
    await house.control.sync({ who })
    house.salesforce.put(opportunity, house.recordOf(alone), { Amount: '1' })
    await house.control.sync({ who })
    expect((await verified(house)).deals).toMatchObject([
      { state: 'rests', fields: [{ field: 'Amount', why: 'closed' }] },
    ])
  })

  test('a deal that a person paused rests', async () => {
    const house = await linked([alone])
    await house.control.deal({ do: 'pause', deal: alone, who })
    house.salesforce.put(opportunity, house.recordOf(alone), { Amount: '1' })
    expect((await verified(house)).deals).toMatchObject([
      { state: 'rests', fields: [{ field: 'Amount', why: 'paused' }] },
    ])
  })

  test('a record that is gone is told with the code of its wait', async () => {
    const house = await linked([alone])
    house.salesforce.remove(house.recordOf(alone))
    expect((await verified(house)).deals).toMatchObject([
      { state: 'held', fields: [{ field: 'record', referral: alone, crm: null, code: 'DB-3508' }] },
    ])
  })

  test('an edit that passes have had time for, and never took up, is unexplained', async () => {
    const house = await linked([alone])
    house.salesforce.put(opportunity, house.recordOf(alone), { Amount: '95000' })
    // A stream of changes that leaves a record out is a fault no pass can notice.
    const past = { cursor: cursor('1000'), at: house.clock.now() }
    await house.ledgerOf('cosell').commit([{ put: 'bookmark', key: 'cosell/salesforce', value: past }])
    for (let hour = 0; hour < 3; hour += 1) {
      house.clock.turn(3_600_000)
      await house.control.sync({ who })
    }
    const found = await verified(house)
    expect(found.deals).toMatchObject([{ state: 'unexplained', fields: [{ why: 'no pass took it up' }] }])
    expect(exitOfVerified([found])).toBe(1)
  })
})

describe('its bounds', () => {
  test('all pairs are counted, as few as wished are told, and the worst of them first', async () => {
    const ids = Array.from({ length: 6 }, (_, index) => `deal000${index}`)
    const house = await linked(ids)
    for (const id of ids) house.salesforce.put(opportunity, house.recordOf(id), { Amount: '1' })
    house.salesforce.remove(house.recordOf('deal0005'))
    const found = await verified(house, 2)
    expect(found.counts).toMatchObject({ pairs: 6, due: 5, held: 1 })
    expect(found.deals.map(({ state }) => state)).toEqual(['held', 'due'])
  })

  test('the calls are those of the pages and of one question for each slice', async () => {
    const house = await linked([alone, 'bbbb0002', 'cccc0003'])
    house.source.calls.length = 0
    house.salesforce.calls.length = 0
    await verified(house)
    expect(house.source.calls).toEqual(['changes'])
    expect(house.salesforce.calls).toEqual(['find'])
  })

  test('a connection that fails is told, with what was compared until then', async () => {
    const house = await linked([alone])
    house.salesforce.fails = (call) =>
      call === 'find' ? new FixConfig('signed out', { code: 'DB-1301', who: 'Salesforce admin' }) : undefined
    const found = await verified(house)
    expect(found).toMatchObject({ counts: { pairs: 0 }, history: null, trouble: { code: 'DB-1301' } })
    expect(exitOfVerified([found])).toBe(77)
  })
})
