// The command line in this process, in a real folder, against a pretended Partner Center and Salesforce over real HTTP:
// everything is real but the terminal, which is typed to by the test, and the ledgers, which live in memory from one
// command to the next.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { builtin, connectorCodes } from '../../connectors/builtin.ts'
import { sourceHands } from '../../connectors/partner-center/simulator/hands.ts'
import { partnerCenterSimulator, seedCompany } from '../../connectors/partner-center/simulator/index.ts'
import {
  salesforceSimulator,
  type SalesforceSimulator,
  type SalesforceSimulatorOptions,
} from '../../connectors/salesforce/simulator/index.ts'
import { assemblyCodes } from '#assembly/codes'
import type { Machine } from '#assembly/machine'
import { openMachine } from '#assembly/open-machine'
import { runCli } from '#cli/cli'
import { cliCodes } from '#cli/codes'
import type { CliParts } from '#cli/parts'
import { controlCodes } from '#control/codes'
import { openControl } from '#control/open'
import { mappingCodes } from '#core/mapping/codes'
import { noMetrics } from '#core/metrics'
import { reconcileCodes } from '#core/reconcile/codes'
import type { KeptLedger } from '#ledger'
import { openMemoryLedger } from '#ledger/memory'
import { systemClock } from '#platform/clock'
import { commandFiles } from '#platform/command-files'
import { readText } from '#platform/files'
import { loadSettings } from '#settings/load'
import type { Simulator, SimulatorOptions, SourceHands } from '#spi'
import { serve, type Served } from '#testkit/serve'
import { seededRandom } from './host.ts'
import { silentLog } from './silent-log.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

export interface FolderCli {
  readonly folder: string
  readonly source: SourceHands
  readonly org: SalesforceSimulator
  /** What was typed after `dealbridge`; `answers` are typed when it asks. */
  run(args: readonly string[], answers?: readonly string[]): Promise<Said>
  read(path: string): Promise<string>
  write(path: string, text: string): Promise<void>
  edit(path: string, change: (text: string) => string): Promise<void>
  close(): Promise<void>
}

export interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
  readonly questions: readonly string[]
}

export interface FolderOptions {
  readonly org?: Pick<SalesforceSimulatorOptions, 'multiCurrency'>
  /** What a pretended vendor answers is seen here on its way. */
  readonly answers?: (body: string) => string
}

export async function folderCli({
  org: orgOptions = {},
  answers = (body) => body,
}: FolderOptions = {}): Promise<FolderCli> {
  const folder = await mkdtemp(join(tmpdir(), 'dealbridge-mappings-'))
  const clock = systemClock()
  const random = seededRandom(7)
  const options = (url: string): SimulatorOptions => ({
    now: () => clock.now(),
    random: () => random.next(),
    baseUrl: () => url,
  })
  const made: { source?: SourceHands; org?: SalesforceSimulator } = {}
  const servedSource = await serve((url) => {
    const simulator = partnerCenterSimulator({ ...options(url), auth: 'off' })
    seedCompany(simulator, clock.now())
    made.source = sourceHands(simulator.desk, () => clock.now())
    return simulator
  })
  const servedOrg = await serve((url) => {
    made.org = salesforceSimulator({ ...options(url), signIn: 'open', ...orgOptions })
    return changed(made.org, answers)
  })
  const { source, org } = made
  if (!source || !org) throw new Error('a pretended vendor was not made')
  const files = commandFiles(folder)
  const around: Surroundings = { folder, servedSource, servedOrg, ledgers: new Map() }
  const cli: FolderCli = {
    folder,
    source,
    org,
    run: async (args, typed = []) => await run(around, args, typed),
    read: async (path) => await readFile(join(folder, path), 'utf8'),
    write: async (path, text) => await files.write(path, text),
    edit: async (path, change) =>
      await writeFile(join(folder, path), change(await readFile(join(folder, path), 'utf8'))),
    close: async () => {
      await Promise.all([servedSource.close(), servedOrg.close()])
      await rm(folder, { recursive: true, force: true })
    },
  }
  return cli
}

function changed(simulator: Simulator, answers: (body: string) => string): Simulator {
  return {
    name: simulator.name,
    desk: simulator.desk,
    tick: async () => await simulator.tick(),
    handle: async (call) => {
      const answer = await simulator.handle(call)
      return { ...answer, body: answers(answer.body) }
    },
  }
}

interface Surroundings {
  readonly folder: string
  readonly servedSource: Served
  readonly servedOrg: Served
  readonly ledgers: Map<string, KeptLedger>
}

async function run(around: Surroundings, args: readonly string[], typed: readonly string[]): Promise<Said> {
  const said = { out: '', err: '', questions: [] as string[] }
  const code = await runCli(args, partsIn(around, said, [...typed]))
  return { code, ...said }
}

function partsIn(
  { folder, servedSource, servedOrg, ledgers }: Surroundings,
  said: { out: string; err: string; readonly questions: string[] },
  typed: string[],
): CliParts {
  const clock = systemClock()
  const codes = {
    ...assemblyCodes,
    ...controlCodes,
    ...cliCodes,
    ...mappingCodes,
    ...reconcileCodes,
    ...connectorCodes,
  }
  const machine: Machine = {
    ...openMachine({ clock, log: silentLog, metrics: noMetrics }),
    openLedger: async (store, { pipeline }) => {
      const key = `${store.type} ${pipeline}`
      const ledger = ledgers.get(key) ?? Object.assign(openMemoryLedger(), { close: async () => undefined })
      ledgers.set(key, ledger)
      return ledger
    },
  }
  const isPerson = typed.length > 0
  return {
    version: '1.2.3',
    user: 'anna',
    codes,
    clock,
    env: {},
    files: commandFiles(folder),
    terminal: {
      out: (text) => void (said.out += text),
      err: (text) => void (said.err += text),
      isOutTerminal: false,
      isErrTerminal: isPerson,
      isInTerminal: isPerson,
      columns: 120,
      ask: async (question) => {
        said.questions.push(question)
        return typed.shift() ?? ''
      },
    },
    interrupts: { on: () => () => undefined, exitNow: () => undefined },
    begin: () => undefined,
    load: async (wish) => {
      // The usual places of the pretended systems belong to whoever runs a sandbox on this computer.
      const moved = (text: string | undefined): string | undefined =>
        text?.replaceAll('http://127.0.0.1:9701', servedSource.url).replaceAll('http://127.0.0.1:9702', servedOrg.url)
      const { text, ...rest } = wish
      return await loadSettings({
        ...rest,
        ...(text === undefined ? {} : { text: moved(text) ?? '' }),
        workingDirectory: folder,
        env: {},
        readText: async (path) => moved(await readText(path)),
        connectors: builtin,
      })
    },
    openControl: async (settings, ending) =>
      await openControl({
        machine,
        settings,
        codes,
        version: '1.2.3',
        ending,
        readPrivate: async () => undefined,
        isAlive: () => false,
      }),
    findDaemon: async () => null,
    runDaemon: async () => await Promise.reject(new Error('no daemon here')),
    signIn: async () => ({ account: null }),
    tryAlerts: async () => [],
    restore: async () => [],
    sandbox: null,
    shipped: async () => ({
      mappings: await textsIn('mappings', '.yaml'),
      fixtures: await textsIn('mappings/fixtures', '.json'),
      schema: '{}',
      guide: '# Mappings\n',
      packages: { salesforce: await fieldFiles() },
    }),
    crashes: { log: silentLog, path: () => null },
  }
}

async function textsIn(path: string, ending: string): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(join(root, path))).filter((name) => name.endsWith(ending))
  const texts = await Promise.all(
    names.map(async (name) => [name, await readFile(join(root, path, name), 'utf8')] as const),
  )
  return Object.fromEntries(texts)
}

/** As the program ships them, though under shorter names. */
async function fieldFiles(): Promise<Readonly<Record<string, string>>> {
  const folders = ['force-app', 'example'].map((part) => `connectors/salesforce/package/${part}/main/default/objects`)
  const found = await Promise.all(folders.map(async (folder) => await textsIn(`${folder}/Opportunity/fields`, '.xml')))
  return Object.assign({}, ...found) as Readonly<Record<string, string>>
}
