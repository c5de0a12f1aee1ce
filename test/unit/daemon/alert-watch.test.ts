// The daemon watches over a pipeline and tells a webhook: a whole way, from a pass to what arrives.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { span } from '#alerts/wording'
import type { Assembly } from '#assembly/assembly'
import { putFact } from '#assembly/facts'
import { pass } from '#control/pass'
import { AlertWatch } from '#daemon/alert-watch'
import type { ScheduleSettings, Settings } from '#settings/settings'
import { Alerts } from '#settings/schema/alerts'
import { FixConfig, later, isList, isObject, type JsonObject, parseJson, RetryLater, textOf } from '#spi'
import { type Served, serve } from '#testkit/serve'
import { fakeHouse, type FakeHouse } from '../../support/fake-house.ts'
import { addReferral, opportunity } from '../../support/fake-vendors.ts'
import { handClock } from '../../support/host.ts'

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]
const never = new AbortController().signal
const everything = ['referral.new', 'referral.answerSoon', 'conflict.waiting', 'problem.new', 'plan.waiting'] as const
const more = ['mapping.refused', 'connection.down', 'connection.expiring', 'pipeline.stale'] as const

let served: Served
let folder: string
let house: FakeHouse
let assembly: Assembly
let watch: AlertWatch

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dealbridge-watch-'))
  served = await serve(() => ({
    name: 'receiver',
    handle: async () => await Promise.resolve({ status: 200, headers: {}, body: '' }),
    tick: async () => await Promise.resolve(),
    desk: {
      all: () => [],
      read: () => undefined,
      add: () => expect.fail(),
      edit: () => undefined,
      remove: () => undefined,
    },
  }))
  house = fakeHouse({ clock: handClock(), pipelines: [{}] })
  await begin({})
})
afterEach(async () => {
  await assembly.close()
  await served.close()
  await rm(folder, { recursive: true, force: true })
})

/** Starts anew on what was kept. */
async function begin(over: Partial<Settings>): Promise<void> {
  const settings: Settings = {
    ...house.settings,
    store: {
      type: 'lowdb',
      path: join(folder, 'ledger'),
      keep: { historyMs: day, payloadsMs: 0, contactDetailsMs: 0 },
    },
    alerts: Alerts.parse({
      channels: { ops: { type: 'webhook', url: 'env:URL' } },
      rules: [...everything, ...more].map((event) => ({ event, to: ['ops'] })),
    }),
    ...over,
  }
  const machine = { ...house.machine, secretsFor: () => ({ read: async () => await Promise.resolve(served.url) }) }
  assembly = { ...(await house.assemble(settings)), machine }
  watch = new AlertWatch({ ...machine, codes: {}, assembly: () => assembly })
}

async function run(): Promise<void> {
  for (const runner of assembly.runners.values())
    await pass(runner, { signal: never, drain: never }).catch(() => undefined)
}

const objects = (body: string): readonly JsonObject[] => {
  const read = parseJson(body)
  const notices = isObject(read) ? read['notices'] : undefined
  return isList(notices) ? notices.filter(isObject) : []
}

/** What one look makes arrive, in short. */
async function told(passes: number, run = async (): Promise<void> => {}): Promise<readonly string[]> {
  house.clock.turn(passes)
  await run()
  const before = served.calls.length
  await watch.round(never)
  return served.calls
    .slice(before)
    .flatMap(({ body }) => objects(body))
    .map((one) =>
      ['state', 'event', 'pipeline', 'connection', 'code']
        .map((name) => textOf(one[name]))
        .join(' ')
        .trimEnd(),
    )
}

const theRunner = () => [...assembly.runners.values()][0] ?? expect.fail('no pipeline')

test('without rules nothing is opened, read or sent', async () => {
  await begin({ alerts: Alerts.parse({ channels: { ops: { type: 'webhook', url: 'env:URL' } } }) })
  addReferral(house.source, 'aaaa0001')
  expect(await told(0, run)).toEqual([])
})

test('a referral is told when it arrives and before it expires; and nothing of its customer leaves', async () => {
  expect(await told(0, run)).toEqual([])
  addReferral(house.source, 'aaaa0001')
  expect(await told(minute, run)).toEqual(['new referral.new cosell'])
  expect(await told(minute, run)).toEqual([])
  // It expires on 25 November at 9; this is the 22nd, then the 24th.
  expect(await told(2 * day, run)).toEqual(['new referral.answerSoon cosell'])
  expect(await told(2 * day, run)).toEqual(['again referral.answerSoon cosell'])
  const all =
    served.calls.map(({ body }) => body).join('\n') + (await readFile(join(folder, 'ledger', 'alerts.json'), 'utf8'))
  expect(all).toContain('aaaa0001')
  expect(all).not.toMatch(/Contoso|Azure|84000|Anna|fabrikam/)
})

test('a restart repeats nothing', async () => {
  await told(0, run)
  addReferral(house.source, 'aaaa0001')
  expect(await told(minute, run)).toHaveLength(1)
  await begin({})
  expect(await told(minute, run)).toEqual([])
})

test('a connection that lets nobody in is told at once and by its name, an outage is not', async () => {
  await told(0, run)
  house.salesforce.fails = () => new RetryLater('down', { code: 'DB-1302' })
  addReferral(house.source, 'aaaa0001')
  expect((await told(minute, run)).filter((one) => !one.includes('referral'))).toEqual([])
  house.salesforce.fails = () => new FixConfig('signed out', { code: 'DB-1301' })
  // The line rests after an outage; then it is tried again, and both systems are asked anew.
  const seen = [...(await told(20 * minute, run)), ...(await told(minute, run))]
  expect(seen).toEqual(['new connection.down  salesforce DB-1301'])
  house.salesforce.fails = () => undefined
  await told(minute, run)
  expect(await told(11 * minute, run)).toContain('over connection.down  salesforce DB-1301')
})

test('a certificate that ends is told a month, a week and a day before, and its renewal ends it in silence', async () => {
  house.salesforce.credentialEnds = later(house.clock.now(), 31 * day)
  expect(await told(0, run)).toEqual([])
  const expiring = async (passes: number): Promise<readonly string[]> =>
    (await told(passes, run)).filter((one) => one.includes('expiring'))
  expect(await expiring(day)).toEqual(['new connection.expiring  salesforce'])
  expect(await expiring(22 * day)).toEqual([])
  expect(await expiring(2 * day)).toEqual(['again connection.expiring  salesforce'])
  house.salesforce.credentialEnds = later(house.clock.now(), 365 * day)
  await theRunner().ready(never, { fresh: true })
  expect(await expiring(6 * day)).toEqual([])
})

test('a pipeline that has no good pass for half an hour is stale, however it fails', async () => {
  await told(0, run)
  house.source.fails = () => new RetryLater('down', { code: 'DB-1202' })
  expect(await told(20 * minute, run)).toEqual([])
  expect(await told(11 * minute, run)).toEqual(['new pipeline.stale cosell'])
})

test('a question and a problem are told by their cause, when they have lasted', async () => {
  const record = house.salesforce
  addReferral(house.source, 'aaaa0001', { status: 'Accepted' })
  await told(0, run)
  const [id] = [...record.records.keys()]
  record.put(opportunity, id ?? '', { Amount: '1' })
  addReferral(house.source, 'aaaa0001', { status: 'Accepted', amount: '2' })
  expect(await told(minute, run)).toEqual(['new conflict.waiting cosell  DB-3501'])
})

test('a start after a long time has half an hour to become well', async () => {
  await told(0, run)
  house.clock.turn(2 * day)
  await begin({})
  house.source.fails = () => new RetryLater('down', { code: 'DB-1202' })
  expect(await told(minute, run)).toEqual([])
  expect(await told(28 * minute, run)).toEqual([])
  expect(await told(5 * minute, run)).toEqual(['new pipeline.stale cosell'])
})

test('a paused pipeline is left in peace', async () => {
  await told(0, run)
  await theRunner().ledger.commit([putFact('paused', { who: 'anna', at: house.clock.now() })])
  expect(await told(2 * hour)).toEqual([])
})

test('a plan that waits for a person is told: in review', async () => {
  house = fakeHouse({ clock: handClock(), pipelines: [{ mode: 'review' }] })
  await begin({})
  await told(0, run)
  addReferral(house.source, 'aaaa0001', { status: 'Accepted' })
  expect(await told(minute, run)).toEqual(['new plan.waiting cosell'])
})

test('a pipeline that only observes waits for nobody, whatever its plan would stop at', async () => {
  house = fakeHouse({ clock: handClock(), pipelines: [{ mode: 'observe' }] })
  const { limits } = house.settings
  await begin({ limits: { ...limits, changes: { ...limits.changes, creates: 1 } } })
  for (const id of ['aaaa0001', 'aaaa0002']) addReferral(house.source, id, { status: 'Accepted' })
  expect(await told(0, run)).toEqual([])
  expect(await told(2 * hour, run)).toEqual([])
})

test('a pipeline that stopped at a limit asks, and is not stale', async () => {
  const { limits } = house.settings
  await begin({ limits: { ...limits, changes: { ...limits.changes, creates: 1 } } })
  for (const id of ['aaaa0001', 'aaaa0002']) addReferral(house.source, id, { status: 'Accepted' })
  expect(await told(0, run)).toEqual(['new plan.waiting cosell  DB-3122'])
  expect(await told(2 * hour, run)).toEqual([])
})

test.each<[string, Partial<ScheduleSettings>, string]>([
  ['once in two hours', { everyMs: 2 * hour }, '2 h 29 min'],
  // It is 15:00 in Berlin when the test begins, and 6:00 fifteen hours later.
  ['by day', { between: '06:00-15:30', outsideMs: null }, '15 h 29 min'],
])('a pipeline that runs %s is stale half an hour after it should have run', async (_, over, after) => {
  const schedule = { everyMs: 5 * minute, jitterMs: 0, between: null, outsideMs: null, ...over }
  house = fakeHouse({ clock: handClock(), pipelines: [{ schedule }] })
  await begin({})
  await told(0, run)
  await told(29 * minute, run)
  let passed = 29 * minute
  let said: readonly string[] = []
  while (said.length === 0 && passed < day) {
    said = await told(minute)
    passed += minute
  }
  // The last run began at 15:29. It is looked at once a minute, last in the minute before it was due.
  const from = over.everyMs === undefined ? 0 : 29 * minute
  expect([said, span(passed - from)]).toEqual([['new pipeline.stale cosell'], after])
})
