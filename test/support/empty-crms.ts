// The two CRMs as our connectors see them, in this process and without a network: nothing is in them but what a test adds.

import { connector as dynamics } from '../../connectors/dynamics/index.ts'
import { dynamicsSimulator } from '../../connectors/dynamics/simulator/index.ts'
import { connector as salesforce } from '../../connectors/salesforce/index.ts'
import { salesforceSimulator } from '../../connectors/salesforce/simulator/index.ts'
import { type Host, instantFromMs, type Session, type Simulator } from '#spi'
import { memoryVault } from '#platform/vault'
import { handClock, type HandClock, seededRandom } from './host.ts'
import { inProcess } from './in-process.ts'
import { silentLog } from './silent-log.ts'

export interface EmptyCrm {
  readonly clock: HandClock
  readonly simulator: Simulator
  readonly session: Session
}

const now = instantFromMs(Date.UTC(2026, 10, 20, 14))
const baseUrl = 'http://127.0.0.1:9'
const random = seededRandom(7)
const told = { now: () => now, random: () => random.next(), baseUrl: () => baseUrl, company: 'empty' } as const

function hostOf(simulator: Simulator, clock: HandClock): Host {
  const secrets = { read: async () => 'none' }
  return { http: inProcess(simulator), clock, random, log: silentLog, vault: memoryVault(), secrets }
}

export async function emptySalesforce(): Promise<EmptyCrm> {
  const clock = handClock()
  const simulator = salesforceSimulator({ ...told, signIn: 'open' })
  const settings = { url: baseUrl, auth: { flow: 'none' }, limits: { shareOfDailyLimit: '100%' } }
  const session = await salesforce.open(salesforce.settings.parse(settings), hostOf(simulator, clock))
  return { clock, simulator, session }
}

export async function emptyDynamics(): Promise<EmptyCrm> {
  const clock = handClock()
  const simulator = dynamicsSimulator(told)
  const settings = dynamics.settings.parse({ endpoint: baseUrl, authority: baseUrl, auth: { flow: 'none' } })
  const session = await dynamics.open(settings, hostOf(simulator, clock))
  return { clock, simulator, session }
}
