// Following a vendor's changes, played for long: records are made and edited, time passes, we poll, and now and then we
// die in the middle of a poll and go on from the bookmark of some earlier page. A model of one line, the newest state of
// each record, says what must have been handed over by the end (I22).

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { connector as dynamics } from '../../connectors/dynamics/index.ts'
import { dynamicsSimulator } from '../../connectors/dynamics/simulator/index.ts'
import { connector as partnerCenter } from '../../connectors/partner-center/index.ts'
import { partnerCenterSimulator } from '../../connectors/partner-center/simulator/index.ts'
import { connector as salesforce } from '../../connectors/salesforce/index.ts'
import { salesforceSimulator } from '../../connectors/salesforce/simulator/index.ts'
import {
  at,
  type Cursor,
  type Fields,
  type Host,
  kind,
  type Kind,
  type RecordId,
  REFERRAL,
  type Session,
  type Simulator,
} from '#spi'
import { memoryVault } from '#platform/vault'
import { inProcess } from '../support/in-process.ts'
import { handClock, type HandClock, seededRandom } from '../support/host.ts'
import { runs } from '../support/runs.ts'
import { silentLog } from '../support/silent-log.ts'
import { accepted } from '../unit/connectors/partner-center/world.ts'

const baseUrl = 'http://127.0.0.1:9'
const signal = new AbortController().signal

interface Vendor {
  readonly simulator: Simulator
  readonly clock: HandClock
  readonly kind: Kind
  readonly field: string
  readonly open: () => Promise<Session>
  readonly fresh: (n: number) => Fields
}

function parts(): {
  readonly clock: HandClock
  readonly told: Parameters<typeof dynamicsSimulator>[0]
  readonly host: (of: Simulator) => Host
} {
  const clock = handClock()
  const random = seededRandom(7)
  return {
    clock,
    told: { now: () => clock.now(), random: () => random.next(), baseUrl: () => baseUrl },
    host: (simulator) => ({
      http: inProcess(simulator),
      clock,
      random,
      log: silentLog,
      vault: memoryVault(),
      secrets: { read: async () => 'none' },
    }),
  }
}

function partnerCenterVendor(): Vendor {
  const { clock, told, host } = parts()
  const simulator = partnerCenterSimulator({ ...told, auth: 'off' })
  const settings = partnerCenter.settings.parse({
    tenant: 'fabrikam.example',
    endpoint: baseUrl,
    authority: baseUrl,
    webhookEndpoint: baseUrl,
    auth: { flow: 'none' },
  })
  return {
    simulator,
    clock,
    kind: REFERRAL,
    field: 'name',
    open: async () => await partnerCenter.open(settings, host(simulator)),
    fresh: (n) => accepted({ name: `Deal ${n}` }),
  }
}

function salesforceVendor(): Vendor {
  const { clock, told, host } = parts()
  const simulator = salesforceSimulator({ ...told, company: 'empty', signIn: 'open' })
  const settings = salesforce.settings.parse({
    url: baseUrl,
    auth: { flow: 'none' },
    limits: { shareOfDailyLimit: '100%' },
  })
  return {
    simulator,
    clock,
    kind: kind('Opportunity'),
    field: 'Name',
    open: async () => await salesforce.open(settings, host(simulator)),
    fresh: (n) => ({ Name: `Deal ${n}`, StageName: 'Qualification', CloseDate: '2026-12-18' }),
  }
}

function dynamicsVendor(isTracked: boolean): Vendor {
  const { clock, told, host } = parts()
  const simulator = dynamicsSimulator({ ...told, company: 'empty' })
  if (!isTracked) simulator.setTracking('opportunity', false)
  const settings = dynamics.settings.parse({ endpoint: baseUrl, authority: baseUrl, auth: { flow: 'none' } })
  return {
    simulator,
    clock,
    kind: kind('opportunity'),
    field: 'name',
    open: async () => await dynamics.open(settings, host(simulator)),
    fresh: (n) => ({ name: `Deal ${n}` }),
  }
}

type Act =
  | { readonly do: 'add' }
  | { readonly do: 'edit'; readonly which: number }
  | { readonly do: 'turn'; readonly ms: number }
  | { readonly do: 'poll' }
  /** Dies after so many pages, and goes on from the bookmark before. */
  | { readonly do: 'die'; readonly pages: number }

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ do: 'add' } as const) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('edit' as const), which: fc.nat(50) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('turn' as const),
      ms: fc.constantFrom(1, 400, 1_000, 61_000, 600_000, 4_000_000),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ do: 'poll' } as const) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('die' as const), pages: fc.integer({ min: 0, max: 2 }) }) },
)

class Play {
  readonly #vendor: Vendor
  readonly #ids: RecordId[] = []
  readonly #seen = new Map<string, unknown>()
  #session: Session | null = null
  #cursor: Cursor | null = null
  #count = 0

  constructor(vendor: Vendor) {
    this.#vendor = vendor
  }

  async act(one: Act): Promise<void> {
    const { simulator, clock, kind: of, field, fresh } = this.#vendor
    this.#count += 1
    if (one.do === 'add') this.#ids.push(simulator.desk.add(of, fresh(this.#count)))
    if (one.do === 'turn') clock.turn(one.ms)
    if (one.do === 'poll') await this.poll()
    if (one.do === 'die') {
      await this.poll(one.pages)
      this.#session = null
    }
    const id = one.do === 'edit' ? this.#ids[one.which % Math.max(1, this.#ids.length)] : undefined
    if (id !== undefined) simulator.desk.edit(of, id, { [field]: `Deal ${this.#count}` })
    await simulator.tick()
  }

  async poll(pagesMax = Number.POSITIVE_INFINITY): Promise<void> {
    const { kind: of, field, open } = this.#vendor
    this.#session ??= await open()
    let pages = 0
    for await (const { records, next } of this.#session.changes(
      [{ kind: of, fields: [field] }],
      this.#cursor,
      signal,
    )) {
      if (pages >= pagesMax) return
      pages += 1
      // What was handed over is on disk before the bookmark is.
      for (const { id, fields } of records) this.#seen.set(id, at(fields, field))
      this.#cursor = next
    }
  }

  /** What is not known in its newest state. */
  missed(): readonly string[] {
    const { simulator, kind: of, field } = this.#vendor
    return this.#ids.filter((id) => this.#seen.get(id) !== simulator.desk.read(of, id)?.fields[field])
  }
}

test.each([
  ['Partner Center', partnerCenterVendor],
  ['Salesforce', salesforceVendor],
  ['Dynamics, with change tracking', () => dynamicsVendor(true)],
  ['Dynamics, by time of change', () => dynamicsVendor(false)],
] as const)('%s: over a hundred acts and more, nothing that changed is missed', async (_, vendor) => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 100, maxLength: 130 }), async (acts) => {
      const there = vendor()
      const play = new Play(there)
      await play.poll()
      for (const one of acts) await play.act(one)
      // The lists of vendors lag; after an hour they do not.
      for (let poll = 0; poll < 3; poll += 1) {
        there.clock.turn(3_600_000)
        await there.simulator.tick()
        await play.poll()
      }
      expect(play.missed()).toEqual([])
    }),
    runs(12),
  )
})
