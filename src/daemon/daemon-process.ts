// The daemon's process: from a configuration to a daemon in the foreground. The first settings decide how it logs.

import type { Codebook } from '#core/codes'
import { FixConfig } from '#core/errors'
import { invariant } from '#core/invariant'
import { openMachine } from '#assembly/open-machine'
import type { Control } from '#control/control'
import { announceDoor } from '#control/door-file'
import { openLog, type LogDestination } from '#platform/log'
import type { OpenMetrics } from '#platform/metrics'
import type { Loaded } from '#settings/load'
import type { Settings } from '#settings/settings'
import type { Clock } from '#spi'
import { startDaemon, type Daemon, type DaemonParts } from './daemon.ts'
import { runInForeground, type DaemonEnd, type ForegroundParts } from './foreground.ts'
import type { Route } from './listener.ts'

export interface DaemonProcess {
  readonly load: () => Promise<Loaded>
  readonly clock: Clock
  readonly metrics: OpenMetrics
  readonly codes: Codebook
  readonly version: string
  readonly pid: number
  readonly onSignal: ForegroundParts['onSignal']
  /** Standard output, unless somebody wants it elsewhere. */
  readonly logTo?: LogDestination
  /** Only this pipeline. */
  readonly pipeline?: string | undefined
  /** Nothing is written, whatever the file says. */
  readonly observe: boolean
  readonly routes?: (control: Control) => readonly Route[]
}

export async function runDaemon(of: DaemonProcess): Promise<DaemonEnd> {
  return await runInForeground({ ...(await partsOf(of)), onSignal: of.onSignal })
}

/** The same daemon for whoever holds it in their own process and ends it themselves. */
export async function openDaemon(of: Omit<DaemonProcess, 'onSignal'>): Promise<Daemon> {
  return await startDaemon(await partsOf(of))
}

async function partsOf(of: Omit<DaemonProcess, 'onSignal'>): Promise<DaemonParts> {
  const { clock, metrics, logTo, load, ...rest } = of
  const wished = async (): Promise<Settings> => narrowed(settingsFrom(await load()), of)
  const { logging } = await wished()
  const log = openLog({ clock, level: logging.level, format: logging.format, ...(logTo ? { destination: logTo } : {}) })
  return { ...rest, machine: openMachine({ clock, log, metrics }), metrics, load: wished, announce: announceDoor }
}

/** The settings, or everything that is wrong with them as one error. */
export function settingsFrom({ result }: Pick<Loaded, 'result'>): Settings {
  if (result.ok) return result.value
  const [first] = result.problems
  invariant(first, 'settings that are refused have a problem')
  const place = first.where ? `${first.where.file}:${first.where.line}: ` : ''
  const more = result.problems.length > 1 ? ` (and ${result.problems.length - 1} more)` : ''
  throw new FixConfig(`${place}${first.what}${more}`, {
    code: first.code,
    problems: result.problems,
    who: first.who ?? 'operations',
  })
}

function narrowed(settings: Settings, { pipeline, observe }: Pick<DaemonProcess, 'pipeline' | 'observe'>): Settings {
  const pipelines = settings.pipelines
    .filter(({ name }) => pipeline === undefined || name === pipeline)
    .map((one) => (observe ? { ...one, mode: 'observe' as const } : one))
  if (pipelines.length > 0) return { ...settings, pipelines }
  const names = settings.pipelines.map(({ name }) => name).join(', ')
  throw new FixConfig(`There is no pipeline "${pipeline ?? ''}". There are: ${names || 'none'}.`, {
    code: 'DB-1154',
    who: 'operations',
  })
}
