// Settings and a machine for tests of what stands above the engine: pretended vendors, a clock turned by hand, ledgers
// in memory that outlive the assembly, so that a test can start anew on what was kept.

import { assemble, type Assembly } from '#assembly/assembly'
import { Ledgers } from '#assembly/ledgers'
import type { Machine } from '#assembly/machine'
import type { MappingDraft } from '#assembly/mapping-draft'
import { connectionName, pipelineName } from '#core/model/ids'
import type { TestReport } from '#core/mapping/run'
import { noMetrics } from '#core/metrics'
import { parsed, type Parsed } from '#core/problem'
import type { KeptLedger } from '#ledger'
import { openMemoryLedger } from '#ledger/memory'
import { memoryVault } from '#platform/vault'
import type { PipelineSettings, Settings } from '#settings/settings'
import { fakeMapping } from './fake-mapping.ts'
import { silentLog } from './fake-pipeline.ts'
import { fakeCrm, fakeSource, opportunity, type FakeVendor } from './fake-vendors.ts'
import { handClock, seededRandom, type HandClock } from './host.ts'

export interface FakeHouse {
  readonly source: FakeVendor
  readonly salesforce: FakeVendor
  readonly dynamics: FakeVendor
  readonly clock: TurnedClock
  readonly machine: Machine
  readonly ledgers: Ledgers
  readonly settings: Settings
  /** What a mapping file says; replaced at will. */
  mapping: () => Parsed<MappingDraft>
  ledgerOf(pipeline: string): KeptLedger
  assemble(settings?: Settings): Promise<Assembly>
}

/** Turned by hand; what sleeping means is its own affair. */
export type TurnedClock = Pick<HandClock, keyof HandClock>

export interface FakeHouseOptions {
  readonly clock?: TurnedClock
  readonly pipelines?: readonly Partial<Omit<PipelineSettings, 'name'>>[]
  readonly shutdownMs?: number
}

export function fakeHouse({
  pipelines = [{}],
  shutdownMs = 5_000,
  clock = handClock(),
}: FakeHouseOptions = {}): FakeHouse {
  const [source, salesforce, dynamics] = [fakeSource(), fakeCrm(), fakeCrm()]
  const kept = new Map<string, KeptLedger>()
  const house = { mapping: () => draftOf() }
  const machine: Machine = {
    clock,
    random: seededRandom(1),
    log: silentLog,
    metrics: noMetrics,
    secretsFor: () => ({ read: async () => 'secret' }),
    readText: async () => undefined,
    readMapping: async () => house.mapping(),
    openVault: async () => memoryVault(),
    openLedger: async (_store, { pipeline }) => {
      const ledger = kept.get(pipeline) ?? Object.assign(openMemoryLedger(), { close: async () => undefined })
      kept.set(pipeline, ledger)
      return ledger
    },
  }
  const ledgers = new Ledgers(machine)
  const settings = settingsOf({ source, salesforce, dynamics }, pipelines, shutdownMs)
  return Object.assign(house, {
    source,
    salesforce,
    dynamics,
    clock,
    machine,
    ledgers,
    settings,
    ledgerOf: (pipeline: string) => kept.get(pipeline) ?? openMemoryLedger(),
    assemble: async (of = settings) => await assemble(of, { machine, ledgers }),
  })
}

export const draftOf = (mapping = fakeMapping()): Parsed<MappingDraft> =>
  parsed({
    text: `hash: ${mapping.hash}`,
    kinds: () => parsed([opportunity]),
    compile: () => parsed(mapping),
    test: async () => parsed(untested),
  })

const untested: TestReport = {
  mapping: 'cosell',
  results: [],
  passed: 0,
  coverage: { rows: [], assignRules: [], exceptions: [] },
}

const names = ['cosell', 'deals', 'leads'] as const

function settingsOf(
  vendors: Pick<FakeHouse, 'source' | 'salesforce' | 'dynamics'>,
  pipelines: readonly Partial<Omit<PipelineSettings, 'name'>>[],
  shutdownMs: number,
): Settings {
  const connection = (name: string, role: 'source' | 'target', { connector }: FakeVendor) => ({
    name: connectionName(name),
    role,
    type: name,
    connector,
    settings: {},
    origins: connector.origins({}),
    requests: { parallel: 4 },
  })
  return {
    file: 'config/dealbridge.yaml',
    root: '/srv/dealbridge',
    profile: null,
    name: 'test',
    timezone: 'Europe/Berlin',
    language: 'en',
    proxy: null,
    connections: new Map(
      [
        connection('partner-center', 'source', vendors.source),
        connection('salesforce', 'target', vendors.salesforce),
        connection('dynamics', 'target', vendors.dynamics),
      ].map((one) => [one.name, one]),
    ),
    pipelines: pipelines.map((pipeline, index) => ({
      name: pipelineName(names[index] ?? `p${index}`),
      source: connectionName('partner-center'),
      target: connectionName('salesforce'),
      mapping: '/srv/dealbridge/mappings/cosell.yaml',
      mode: 'auto',
      schedule: { everyMs: 300_000, jitterMs: 0, between: null, outsideMs: null },
      reconcile: { everyMs: 86_400_000, at: '03:15' },
      ...pipeline,
    })),
    limits: {
      changes: { perRun: 200, shareOfLinked: 0.25, creates: 50, outcomes: 5, vanished: { count: 3, share: 0.02 } },
      retries: { tries: 2, firstMs: 10, maxMs: 100, giveUpAfterMs: 86_400_000 },
      shutdownMs,
    },
    store: { type: 'memory' },
    alerts: { channels: {}, rules: [] },
    http: {
      host: '127.0.0.1',
      port: 0,
      publicUrl: null,
      console: { enabled: true, editMappings: 'readOnly' },
      health: { live: '/livez', ready: '/readyz' },
      metrics: { path: '/metrics', allow: ['127.0.0.1/32'] },
    },
    logging: { level: 'info', format: 'auto', personalData: 'mask' },
  }
}
