import { describe, expect, test } from 'vitest'
import type { Progress } from '#control/control'
import { connectionName } from '#core/model/ids'
import type { Plan } from '#core/reconcile/plan'
import { FixConfig } from '#spi'
import { fakeControl, type FakeControl } from '../../support/fake-control.ts'
import { addReferral, opportunity } from '../../support/fake-vendors.ts'

const who = 'anna'

async function planned({ control }: FakeControl): Promise<Plan> {
  const [answer] = await control.plan({})
  return answer?.plan ?? expect.fail('no plan')
}

describe('the mode of a pipeline', () => {
  test('observe: shows, and never writes, whatever is asked', async () => {
    const house = await fakeControl({ pipelines: [{ mode: 'observe' }] })
    addReferral(house.source, 'aaaa0001')
    const [run] = await house.control.sync({ who, approved: { changes: true, outcomes: 5 } })
    expect(run).toMatchObject({ result: 'observing', written: 0, plan: { changes: [{ referral: 'aaaa0001' }] } })
    expect(house.salesforce.writes).toEqual([])
  })

  test('review: waits for a person to agree, and writes what they saw', async () => {
    const house = await fakeControl({ pipelines: [{ mode: 'review' }] })
    addReferral(house.source, 'aaaa0001')
    expect(await house.control.sync({ who })).toMatchObject([{ result: 'waiting', written: 0 }])
    expect(await house.control.sync({ who, agreed: [await planned(house)] })).toMatchObject([
      { result: 'done', written: 1 },
    ])
    expect(await house.control.sync({ who })).toMatchObject([{ result: 'done', written: 0 }])
  })

  test('auto: writes what is due', async () => {
    const house = await fakeControl()
    addReferral(house.source, 'aaaa0001')
    expect(await house.control.sync({ who })).toMatchObject([{ result: 'done', written: 1 }])
    expect(await house.control.sync({ who })).toMatchObject([{ result: 'done', written: 0, plan: { changes: [] } }])
  })

  test('a paused pipeline shows, and writes nothing', async () => {
    const house = await fakeControl()
    addReferral(house.source, 'aaaa0001')
    await house.control.pipeline({ do: 'pause', who })
    expect(await house.control.sync({ who })).toMatchObject([{ result: 'paused', written: 0 }])
    await house.control.pipeline({ do: 'resume', pipeline: 'cosell', who })
    expect(await house.control.sync({ who })).toMatchObject([{ result: 'done', written: 1 }])
  })

  test('a mode that a person sets counts at once', async () => {
    const house = await fakeControl({ pipelines: [{ mode: 'observe' }] })
    addReferral(house.source, 'aaaa0001')
    await house.control.pipeline({ do: 'mode', pipeline: 'cosell', mode: 'auto', who })
    expect(await house.control.sync({ who })).toMatchObject([{ result: 'done', written: 1 }])
    expect((await house.control.status()).pipelines).toMatchObject([{ mode: 'auto', fileMode: 'observe' }])
  })
})

describe('several pipelines', () => {
  test('one per CRM: each writes to its own, and one that is broken stops only itself', async () => {
    const house = await fakeControl({ pipelines: [{}, { target: connectionName('dynamics') }] })
    addReferral(house.source, 'aaaa0001')
    house.salesforce.fails = () => new FixConfig('signed out', { code: 'DB-1301', who: 'Salesforce admin' })

    const runs = await house.control.sync({ who })

    expect(runs).toMatchObject([
      { pipeline: 'cosell', result: 'failed', trouble: { code: 'DB-1301', who: 'Salesforce admin' } },
      { pipeline: 'deals', result: 'done', written: 1 },
    ])
    expect(house.dynamics.writes).toHaveLength(1)
    house.salesforce.fails = () => undefined
    expect(await house.control.sync({ who })).toMatchObject([{ written: 1 }, { written: 0 }])
  })

  test('one of them by name; a wrong name is told with the right one', async () => {
    const house = await fakeControl({ pipelines: [{}, { target: connectionName('dynamics') }] })
    expect(await house.control.plan({ pipeline: 'deals' })).toMatchObject([{ pipeline: 'deals' }])
    await expect(house.control.plan({ pipeline: 'deal' })).rejects.toThrow(
      'There is no pipeline "deal". Did you mean "deals"?',
    )
  })

  test('a plan of another pipeline is not written', async () => {
    const house = await fakeControl()
    const plan = { ...(await planned(house)), pipeline: 'deals' as Plan['pipeline'] }
    await expect(house.control.sync({ who, agreed: [plan] })).rejects.toThrow('is for the pipeline "deals"')
  })
})

describe('outcomes', () => {
  async function sixWon(mode: 'auto' | 'review' = 'auto'): Promise<FakeControl> {
    const house = await fakeControl({ pipelines: [{ mode: 'auto' }] })
    for (let n = 1; n <= 6; n += 1) addReferral(house.source, `aaaa000${n}`, { status: 'Accepted' })
    await house.control.sync({ who })
    for (const { id } of house.salesforce.records.values())
      house.salesforce.put(opportunity, id, { StageName: 'Closed Won' })
    if (mode === 'review') await house.control.pipeline({ do: 'mode', pipeline: 'cosell', mode, who })
    return house
  }

  test('over the limit stop everything, and name the number to approve', async () => {
    const house = await sixWon()
    const [run] = await house.control.sync({ who })
    expect(run).toMatchObject({
      result: 'stopped',
      written: 0,
      plan: { stopped: [{ code: 'DB-3121', wanted: 6, limit: 5 }] },
    })
    expect(house.source.writes).toEqual([])
  })

  test('go once that number is approved; agreeing to changes is not enough', async () => {
    const house = await sixWon('review')
    const agreed = [await planned(house)]
    expect(await house.control.sync({ who, agreed })).toMatchObject([{ result: 'stopped' }])
    const approved = { changes: true, outcomes: 6 }
    expect(await house.control.sync({ who, agreed, approved })).toMatchObject([{ result: 'done', written: 6 }])
  })
})

test('progress is told system by system, up to the last write', async () => {
  const house = await fakeControl()
  for (const id of ['aaaa0001', 'bbbb0002']) addReferral(house.source, id)
  const seen: Progress[] = []
  await house.control.sync({ who }, (progress) => seen.push(progress))
  expect(seen.at(0)).toEqual({ pipeline: 'cosell', system: 'salesforce', done: 0, total: 2 })
  expect(seen.at(-1)).toEqual({ pipeline: 'cosell', system: 'salesforce', done: 2, total: 2 })
})
