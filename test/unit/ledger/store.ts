// A ledger under test, on a disk of memory.

import { isSyncError } from '#core/errors'
import { openLowdbLedger, type LowdbOptions } from '#ledger/lowdb/ledger'
import type { EmbeddedLedger, HistoryEvent, LedgerChange } from '#ledger'
import type { SimDisk } from './sim-disk.ts'

export const HOME = '/store/leads'

export const openOn = (files: SimDisk, options: Partial<LowdbOptions> = {}): Promise<EmbeddedLedger> =>
  openLowdbLedger({ directory: HOME, files, ...options, sizes: { reserveBytes: 0, ...options.sizes } })

export const fact = (key: string, n: number): LedgerChange => ({ put: 'fact', key, value: { n } })

/** Everything a caller can see, as text. */
export async function everythingIn(ledger: EmbeddedLedger): Promise<string> {
  const facts: string[] = []
  for await (const value of ledger.all('fact')) facts.push(JSON.stringify(value))
  const links: string[] = []
  for await (const link of ledger.all('link')) links.push(JSON.stringify(link))
  const events: HistoryEvent[] = []
  for await (const event of ledger.history({})) events.push(event)
  const told = events.map(({ number, details, link }) => ({ number, details, link }))
  return JSON.stringify([facts.toSorted(), links.toSorted(), told])
}

/** The code of what it is refused with; undefined when it is not. */
export async function refusal(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    if (isSyncError(error)) return error.code
    throw error
  }
}
