// Where things are kept on this machine: a ledger for each pipeline, and the vault, below one directory that belongs to
// one daemon. A memory store keeps nothing when the process ends.
//
//   data/ledger/
//     pipelines/<name>/   the ledger of one pipeline
//     vault/              tokens that vendors hand to us
//     lock                held by the daemon that serves the store
//     door.json           where the running daemon listens, and its key

import { join } from 'node:path'
import type { SecretRef, Secrets, Vault } from '#spi'
import type { KeptLedger } from '#ledger'
import { disk } from '#ledger/lowdb/disk'
import { openLowdbLedger, type LowdbOptions } from '#ledger/lowdb/ledger'
import { takeLock } from '#ledger/lowdb/lock'
import { openMemoryLedger } from '#ledger/memory'
import { createSealer, parseSealKey, type Sealer } from '#ledger/seal'
import { memoryVault, openVault } from '#platform/vault'
import type { Settings, StoreSettings } from '#settings/settings'
import type { HeldStore, LedgerNeeds } from './machine.ts'

export const ledgerDirectory = (path: string, pipeline: string): string => join(path, 'pipelines', pipeline)

/** The file that tells where the daemon listens. A memory store has no directory, so it stands beside the settings. */
export function doorFile({ store, root }: Pick<Settings, 'store' | 'root'>): string {
  return store.type === 'lowdb' ? join(store.path, 'door.json') : join(root, '.dealbridge', 'door.json')
}

export async function openStoredLedger(store: StoreSettings, needs: LedgerNeeds): Promise<KeptLedger> {
  if (store.type === 'memory') return openMemoryLedger()
  const directory = ledgerDirectory(store.path, needs.pipeline)
  return await openLowdbLedger({ directory, log: needs.log, ...(await sealsOf(store, needs.secrets)) })
}

/** The keys a ledger is sealed with, and what else it has to know of where it is. */
export async function sealsOf(store: LowdbSettings, secrets: Secrets): Promise<Seals> {
  const { encryptionKey, formerKeys = [], allowNetworkDisk = false } = store
  const sealer = async (ref: SecretRef): Promise<Sealer> => createSealer(parseSealKey(await secrets.read(ref)))
  return {
    seal: encryptionKey && (await sealer(encryptionKey)),
    formerSeals: await Promise.all(formerKeys.map(sealer)),
    allowNetworkDisk,
  }
}

type LowdbSettings = Extract<StoreSettings, { type: 'lowdb' }>
type Seals = Pick<LowdbOptions, 'seal' | 'formerSeals' | 'allowNetworkDisk'>

/** One daemon for a store, whatever pipelines it runs: the vault and the door belong to all of them. */
export async function holdStore(store: StoreSettings): Promise<HeldStore> {
  if (store.type === 'memory') return { release: async () => undefined }
  return await takeLock({ directory: store.path, files: disk, allowNetworkDisk: store.allowNetworkDisk ?? false })
}

export async function openStoredVault(store: StoreSettings, secrets: Secrets): Promise<Vault> {
  if (store.type === 'memory') return memoryVault()
  const { encryptionKey, formerKeys = [], path } = store
  return await openVault({
    directory: join(path, 'vault'),
    secrets,
    formerKeys,
    ...(encryptionKey ? { key: encryptionKey } : {}),
  })
}
