// Writes, one after the other, each once. Every receipt says what became of its write, and a lost answer is never taken
// for either outcome. Repeating is the engine's decision, and safe: an update carries the eTag it was planned on, and a
// create first looks for the deal it would make.

import { isSyncError, type Receipt, RetryLater, type SyncError, type Write } from '#spi'
import { create } from './create.ts'
import type { Parts } from './parts.ts'
import { update } from './update.ts'

export async function writeAll(
  parts: Parts,
  batch: readonly Write[],
  signal: AbortSignal,
): Promise<readonly Receipt[]> {
  const receipts: Receipt[] = []
  let halt: SyncError | null = null
  for (const write of batch) {
    const receipt: Receipt = halt === null ? await writeOne(parts, write, signal) : { outcome: 'refused', error: halt }
    receipts.push(receipt)
    halt ??= haltAfter(receipt)
  }
  return receipts
}

/** What concerns the whole connection ends the batch: the rest is certainly not written. */
function haltAfter(receipt: Receipt): SyncError | null {
  if (receipt.outcome !== 'refused' && receipt.outcome !== 'unknown') return null
  const { error } = receipt
  if (error.remedy === 'fix-config') return error
  return error instanceof RetryLater && error.scope === 'connection' ? error : null
}

async function writeOne(parts: Parts, write: Write, signal: AbortSignal): Promise<Receipt> {
  try {
    return write.do === 'create' ? await create(parts, write, signal) : await update(parts, write, signal)
  } catch (error) {
    // Only the looking that comes before a write throws.
    return { outcome: 'refused', error: thrown(error, signal) }
  }
}

function thrown(error: unknown, signal: AbortSignal): SyncError {
  if (signal.aborted) return new RetryLater('Stopped before anything was sent.', { code: 'DB-1205', scope: 'record' })
  if (isSyncError(error)) return error
  throw error
}
