// The entry: builds the parts and joins them. The only file that knows everyone; it decides nothing.

import manifest from '../package.json' with { type: 'json' }
import { builtin, connectorCodes } from '../connectors/builtin.ts'
import { assemblyCodes } from '#assembly/codes'
import { openMachine } from '#assembly/open-machine'
import { runCli } from '#cli/cli'
import { cliCodes } from '#cli/codes'
import type { CliParts, LoadWish } from '#cli/parts'
import { controlCodes } from '#control/codes'
import { readDoorFile } from '#control/door-file'
import { openControl } from '#control/open'
import { mappingCodes } from '#core/mapping/codes'
import { noMetrics } from '#core/metrics'
import { reconcileCodes } from '#core/reconcile/codes'
import { daemonCodes } from '#daemon/codes'
import { runDaemon } from '#daemon/daemon-process'
import { engineCodes } from '#engine/codes'
import { ledgerCodes } from '#ledger/codes'
import { systemClock } from '#platform/clock'
import { platformCodes } from '#platform/codes'
import { keepCrash } from '#platform/crash'
import { commandFiles } from '#platform/command-files'
import { readText } from '#platform/files'
import { silentLog } from '#platform/log/silent'
import { openMetrics } from '#platform/metrics'
import { safeStart } from '#platform/safe-start'
import { systemTerminal } from '#platform/terminal'
import { thisProcess } from '#platform/this-process'
import { settingsCodes } from '#settings/codes'
import { loadSettings } from '#settings/load'

const { version } = manifest
const { env, workingDirectory, pid, user, onSignal, isAlive, exitNow, exitWith, args } = thisProcess
const clock = systemClock()
const codes = {
  ...settingsCodes,
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
}

const load = async (wish: LoadWish) =>
  await loadSettings({ ...wish, workingDirectory, env, readText, connectors: builtin })
const files = commandFiles(workingDirectory)

const parts: CliParts = {
  version,
  codes,
  clock,
  env,
  user,
  files,
  load,
  sandbox: null,
  begin: () => safeStart(),
  terminal: systemTerminal(),
  interrupts: { on: (listener) => onSignal(['SIGINT', 'SIGTERM'], listener), exitNow },
  openControl: async (settings, ending) =>
    await openControl({
      machine: openMachine({ clock, log: silentLog, metrics: noMetrics }),
      settings,
      codes,
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
  keepCrash: async (error) => await keepCrash(error, { directory: files.resolve('.dealbridge'), version, clock }),
}

exitWith(await runCli(args, parts))
