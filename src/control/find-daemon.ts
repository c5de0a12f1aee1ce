// Finds the daemon where the settings cannot be read just now: it goes on with those it has, and has to be reachable
// most of all when somebody has just broken the file. Only where its door may be is taken from what can be read.

import { join, isAbsolute } from 'node:path'
import type { Loaded } from '#settings/load'
import { nodeAt } from '#settings/layers'
import type { Control } from './control.ts'
import { doorAt, remoteAt, type DoorSearch } from './open.ts'

export interface FindDaemonOptions extends DoorSearch {
  readonly loaded: Loaded
  /** The folder that holds `config/`. */
  readonly root: string
}

export interface FoundDaemon {
  readonly control: Control
  readonly timezone: string
}

const usualStore = 'data/ledger'

export async function findDaemon(options: FindDaemonOptions): Promise<FoundDaemon | null> {
  const { loaded, root } = options
  const path = said(loaded, ['store', 'path']) ?? usualStore
  const store = isAbsolute(path) ? path : join(root, path)
  const isMemory = said(loaded, ['store', 'type']) === 'memory'
  const file = isMemory ? join(root, '.dealbridge', 'door.json') : join(store, 'door.json')
  const door = await doorAt(file, options)
  return door ? { control: remoteAt(door, options), timezone: said(loaded, ['timezone']) ?? 'UTC' } : null
}

function said({ layers }: Loaded, path: readonly string[]): string | undefined {
  const node = layers ? nodeAt(layers.root, path) : undefined
  return node?.kind === 'scalar' && node.means === 'text' ? node.text : undefined
}
