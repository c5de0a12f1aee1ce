// The machine as it really is: files below the settings' folder, ledgers and vault on its disk.

import { systemRandom } from '#platform/random'
import { openSecrets } from '#platform/secrets'
import { readText } from '#platform/files'
import type { Machine } from './machine.ts'
import { mappingReader } from './mapping-file.ts'
import { whenFree } from './patience.ts'
import { holdStore, openStoredLedger, openStoredVault } from './store.ts'

export function openMachine({ clock, log, metrics }: Pick<Machine, 'clock' | 'log' | 'metrics'>): Machine {
  return {
    clock,
    log,
    metrics,
    random: systemRandom,
    secretsFor: (root) => openSecrets({ clock, root }),
    readText,
    readMapping: mappingReader(readText),
    openLedger: async (store, needs) => await whenFree(clock, async () => await openStoredLedger(store, needs)),
    holdStore: async (store) => await whenFree(clock, async () => await holdStore(store)),
    openVault: openStoredVault,
  }
}
