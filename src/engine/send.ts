// Sends one batch through a connection's line. What the vendor certainly did not do is sent again, a few times; what it
// may have done is not.

import type { Receipt, Write } from '#spi'
import { asSyncError, Bug, RetryLater, type SyncError } from '#core/errors'
import type { LinkKey, RecordId } from '#core/model/ids'
import { isPointer } from '#core/model/record'
import type { Party } from './pipeline.ts'
import { fillIn } from './pointers.ts'
import { errorOf } from './settle.ts'

export interface Sent {
  /** One for each write, in the same order. */
  readonly receipts: readonly Receipt[]
  /** Why the connection cannot be used any further in this pass, if so. */
  readonly failure: SyncError | null
}

export async function send(party: Party, writes: readonly Write[], signal: AbortSignal): Promise<Sent> {
  const receipts: Receipt[] = writes.map(() => lostReceipt)
  let open = writes.map((_, index) => index)
  let broken: SyncError | null = null
  const attempt = async (): Promise<void> => {
    // What an earlier attempt made is there by now: who points to it is given its id.
    const made = madeBy(writes, receipts)
    const answers = await answersOf(
      party,
      open.map((index) => fillIn(writes[index], made)),
      signal,
    )
    broken = answers.broken
    for (const [at, index] of open.entries()) receipts[index] = answers.receipts[at] ?? lostReceipt
    const lost = lostIn(writes, receipts)
    open = open.filter((index) => isWorthRepeating(receipts[index]) && !rests(writes[index], lost))
    const again = open.map((index) => errorOf(receipts[index] ?? lostReceipt)).find((error) => error !== null)
    if (again) throw again
  }
  try {
    await party.line.ask(`${party.name}.write`, attempt, signal)
  } catch (cause) {
    const error = asSyncError(cause)
    // Not one attempt was made: the line rests.
    if (receipts.every((receipt) => receipt === lostReceipt) && error.code === 'DB-3001')
      return { receipts: writes.map((): Receipt => ({ outcome: 'refused', error })), failure: error }
    broken ??= signal.aborted || isAboutRecord(error) ? null : error
  }
  return { receipts, failure: broken }
}

function madeBy(writes: readonly Write[], receipts: readonly Receipt[]): ReadonlyMap<LinkKey, RecordId> {
  const made = new Map<LinkKey, RecordId>()
  for (const [index, write] of writes.entries()) {
    const receipt = receipts[index]
    if (write.do === 'create' && receipt && 'id' in receipt) made.set(write.key, receipt.id)
  }
  return made
}

/** Records that will not be made, with those that rest on them, and so on. What others rest on stands before them. */
function lostIn(writes: readonly Write[], receipts: readonly Receipt[]): ReadonlySet<LinkKey> {
  const lost = new Set<LinkKey>()
  for (const [index, write] of writes.entries()) {
    const receipt = receipts[index]
    if (write.do !== 'create' || receipt?.outcome !== 'refused') continue
    if (!isWorthRepeating(receipt) || rests(write, lost)) lost.add(write.key)
  }
  return lost
}

/** Sent again before the record it points to is made, it can only be refused again. */
const rests = (write: Write | undefined, lost: ReadonlySet<LinkKey>): boolean =>
  Object.values(write?.fields ?? {}).some((value) => isPointer(value) && lost.has(value.$write))

interface Answers {
  readonly receipts: readonly Receipt[]
  readonly broken: SyncError | null
}

/** What is thrown instead of receipts says nothing about any write of the batch: all of them may have arrived. */
async function answersOf(party: Party, writes: readonly Write[], signal: AbortSignal): Promise<Answers> {
  try {
    const receipts = await party.session.write(writes, signal)
    if (receipts.length === writes.length) return { receipts, broken: null }
    throw new Bug(`${party.name} answered ${receipts.length} writes of ${writes.length}.`, { code: 'DB-9004' })
  } catch (cause) {
    const error = asSyncError(cause)
    if (error instanceof RetryLater && error.scope === 'connection') party.line.rest(error)
    return { receipts: writes.map(() => lostReceipt), broken: signal.aborted ? null : error }
  }
}

export const lostReceipt: Receipt = {
  outcome: 'unknown',
  error: new RetryLater('The answer to a write was lost.', { code: 'DB-3002', scope: 'record' }),
}

function isWorthRepeating(receipt: Receipt | undefined): boolean {
  return receipt?.outcome === 'refused' && asSyncError(receipt.error).remedy === 'retry-later'
}

const isAboutRecord = (error: SyncError): boolean => error.remedy === 'retry-later' && error.scope === 'record'
