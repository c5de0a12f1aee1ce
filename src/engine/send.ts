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

/** A write, and what is known of it. */
interface Item {
  readonly write: Write
  receipt: Receipt
}

export async function send(party: Party, writes: readonly Write[], signal: AbortSignal): Promise<Sent> {
  const items = writes.map((write): Item => ({ write, receipt: lostReceipt }))
  let open: readonly Item[] = items
  let isTried = false
  let broken: SyncError | null = null
  const attempt = async (): Promise<void> => {
    isTried = true
    // What an earlier attempt made is there by now: who points to it is given its id.
    const made = madeBy(items)
    const answers = await answersOf(
      party,
      open.map(({ write }) => fillIn(write, made)),
      signal,
    )
    broken = answers.broken
    for (const [index, item] of open.entries()) item.receipt = answers.receipts[index] ?? lostReceipt
    const lost = lostIn(items)
    open = open.filter(({ write, receipt }) => isWorthRepeating(receipt) && !rests(write, lost))
    const [again] = open.map(({ receipt }) => errorOf(receipt))
    if (again) throw again
  }
  try {
    await party.line.ask(`${party.name}.write`, attempt, signal)
  } catch (cause) {
    const error = asSyncError(cause)
    // Not one attempt was made: the line rests.
    if (!isTried && error.code === 'DB-3001')
      return { receipts: writes.map((): Receipt => ({ outcome: 'refused', error })), failure: error }
    broken ??= signal.aborted || isAboutRecord(error) ? null : error
  }
  return { receipts: items.map(({ receipt }) => receipt), failure: broken }
}

function madeBy(items: readonly Item[]): ReadonlyMap<LinkKey, RecordId> {
  const made = new Map<LinkKey, RecordId>()
  for (const { write, receipt } of items) if (write.do === 'create' && 'id' in receipt) made.set(write.key, receipt.id)
  return made
}

/** Records that will not be made, with those that rest on them, and so on. What others rest on stands before them. */
function lostIn(items: readonly Item[]): ReadonlySet<LinkKey> {
  const lost = new Set<LinkKey>()
  for (const { write, receipt } of items) {
    if (write.do !== 'create' || receipt.outcome !== 'refused') continue
    if (!isWorthRepeating(receipt) || rests(write, lost)) lost.add(write.key)
  }
  return lost
}

/** Sent again before the record it points to is made, it can only be refused again. */
const rests = ({ fields }: Write, lost: ReadonlySet<LinkKey>): boolean =>
  Object.values(fields).some((value) => isPointer(value) && lost.has(value.$write))

interface Answers {
  /** None where they were lost. */
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
    return { receipts: [], broken: signal.aborted ? null : error }
  }
}

export const lostReceipt: Receipt = {
  outcome: 'unknown',
  error: new RetryLater('The answer to a write was lost.', { code: 'DB-3002', scope: 'record' }),
}

function isWorthRepeating(receipt: Receipt): boolean {
  return receipt.outcome === 'refused' && asSyncError(receipt.error).remedy === 'retry-later'
}

const isAboutRecord = (error: SyncError): boolean => error.remedy === 'retry-later' && error.scope === 'record'
