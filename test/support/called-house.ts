// The real daemon between a pretended Partner Center that calls it and a pretended Salesforce, all over real HTTP: for
// how soon a change arrives, with calls, without them, and when every call is lost.

import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sourceHands } from '../../connectors/partner-center/simulator/hands.ts'
import { partnerCenterSimulator, seedCompany } from '../../connectors/partner-center/simulator/index.ts'
import type { Delivery } from '../../connectors/partner-center/simulator/options.ts'
import { sellersHands } from '../../connectors/salesforce/simulator/hands.ts'
import { salesforceSimulator } from '../../connectors/salesforce/simulator/index.ts'
import { systemClock } from '#platform/clock'
import type { SellersHands, SourceHands } from '#spi'
import { serve, type Served } from '#testkit/serve'
import { start, type Running } from './daemon-process.ts'
import { seededRandom } from './host.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

export interface CalledHouse {
  readonly folder: string
  readonly port: number
  readonly source: SourceHands
  readonly crm: SellersHands
  readonly servedSource: Served
  readonly servedCrm: Served
  /** Every call that Partner Center made, with the status it was answered with. */
  readonly deliveries: readonly number[]
  /** Loses every call on its way, or lets them through again. */
  loseCalls(lost: boolean): void
  /** Runs `dealbridge` with these words; the caller ends what goes on running. */
  start(...args: readonly string[]): Running
  /** The same, to its end. */
  run(...args: readonly string[]): Promise<Running & { readonly code: number | null }>
  close(): Promise<void>
}

export interface CalledOptions {
  /** How often the daemon polls. */
  readonly every: string
  readonly called?: boolean
}

export async function calledHouse({ every, called = true }: CalledOptions): Promise<CalledHouse> {
  const folder = await mkdtemp(join(tmpdir(), 'dealbridge-'))
  const [clock, random, port] = [systemClock(), seededRandom(11), await freePort()]
  const deliveries: number[] = []
  let isLost = false
  const deliver = async ({ url, headers, body }: Delivery): Promise<number> => {
    const { status } = await fetch(url, { method: 'POST', headers: { ...headers }, body })
    deliveries.push(status)
    return status
  }
  const options = (url: string) => ({ now: () => clock.now(), random: () => random.next(), baseUrl: () => url })
  const made: { pc?: ReturnType<typeof partnerCenterSimulator>; sf?: ReturnType<typeof salesforceSimulator> } = {}
  const servedSource = await serve((url) => {
    const pc = partnerCenterSimulator({
      ...options(url),
      auth: 'off',
      deliver,
      webhookFault: () => (isLost ? 'lost' : undefined),
    })
    seedCompany(pc, clock.now())
    return (made.pc = pc)
  })
  const servedCrm = await serve((url) => (made.sf = salesforceSimulator({ ...options(url), signIn: 'open' })))
  const { pc, sf } = made
  if (!pc || !sf) throw new Error('it was served without being made')
  const ticking = setInterval(() => void pc.tick(), 20)
  await mkdir(join(folder, 'config'), { recursive: true })
  await cp(join(root, 'mappings'), join(folder, 'mappings'), { recursive: true })
  await writeFile(join(folder, 'root.pem'), pc.webhooks.rootPem, { mode: 0o600 })
  const webhook = `, webhook: { url: "http://127.0.0.1:${port}/push/partner-center", certificateOrigins: ["${servedSource.url}"], trustAnchors: "file:${join(folder, 'root.pem')}" }`
  await writeFile(
    join(folder, 'config', 'dealbridge.yaml'),
    `version: 1
timezone: Europe/Berlin
sources:
  partner-center: { type: partner-center, tenant: sandbox, endpoint: "${servedSource.url}", webhookEndpoint: "${servedSource.url}", auth: { flow: none }${called ? webhook : ''} }
targets:
  salesforce: { type: salesforce, url: "https://fabrikam.my.salesforce.com", endpoint: "${servedCrm.url}", auth: { flow: none } }
pipelines:
  cosell: { source: partner-center, target: salesforce, mapping: mappings/salesforce.opportunity.yaml, mode: auto, schedule: { every: ${every} } }
store: { type: lowdb, path: data/ledger }
http: { listen: "127.0.0.1:${port}" }
`,
  )
  const begin = (...args: readonly string[]): Running => start(folder, args)
  return {
    folder,
    port,
    source: sourceHands(pc.desk, () => clock.now()),
    crm: sellersHands(sf.desk),
    servedSource,
    servedCrm,
    deliveries,
    loseCalls: (lost) => {
      isLost = lost
    },
    start: begin,
    run: async (...args) => {
      const running = begin(...args)
      const { code } = await running.ended
      return { ...running, code }
    },
    close: async () => {
      clearInterval(ticking)
      await Promise.all([servedSource.close(), servedCrm.close()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Waits until something holds; how long it took, or fails after a while. */
export async function until(holds: () => boolean, what: string, ms = 20_000): Promise<number> {
  const began = performance.now()
  while (!holds()) {
    if (performance.now() - began > ms) throw new Error(`in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return performance.now() - began
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}
