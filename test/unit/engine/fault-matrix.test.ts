// Rows of the fault matrix (docs/reference/faults.md) that concern the engine as a whole, over two pretended vendors.

import { describe, expect, test } from 'vitest'
import { NeedsHuman } from '#spi'
import { fakeKeyField, fakeOpportunity } from '#testkit/fake-crm'
import { fakeReferral } from '#testkit/fake-source'
import type { FakeChange } from '#testkit/fake-vendor'
import { perfectWire, type FakeCall, type FakeFault, type FakeWire } from '#testkit/fake-wire'
import { dealMapping } from '../../support/deal-mapping.ts'
import { DealWorld, valueAt, type DealWorldOptions } from '../../support/deal-world.ts'

/** Two passes: the deal is made, and both sides agree. */
async function agreed(options: DealWorldOptions = {}, count = 1): Promise<DealWorld> {
  const world = new DealWorld(options)
  for (let n = 1; n <= count; n += 1) world.refer(`R-${n}`)
  await world.passes(2)
  return world
}

const wireWhere = (fault: (call: FakeCall) => FakeFault | null): FakeWire => ({ ...perfectWire, fault })
const rule = (message: string) => new NeedsHuman(message, { code: 'DB-3209', who: 'CRM admin' })
const waitingOf = async (world: DealWorld, id = 'R-1') =>
  (await world.link(id)).waiting.map(({ for: sort, subject }) => `${sort} ${subject}`)

describe('refused', () => {
  test.each([
    ['F19: a rule of the CRM', (change: FakeChange) => change.after['Amount'] === '90000'],
    ['F109: a currency that is not active there', (change: FakeChange) => change.after['Currency'] === 'SEK'],
  ])('%s: told, and not tried again until something about it changes', async (_, isRefused) => {
    const world = await agreed({ crm: { refuse: (change) => (isRefused(change) ? rule('not so') : null) } })
    const tries = () => world.crm.attempts.filter(({ result }) => result === 'refused').length
    world.editReferral('R-1', { 'details.value': '90000', 'details.currency': 'SEK' })
    await world.passes(8)
    expect(tries()).toBe(1)
    expect(await waitingOf(world)).toEqual([expect.stringMatching(/^problem write:/)])
    world.editReferral('R-1', { 'details.value': '91000', 'details.currency': 'CHF' })
    await world.passes(2)
    expect(world.deal('R-1').fields).toMatchObject({ Amount: '91000', Currency: 'CHF' })
    expect(await waitingOf(world)).toEqual([])
  })

  test('I31: one record that is refused again and again delays no other', async () => {
    const world = await agreed(
      { crm: { refuse: ({ after }) => (after['Topic'] === 'Poison' ? rule('no') : null) } },
      20,
    )
    for (let n = 1; n <= 20; n += 1) world.editReferral(`R-${n}`, { 'details.topic': n === 7 ? 'Poison' : 'Fabric' })
    await world.pass()
    const topics = Array.from({ length: 20 }, (_, n) => world.deal(`R-${n + 1}`).fields['Topic'])
    expect(topics.filter((topic) => topic === 'Fabric')).toHaveLength(19)
  })
})

describe('moved under our hands', () => {
  /** Somebody changes the deal right before each of our writes to it arrives. */
  function contested(times: number) {
    const met: { world?: DealWorld; left: number } = { left: times }
    const wire: FakeWire = {
      ...perfectWire,
      hop: async ({ vendor, does }, moment) => {
        await Promise.resolve()
        if (!met.world || vendor !== 'crm' || does !== 'write' || moment !== 'before' || met.left === 0) return
        met.left -= 1
        const [deal] = met.world.deals('R-1')
        if (deal) met.world.crm.edit(fakeOpportunity, deal.id, { Unmapped: `by hand ${met.left}` })
      },
    }
    return { met, wire }
  }

  test('F29, F30, F96: an edit while we write refuses the write; it is read and merged again, and both edits are kept', async () => {
    const { met, wire } = contested(1)
    const world = await agreed({ crmSession: { wire } })
    met.world = world
    world.editReferral('R-1', { 'details.value': '90000' })
    await world.passes(2)
    expect(world.deal('R-1').fields).toMatchObject({ Amount: '90000', Unmapped: 'by hand 0' })
    expect(world.crm.attempts.filter(({ result }) => result === 'stale')).toHaveLength(1)
  })

  test('F31: a record that never stands still is set aside, and goes on once it does', async () => {
    const { met, wire } = contested(200)
    const world = await agreed({ crmSession: { wire } })
    met.world = world
    world.editReferral('R-1', { 'details.value': '90000' })
    await world.passes(6)
    expect(await waitingOf(world)).toEqual([expect.stringContaining('moving')])
    const tries = world.crm.attempts.length
    met.left = 0
    await world.passes(60)
    expect(world.deal('R-1').fields['Amount']).toBe('90000')
    expect(tries).toBeLessThan(20)
  })
})

describe('slow, behind, or out of order', () => {
  test('F35: an hour of "wait" costs a few calls, and the edit arrives after it', async () => {
    const storm = { on: false, calls: 0 }
    const wire = wireWhere(({ vendor }) => {
      if (!storm.on || vendor !== 'crm') return null
      storm.calls += 1
      return { do: 'throttle', waitMs: null }
    })
    const world = await agreed({ crmSession: { wire } })
    storm.on = true
    world.editReferral('R-1', { 'details.value': '90000' })
    await world.passes(12)
    expect(storm.calls).toBeLessThanOrEqual(4 * 12)
    storm.on = false
    await world.passes(3)
    expect(world.deal('R-1').fields['Amount']).toBe('90000')
  })

  test('F56: a change that became visible six hours late is found by the full comparison', async () => {
    const world = await agreed()
    await world.passes(100)
    const stampedAtMs = world.nowMs() - 6 * 3_600_000
    world.crm.edit(fakeOpportunity, world.deal('R-1').id, { Topic: 'Late' }, { stampedAtMs })
    await world.pass({ everything: true })
    await world.pass()
    expect(valueAt(world.referral('R-1').fields, 'details.topic')).toBe('Late')
  })

  test('F60, T13: what a lagging replica shows after our own write is no news', async () => {
    const lag = { ms: 0 }
    const wire = wireWhere(({ does }) => (does === 'write' || lag.ms === 0 ? null : { do: 'stale', behindMs: lag.ms }))
    const world = await agreed({ crmSession: { wire }, sourceSession: { wire } })
    world.editReferral('R-1', { 'details.value': '90000' })
    await world.pass()
    lag.ms = 400_000
    await world.pass({}, 1)
    await world.pass({ everything: true }, 1)
    lag.ms = 0
    await world.passes(3)
    expect(world.deal('R-1').fields['Amount']).toBe('90000')
    expect(valueAt(world.referral('R-1').fields, 'details.value')).toBe('90000')
  })

  test('F61: in whatever order two edits are heard of, both sides end the same', async () => {
    const left = (world: DealWorld) => world.editReferral('R-1', { 'details.value': '90000' })
    const right = (world: DealWorld) => world.editDeal('R-1', { Topic: 'Fabric' })
    const orders = [
      [left, right],
      [right, left],
      [left, 'pass', right],
      [right, 'pass', left],
    ] as const
    for (const order of orders) {
      const world = await agreed()
      for (const step of order) await (step === 'pass' ? world.pass() : step(world))
      await world.passes(3)
      expect(world.deal('R-1').fields).toMatchObject({ Amount: '90000', Topic: 'Fabric' })
      expect(world.referral('R-1').fields['details']).toMatchObject({ value: '90000', topic: 'Fabric' })
    }
  })

  test('F114: new stamps without new content write nothing', async () => {
    const world = await agreed({}, 100)
    const before = world.writes().length
    for (const { id } of world.source.all(fakeReferral)) world.source.edit(fakeReferral, id, { unmapped: 'touched' })
    const report = await world.pass()
    await world.passes(3)
    expect(report.result).toBe('done')
    expect(world.writes()).toHaveLength(before)
  })
})

describe('what people and other programs do', () => {
  test('F97, I19: a workflow that takes our value back is fought for a while, and then left alone and told', async () => {
    const world = await agreed({
      crm: {
        workflow: (_, changed, by) => (by !== 'workflow' && changed.includes('Topic') ? { Topic: 'Theirs' } : null),
      },
      mapping: dealMapping({ policies: { Topic: 'partnerCenter' } }),
    })
    for (let n = 0; n < 12; n += 1) {
      world.editReferral('R-1', { 'details.topic': `Ours ${n}` })
      await world.pass({}, 2)
    }
    const writes = world.crm.attempts.filter(({ fields, do: action }) => action === 'update' && 'Topic' in fields)
    expect(writes.length).toBeLessThanOrEqual(4)
    expect(await waitingOf(world)).toEqual(expect.arrayContaining([expect.stringContaining('loop:Topic')]))
  })

  test('F100: won, opened again and lost within one interval: only the end is told, once', async () => {
    const world = await agreed()
    world.editDeal('R-1', { Stage: 'Qualification' })
    await world.passes(2)
    world.editDeal('R-1', { Stage: 'Closed Won' })
    world.editDeal('R-1', { Stage: 'Proposal' })
    world.editDeal('R-1', { Stage: 'Closed Lost', LossReason: 'Price' })
    await world.passes(4)
    expect(world.referral('R-1').fields['stage']).toBe('Lost')
    const closes = world.source.attempts.filter(({ fields }) => fields['stage'] === 'Won' || fields['stage'] === 'Lost')
    expect(closes).toHaveLength(1)
  })

  test('F104, T16: a deal that was deleted is not made again; brought back, it goes on', async () => {
    const world = await agreed()
    const { id } = world.deal('R-1')
    world.crm.remove(fakeOpportunity, id)
    world.editReferral('R-1', { 'details.value': '90000' })
    await world.passes(4)
    expect(world.deals('R-1')).toEqual([])
    expect(await waitingOf(world)).toHaveLength(1)
    world.crm.restore(fakeOpportunity, id)
    await world.passes(4)
    expect(world.deal('R-1')).toMatchObject({ id, fields: { Amount: '90000' } })
    expect(world.crm.all(fakeOpportunity)).toHaveLength(1)
  })

  test('F105: a deal whose key was given to another referral serves neither of them until a person says', async () => {
    const world = await agreed()
    const { id } = world.deal('R-1')
    world.editDeal('R-1', { [fakeKeyField]: 'r-2' })
    world.refer('R-2')
    await world.passes(2)
    const before = world.crm.attempts.length
    world.editReferral('R-1', { 'details.value': '90000' })
    world.editReferral('R-2', { 'details.value': '95000' })
    await world.passes(3)
    expect(world.crm.attempts).toHaveLength(before)
    expect(world.crm.read(fakeOpportunity, id)?.fields['Amount']).toBe('84000')
    expect([await waitingOf(world), await waitingOf(world, 'R-2')]).toEqual([[expect.anything()], [expect.anything()]])
  })

  test('F106: a deal whose key was taken away is written no more', async () => {
    const world = await agreed()
    const { id } = world.deal('R-1')
    world.editDeal('R-1', { [fakeKeyField]: null })
    await world.pass()
    world.editReferral('R-1', { 'details.value': '90000' })
    await world.passes(3)
    expect(world.crm.read(fakeOpportunity, id)?.fields['Amount']).toBe('84000')
    expect(world.crm.all(fakeOpportunity)).toHaveLength(1)
    expect(await waitingOf(world)).toHaveLength(1)
  })

  test('F24, F25, I20: when many deals vanish at once, everything stops before the first write', async () => {
    const world = await agreed({ limits: { vanished: { count: 3, share: 0.02 } } }, 20)
    for (let n = 1; n <= 5; n += 1) world.crm.remove(fakeOpportunity, world.deal(`R-${n}`).id)
    const before = world.writes().length
    world.editReferral('R-9', { 'details.value': '90000' })
    const reports = [await world.pass({ everything: true }), await world.pass({ everything: true })]
    expect(reports.map(({ result }) => result)).toContain('stopped')
    expect(world.writes()).toHaveLength(before)
  })

  test('F117, I20: many deals that are won at once wait for a person, who says how many', async () => {
    const world = await agreed({ limits: { outcomes: 10 } }, 40)
    const editAll = (Stage: string) => {
      for (const { id } of world.crm.live(fakeOpportunity)) world.crm.edit(fakeOpportunity, id, { Stage })
    }
    editAll('Qualification')
    await world.passes(2)
    editAll('Closed Won')
    const reports = [await world.pass(), await world.pass(), await world.pass()]
    const won = () => world.source.all(fakeReferral).filter(({ fields }) => fields['stage'] === 'Won').length
    expect(reports.at(-1)?.plan?.stopped).toHaveLength(1)
    expect(won()).toBe(0)
    await world.pass({ approved: { changes: true, outcomes: 40 } })
    expect(won()).toBe(40)
  })
})

describe('two of us', () => {
  test('F93: two installations with ledgers of their own make one deal and send one outcome', async () => {
    const world = new DealWorld()
    const other = new DealWorld()
    const second = other.start({ source: world.pipeline.source, target: world.pipeline.target, clock: world.clock })
    const both = async () => {
      await world.pass()
      other.pipeline = second
      await other.pass()
    }
    world.refer('R-1')
    for (let n = 0; n < 3; n += 1) await both()
    world.editDeal('R-1', { Stage: 'Closed Won' })
    for (let n = 0; n < 4; n += 1) await both()
    expect(world.crm.all(fakeOpportunity)).toHaveLength(1)
    const closes = world.source.attempts.filter(({ applied, fields }) => applied && fields['stage'] === 'Won')
    expect(closes).toHaveLength(1)
  })

  test('F93: the one that meets what the other wrote says so, within two passes', async () => {
    const world = new DealWorld()
    const other = new DealWorld()
    const self = 'dealbridge'
    const { source, target } = world.start({ self })
    other.start({ source, target, clock: world.clock, self })
    const codes = async (of: DealWorld) => (await of.link('R-1')).waiting.map(({ code }) => code)
    world.refer('R-1')
    await world.passes(2)
    await other.pass()
    await world.pass({}, 60)
    expect(await codes(world)).toEqual([])
    world.editReferral('R-1', { 'details.topic': 'Fabric' })
    await other.pass()
    expect(world.deal('R-1').fields['Topic']).toBe('Fabric')
    await world.pass()
    expect([await codes(world), await codes(other)]).toEqual([['DB-3511'], []])
    await world.pass({}, 25 * 60)
    expect(await codes(world)).toEqual([])
  })
})

describe('at rest', () => {
  test('I16: a thousand quiet cycles write nothing, store nothing, and ask the same few questions each time', async () => {
    const calls = { count: 0 }
    const wire = wireWhere(() => {
      calls.count += 1
      return null
    })
    const world = await agreed({ crmSession: { wire }, sourceSession: { wire } }, 10)
    await world.passes(30)
    const [writes, commits] = [world.writes().length, committed(world)]
    const perPass = new Set<number>()
    for (let n = 0; n < 1_000; n += 1) {
      calls.count = 0
      await world.pass()
      perPass.add(calls.count)
    }
    expect(world.writes()).toHaveLength(writes)
    expect([...perPass]).toHaveLength(1)
    expect([...perPass][0]).toBeLessThanOrEqual(4)
    // A bookmark that grew old is kept now and then, and nothing else.
    expect(commits()).toBeLessThanOrEqual(1_000 / 10)
  })
})

function committed(world: DealWorld): () => number {
  const { ledger } = world
  let count = 0
  const commit = ledger.commit.bind(ledger)
  ledger.commit = async (...of) => {
    count += 1
    await commit(...of)
  }
  return () => count
}
