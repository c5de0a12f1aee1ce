// Puts backups in place of ledgers: for every pipeline that the backup holds. Nothing may be at work with them.

import { join } from 'node:path'
import { restoreLedger, type RestoreReport } from '#ledger/lowdb/restore'
import { FixConfig } from '#core/errors'
import type { Settings } from '#settings/settings'
import type { Secrets } from '#spi'
import { ledgerDirectory, sealsOf } from './store.ts'

export interface Restored extends RestoreReport {
  readonly pipeline: string
}

export interface RestoreWish {
  readonly from: string
  /** What is there is set aside under a name that says so; without it, nothing is written over. */
  readonly force: boolean
  readonly secrets: Secrets
}

export async function restoreLedgers(settings: Settings, wish: RestoreWish): Promise<readonly Restored[]> {
  const { store, pipelines } = settings
  if (store.type === 'memory')
    throw new FixConfig('A ledger in memory (store.type: memory) cannot be restored: it forgets when it ends.', {
      code: 'DB-1114',
      who: 'operations',
    })
  const seals = await sealsOf(store, wish.secrets)
  const restored: Restored[] = []
  for (const { name } of pipelines) {
    const to = ledgerDirectory(store.path, name)
    const report = await restoreLedger({ from: join(wish.from, name), to, force: wish.force, ...seals })
    restored.push({ pipeline: name, ...report })
  }
  return restored
}
