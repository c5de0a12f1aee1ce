// The real program as a process of its own, in a folder of its own, against pretended vendors over real HTTP: as
// somebody would use it, with nothing but an ordinary configuration.

import { spawn, type ChildProcess } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pretended } from '../../connectors/pretended.ts'
import { systemClock } from '#platform/clock'
import type { AdminsHands, SellersHands, Simulator, SimulatorOptions, SourceHands } from '#spi'
import { serve, type Served } from '#testkit/serve'
import { seededRandom } from './host.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

type CrmName = 'salesforce' | 'dynamics'

export interface Pretended<H> {
  readonly served: Served
  readonly simulator: Simulator
  readonly hands: H
}

export interface PretendedCrm extends Pretended<SellersHands> {
  readonly setup: AdminsHands
}

export interface RealWorld {
  readonly folder: string
  readonly source: Pretended<SourceHands>
  readonly crms: Readonly<Partial<Record<CrmName, PretendedCrm>>>
  /** Runs `dealbridge` to its end. */
  run(...args: readonly string[]): Promise<Ended>
  /** Starts `dealbridge` and leaves it running. */
  start(...args: readonly string[]): Started
  /** Starts one sync, without the command line around it; with so much memory for its data, if told. */
  startSync(heapMiB?: number): Started
  configure(lines: Partial<Config>): Promise<void>
  close(): Promise<void>
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** What it has said so far. */
  said(): string
}

interface Config {
  readonly mode: string
  readonly more: string
}

export async function realWorld(names: readonly CrmName[], seed = 1): Promise<RealWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'dealbridge-'))
  const clock = systemClock()
  const random = seededRandom(seed)
  const options = (baseUrl: string): SimulatorOptions => ({
    now: () => clock.now(),
    random: () => random.next(),
    baseUrl: () => baseUrl,
  })
  const source = await pretend((url) => pretended.source.make(options(url)))
  const crms: Partial<Record<CrmName, PretendedCrm>> = {}
  for (const { name, make } of pretended.crms) {
    if (!names.includes(name)) continue
    const crm = await pretend((url) => make(options(url)))
    crms[name] = { ...crm, setup: crm.simulator.setup }
  }
  const configure = async (config: Partial<Config>): Promise<void> =>
    await writeFile(
      join(folder, 'config', 'dealbridge.yaml'),
      configText(source, crms, { mode: 'auto', more: '', ...config }),
    )
  await mkdir(join(folder, 'config'), { recursive: true })
  await cp(join(root, 'mappings'), join(folder, 'mappings'), { recursive: true })
  await configure({})
  const start = (...args: readonly string[]): Started => startIn(folder, 'src/main.ts', args)
  return {
    folder,
    source,
    crms,
    configure,
    start,
    startSync: (heapMiB) => startIn(folder, 'test/support/one-sync.ts', [], heapMiB),
    run: async (...args) => await start(...args).ended,
    close: async () => {
      await source.served.close()
      for (const crm of Object.values(crms)) await crm.served.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function pretend<S extends Simulator & { readonly hands: unknown }>(
  make: (url: string) => S,
): Promise<Pretended<S['hands']> & { readonly simulator: S }> {
  const made: { simulator?: S } = {}
  const served = await serve((url) => (made.simulator = make(url)))
  if (!made.simulator) throw new Error('it was served without being made')
  return { served, simulator: made.simulator, hands: made.simulator.hands }
}

const addresses: Readonly<Record<CrmName, string>> = {
  salesforce: 'https://fabrikam.my.salesforce.com',
  dynamics: 'https://fabrikam.crm4.dynamics.com',
}

function configText(source: RealWorld['source'], crms: RealWorld['crms'], { mode, more }: Config): string {
  const names = (['salesforce', 'dynamics'] as const).filter((name) => crms[name])
  const targets = names.map(
    (name) =>
      `  ${name}: { type: ${name}, url: "${addresses[name]}", endpoint: "${crms[name]?.served.url ?? ''}", auth: { flow: none } }`,
  )
  const pipelines = names.map(
    (name) =>
      `  ${name}: { source: partner-center, target: ${name}, mapping: mappings/${name}.opportunity.yaml, mode: ${mode}, schedule: { every: 1s } }`,
  )
  return `version: 1
timezone: Europe/Berlin
sources:
  partner-center: { type: partner-center, tenant: sandbox, endpoint: "${source.served.url}", auth: { flow: none } }
targets:
${targets.join('\n')}
pipelines:
${pipelines.join('\n')}
store: { type: lowdb, path: data/ledger }
http: { listen: "127.0.0.1:0" }
${more}
`
}

function startIn(folder: string, program: string, args: readonly string[], heapMiB?: number): Started {
  const memory = heapMiB === undefined ? [] : [`--max-old-space-size=${heapMiB}`]
  const child = spawn(process.execPath, [...memory, join(root, program), ...args], {
    cwd: folder,
    // Compiling the same program fifty times would be most of what a test does.
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'dealbridge-compiled'), NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text))
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, ...said }))
  })
  return { child, ended, said: () => said.out + said.err }
}
