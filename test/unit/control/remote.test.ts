import { afterEach, describe, expect, test } from 'vitest'
import type { Control, Progress } from '#control/control'
import type { Door } from '#control/door'
import { openControl } from '#control/open'
import { controlRoute } from '#daemon/control-door'
import { listen, type Listener } from '#daemon/listener'
import { systemClock } from '#platform/clock'
import { FixConfig } from '#spi'
import { fakeControl, type FakeControl } from '../../support/fake-control.ts'
import { silentLog } from '../../support/fake-pipeline.ts'
import { seededRandom } from '../../support/host.ts'
import { addReferral } from '../../support/fake-vendors.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

interface Asked {
  readonly remote: Control
  readonly house: FakeControl
  readonly listener: Listener
  readonly door: Door
}

const key = 'k'.repeat(64)
const never = new AbortController().signal

async function asked(change: Partial<Door> = {}, interrupt = new AbortController()): Promise<Asked> {
  const house = await fakeControl()
  const clock = systemClock()
  const random = seededRandom(3)
  const routes = [controlRoute({ control: house.control, key, clock, random })]
  const listener = await listen({ host: '127.0.0.1', port: 0, log: silentLog, routes })
  closing.push(async () => await listener.close())
  const door: Door = { url: listener.url, key, pid: 4711, version: '1.2.3', since: clock.now(), ...change }
  const remote = await openControl({
    machine: { ...house.machine, clock },
    settings: house.settings,
    codes: {},
    version: '1.2.3',
    ending: { signal: never, drain: interrupt.signal },
    readPrivate: async () => JSON.stringify(door),
    isAlive: (pid) => pid === 4711,
  })
  closing.push(async () => await remote.close())
  return { remote, house, listener, door }
}

describe('the daemon, asked from another process', () => {
  test('gives the answers a command of its own would', async () => {
    const { remote, house } = await asked()
    addReferral(house.source, 'aaaa0001')
    expect(remote.isDaemon).toBe(true)
    const [plan] = await remote.plan({})
    expect(plan?.plan?.changes).toHaveLength(1)
    expect(await remote.sync({ who: 'anna', ...(plan?.plan ? { agreed: [plan.plan] } : {}) })).toMatchObject([
      { written: 1 },
    ])
    expect(await remote.status()).toMatchObject({ pipelines: [{ linked: 1 }] })
    expect(await remote.referrals({})).toMatchObject({ total: 1 })
  })

  test('throws its errors with their remedies', async () => {
    const { remote, house } = await asked()
    await expect(remote.explain({ deal: 'ffff0000' })).rejects.toMatchObject({ code: 'DB-1150', remedy: 'needs-human' })
    house.salesforce.fails = () => new FixConfig('signed out', { code: 'DB-1301', who: 'Salesforce admin' })
    const [run] = await remote.sync({ who: 'anna' })
    expect(run?.trouble).toMatchObject({ code: 'DB-1301', remedy: 'fix-config', who: 'Salesforce admin' })
    await expect(remote.reload()).rejects.toMatchObject({ code: 'DB-1105' })
  })

  test('tells how far a long verb has come', async () => {
    const { remote, house } = await asked()
    addReferral(house.source, 'aaaa0001')
    const gate = Promise.withResolvers<void>()
    house.salesforce.holds = (call) => (call === 'write' ? gate.promise : undefined)
    const seen: Progress[] = []
    const syncing = remote.sync({ who: 'anna' }, (progress) => {
      seen.push(progress)
      gate.resolve()
    })
    expect(await syncing).toMatchObject([{ written: 1 }])
    expect(seen[0]).toEqual({ pipeline: 'cosell', system: 'salesforce', done: 0, total: 1 })
  })

  test('an interrupt ends the waiting', async () => {
    const interrupt = new AbortController()
    const { remote, house } = await asked({}, interrupt)
    house.source.holds = () => new Promise(() => undefined)
    const planning = remote.plan({})
    setTimeout(() => interrupt.abort(new Error('told to end')), 20)
    await expect(planning).rejects.toThrow('told to end')
  })
})

describe('a daemon that is not there', () => {
  test('but has left its file behind: the command works by itself', async () => {
    const { remote } = await asked({ pid: 1 })
    expect(remote.isDaemon).toBe(false)
    expect(await remote.status()).toMatchObject({ daemon: null })
  })

  test('or does not answer: says so, and that trying again helps', async () => {
    const { remote, listener } = await asked()
    await listener.close()
    await expect(remote.status()).rejects.toMatchObject({ code: 'DB-1106', remedy: 'retry-later' })
  })

  test.each([
    ['has another key', { key: 'x'.repeat(64) }, 'it refused (401)'],
    ['is of another version', { version: '9.9.9' }, 'version 9.9.9'],
  ])('or %s', async (_, change, message) => {
    const act = async () => (await asked(change)).remote.status()
    await expect(act()).rejects.toThrow(message)
  })

  test.each([
    ['leads to another computer', { url: 'http://evil.example:80' }],
    ['is no address at all', { url: 'file:///etc/passwd' }],
  ])('or whose file %s is not believed', async (_, change) => {
    expect((await asked(change)).remote.isDaemon).toBe(false)
  })
})
