// Copies of the ledgers, made while work goes on. Each pipeline's goes into a directory of its own name. Tokens that
// vendors hand to us are not among them: a copy of those is a sign-in for whoever finds it.

import { join } from 'node:path'
import { FixConfig } from '#core/errors'
import type { Runner } from '#assembly/runner'
import type { BackupReport, EmbeddedLedger, KeptLedger } from '#ledger'
import type { BackedUp } from './answers.ts'

export async function backUp(runners: readonly Runner[], to: string): Promise<BackedUp> {
  const ledgers: (BackupReport & { readonly pipeline: string })[] = []
  for (const { name, ledger } of runners) {
    if (!isEmbedded(ledger)) throw nothingToCopy()
    ledgers.push({ pipeline: name, ...(await ledger.backup(join(to, name))) })
  }
  return { schema: 'dealbridge.backup/v1', ledgers }
}

const isEmbedded = (ledger: KeptLedger): ledger is EmbeddedLedger => 'backup' in ledger

const nothingToCopy = (): FixConfig =>
  new FixConfig('A ledger in memory (store.type: memory) has nothing on disk, so there is nothing to back up.', {
    code: 'DB-1114',
    who: 'operations',
  })
