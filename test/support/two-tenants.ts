// One daemon with two Partner Center tenants, each with its own sign-in service and its own people, and one CRM behind
// each: all over real HTTP, with nothing but an ordinary configuration.

import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sourceHands } from '../../connectors/partner-center/simulator/hands.ts'
import { partnerCenterSimulator } from '../../connectors/partner-center/simulator/index.ts'
import { sellersHands as dynamicsHands } from '../../connectors/dynamics/simulator/hands.ts'
import { dynamicsSimulator } from '../../connectors/dynamics/simulator/index.ts'
import { sellersHands as salesforceHands } from '../../connectors/salesforce/simulator/hands.ts'
import { salesforceSimulator } from '../../connectors/salesforce/simulator/index.ts'
import { systemClock } from '#platform/clock'
import type { SellersHands, Simulator, SourceHands } from '#spi'
import { serve, type Served } from '#testkit/serve'
import { start, type Running } from './daemon-process.ts'
import { seededRandom } from './host.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

export interface Tenant {
  readonly name: string
  readonly account: string
  readonly pc: ReturnType<typeof partnerCenterSimulator>
  readonly served: Served
  readonly hands: SourceHands
}

export interface TwoTenants {
  readonly folder: string
  readonly fabrikam: Tenant
  readonly adatum: Tenant
  readonly salesforce: SellersHands
  readonly dynamics: SellersHands
  start(...args: readonly string[]): Running
  run(...args: readonly string[]): Promise<Running & { readonly code: number | null }>
  close(): Promise<void>
}

export async function twoTenants(): Promise<TwoTenants> {
  const folder = await mkdtemp(join(tmpdir(), 'dealbridge-'))
  const [clock, random] = [systemClock(), seededRandom(3)]
  const options = (url: string) => ({ now: () => clock.now(), random: () => random.next(), baseUrl: () => url })
  const tenant = async (name: string, organization: string): Promise<Tenant> => {
    const made: { pc?: Tenant['pc'] } = {}
    const account = `svc-referrals@${organization}.example`
    const served = await serve(
      (url) =>
        (made.pc = partnerCenterSimulator({
          ...options(url),
          tenant: `${organization}.example`,
          rotation: 'lenient',
          people: [{ email: account, role: 'admin' }],
        })),
    )
    if (!made.pc) throw new Error('it was served without being made')
    return { name, account, pc: made.pc, served, hands: sourceHands(made.pc.desk, () => clock.now()) }
  }
  const crm = async <S extends Simulator>(make: (url: string) => S): Promise<{ served: Served; simulator: S }> => {
    const made: { simulator?: S } = {}
    const served = await serve((url) => (made.simulator = make(url)))
    if (!made.simulator) throw new Error('it was served without being made')
    return { served, simulator: made.simulator }
  }
  const fabrikam = await tenant('fabrikam', 'fabrikam')
  const adatum = await tenant('adatum', 'adatum')
  const sf = await crm((url) => salesforceSimulator({ ...options(url), signIn: 'open' }))
  const dv = await crm((url) => dynamicsSimulator(options(url)))
  await mkdir(join(folder, 'config'), { recursive: true })
  await cp(join(root, 'mappings'), join(folder, 'mappings'), { recursive: true })
  for (const [file, source] of [
    ['salesforce.opportunity.yaml', 'fabrikam'],
    ['dynamics.opportunity.yaml', 'adatum'],
  ] as const) {
    const path = join(folder, 'mappings', file)
    await writeFile(path, (await readFile(path, 'utf8')).replace('source: partner-center', `source: ${source}`))
  }
  const sourceLine = ({ name, account, served }: Tenant): string =>
    `  ${name}: { type: partner-center, tenant: ${account.split('@')[1]}, endpoint: "${served.url}", authority: "${served.url}", auth: { flow: user, clientId: pretend-client, clientSecret: "env:PC_SECRET", signedInAs: ${account} } }`
  await writeFile(
    join(folder, 'config', 'dealbridge.yaml'),
    `version: 1
timezone: Europe/Berlin
sources:
${sourceLine(fabrikam)}
${sourceLine(adatum)}
targets:
  salesforce: { type: salesforce, url: "https://fabrikam.my.salesforce.com", endpoint: "${sf.served.url}", auth: { flow: none } }
  dynamics: { type: dynamics, url: "https://fabrikam.crm4.dynamics.com", endpoint: "${dv.served.url}", auth: { flow: none } }
pipelines:
  europe: { source: fabrikam, target: salesforce, mapping: mappings/salesforce.opportunity.yaml, mode: auto, schedule: { every: 1s } }
  americas: { source: adatum, target: dynamics, mapping: mappings/dynamics.opportunity.yaml, mode: auto, schedule: { every: 1s } }
store: { type: lowdb, path: data/ledger }
http: { listen: "127.0.0.1:0" }
`,
  )
  const begin = (...args: readonly string[]): Running => start(folder, args, { PC_SECRET: 'pretend-secret' })
  return {
    folder,
    fabrikam,
    adatum,
    salesforce: salesforceHands(sf.simulator.desk),
    dynamics: dynamicsHands(dv.simulator.desk),
    start: begin,
    run: async (...args) => {
      const running = begin(...args)
      const { code } = await running.ended
      return { ...running, code }
    },
    close: async () => {
      await Promise.all([fabrikam.served, adatum.served, sf.served, dv.served].map(async (one) => await one.close()))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A person at a browser: goes where they are sent, and back to where that leads. */
export async function signInByBrowser(house: TwoTenants, { name }: Tenant): Promise<Running & { code: number | null }> {
  const command = house.start('connect', 'sign-in', name)
  const address = await shown(command, /(http:\/\/127\.0\.0\.1\S+authorize\S+)/)
  const sent = await fetch(address, { redirect: 'manual' })
  await fetch(sent.headers.get('location') ?? '')
  const { code } = await command.ended
  return { ...command, code }
}

/** A person who types a code on another device. */
export async function signInByCode(house: TwoTenants, of: Tenant): Promise<Running & { code: number | null }> {
  const command = house.start('connect', 'sign-in', of.name, '--device')
  of.pc.tokens.approve(await shown(command, /type ([0-9A-F]{8})/), of.account)
  const { code } = await command.ended
  return { ...command, code }
}

/** What a command says, as soon as it has said it. */
async function shown(command: Running, pattern: RegExp): Promise<string> {
  for (let looks = 0; looks < 1_000; looks += 1) {
    const found = pattern.exec(command.output())?.[1]
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(`it never said ${String(pattern)}: ${command.output()}`)
}
