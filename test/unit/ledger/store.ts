// A ledger under test, on a disk of memory.

import { crc32 } from 'node:zlib'
import { isSyncError } from '#core/errors'
import { openLowdbLedger, type LowdbOptions } from '#ledger/lowdb/ledger'
import type { EmbeddedLedger, HistoryEvent, LedgerChange } from '#ledger'
import { sampleEvent } from '#testkit/ledger-samples'
import { SimDisk } from './sim-disk.ts'

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

export const smallParts = { historyEvents: 2 }

/** A hundred records, in a snapshot and in a journal; three events, in a full part and in one that grows. */
export async function hundredRecords(options: Partial<LowdbOptions> & { readonly clean: boolean }): Promise<SimDisk> {
  const disk = new SimDisk()
  const ledger = await openOn(disk, { sizes: smallParts, ...options })
  for (let batch = 0; batch < 10; batch += 1) {
    const facts = Array.from({ length: 10 }, (_, n) => fact(`${batch}-${n}`, batch * 10 + n))
    await ledger.commit(facts, batch % 4 === 0 ? [sampleEvent(batch)] : [])
    if (batch === 6) await ledger.compact()
  }
  if (!options.clean) return disk.afterKill()
  await ledger.close()
  return disk
}

export async function seenOn(disk: SimDisk, options: Partial<LowdbOptions> = {}): Promise<string> {
  const ledger = await openOn(disk, { sizes: smallParts, ...options })
  try {
    return await everythingIn(ledger)
  } finally {
    await ledger.close()
  }
}

export const pathOf = (disk: SimDisk, part: string): string => disk.paths().find((path) => path.includes(part)) ?? ''

/** A manifest of this text, with a checksum that fits. */
export const signed = (text: string): Buffer =>
  Buffer.from(`${text}\n${crc32(text).toString(16).padStart(8, '0')}\n`, 'latin1')
