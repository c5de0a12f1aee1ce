import { afterEach, describe, expect, test } from 'vitest'
import type { Door } from '#control/door'
import { startDaemon, type Daemon } from '#daemon/daemon'
import { reconcileCodes } from '#core/reconcile/codes'
import { refused } from '#core/problem'
import { FakeClock } from '#testkit/fake-clock'
import { FixConfig, type Log } from '#spi'
import type { Settings } from '#settings/settings'
import { Alerts } from '#settings/schema/alerts'
import { draftOf, fakeHouse, type FakeHouse, type FakeHouseOptions } from '../../support/fake-house.ts'
import { fakeMapping } from '../../support/fake-mapping.ts'
import { addReferral } from '../../support/fake-vendors.ts'
import { silentLog } from '../../support/silent-log.ts'

const running: Daemon[] = []
afterEach(async () => {
  for (const daemon of running.splice(0)) {
    daemon.kill()
    await daemon.stop()
  }
})

interface Started extends FakeHouse {
  readonly daemon: Daemon
  readonly clock: FakeClock
  /** What `announce` told last. */
  readonly door: { current: Door | null }
  settingsNow: () => Settings
  ask(path: string, options?: RequestInit): Promise<Response>
  verb(name: string, request?: unknown): Promise<Response>
}

async function started(
  options: FakeHouseOptions = {},
  prepare: (house: FakeHouse) => void = () => undefined,
): Promise<Started> {
  const clock = new FakeClock()
  const house = fakeHouse({ ...options, clock })
  prepare(house)
  const door: { current: Door | null } = { current: null }
  const late = Object.assign(house, { settingsNow: () => house.settings })
  const daemon = await startDaemon({
    machine: house.machine,
    load: async () => late.settingsNow(),
    codes: reconcileCodes,
    version: '1.2.3',
    pid: 4711,
    metrics: { text: async () => 'dealbridge_build_info 1\n', contentType: 'text/plain' },
    announce: async (_file, told) => void (door.current = told),
  })
  running.push(daemon)
  await settled()
  const ask = async (path: string, init?: RequestInit) => await fetch(`${daemon.url}${path}`, init)
  const verb = async (name: string, request: unknown = {}) =>
    await ask(`/control/v1/${name}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${door.current?.key ?? ''}` },
      body: JSON.stringify(request),
    })
  return Object.assign(late, { daemon, clock, door, ask, verb })
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

describe('its doors', () => {
  test('tell machines that it lives, works, and what it counts', async () => {
    const house = await started()
    expect((await house.ask('/livez')).status).toBe(200)
    expect((await house.ask('/readyz')).status).toBe(200)
    expect(await (await house.ask('/metrics')).text()).toContain('dealbridge_build_info')
    expect((await house.ask('/')).status).toBe(404)
  })

  test('read no more than they have to from a stranger', async () => {
    const house = await started()
    const large = 'x'.repeat(300 * 1024)
    expect((await house.ask('/push/partner-center', { method: 'POST', body: large })).status).toBe(413)
    expect((await house.verb('explain', { deal: 'x', pipeline: large })).status).toBe(409)
  })

  test('a vendor that is down makes nobody restart it', async () => {
    const house = await started({}, ({ salesforce }) => {
      salesforce.fails = () => new FixConfig('signed out', { code: 'DB-1301' })
    })
    expect((await house.ask('/livez')).status).toBe(200)
    expect((await house.ask('/readyz')).status).toBe(200)
  })

  test('a ledger that cannot be written does', async () => {
    const house = await started()
    Object.defineProperty(house.ledgerOf('cosell'), 'failure', {
      get: () => new FixConfig('full', { code: 'DB-4008' }),
    })
    const ready = await house.ask('/readyz')
    expect([ready.status, await ready.text()]).toEqual([503, 'the ledger of cosell cannot be written\n'])
  })

  test('a port that is taken is told, and nothing stays behind', async () => {
    const first = await started()
    const house = fakeHouse()
    const taken = { ...house.settings, http: { ...house.settings.http, port: Number(new URL(first.daemon.url).port) } }
    await expect(
      startDaemon({
        machine: house.machine,
        load: async () => taken,
        codes: {},
        version: '1',
        pid: 1,
        metrics: { text: async () => '', contentType: '' },
        announce: async () => undefined,
      }),
    ).rejects.toMatchObject({ code: 'DB-1108' })
    expect(house.source.calls).toEqual([])
  })

  test('an address that others can reach, without a sign-in, is refused', async () => {
    const house = fakeHouse()
    const open = { ...house.settings, http: { ...house.settings.http, host: '0.0.0.0' } }
    const parts = { machine: house.machine, load: async () => open, codes: {}, version: '1', pid: 1 }
    const rest = { metrics: { text: async () => '', contentType: '' }, announce: async () => undefined }
    await expect(startDaemon({ ...parts, ...rest })).rejects.toMatchObject({ code: 'DB-1112', remedy: 'fix-config' })
  })
})

test('what others can reach, with the console switched off, steers nothing', async () => {
  const clock = new FakeClock()
  const house = fakeHouse({ clock })
  const open = { ...house.settings.http, host: '0.0.0.0', console: { ...house.settings.http.console, enabled: false } }
  const door: { current: Door | null } = { current: null }
  const daemon = await startDaemon({
    machine: house.machine,
    load: async () => ({ ...house.settings, http: open }),
    codes: {},
    version: '1',
    pid: 1,
    metrics: { text: async () => '', contentType: 'text/plain' },
    announce: async (_file, told) => void (door.current = told),
  })
  running.push(daemon)
  const everyone = `http://127.0.0.1:${new URL(daemon.url).port}`
  const init = { method: 'POST', headers: { authorization: `Bearer ${door.current?.key ?? ''}` }, body: '{}' }
  expect((await fetch(`${everyone}/readyz`)).status).toBe(200)
  expect((await fetch(`${everyone}/control/v1/status`, init)).status).toBe(404)
  expect((await fetch(`${door.current?.url ?? ''}/control/v1/status`, init)).status).toBe(200)
})

describe('the control door', () => {
  test('answers whoever has the key', async () => {
    const house = await started()
    const { answer } = (await (await house.verb('status')).json()) as { answer: unknown }
    expect(answer).toMatchObject({ version: '1.2.3', daemon: { pid: 4711 }, pipelines: [{ name: 'cosell' }] })
  })

  test.each<[string, Record<string, string>, number]>([
    ['no key', {}, 401],
    ['a wrong key', { authorization: 'Bearer nonsense' }, 401],
    ['I45: a browser, even with the key', { origin: 'http://evil.example', key: 'yes' }, 403],
    ['I45: a name that leads here (DNS rebinding)', { host: 'evil.example', key: 'yes' }, 403],
  ])('refuses %s', async (_, { key, ...headers }, status) => {
    const house = await started()
    const authorization = key ? { authorization: `Bearer ${house.door.current?.key ?? ''}` } : {}
    const { request } = await import('node:http')
    const answered = await new Promise<number>((resolve, reject) => {
      const asked = request(`${house.daemon.url}/control/v1/status`, {
        method: 'POST',
        headers: { ...authorization, ...headers },
      })
      asked.on('response', (response) => resolve(response.statusCode ?? 0)).on('error', reject)
      asked.end('{}')
    })
    expect(answered).toBe(status)
  })

  test.each([
    ['a verb that is none', 'shutdown', {}, 404],
    ['a request that is none', 'sync', { who: '' }, 409],
    ['an unknown setting in a request', 'plan', { force: true }, 409],
  ])('refuses %s', async (_, verb, request, status) => {
    const house = await started()
    expect((await house.verb(verb, request)).status).toBe(status)
  })

  test('an error keeps its code and whose turn it is', async () => {
    const house = await started()
    const refusal = await house.verb('explain', { deal: 'ffffffff' })
    expect(await refusal.json()).toMatchObject({
      trouble: { code: 'DB-1150', remedy: 'needs-human', who: 'operations' },
    })
  })

  test('what takes longer becomes a job, whose progress and answer can be asked for', async () => {
    const house = await started()
    addReferral(house.source, 'aaaa0001')
    const gate = Promise.withResolvers<void>()
    house.salesforce.holds = (call) => (call === 'write' ? gate.promise : undefined)
    const pending = house.verb('sync', { who: 'anna' })
    await new Promise((resolve) => setTimeout(resolve, 30))
    house.clock.turn(1_500)
    const first = await pending
    expect(first.status).toBe(202)
    const { job, progress } = (await first.json()) as { job: string; progress: unknown }
    expect(progress).toEqual([{ pipeline: 'cosell', system: 'salesforce', done: 0, total: 1 }])
    gate.resolve()
    const headers = { authorization: `Bearer ${house.door.current?.key ?? ''}` }
    const done = await house.ask(`/control/v1/jobs/${job}`, { headers })
    expect(await done.json()).toMatchObject({ answer: [{ result: 'done', written: 1 }] })
    expect((await house.ask(`/control/v1/jobs/${job}`, { headers })).status).toBe(404)
  })
})

describe('new settings', () => {
  test('take the place of the old ones between two passes, on the same ledger', async () => {
    const house = await started({ pipelines: [{ mode: 'observe' }] })
    addReferral(house.source, 'aaaa0001')
    const [pipeline] = house.settings.pipelines
    house.settingsNow = () => ({ ...house.settings, pipelines: [{ ...pipeline!, mode: 'auto' }] })
    await house.daemon.reload()
    await settled()
    expect(house.salesforce.writes).toHaveLength(1)
    expect((await house.daemon.control.status()).pipelines).toMatchObject([{ mode: 'auto', linked: 1 }])
  })

  test.each<[string, (house: Started) => void, string]>([
    [
      'that cannot be read',
      (house) => {
        house.settingsNow = () => {
          throw new FixConfig('no such key', { code: 'DB-1010' })
        }
      },
      'DB-1010',
    ],
    [
      'whose mapping is broken',
      (house) => {
        house.mapping = () => refused([{ code: 'DB-2101', severity: 'error', what: 'no such field' }])
      },
      'DB-2101',
    ],
    [
      'that lead to another org',
      (house) => {
        house.salesforce.organization = 'org-2'
      },
      'DB-1101',
    ],
    [
      'with another store',
      (house) => {
        house.settingsNow = () => ({
          ...house.settings,
          store: { type: 'lowdb', path: '/elsewhere', keep: { historyMs: 1, payloadsMs: 1, contactDetailsMs: 1 } },
        })
      },
      'DB-1113',
    ],
  ])('%s leave the old ones in force, and status says so', async (_, breaks, code) => {
    const house = await started()
    breaks(house)
    await expect(house.daemon.reload()).rejects.toMatchObject({ code })
    expect((await house.daemon.control.status()).reload).toMatchObject({ trouble: { code } })
    addReferral(house.source, 'aaaa0001')
    house.clock.turn(300_000)
    await settled()
    expect(house.salesforce.writes).toHaveLength(1)
  })

  test('that are good again clear what status said', async () => {
    const house = await started()
    house.mapping = () => refused([{ code: 'DB-2101', severity: 'error', what: 'no such field' }])
    await expect(house.daemon.reload()).rejects.toThrow()
    house.mapping = () => draftOf(fakeMapping({ hash: 'm2' }))
    await house.daemon.reload()
    expect((await house.daemon.control.status()).reload).toBeNull()
  })

  test('are not refused because a vendor is signed out just now', async () => {
    const house = await started()
    house.salesforce.fails = () => new FixConfig('signed out', { code: 'DB-1301' })
    await expect(house.daemon.reload()).resolves.toBeUndefined()
  })
})

describe('its end', () => {
  test('lets the write in hand finish, and leaves no door behind', async () => {
    const house = await started()
    addReferral(house.source, 'aaaa0001')
    const gate = Promise.withResolvers<void>()
    house.salesforce.holds = (call) => (call === 'write' ? gate.promise : undefined)
    house.clock.turn(300_000)
    await settled()
    const stopped = house.daemon.stop()
    await settled()
    expect(house.salesforce.writes).toHaveLength(0)
    gate.resolve()
    expect(await stopped).toBe(true)
    expect(house.salesforce.writes).toHaveLength(1)
    expect(await house.ledgerOf('cosell').count('intent')).toBe(0)
    expect(house.door.current).toBeNull()
    await expect(house.ask('/livez')).rejects.toThrow()
    expect(await house.daemon.ended).toBeNull()
  })

  test('comes after the time for it is up, and says that it was not clean', async () => {
    const house = await started({ shutdownMs: 1_000 })
    addReferral(house.source, 'aaaa0001')
    house.salesforce.holds = (call) => (call === 'write' ? new Promise(() => undefined) : undefined)
    house.clock.turn(300_000)
    await settled()
    const stopped = house.daemon.stop()
    for (let second = 0; second < 5; second += 1) {
      await settled()
      house.clock.turn(1_000)
    }
    expect(await stopped).toBe(false)
    // The write whose answer nobody waited for is looked up at the next start.
    expect(await house.ledgerOf('cosell').count('intent')).toBe(1)
  })

  test('comes by itself when the ledger fails', async () => {
    const house = await started()
    Object.defineProperty(house.ledgerOf('cosell'), 'failure', {
      get: () => new FixConfig('full', { code: 'DB-4008' }),
    })
    house.clock.turn(300_000)
    expect(await house.daemon.ended).toMatchObject({ code: 'DB-4008' })
  })

  test('F118, I4: comes before the first pass when a connection leads to another org', async () => {
    const house = await started()
    await house.daemon.stop()
    house.salesforce.organization = 'org-2'
    addReferral(house.source, 'aaaa0001')
    const again = await startDaemon({
      machine: house.machine,
      load: async () => house.settings,
      codes: {},
      version: '1',
      pid: 1,
      metrics: { text: async () => '', contentType: '' },
      announce: async () => undefined,
    })
    running.push(again)
    expect(await again.ended).toMatchObject({ code: 'DB-1101' })
    expect([...house.source.writes, ...house.salesforce.writes]).toEqual([])
  })
})

test('people are told what the rules want told, and by the rules of a reload', async () => {
  const told: string[] = []
  const log: Log = { ...silentLog, with: () => log, warn: (event) => void told.push(event) }
  const rules = (...events: readonly string[]): Alerts =>
    Alerts.parse({ channels: { ops: { type: 'console' } }, rules: events.map((event) => ({ event, to: ['ops'] })) })
  const house = await started({}, (of) => {
    of.salesforce.fails = () => new FixConfig('signed out', { code: 'DB-1301' })
    Object.assign(of, { machine: { ...of.machine, log }, settings: { ...of.settings, alerts: rules() } })
  })
  const minute = async (): Promise<readonly string[]> => {
    house.clock.turn(60_000)
    await settled()
    return told.splice(0).filter((event) => event.startsWith('alert.'))
  }
  expect(await minute()).toEqual([])
  house.settingsNow = () => ({ ...house.settings, alerts: rules('connection.down') })
  expect((await house.verb('reload')).status).toBe(200)
  expect(await minute()).toEqual(['alert.connection.down'])
  expect(await minute()).toEqual([])
})
