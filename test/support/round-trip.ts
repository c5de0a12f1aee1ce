// The real river on the pretended vendors: real connectors over real HTTP, the real compiler and engine, a ledger in
// memory and a clock turned by hand.

import { readFileSync } from 'node:fs'
import { connector as dynamics } from '../../connectors/dynamics/index.ts'
import { sellersHands as dynamicsHands } from '../../connectors/dynamics/simulator/hands.ts'
import { dynamicsSimulator } from '../../connectors/dynamics/simulator/index.ts'
import { connector as partnerCenter } from '../../connectors/partner-center/index.ts'
import { sourceHands } from '../../connectors/partner-center/simulator/hands.ts'
import { partnerCenterSimulator, seedCompany } from '../../connectors/partner-center/simulator/index.ts'
import { connector as salesforce } from '../../connectors/salesforce/index.ts'
import { sellersHands as salesforceHands } from '../../connectors/salesforce/simulator/hands.ts'
import { salesforceSimulator } from '../../connectors/salesforce/simulator/index.ts'
import { compileMapping } from '#core/mapping/compile'
import { connectionName, pipelineName, type ConnectionName } from '#core/model/ids'
import { Line } from '#engine/line'
import { noMeter } from '#engine/meter'
import type { Mode, Pipeline } from '#engine/pipeline'
import { openMemoryLedger } from '#ledger/memory'
import { parseYaml } from '#settings/yaml'
import type { Connector, Desk, SellersHands, Session, Simulator, SimulatorOptions, SourceHands } from '#spi'
import { serve, type Served } from '#testkit/serve'
import { handClock, seededRandom, testHost, type HandClock } from './host.ts'

export type Crm = 'salesforce' | 'dynamics'

export interface RoundTrip {
  readonly clock: HandClock
  readonly pipeline: Pipeline
  readonly source: SourceHands
  readonly crm: SellersHands
  /** The pretended Partner Center itself, for what no hand and no screen can do. */
  readonly partnerCenter: ReturnType<typeof partnerCenterSimulator>
  /** The same vendors' own screens, for what the hands have no words for. */
  readonly desks: { readonly source: Desk; readonly crm: Desk }
  readonly servedSource: Served
  readonly servedCrm: Served
  as(mode: Mode): Pipeline
  close(): Promise<void>
}

const generous = { perRun: 1_000, shareOfLinked: 1, creates: 1_000, outcomes: 20, vanished: { count: 100, share: 1 } }

export async function roundTrip(name: Crm, mappingFile: string): Promise<RoundTrip> {
  const clock = handClock()
  const random = seededRandom(7)
  const options = (baseUrl: () => string): SimulatorOptions => ({
    now: () => clock.now(),
    random: () => random.next(),
    baseUrl,
  })
  const hands: { source?: SourceHands; crm?: SellersHands } = {}
  const made: { source?: RoundTrip['partnerCenter'] } = {}
  const desks: { source?: Desk; crm?: Desk } = {}
  const servedSource = await serve((url) => {
    const simulator = partnerCenterSimulator({ ...options(() => url), auth: 'off' })
    seedCompany(simulator, clock.now())
    made.source = simulator
    hands.source = sourceHands(simulator.desk, () => clock.now())
    desks.source = simulator.desk
    return simulator
  })
  const servedCrm = await serve((url) => {
    const simulator: Simulator =
      name === 'salesforce'
        ? salesforceSimulator({ ...options(() => url), signIn: 'open' })
        : dynamicsSimulator(options(() => url))
    desks.crm = simulator.desk
    hands.crm = name === 'salesforce' ? salesforceHands(simulator.desk) : dynamicsHands(simulator.desk)
    return simulator
  })
  const source = await party(
    partnerCenter,
    'partner-center',
    { type: 'partner-center', tenant: 'sandbox', endpoint: servedSource.url, auth: { flow: 'none' } },
    clock,
  )
  const crmSettings = { type: name, url: 'https://fabrikam.example', endpoint: servedCrm.url, auth: { flow: 'none' } }
  const target =
    name === 'salesforce'
      ? await party(salesforce, name, crmSettings, clock)
      : await party(dynamics, name, crmSettings, clock)
  const mapping = await compiled(mappingFile, target)
  const pipeline: Pipeline = {
    name: pipelineName(name),
    mode: 'auto',
    mapping: mapping.mapping,
    source: { ...source, facet: partnerCenter.source ?? missing() },
    target: { ...target, facet: target.connector.target ?? missing() },
    owners: mapping.owners,
    timezone: 'Europe/Berlin',
    limits: generous,
    ledger: openMemoryLedger(),
    clock,
    random,
    log: source.host.log,
    meter: noMeter,
  }
  return {
    clock,
    pipeline,
    source: hands.source ?? missing(),
    crm: hands.crm ?? missing(),
    partnerCenter: made.source ?? missing(),
    desks: { source: desks.source ?? missing(), crm: desks.crm ?? missing() },
    servedSource,
    servedCrm,
    as: (mode) => ({ ...pipeline, mode }),
    close: async () => {
      await Promise.all([source.session.close(), target.session.close()])
      await Promise.all([servedSource.close(), servedCrm.close()])
    },
  }
}

async function party<S>(connector: Connector<S>, name: string, raw: object, clock: HandClock) {
  const parsed = connector.settings.safeParse(Object.fromEntries(Object.entries(raw).filter(([key]) => key !== 'type')))
  if (!parsed.success) throw new Error(`${name}: ${JSON.stringify(parsed.error.issues)}`)
  const host = testHost({ origins: connector.origins(parsed.data), clock })
  const session: Session = await connector.open(parsed.data, host)
  const connection: ConnectionName = connectionName(name)
  const line = new Line({ name: connection, clock, random: host.random, log: host.log })
  return { name: connection, session, traits: connector.traits, line, host, connector }
}

async function compiled(file: string, target: Awaited<ReturnType<typeof party>>) {
  const tree = parseYaml(file, readFileSync(file, 'utf8'))
  if (!tree.ok) throw new Error(JSON.stringify(tree.problems, null, 1))
  const { properties } = partnerCenter.source ?? missing()
  const model = target.connector.target ?? missing()
  const draft = compileMapping(tree.value, { properties, target: model, crm: null, timezone: 'Europe/Berlin' })
  if (!draft.ok) throw new Error(JSON.stringify(draft.problems, null, 1))
  const probe = await target.session.probe(
    draft.value.mapping.shapes.map(({ kind }) => kind),
    AbortSignal.timeout(10_000),
  )
  const whole = compileMapping(tree.value, { properties, target: model, crm: probe, timezone: 'Europe/Berlin' })
  if (!whole.ok) throw new Error(JSON.stringify(whole.problems, null, 1))
  return { mapping: whole.value.mapping, owners: probe.owners }
}

function missing(): never {
  throw new Error('a part of the test is missing')
}
