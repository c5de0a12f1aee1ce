import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Alerts } from '#alerts/alerts'
import type { Condition } from '#alerts/condition'
import { emptyMemory, type Memory } from '#alerts/memory'
import { memoryFile } from '#alerts/memory-file'
import { Alerts as AlertSettings } from '#settings/schema/alerts'
import { RetryLater } from '#spi'
import { handClock } from '../../support/host.ts'
import type { Letter } from '#alerts/wording'
import { silentLog } from '../../support/silent-log.ts'

const never = new AbortController().signal
const clock = handClock()
const told: Memory = {
  ...emptyMemory,
  told: {
    'ops problem.new cosell DB-3207': {
      channel: 'ops',
      event: 'problem.new',
      subject: 'cosell DB-3207',
      pipeline: 'cosell',
      connection: null,
      code: 'DB-3207',
      since: clock.now(),
      step: 1,
      last: clock.now(),
      goneSince: null,
    },
  },
}

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dealbridge-alerts-'))
  path = join(folder, 'ledger', 'alerts.json')
})
afterEach(async () => await rm(folder, { recursive: true, force: true }))

describe('the file of what was told', () => {
  test('keeps it, for its owner only', async () => {
    const file = memoryFile(path, silentLog)
    expect(await file.read()).toEqual(emptyMemory)
    await file.write(told)
    expect(await memoryFile(path, silentLog).read()).toEqual(told)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  test.each(['', 'not JSON', '{"version":2}', '{"version":1,"told":[]}'])(
    'that says %j is begun anew',
    async (text) => {
      const events: string[] = []
      const log = { ...silentLog, warn: (event: string) => void events.push(event) }
      await memoryFile(path, log).write(told)
      await writeFile(path, text)
      expect(await memoryFile(path, log).read()).toEqual(emptyMemory)
      expect(events).toEqual(['alert.memory-lost'])
    },
  )
})

describe('a channel that fails', () => {
  const settings = {
    name: 'fabrikam',
    timezone: 'UTC',
    alerts: AlertSettings.parse({
      channels: { ops: { type: 'console' } },
      rules: [{ event: 'plan.waiting', to: ['ops'] }],
    }),
  }
  const plan: Condition = {
    event: 'plan.waiting',
    subject: 'cosell',
    pipeline: 'cosell',
    connection: null,
    since: clock.now(),
    due: null,
    code: null,
    count: 1,
    referrals: [],
    url: null,
  }

  test('a disk that takes nothing keeps nobody from being told', async () => {
    const sent: string[] = []
    const events: string[] = []
    const channel = { name: 'ops', send: async ({ id }: Letter) => void sent.push(id), close: () => undefined }
    const store = { read: async () => emptyMemory, write: async () => await Promise.reject(new Error('full')) }
    const log = { ...silentLog, error: (event: string) => void events.push(event) }
    const alerts = new Alerts({ settings, channels: new Map([['ops', channel]]), store, codes: {}, clock, log })
    for (let round = 0; round < 3; round += 1)
      await alerts.round({ now: clock.now(), pipelines: [], conditions: [plan] }, never)
    expect(sent).toHaveLength(1)
    expect(new Set(events)).toEqual(new Set(['alert.not-kept']))
  })

  test('is tried again with growing patience, and what it told at last is remembered on disk', async () => {
    let tries = 0
    const send = async (): Promise<void> => {
      tries += 1
      if (tries < 3) throw new RetryLater('not now', { code: 'DB-1703' })
      await Promise.resolve()
    }
    const channels = new Map([['ops', { name: 'ops', send, close: () => undefined }]])
    const store = memoryFile(path, silentLog)
    const alerts = new Alerts({ settings, channels, store, codes: {}, clock, log: silentLog })
    const after: number[] = []
    for (let minute = 0; minute < 8; minute += 1) {
      const before = tries
      await alerts.round({ now: clock.now(), pipelines: [], conditions: [plan] }, never)
      if (tries > before) after.push(minute)
      clock.turn(60_000)
    }
    expect(after).toEqual([0, 1, 3])
    expect(await readFile(path, 'utf8')).toContain('"plan.waiting"')

    const anew = new Alerts({ settings, channels, store, codes: {}, clock, log: silentLog })
    await anew.round({ now: clock.now(), pipelines: [], conditions: [plan] }, never)
    expect(tries).toBe(3)
  })
})
