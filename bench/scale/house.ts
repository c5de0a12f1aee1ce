// The daemon as main starts it, with computed vendors in place of real ones, a log nobody reads and commits that are
// timed. One pass at a time is asked for, so that each can be measured.

import '#platform/modest-heap'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openMachine } from '#assembly/open-machine'
import { connectionName, pipelineName } from '#core/model/ids'
import { startDaemon } from '#daemon/daemon'
import { systemClock } from '#platform/clock'
import { silentLog } from '#platform/log/silent'
import { openMetrics } from '#platform/metrics'
import type { ConnectionSettings, Settings } from '#settings/settings'
import type { Connector } from '#spi'
import { draftOf } from '../../test/support/fake-house.ts'
import { measured, type Timings } from './measured-ledger.ts'
import { computedCrm, computedSource, type ComputedVendor } from './vendors.ts'

export const pipeline = 'scale'

export interface House {
  readonly source: ComputedVendor
  readonly crm: ComputedVendor
  readonly timings: Timings
  untilReady(): Promise<void>
  pass(): Promise<void>
  stop(): Promise<void>
}

export async function openHouse(home: string): Promise<House> {
  const [source, crm] = [computedSource(), computedCrm()]
  const timings: Timings = { commits: [], bare: [] }
  const beside = join(home, 'beside')
  mkdirSync(beside, { recursive: true })
  const metrics = openMetrics({ version: 'bench' })
  const machine = openMachine({ clock: systemClock(), log: silentLog, metrics })
  const daemon = await startDaemon({
    machine: {
      ...machine,
      readMapping: async () => draftOf(),
      openLedger: async (store, about) => await measured(await machine.openLedger(store, about), beside, timings),
    },
    load: async () => settingsOf(home, source.connector, crm.connector),
    codes: {},
    version: 'bench',
    pid: process.pid,
    metrics,
    announce: async () => undefined,
  })
  return {
    source,
    crm,
    timings,
    untilReady: async () => {
      while (!(await fetch(`${daemon.url}/readyz`)).ok) await new Promise((resolve) => setTimeout(resolve, 20))
    },
    pass: async () => {
      const approved = { changes: true, outcomes: 0 }
      const [run] = await daemon.control.sync({ pipeline, who: 'bench', approved })
      if (run?.result !== 'done') throw new Error(`a pass ended ${JSON.stringify({ ...run, plan: undefined })}`)
    },
    stop: async () => void (await daemon.stop()),
  }
}

function settingsOf(home: string, source: Connector<unknown>, crm: Connector<unknown>): Settings {
  const connection = (name: string, role: 'source' | 'target', connector: Connector<unknown>): ConnectionSettings => ({
    name: connectionName(name),
    role,
    type: name,
    connector,
    settings: {},
    origins: connector.origins({}),
    requests: { parallel: 4 },
  })
  const day = 86_400_000
  return {
    file: 'config/dealbridge.yaml',
    root: home,
    profile: null,
    name: 'scale',
    timezone: 'Europe/Berlin',
    language: 'en',
    proxy: null,
    connections: new Map(
      [connection('partner-center', 'source', source), connection('salesforce', 'target', crm)].map((one) => [
        one.name,
        one,
      ]),
    ),
    pipelines: [
      {
        name: pipelineName(pipeline),
        source: connectionName('partner-center'),
        target: connectionName('salesforce'),
        mapping: join(home, 'mapping.yaml'),
        mode: 'auto',
        // Passes are asked for one by one.
        schedule: { everyMs: day, jitterMs: 0, between: null, outsideMs: null },
        reconcile: { everyMs: 30 * day, at: '03:15' },
      },
    ],
    limits: {
      changes: {
        perRun: 1_000_000,
        shareOfLinked: 1,
        creates: 0,
        outcomes: 0,
        vanished: { count: 3, share: 0.02 },
      },
      retries: { tries: 2, firstMs: 10, maxMs: 100, giveUpAfterMs: day },
      shutdownMs: 5_000,
    },
    store: {
      type: 'lowdb',
      path: join(home, 'ledger'),
      keep: { historyMs: 400 * day, payloadsMs: 0, contactDetailsMs: 90 * day },
    },
    alerts: { channels: {}, rules: [] },
    http: {
      host: '127.0.0.1',
      port: 0,
      publicUrl: null,
      console: { enabled: false, editMappings: 'readOnly' },
      health: { live: '/livez', ready: '/readyz' },
      metrics: { path: '/metrics', allow: ['127.0.0.1/32'] },
    },
    logging: { level: 'error', format: 'json', personalData: 'mask' },
  }
}
