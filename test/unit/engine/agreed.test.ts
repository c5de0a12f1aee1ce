import { describe, expect, test } from 'vitest'
import { cycle, type CycleOptions } from '#engine/cycle'
import type { Plan } from '#core/reconcile/plan'
import { fakePipeline, type FakePipeline } from '../../support/fake-pipeline.ts'
import { addReferral, opportunity } from '../../support/fake-vendors.ts'

const signal = new AbortController().signal
const pass = async ({ pipeline }: FakePipeline, options: Partial<CycleOptions> = {}) =>
  await cycle(pipeline, { signal, ...options })

async function planned(of: FakePipeline): Promise<Plan> {
  const { plan } = await pass(of, { dryRun: true })
  return plan ?? expect.fail('no plan')
}

const agreedTo = (agreed: Plan): Partial<CycleOptions> => ({ agreed, approved: { changes: true, outcomes: 0 } })

describe('a plan that was agreed to', () => {
  test('is written exactly, and what came after it waits for another plan', async () => {
    const world = await fakePipeline({ mode: 'review' })
    addReferral(world.source, 'aaaa0001')
    const agreed = await planned(world)
    addReferral(world.source, 'bbbb0002')

    const report = await pass(world, agreedTo(agreed))

    expect(report).toMatchObject({ result: 'done', applied: { written: 1, deferred: 1 } })
    expect(world.crm.writes.map((write) => write.fields['PC_Id__c'])).toEqual(['aaaa0001'])
    // The bookmarks stayed, so nothing of the second one is forgotten.
    expect((await planned(world)).changes.map((change) => change.referral)).toEqual(['bbbb0002'])
  })

  test('is not written at all when one of its records moved since', async () => {
    const world = await fakePipeline({ mode: 'review' })
    addReferral(world.source, 'aaaa0001')
    addReferral(world.source, 'bbbb0002')
    const agreed = await planned(world)
    addReferral(world.source, 'bbbb0002', { amount: '1' })

    const report = await pass(world, agreedTo(agreed))

    expect(report).toMatchObject({ result: 'stopped', plan: { stopped: [{ code: 'DB-3126', wanted: 1 }] } })
    expect(report.plan?.stopped[0]?.message).toContain('bbbb0002')
    expect(world.crm.writes).toEqual([])
  })

  test('is refused when it has been written already', async () => {
    const world = await fakePipeline({ mode: 'review' })
    addReferral(world.source, 'aaaa0001')
    const agreed = await planned(world)
    await pass(world, agreedTo(agreed))

    expect(await pass(world, agreedTo(agreed))).toMatchObject({ result: 'stopped' })
    expect(world.crm.writes).toHaveLength(1)
  })

  test('of an update: a newer version of the record counts as moved, even with the same values', async () => {
    const world = await fakePipeline()
    addReferral(world.source, 'aaaa0001')
    await pass(world)
    addReferral(world.source, 'aaaa0001', { amount: '90000' })
    const agreed = await planned(world)
    const made = [...world.crm.records.values()][0] ?? expect.fail('nothing was made')
    world.crm.put(opportunity, made.id, { Unmapped: 'x' })

    expect(await pass(world, agreedTo(agreed))).toMatchObject({ result: 'stopped' })
  })
})

describe('a pass that is told to end', () => {
  test('finishes the write in hand, records it and begins nothing new', async () => {
    const world = await fakePipeline()
    for (const id of ['aaaa0001', 'bbbb0002']) addReferral(world.source, id)
    const drain = new AbortController()
    const one = {
      ...world.pipeline,
      target: { ...world.pipeline.target, traits: { ...world.pipeline.target.traits, batchMax: 1 } },
    }

    const report = await cycle(one, { signal, drain: drain.signal, watch: { wrote: () => drain.abort() } })

    expect(report).toMatchObject({ applied: { written: 1, deferred: 1 } })
    expect(await world.ledger.count('intent')).toBe(0)
    expect(await world.ledger.count('bookmark')).toBe(0)
    expect((await pass(world)).applied).toMatchObject({ written: 1, deferred: 0 })
  })

  test('ends at once while it only reads', async () => {
    const world = await fakePipeline()
    const drain = new AbortController()
    world.source.holds = () => {
      drain.abort(new Error('told to end'))
      return undefined
    }
    await expect(cycle(world.pipeline, { signal, drain: drain.signal })).rejects.toThrow('told to end')
  })
})
