import { describe, test } from 'vitest'
import { openMemoryLedger } from '#ledger/memory'
import { ledgerChecks } from '#testkit/ledger-suite'

describe('the memory ledger', () => {
  for (const check of ledgerChecks) test(check.name, () => check.run(async () => openMemoryLedger()))
})
