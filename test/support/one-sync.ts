// One sync as a process of its own, without the command line around it: for tests that start, and kill, very many.

import { builtin } from '../../connectors/builtin.ts'
import { openMachine } from '#assembly/open-machine'
import { openControl } from '#control/open'
import { noMetrics } from '#core/metrics'
import { systemClock } from '#platform/clock'
import { readText } from '#platform/files'
import { silentLog } from '#platform/log/silent'
import { loadSettings } from '#settings/load'

const clock = systemClock()
const { result } = await loadSettings({
  workingDirectory: process.cwd(),
  env: {},
  readText,
  connectors: builtin,
})
if (!result.ok) throw new Error(result.problems.map(({ what }) => what).join('\n'))
const never = new AbortController().signal
const control = await openControl({
  machine: openMachine({ clock, log: silentLog, metrics: noMetrics }),
  settings: result.value,
  codes: {},
  version: 'test',
  ending: { signal: never, drain: never },
  readPrivate: async () => undefined,
  isAlive: () => false,
})
const runs = await control.sync({ who: 'test' })
await control.close()
process.exitCode = runs.every(({ result: how }) => how === 'done' || how === 'held') ? 0 : 1
