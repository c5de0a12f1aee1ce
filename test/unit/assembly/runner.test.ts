import { describe, expect, test } from 'vitest'
import { assemble } from '#assembly/assembly'
import type { Runner } from '#assembly/runner'
import { putFact } from '#assembly/facts'
import { cycle } from '#engine/cycle'
import { connectionName, pipelineName } from '#core/model/ids'
import { refused } from '#core/problem'
import { FixConfig, parseInstant, RetryLater } from '#spi'
import { fakeHouse, type FakeHouse } from '../../support/fake-house.ts'
import { addReferral } from '../../support/fake-vendors.ts'

const { signal } = new AbortController()
const now = parseInstant('2026-11-20T14:00:00Z') ?? expect.fail('an instant')

async function runnerOf(house: FakeHouse, name = 'cosell'): Promise<Runner> {
  const { runners } = await house.assemble()
  return runners.get(pipelineName(name)) ?? expect.fail(`no pipeline ${name}`)
}

describe('making a pipeline ready', () => {
  test('opens each session once, whoever needs it first', async () => {
    const house = fakeHouse({ pipelines: [{}, { target: connectionName('dynamics') }] })
    const { runners } = await house.assemble()
    expect(house.source.calls).toEqual([])

    await Promise.all([...runners.values()].map(async (runner) => await runner.ready(signal)))

    expect(house.source.calls.filter((call) => call === 'open')).toHaveLength(1)
    expect(house.salesforce.calls).toEqual(['open', 'probe'])
    expect(house.dynamics.calls).toEqual(['open', 'probe'])
  })

  test('asks who it is once, and again when a fresh look is wished for', async () => {
    const house = fakeHouse()
    const runner = await runnerOf(house)
    await runner.ready(signal)
    await runner.ready(signal)
    expect(house.salesforce.calls).toEqual(['open', 'probe'])
    await runner.ready(signal, { fresh: true })
    expect(house.salesforce.calls).toEqual(['open', 'probe', 'probe'])
  })

  test('yields a pipeline that a pass can work with', async () => {
    const house = fakeHouse()
    addReferral(house.source, 'aaaa0001')
    const report = await cycle(await (await runnerOf(house)).ready(signal), { signal })
    expect(report).toMatchObject({ result: 'done', applied: { written: 1 } })
  })

  test('knows when what its connections sign in with ends, and reports it', async () => {
    const house = fakeHouse()
    house.salesforce.credentialEnds = now
    const reported: unknown[] = []
    const metrics = {
      ...house.machine.metrics,
      credentialExpiry: (...of: readonly unknown[]) => void reported.push(of),
    }
    const machine = { ...house.machine, metrics }
    const { runners } = await assemble(house.settings, { machine, ledgers: house.ledgers })
    const runner = runners.get(pipelineName('cosell')) ?? expect.fail('no pipeline')
    expect([...runner.endings]).toEqual([])
    await runner.ready(signal)
    expect([...runner.endings]).toEqual([['salesforce', now]])
    expect(reported).toEqual([['salesforce', 'credential', Date.parse(now)]])
  })

  test('says what is wrong with the mapping, with its place and how many more there are', async () => {
    const house = fakeHouse()
    const where = { file: 'mappings/cosell.yaml', line: 80, column: 10 }
    const problem = { code: 'DB-2101', severity: 'error', what: 'There is no field "Amout".', where } as const
    house.mapping = () => refused([problem, { ...problem, code: 'DB-2131' }])
    const runner = await runnerOf(house)

    await expect(runner.ready(signal)).rejects.toThrow(
      /^mappings\/cosell\.yaml:80: There is no field "Amout"\. \(and 1 more/,
    )
    expect(runner.trouble).toMatchObject({
      error: { code: 'DB-2101', remedy: 'fix-config' },
      connection: null,
      times: 1,
    })
    // Nothing was called for a mapping that cannot be read.
    expect(house.salesforce.calls).toEqual([])
  })
})

describe('a broken connection', () => {
  test('is named, counted, and forgotten once it works again', async () => {
    const house = fakeHouse()
    const runner = await runnerOf(house)
    house.salesforce.fails = (call) => (call === 'probe' ? new FixConfig('signed out', { code: 'DB-1301' }) : undefined)

    await expect(runner.ready(signal)).rejects.toThrow('signed out')
    house.clock.turn(60_000)
    await expect(runner.ready(signal)).rejects.toThrow('signed out')
    expect(runner.trouble).toMatchObject({ connection: 'salesforce', times: 2, since: now })

    house.salesforce.fails = () => undefined
    await runner.ready(signal)
    runner.succeeded()
    expect(runner.trouble).toBeNull()
  })

  test('is logged when it begins and when it is over, and not each time between', async () => {
    const house = fakeHouse()
    const told: unknown[] = []
    const note = (event: string, facts: unknown): void => void told.push([event, facts])
    const machine = { ...house.machine, log: { ...house.machine.log, warn: note, info: note } }
    const { runners } = await assemble(house.settings, { machine, ledgers: house.ledgers })
    const runner = runners.get(pipelineName('cosell')) ?? expect.fail('no pipeline')
    house.salesforce.fails = (call) => (call === 'probe' ? new FixConfig('signed out', { code: 'DB-1301' }) : undefined)
    await runner.ready(signal).catch(() => undefined)
    await runner.ready(signal).catch(() => undefined)
    house.salesforce.fails = () => undefined
    await runner.ready(signal)
    runner.succeeded()
    runner.succeeded()
    const facts = { pipeline: 'cosell', connection: 'salesforce', code: 'DB-1301' }
    expect(told).toEqual([
      ['pipeline.in-trouble', facts],
      ['pipeline.well-again', facts],
    ])
  })

  test('is opened again after an opening that failed', async () => {
    const house = fakeHouse()
    const runner = await runnerOf(house)
    house.salesforce.fails = (call) => (call === 'open' ? new FixConfig('no such org', { code: 'DB-1302' }) : undefined)
    await expect(runner.ready(signal)).rejects.toThrow('no such org')
    house.salesforce.fails = () => undefined
    await expect(runner.ready(signal)).resolves.toBeDefined()
  })

  test('is tried again within one call when waiting helps', async () => {
    const house = fakeHouse()
    let times = 0
    house.salesforce.fails = (call) => {
      times += call === 'probe' ? 1 : 0
      return call === 'probe' && times === 1 ? new RetryLater('busy', { code: 'DB-1305' }) : undefined
    }
    await expect((await runnerOf(house)).ready(signal)).resolves.toBeDefined()
    expect(times).toBe(2)
  })

  test('is looked at anew after a failure that an admin must mend', async () => {
    const house = fakeHouse()
    const runner = await runnerOf(house)
    await runner.ready(signal)
    runner.failed(new FixConfig('a field is gone', { code: 'DB-1311' }))
    await runner.ready(signal)
    expect(house.salesforce.calls.filter((call) => call === 'probe')).toHaveLength(2)
  })
})

describe('I4: a ledger belongs to its organizations', () => {
  test.each([
    ['another tenant', 'source', 'partner-center'],
    ['another org', 'salesforce', 'salesforce'],
  ] as const)('%s starts nothing', async (_, side, connection) => {
    const house = fakeHouse()
    await (await runnerOf(house)).ready(signal)

    house[side].organization = 'org-2'
    const again = await runnerOf(house)

    await expect(again.ready(signal)).rejects.toThrow(`${connection} leads to org-2, but this ledger belongs to org-1`)
    expect(again.trouble).toMatchObject({ error: { code: 'DB-1101' } })
    expect([...house.source.writes, ...house.salesforce.writes]).toEqual([])
  })
})

describe('one thing at a time', () => {
  test('in the order of asking, also after a failure', async () => {
    const runner = await runnerOf(fakeHouse())
    const order: string[] = []
    const step =
      (name: string, fails = false) =>
      async () => {
        order.push(`${name} begins`)
        await Promise.resolve()
        order.push(`${name} ends`)
        if (fails) throw new Error(name)
      }
    const all = [runner.alone(step('a')), runner.alone(step('b', true)), runner.alone(step('c'))]
    expect(runner.isBusy).toBe(true)
    await Promise.allSettled(all)
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
    expect(runner.isBusy).toBe(false)
  })
})

describe('the mode', () => {
  test('a person set holds until the file says something new', async () => {
    const house = fakeHouse({ pipelines: [{ mode: 'observe' }] })
    const runner = await runnerOf(house)
    expect(await runner.mode()).toBe('observe')
    await runner.ledger.commit([putFact('mode', { mode: 'auto', over: 'observe', who: 'anna', at: now })])
    expect(await runner.mode()).toBe('auto')

    const [pipeline] = house.settings.pipelines
    const changed = { ...house.settings, pipelines: [{ ...pipeline!, mode: 'review' as const }] }
    const { runners } = await house.assemble(changed)
    expect(await [...runners.values()][0]?.mode()).toBe('review')
  })
})
