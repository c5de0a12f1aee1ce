// A whole pipeline over pretended vendors, a hand-made mapping and a ledger in memory.

import { noMeter } from '#engine/meter'
import { Line } from '#engine/line'
import type { Mode, Pipeline } from '#engine/pipeline'
import type { Mapping } from '#core/mapping/mapping'
import { openMemoryLedger } from '#ledger/memory'
import type { KeptLedger } from '#ledger'
import { connectionName, pipelineName } from '#core/model/ids'
import { invariant, type Log } from '#spi'
import { fakeMapping } from './fake-mapping.ts'
import { fakeCrm, fakeSource, type FakeVendor } from './fake-vendors.ts'
import { handClock, seededRandom, type HandClock } from './host.ts'

export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  with: () => silentLog,
}

export interface FakePipeline {
  readonly pipeline: Pipeline
  readonly source: FakeVendor
  readonly crm: FakeVendor
  readonly clock: HandClock
  readonly ledger: KeptLedger
}

export interface FakePipelineOptions {
  readonly mode?: Mode
  readonly mapping?: Mapping
  readonly outcomesMax?: number
}

export async function fakePipeline(options: FakePipelineOptions = {}): Promise<FakePipeline> {
  const { mode = 'auto', mapping = fakeMapping(), outcomesMax = 5 } = options
  const [source, crm, clock, random] = [fakeSource(), fakeCrm(), handClock(), seededRandom(1)]
  const ledger = openMemoryLedger()
  const party = async (name: string, { connector }: FakeVendor) => ({
    name: connectionName(name),
    session: await connector.open({}, { ...host, clock, random }),
    traits: connector.traits,
    line: new Line({ name: connectionName(name), clock, random, log: silentLog }),
  })
  invariant(source.connector.source && crm.connector.target, 'a source and a target')
  const pipeline: Pipeline = {
    name: pipelineName('cosell'),
    mode,
    mapping,
    source: { ...(await party('partner-center', source)), facet: source.connector.source },
    target: { ...(await party('salesforce', crm)), facet: crm.connector.target },
    owners: [],
    timezone: 'Europe/Berlin',
    limits: {
      perRun: 200,
      shareOfLinked: 0.25,
      creates: 50,
      outcomes: outcomesMax,
      vanished: { count: 3, share: 0.02 },
    },
    ledger,
    clock,
    random,
    log: silentLog,
    meter: noMeter,
  }
  return { pipeline, source, crm, clock, ledger }
}

const host = {
  http: { send: async () => Promise.reject(new Error('a pretended vendor needs no network')) },
  log: silentLog,
  vault: { get: async () => null, put: async () => undefined, previous: async () => null },
  secrets: { read: async () => '' },
}
