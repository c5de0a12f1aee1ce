import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, test } from 'vitest'
import { openLowdbLedger } from '#ledger/lowdb/ledger'
import { openMemoryLedger } from '#ledger/memory'
import { createSealer } from '#ledger/seal'
import { durableLedgerChecks, ledgerChecks } from '#testkit/ledger-suite'

const root = await mkdtemp(join(tmpdir(), 'dealbridge-ledger-'))
afterAll(() => rm(root, { recursive: true }))

describe('the memory ledger', () => {
  for (const check of ledgerChecks) test(check.name, () => check.run(async () => openMemoryLedger()))
})

const tiny = { journalBytes: 4096, historyBytes: 2048, historyEvents: 5, snapshotFrameBytes: 1024, reserveBytes: 0 }
const kinds = [
  { name: 'the lowdb ledger', seal: undefined, sizes: { reserveBytes: 0 } },
  { name: 'the lowdb ledger, sealed', seal: createSealer(Buffer.alloc(32, 7)), sizes: { reserveBytes: 0 } },
  { name: 'the lowdb ledger, in tiny files', seal: undefined, sizes: tiny },
]

for (const { name, seal, sizes } of kinds)
  describe(name, () => {
    for (const check of [...ledgerChecks, ...durableLedgerChecks])
      test(check.name, () => {
        const directory = join(root, name, check.name)
        return check.run(() => openLowdbLedger({ directory, seal, sizes }))
      })
  })
