// The entry: builds the parts and joins them. The only file that knows everyone; it decides nothing.

import manifest from '../package.json' with { type: 'json' }
import '#platform/modest-heap'
import { builtin, connectorCodes } from '../connectors/builtin.ts'
import { defaultPrefix } from '../connectors/dynamics/solution/definition.ts'
import { unpacked } from '../connectors/dynamics/solution/unpacked.ts'
import { alertCodes } from '#alerts/codes'
import { tryChannels } from '#alerts/try'
import { assemblyCodes } from '#assembly/codes'
import { openMachine } from '#assembly/open-machine'
import { restoreLedgers } from '#assembly/restore'
import { runCli } from '#cli/cli'
import { cliCodes } from '#cli/codes'
import { steeringOf } from '#cli/steering'
import type { CliParts, LoadWish } from '#cli/parts'
import { controlCodes } from '#control/codes'
import { readDoorFile } from '#control/door-file'
import { findDaemon } from '#control/find-daemon'
import { openControl } from '#control/open'
import { signIn } from '#control/sign-in'
import { troubleOf } from '#control/trouble'
import { mappingCodes } from '#core/mapping/codes'
import { noMetrics } from '#core/metrics'
import { reconcileCodes } from '#core/reconcile/codes'
import { daemonCodes } from '#daemon/codes'
import { openDaemon, runDaemon } from '#daemon/daemon-process'
import { engineCodes } from '#engine/codes'
import { ledgerCodes } from '#ledger/codes'
import { systemClock } from '#platform/clock'
import { platformCodes } from '#platform/codes'
import { crashFile } from '#platform/crash'
import { commandFiles } from '#platform/command-files'
import { readText } from '#platform/files'
import { silentLog } from '#platform/log/silent'
import { openMetrics } from '#platform/metrics'
import { systemRandom } from '#platform/random'
import { safeStart } from '#platform/safe-start'
import { passingSandboxFolder, sandboxFolder, shippedFiles, shippedTree } from '#platform/sandbox-folder'
import { systemTerminal } from '#platform/terminal'
import { thisProcess } from '#platform/this-process'
import { openHttp } from '#platform/transport/http'
import { sandboxCodes } from '#sandbox/codes'
import { sandboxCommand } from '#sandbox/command'
import { settingsCodes } from '#settings/codes'
import { findConfig } from '#settings/find'
import { loadSettings } from '#settings/load'

const { version } = manifest
const { env, workingDirectory, pid, user, onSignal, isAlive, exitNow, exitWith, args } = thisProcess
const clock = systemClock()
const codes = {
  ...settingsCodes,
  ...alertCodes,
  ...assemblyCodes,
  ...controlCodes,
  ...daemonCodes,
  ...cliCodes,
  ...platformCodes,
  ...connectorCodes,
  ...mappingCodes,
  ...reconcileCodes,
  ...engineCodes,
  ...ledgerCodes,
  ...sandboxCodes,
}

const files = commandFiles(workingDirectory)
const sandboxConfig = 'config/dealbridge.yaml'
const sandboxHome = sandboxFolder(files.resolve('.dealbridge', 'sandbox'), sandboxConfig)
const load = async (wish: LoadWish) =>
  await loadSettings({
    ...wish,
    workingDirectory,
    env,
    readText,
    connectors: builtin,
    fallback: sandboxHome.configFile,
  })
const crashes = crashFile(files.resolve('.dealbridge', 'errors.log'), clock)
const machine = openMachine({ clock, log: crashes.log, metrics: noMetrics })
const here = import.meta.dirname
const sandbox = sandboxCommand({
  // Only the sandbox needs them: no other command waits for their many files.
  vendors: async () => (await import('../connectors/pretended.ts')).pretended,
  clock: systemClock,
  random: systemRandom,
  folder: sandboxHome,
  passingFolder: async () => await passingSandboxFolder(sandboxConfig),
  shipped: async () => ({
    mappings: await shippedFiles(here, 'mappings', '.yaml'),
    fixtures: await shippedFiles(here, 'mappings/fixtures', '.json'),
  }),
  startDaemon: async (config, turnable) => {
    const daemon = await openDaemon({
      load: async () => await load({ config }),
      clock: turnable,
      metrics: openMetrics({ version }),
      codes,
      version,
      pid,
      // The tour says what happens; its daemon writes down only what nobody expected.
      logTo: crashes.destination,
      observe: false,
    })
    return { ...steeringOf(daemon.control, 'Europe/Berlin'), stop: async () => void (await daemon.stop()) }
  },
  dial: (url) => openHttp({ connection: 'sandbox', origins: [url], clock, log: silentLog }),
  onInterrupt: (listener) => onSignal(['SIGINT', 'SIGTERM'], listener),
})

const parts: CliParts = {
  version,
  codes,
  clock,
  env,
  user,
  files,
  load,
  sandbox,
  signIn: async (settings, wish) => await signIn(settings, machine, wish),
  tryAlerts: async (settings, channel, signal) => {
    const secrets = machine.secretsFor(settings.root)
    const way = { clock, log: silentLog, secrets, proxy: settings.proxy, signal }
    const tried = await tryChannels(settings, channel, way)
    return tried.map(({ error, ...rest }) => ({ ...rest, trouble: error && troubleOf(error) }))
  },
  restore: async (settings, from, force) =>
    await restoreLedgers(settings, { from, force, secrets: machine.secretsFor(settings.root) }),
  shipped: async () => ({
    mappings: await shippedFiles(here, 'mappings', '.yaml'),
    fixtures: await shippedFiles(here, 'mappings/fixtures', '.json'),
    schema: (await shippedFiles(here, 'config', '.json'))['schema.json'] ?? '',
    guide: (await shippedFiles(here, 'mappings', '.md'))['README.md'] ?? '',
    packages: {
      salesforce: await shippedTree(here, 'connectors/salesforce/package'),
      dynamics: Object.fromEntries(unpacked(defaultPrefix)),
    },
  }),
  begin: () => safeStart(),
  terminal: systemTerminal(),
  interrupts: { on: (listener) => onSignal(['SIGINT', 'SIGTERM'], listener), exitNow },
  openControl: async (settings, ending) =>
    await openControl({
      machine,
      settings,
      codes,
      version,
      ending,
      readPrivate: readDoorFile,
      isAlive,
    }),
  findDaemon: async (wish, ending) =>
    await findDaemon({
      loaded: await load(wish),
      root: findConfig({ ...wish, workingDirectory, env }).root,
      machine,
      version,
      ending,
      readPrivate: readDoorFile,
      isAlive,
    }),
  runDaemon: async (wish) =>
    await runDaemon({
      load: async () => await load(wish),
      clock,
      metrics: openMetrics({ version }),
      codes,
      version,
      pid,
      onSignal,
      pipeline: wish.pipeline,
      observe: wish.observe,
    }),
  crashes,
}

exitWith(await runCli(args, parts))
