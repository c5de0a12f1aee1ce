import { afterEach, describe, expect, test } from 'vitest'
import { putFact } from '#assembly/facts'
import { Rounds } from '#daemon/rounds'
import { FakeClock } from '#testkit/fake-clock'
import { connectionName } from '#core/model/ids'
import type { PipelineSettings } from '#settings/settings'
import { FixConfig, RetryLater } from '#spi'
import { fakeHouse, type FakeHouse } from '../../support/fake-house.ts'

const minute = 60_000
const open: AbortController[] = []
afterEach(() => open.splice(0).forEach((drain) => drain.abort()))

interface Going extends FakeHouse {
  readonly clock: FakeClock
  readonly rounds: Rounds
  readonly drain: AbortController
  readonly fatal: unknown[]
  /** Lets time pass, in steps small enough for the loop to follow. */
  pass(ms: number): Promise<void>
  /** How many passes have read the source. */
  passes(): number
}

async function going(pipelines: readonly Partial<PipelineSettings>[] = [{}]): Promise<Going> {
  const clock = new FakeClock()
  const house = fakeHouse({ pipelines, clock })
  const assembly = await house.assemble()
  const drain = new AbortController()
  open.push(drain)
  const fatal: unknown[] = []
  const rounds = new Rounds({
    ...house.machine,
    ending: { signal: new AbortController().signal, drain: drain.signal },
    runners: () => [...assembly.runners.values()],
    zone: () => 'Europe/Berlin',
    onFatal: (error) => fatal.push(error),
  })
  void rounds.work()
  await settled()
  return Object.assign(house, {
    clock,
    rounds,
    drain,
    fatal,
    passes: () => house.source.calls.filter((call) => call === 'changes').length,
    pass: async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 1_000) {
        clock.turn(Math.min(1_000, ms - passed))
        await settled()
      }
    },
  })
}

/** Everything that can go on without time passing has. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

describe('a pipeline', () => {
  test('runs at once, and then as often as it is told', async () => {
    const house = await going()
    expect(house.passes()).toBe(1)
    await house.pass(5 * minute - 1_000)
    expect(house.passes()).toBe(1)
    await house.pass(1_000)
    expect(house.passes()).toBe(2)
  })

  test('never overlaps itself, however long a pass takes; the next follows once it is over', async () => {
    const house = await going([{ schedule: { everyMs: 1_000, jitterMs: 0, between: null, outsideMs: null } }])
    let release = (): void => undefined
    house.source.holds = (call) =>
      call === 'changes' ? new Promise<void>((resolve) => (release = resolve)) : undefined
    await house.pass(10_000)
    expect(house.passes()).toBe(2)
    house.source.holds = () => undefined
    release()
    await settled()
    await house.pass(1_000)
    expect(house.passes()).toBe(4)
  })

  test('does not wait for another one that hangs', async () => {
    const house = await going([{}, { target: connectionName('dynamics') }])
    house.salesforce.holds = () => new Promise(() => undefined)
    await house.pass(11 * minute)
    expect(house.dynamics.calls.filter((call) => call === 'changes')).toHaveLength(3)
  })

  test('F120: after the machine slept runs once, not once for each time it missed', async () => {
    const house = await going()
    house.clock.skewMs = 8 * 60 * minute
    await house.pass(1_000)
    expect(house.passes()).toBe(2)
    await house.pass(4 * minute)
    expect(house.passes()).toBe(2)
  })

  test('that is paused does nothing; a nudge after the pause is over brings it back', async () => {
    const house = await going()
    const ledger = house.ledgerOf('cosell')
    await ledger.commit([putFact('paused', { who: 'anna', at: house.clock.now() })])
    await house.pass(11 * minute)
    expect(house.passes()).toBe(1)
    await ledger.commit([{ drop: 'fact', key: 'paused' }])
    house.rounds.nudge('cosell')
    await settled()
    expect(house.passes()).toBe(2)
  })

  test('says when it runs next', async () => {
    const house = await going()
    await house.pass(2 * minute)
    expect(house.rounds.nextRun('cosell')).toBe('2026-11-20T14:05:00.000Z')
    expect(house.rounds.nextRun('unknown')).toBeNull()
  })
})

describe('a broken connection', () => {
  const everySecond: Partial<PipelineSettings> = {
    schedule: { everyMs: 1_000, jitterMs: 0, between: null, outsideMs: null },
  }

  test('is not called each second, and resumes by itself', async () => {
    const house = await going([everySecond])
    house.salesforce.fails = () => new FixConfig('signed out', { code: 'DB-1301' })
    await house.pass(10 * minute)
    const tried = house.salesforce.calls.length
    expect(tried).toBeLessThan(15)
    house.salesforce.fails = () => undefined
    await house.pass(5 * minute)
    expect(house.salesforce.calls.filter((call) => call === 'changes').length).toBeGreaterThan(10)
  })

  test('is tried at once when somebody says that it was mended', async () => {
    const house = await going([everySecond])
    house.salesforce.fails = () => new FixConfig('signed out', { code: 'DB-1301' })
    await house.pass(3 * minute)
    house.salesforce.fails = () => undefined
    const before = house.passes()
    house.rounds.nudge('cosell')
    await settled()
    expect(house.passes()).toBe(before + 1)
  })

  test('stops only its own pipelines', async () => {
    const house = await going([{}, { target: connectionName('dynamics') }])
    house.salesforce.fails = () => new RetryLater('down', { code: 'DB-1305' })
    await house.pass(11 * minute)
    expect(house.dynamics.calls.filter((call) => call === 'changes')).toHaveLength(3)
  })
})

test('both sides are compared in full once a day, and the schema is looked at anew', async () => {
  const house = await going([{ schedule: { everyMs: 60 * minute, jitterMs: 0, between: null, outsideMs: null } }])
  const probes = (): number => house.salesforce.calls.filter((call) => call === 'probe').length
  await house.pass(60 * minute)
  expect(probes()).toBe(1)
  house.clock.turn(13 * 60 * minute)
  await settled()
  expect(probes()).toBe(2)
  expect(await house.ledgerOf('cosell').get('fact', 'reconciled')).toMatchObject({
    at: expect.stringMatching(/^2026-11-21/),
  })
  await house.pass(2 * 60 * minute)
  expect(probes()).toBe(2)
})

test('a ledger that cannot be written any more is fatal', async () => {
  const house = await going()
  const failure = new FixConfig('disk full', { code: 'DB-4008' })
  Object.defineProperty(house.ledgerOf('cosell'), 'failure', { get: () => failure })
  await house.pass(5 * minute)
  expect(house.fatal).toEqual([failure])
})

test('it lives as long as the loop moves', async () => {
  const house = await going()
  await house.pass(10 * minute)
  expect(house.rounds.isAlive).toBe(true)
  house.drain.abort()
  await settled()
  house.clock.turn(61_000)
  expect(house.rounds.isAlive).toBe(false)
})
