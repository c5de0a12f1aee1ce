// I39, F115: a new mapping is held against everything that is linked already, and what would rewrite many deals waits
// for a person.

import { describe, expect, test } from 'vitest'
import type { Runner } from '#assembly/runner'
import { readVersions } from '#assembly/mapping-versions'
import { pass } from '#control/pass'
import type { Mapping, Row } from '#core/mapping/mapping'
import { reading } from '#core/model/deal'
import { pipelineName } from '#core/model/ids'
import { textOf } from '#core/model/json'
import { fakeControl, type FakeControl } from '../../support/fake-control.ts'
import { draftOf } from '../../support/fake-house.ts'
import { fakeMapping } from '../../support/fake-mapping.ts'
import { addReferral } from '../../support/fake-vendors.ts'

const who = 'anna'

interface Linked extends FakeControl {
  readonly runner: Runner
  /** What the schedule does. */
  scheduled(): ReturnType<typeof pass>
  names(): readonly string[]
  use(mapping: Mapping): void
}

/** So many deals in step under the first mapping. */
async function linked(count: number, mode: 'auto' | 'observe' = 'auto'): Promise<Linked> {
  const house = await fakeControl({ pipelines: [{ mode }] })
  for (let one = 0; one < count; one += 1)
    addReferral(house.source, `aaaa${String(one).padStart(4, '0')}`, { status: 'Accepted' })
  if (mode === 'observe') await house.control.pipeline({ do: 'mode', pipeline: 'cosell', mode: 'auto', who })
  await house.control.sync({ who, approved: { changes: true, outcomes: 0 } })
  if (mode === 'observe') await house.control.pipeline({ do: 'mode', pipeline: 'cosell', mode: 'observe', who })
  house.salesforce.writes.splice(0)
  const runner = house.assembly.runners.get(pipelineName('cosell')) ?? expect.fail('a pipeline')
  const ending = { signal: new AbortController().signal, drain: house.drain.signal }
  return Object.assign(house, {
    runner,
    scheduled: async () => await pass(runner, ending),
    names: () => [...house.salesforce.records.values()].map(({ fields }) => textOf(fields['Name'])),
    use: (mapping: Mapping) => {
      house.mapping = () => draftOf(mapping)
    },
  })
}

/** The same mapping, but every deal's name is shouted. */
function shouting(hash = 'm2'): Mapping {
  const mapping = fakeMapping({ hash })
  const shout = (row: Row): Row => ({
    ...row,
    write: 'always',
    fromReferral: ({ referral }) => reading(textOf(referral['name']).toUpperCase()),
  })
  return { ...mapping, rows: mapping.rows.map((row) => (row.crm === 'Name' ? shout(row) : row)) }
}

const isShouted = (name: string): boolean => name === name.toUpperCase()

describe('a mapping that changed', () => {
  test('is held against every linked deal by the next pass, and once only', async () => {
    const house = await linked(5)
    house.use(shouting())
    await house.runner.ready(new AbortController().signal, { fresh: true })

    expect(await house.scheduled()).toMatchObject({ result: 'done', applied: { written: 5 } })
    expect(house.names().every(isShouted)).toBe(true)
    expect((await readVersions(house.runner.ledger)).map(({ hash }) => hash)).toEqual(['m1', 'm2'])

    house.source.calls.splice(0)
    expect(await house.scheduled()).toMatchObject({ result: 'done', applied: { written: 0 } })
    expect(house.source.calls.filter((call) => call === 'changes')).toHaveLength(1)
  })

  test('that would rewrite many deals stops, and stays stopped: nothing is half old and half new', async () => {
    const house = await linked(25)
    house.use(shouting())
    await house.runner.ready(new AbortController().signal, { fresh: true })

    const first = await house.scheduled()
    expect(first).toMatchObject({ result: 'stopped', applied: { written: 0 } })
    expect(first.plan?.stopped.map(({ code }) => code)).toContain('DB-3124')

    // A deal that is edited meanwhile waits like the others.
    addReferral(house.source, 'aaaa0003', { status: 'Accepted', amount: '1' })
    const second = await house.scheduled()
    expect(second).toMatchObject({ result: 'stopped', applied: null })
    expect(second.plan?.stopped[0]).toMatchObject({ code: 'DB-3124', wanted: 25, limit: 20 })
    expect(house.salesforce.writes).toEqual([])
    expect(house.names().some(isShouted)).toBe(false)
    expect((await house.control.status()).pipelines).toMatchObject([
      { lastRun: { result: 'stopped', code: 'DB-3124' } },
    ])
    // Whoever looks is told, and since when; once it is let go, nobody is.
    const [told] = await house.control.problems()
    expect(told).toMatchObject({ what: 'pipeline', code: 'DB-3124', since: first.startedAt })
    expect(told?.message).toMatch(/^Nothing is written: 25 linked records would change/)
    await house.control.sync({ who, approved: { changes: true, outcomes: 0 } })
    expect(await house.control.problems()).toEqual([])
  })

  test('is let go by whoever has seen all of it', async () => {
    const house = await linked(25)
    house.use(shouting())
    await house.runner.ready(new AbortController().signal, { fresh: true })
    await house.scheduled()

    const [run] = await house.control.sync({ who })
    const plan = run?.plan ?? expect.fail('a plan')
    expect(run?.result).toBe('stopped')
    expect(plan.changes.filter(({ state }) => state === 'ready')).toHaveLength(25)

    expect(await house.control.sync({ who, agreed: [plan] })).toMatchObject([{ result: 'done', written: 25 }])
    expect(house.names().every(isShouted)).toBe(true)
    expect(await house.scheduled()).toMatchObject({ result: 'done', plan: { changes: [], stopped: [] } })
  })

  test('is let go at once by an approval, without a saved plan', async () => {
    const house = await linked(25)
    house.use(shouting())
    await house.runner.ready(new AbortController().signal, { fresh: true })
    await house.scheduled()
    const approved = { changes: true, outcomes: 0 }
    expect(await house.control.sync({ who, approved })).toMatchObject([{ result: 'done', written: 25 }])
  })

  test('and that is taken back, frees the pipeline', async () => {
    const house = await linked(25)
    const look = { fresh: true }
    house.use(shouting())
    await house.runner.ready(new AbortController().signal, look)
    await house.scheduled()
    house.use(fakeMapping())
    await house.runner.ready(new AbortController().signal, look)
    addReferral(house.source, 'aaaa0003', { status: 'Accepted', amount: '1' })
    expect(await house.scheduled()).toMatchObject({ result: 'done', applied: { written: 1 } })
  })

  test('is shown whole by a plan, before any pass', async () => {
    const house = await linked(5)
    house.use(shouting())
    await house.runner.ready(new AbortController().signal, { fresh: true })
    const [planned] = await house.control.plan({})
    expect(planned?.plan?.changes).toHaveLength(5)
    expect(await readVersions(house.runner.ledger)).toHaveLength(1)
  })

  test('costs an observing pipeline nothing', async () => {
    const house = await linked(5, 'observe')
    house.use(shouting())
    await house.runner.ready(new AbortController().signal, { fresh: true })
    house.source.calls.splice(0)
    await house.scheduled()
    expect(house.source.calls.filter((call) => call === 'changes')).toHaveLength(1)
  })
})
