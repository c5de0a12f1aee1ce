// Whether the CRM still is what the mapping was made for: when it is asked again, what is remembered, and what is told.

import { describe, expect, test } from 'vitest'
import { cachedProbe } from '#assembly/probes'
import { SchemaWatch } from '#assembly/schema-watch'
import { connectionName, recordId, version } from '#core/model/ids'
import { instantFromMs } from '#core/model/instant'
import { noMetrics } from '#core/metrics'
import { openMemoryLedger } from '#ledger/memory'
import type { FieldSchema, Log, Probe, VendorRecord } from '#spi'
import { fakeMapping } from '../../support/fake-mapping.ts'
import { opportunity } from '../../support/fake-vendors.ts'
import { handClock } from '../../support/host.ts'

const salesforce = connectionName('salesforce')
const hour = 60 * 60_000
const mapping = fakeMapping()
const everything = mapping.shapes[0]?.fields ?? []

const field = (name: string): FieldSchema => ({
  name,
  label: name,
  type: 'text',
  required: false,
  creatable: true,
  updatable: true,
  unique: false,
})
const probeOf = (...names: readonly string[]): Probe => ({
  account: 'us',
  organization: 'org-1',
  label: 'Fabrikam',
  kinds: [{ kind: opportunity, label: 'Opportunity', fields: names.map(field), ownedBy: [] }],
  owners: [],
  currencies: [],
  findings: [],
})
const record = (fields: VendorRecord['fields'], over: Partial<VendorRecord> = {}): VendorRecord => ({
  kind: opportunity,
  id: recordId('o-1'),
  version: version('1'),
  changedAt: instantFromMs(0),
  gone: false,
  fields,
  ...over,
})
const whole = Object.fromEntries(everything.map((name) => [name, null]))
const { Amount: _, ...less } = whole

function watched() {
  const clock = handClock()
  const [said, drift, ledger] = [[] as string[], [] as unknown[], openMemoryLedger()]
  const say =
    (level: string): Log['warn'] =>
    (event, facts) =>
      void said.push(`${level} ${event} ${facts?.field ?? ''}`)
  const log: Log = { error: say('error'), warn: say('warn'), info: say('info'), debug: say('debug'), with: () => log }
  const metrics = {
    ...noMetrics,
    drift: (...[, counts]: Parameters<typeof noMetrics.drift>) => void drift.push(counts),
  }
  const parts = { connection: salesforce, ledger, machine: { clock, log, metrics } }
  return { watch: new SchemaWatch(parts), clock, said, drift, ledger, again: () => new SchemaWatch(parts) }
}

describe('a record that is read', () => {
  test.each<[string, VendorRecord, boolean]>([
    ['shows all that the mapping reads', record(whole), false],
    ['shows less: a field is hidden, or has another name', record(less), true],
    ['is gone, and shows nothing', record({}, { gone: true }), false],
    ['is of a kind that the mapping does not read', record({}, { kind: 'Lead' as typeof opportunity }), false],
  ])('%s', (_what, one, isInDoubt) => {
    const { watch } = watched()
    watch.see([record(whole), one], mapping.shapes)
    expect(watch.isInDoubt).toBe(isInDoubt)
  })

  test('does not have what stands in another record', () => {
    const { watch } = watched()
    watch.see([record({})], [{ kind: opportunity, fields: ['Account.Name'] }])
    expect(watch.isInDoubt).toBe(false)
  })

  test('makes us ask once, and not again within the hour: a field may be hidden for good', () => {
    const { watch, clock } = watched()
    watch.see([record(less)], mapping.shapes)
    watch.see([record(whole)], mapping.shapes)
    expect(watch.isInDoubt).toBe(true)
    watch.asked()
    clock.turn(hour - 1)
    watch.see([record(less)], mapping.shapes)
    expect(watch.isInDoubt).toBe(false)
    clock.turn(1)
    watch.see([record(less)], mapping.shapes)
    expect(watch.isInDoubt).toBe(true)
  })
})

describe('what has changed', () => {
  test('is told once, and stays in the way until a mapping fits', async () => {
    const { watch, said, drift } = watched()
    await watch.remember(probeOf('Name', 'Amount', 'Fax'), mapping)
    expect([said, drift]).toEqual([[], [{ breaking: 0, harmless: 0 }]])

    await watch.remember(probeOf('Name'), null)
    await watch.remember(probeOf('Name'), null)
    expect(said).toEqual(['warn schema.broke Amount', 'info schema.changed Fax'])
    expect(drift.slice(1)).toEqual([
      { breaking: 1, harmless: 1 },
      { breaking: 1, harmless: 1 },
    ])

    await watch.remember(probeOf('Name'), mapping)
    expect(drift.at(-1)).toEqual({ breaking: 0, harmless: 1 })
  })

  test('is remembered with its day, for a vendor that tells no history of its own', async () => {
    const { watch, ledger } = watched()
    await watch.remember(probeOf('Name', 'Amount'), mapping)
    expect((await cachedProbe(ledger, salesforce))?.probe.history).toEqual([])
    await watch.remember(probeOf('Name', 'Sum'), null)
    const change = { kind: opportunity, on: '2026-11-20' }
    expect((await cachedProbe(ledger, salesforce))?.probe.history).toEqual([
      { ...change, field: 'Amount', change: 'removed' },
      { ...change, field: 'Sum', change: 'added' },
    ])
    const own = [{ ...change, field: 'Fax', change: 'removed' }] as unknown as Probe['history']
    await watch.remember({ ...probeOf('Name', 'Sum'), ...(own ? { history: own } : {}) }, null)
    expect((await cachedProbe(ledger, salesforce))?.probe.history).toEqual(own)
  })

  test('is felt by what the mapping read before, also after a restart', async () => {
    const { watch, said, again } = watched()
    await watch.remember(probeOf('Name', 'Amount'), mapping)
    await again().remember(probeOf('Name'), null)
    expect(said).toEqual(['warn schema.broke Amount'])
  })
})
