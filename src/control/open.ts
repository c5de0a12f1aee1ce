// Who carries out a verb: the daemon, where one holds the ledgers; otherwise this process, which takes them for as long
// as the verb lasts.

import type { Codebook } from '#core/codes'
import { assemble } from '#assembly/assembly'
import { Ledgers } from '#assembly/ledgers'
import type { Machine } from '#assembly/machine'
import { doorFile } from '#assembly/store'
import { httpLimits, openHttp } from '#platform/transport/http'
import type { Settings } from '#settings/settings'
import type { Control } from './control.ts'
import { Door } from './door.ts'
import type { Ending } from './ending.ts'
import { LocalControl } from './local.ts'
import { remoteControl, unanswered } from './remote.ts'

/** What it takes to find a daemon and to talk to it. */
export interface DoorSearch {
  readonly machine: Machine
  readonly version: string
  readonly ending: Ending
  /** The text of a file that only its owner may read; undefined when there is none. */
  readonly readPrivate: (path: string) => Promise<string | undefined>
  readonly isAlive: (pid: number) => boolean
}

export interface OpenControlOptions extends DoorSearch {
  readonly settings: Settings
  readonly codes: Codebook
}

/** Answers hold whole plans. */
const answerBytesMax = 512 * 1024 * 1024

export async function openControl(options: OpenControlOptions): Promise<Control> {
  const door = await doorAt(doorFile(options.settings), options)
  return door ? remoteAt(door, options) : await localWith(options)
}

/** Where the daemon listens; null when none runs. A file that a killed daemon left behind leads nowhere. */
export async function doorAt(
  file: string,
  { readPrivate, isAlive }: Pick<DoorSearch, 'readPrivate' | 'isAlive'>,
): Promise<Door | null> {
  const text = await readPrivate(file)
  if (text === undefined) return null
  const door = Door.safeParse(parseJson(text))
  return door.success && isAlive(door.data.pid) ? door.data : null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function remoteAt(door: Door, { machine, version, ending }: DoorSearch): Control {
  if (door.version !== version)
    throw unanswered(`it is version ${door.version}, and this command is ${version}: restart the daemon`)
  const { clock, log } = machine
  const signal = AbortSignal.any([ending.signal, ending.drain])
  const http = openHttp({
    connection: 'daemon',
    origins: [door.url],
    clock,
    log,
    limits: { answerBytesMax: Math.max(answerBytesMax, httpLimits.answerBytesMax) },
  })
  return remoteControl({ door, http, clock, signal })
}

async function localWith({ machine, settings, codes, version, ending }: OpenControlOptions): Promise<Control> {
  const assembly = await assemble(settings, { machine, ledgers: new Ledgers(machine) })
  return new LocalControl({ assembly: () => assembly, codes, version, ending })
}
