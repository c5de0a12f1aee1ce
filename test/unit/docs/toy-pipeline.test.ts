// The example connector of docs/writing-a-connector.md in a whole pipeline: the real Partner Center connector and engine,
// the example mapping, real HTTP.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { facts } from '../../../connectors/partner-center/facts.ts'
import { connector as partnerCenter } from '../../../connectors/partner-center/index.ts'
import { partnerCenterSimulator, seedCompany } from '../../../connectors/partner-center/simulator/index.ts'
import { connector as cardIndex } from '../../../docs/examples/toy-connector.ts'
import { deal, toyKey, ToyVendor } from '../../../docs/examples/toy-vendor.ts'
import { compileMapping, type CompiledMapping } from '#core/mapping/compile'
import { runTests } from '#core/mapping/run'
import { connectionName, pipelineName } from '#core/model/ids'
import { cycle } from '#engine/cycle'
import { Line } from '#engine/line'
import { noMeter } from '#engine/meter'
import type { Party, Pipeline } from '#engine/pipeline'
import { openMemoryLedger } from '#ledger/memory'
import { parseYaml } from '#settings/yaml'
import {
  type Connector,
  invariant,
  isObject,
  type JsonObject,
  kind,
  parseJson,
  type Probe,
  recordId,
  textOf,
} from '#spi'
import { type Served, serve } from '#testkit/serve'
import { handClock, seededRandom, testHost } from '../../support/host.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const never = new AbortController().signal
const { source, target } = { source: partnerCenter.source, target: cardIndex.target }
invariant(source && target, 'one of each')

let vendor: ToyVendor
let served: readonly Served[]
let pipeline: Pipeline
let mapping: CompiledMapping

beforeEach(async () => {
  const clock = handClock()
  const random = seededRandom(3)
  vendor = new ToyVendor(() => clock.now())
  const referrals = await serve((url) => {
    const options = { now: () => clock.now(), random: () => random.next(), baseUrl: () => url }
    const simulator = partnerCenterSimulator({ ...options, auth: 'off' })
    seedCompany(simulator, clock.now())
    return simulator
  })
  const cards = await serve(() => vendor)
  served = [referrals, cards]
  const left = await partyOf(partnerCenter, {
    tenant: 'sandbox',
    endpoint: referrals.url,
    auth: { flow: 'none' },
  })
  const right = await partyOf(cardIndex, { url: cards.url, key: 'env:CARDS_KEY' })
  mapping = compiled(await right.session.probe([deal, kind('company')], never))
  pipeline = {
    name: pipelineName('cards'),
    mode: 'auto',
    mapping: mapping.mapping,
    source: { ...left, facet: source },
    target: { ...right, facet: target },
    owners: [],
    timezone: 'Europe/Berlin',
    limits: { perRun: 200, shareOfLinked: 1, creates: 50, outcomes: 5, vanished: { count: 3, share: 0.02 } },
    ledger: openMemoryLedger(),
    clock,
    random,
    log: testHost({ origins: [] }).log,
    meter: noMeter,
  }

  async function partyOf<S>(connector: Connector<S>, raw: JsonObject): Promise<Party> {
    const settings = connector.settings.parse(raw)
    const host = testHost({ origins: connector.origins(settings), clock, env: { CARDS_KEY: toyKey } })
    const name = connectionName(connector.id)
    const line = new Line({ name, clock, random, log: host.log })
    return { name, session: await connector.open(settings, host), traits: connector.traits, line }
  }
})
afterEach(async () => {
  await Promise.all(served.map(async (one) => await one.close()))
})

const file = 'docs/examples/card-index.deal.yaml'

function compiled(probe: Probe): CompiledMapping {
  invariant(source && target, 'one of each')
  const tree = parseYaml(file, readFileSync(join(root, file), 'utf8'))
  if (!tree.ok) throw new Error(JSON.stringify(tree.problems))
  const made = compileMapping(tree.value, { properties: source.properties, target, crm: probe })
  if (!made.ok) throw new Error(JSON.stringify(made.problems, null, 1))
  expect(made.warnings).toEqual([])
  return made.value
}

const pass = async () => {
  const report = await cycle(pipeline, { signal: AbortSignal.timeout(10_000) })
  if (report.error) throw report.error
  return report
}

test('its mapping passes its own tests', () => {
  invariant(source && target, 'one of each')
  const fixture = (path: string): JsonObject | undefined => {
    const read = parseJson(readFileSync(join(root, 'mappings', path), 'utf8'))
    return isObject(read) ? read : undefined
  }
  const report = runTests(mapping, { source, target, facts, crm: null, fixture })
  expect(report.results.map(({ name, differences }) => [name, differences])).toEqual(
    report.results.map(({ name }) => [name, []]),
  )
  expect(report.passed).toBe(2)
})

test('referrals become cards, an edit goes back, and a quiet pass writes nothing', async () => {
  await pass()
  await pass()
  const cards = vendor.desk.all(deal)
  expect(cards.length).toBeGreaterThan(5)
  expect(vendor.desk.all(kind('company')).length).toBeGreaterThan(5)
  const open = cards.find(({ fields }) => fields['stage'] === 'open') ?? expect.fail('no open card')
  vendor.desk.edit(deal, open.id, { title: 'Another title' })
  const { applied } = await pass()
  expect(applied?.written).toBe(1)
  const [referral] = await pipeline.source.session.find(
    [{ shape: { kind: kind('referral'), fields: ['name'] }, by: { id: referralOf(open.fields) } }],
    never,
  )
  expect(referral?.[0]?.fields['name']).toBe('Another title')
  const quiet = await pass()
  expect([quiet.plan?.changes, quiet.applied?.written]).toEqual([[], 0])
})

const referralOf = (fields: JsonObject) => {
  const id = textOf(fields['referral'])
  invariant(id !== '', 'a card knows its referral')
  return recordId(id)
}
