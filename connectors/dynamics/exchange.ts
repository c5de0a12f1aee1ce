// Several operations at once: in one `$batch` where there is more than one, each with its own outcome. Operations are
// independent (one that fails leaves the others alone) unless they stand together in a change set.

import { type Host, type HttpAnswer, invariant, type SyncError } from '#spi'
import {
  decodeBatch,
  encodeBatch,
  operationsMax,
  operationsOf,
  type Item,
  type ItemAnswer,
  type Operation,
} from './batch.ts'
import type { Door, Reply } from './door.ts'
import { errorFor, isNotOffered, lostAnswer, unreadable, vendorFault, type VendorFault } from './faults.ts'

export type Outcome =
  | { readonly is: 'answer'; readonly answer: HttpAnswer }
  | { readonly is: 'lost'; readonly error: SyncError }
  /** `fault`: what the service said, where it was the service that turned it away. */
  | { readonly is: 'unsent'; readonly error: SyncError; readonly fault?: VendorFault }

export interface Exchange {
  /** One outcome for each item, in the same order. */
  (items: readonly Item[], how: How, signal: AbortSignal): Promise<readonly Outcome[]>
}

export interface How {
  readonly name: string
  readonly writes: boolean
  readonly timeoutMs?: number
}

export interface ExchangeParts {
  readonly door: Door
  readonly host: Host
  /** `/api/data/v9.2` */
  readonly base: string
}

export function openExchange(parts: ExchangeParts): Exchange {
  const exchanger = new Exchanger(parts)
  return (items, how, signal) => exchanger.run(items, how, signal)
}

class Exchanger {
  readonly #parts: ExchangeParts
  #takesBatches = true

  constructor(parts: ExchangeParts) {
    this.#parts = parts
  }

  async run(items: readonly Item[], how: How, signal: AbortSignal): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = []
    for (const piece of pieces(items)) {
      const inBatch = this.#takesBatches && !isAlone(piece)
      outcomes.push(...(inBatch ? await this.#inBatch(piece, how, signal) : await this.#oneByOne(piece, how, signal)))
    }
    return outcomes
  }

  async #inBatch(items: readonly Item[], how: How, signal: AbortSignal): Promise<readonly Outcome[]> {
    const { door, host, base } = this.#parts
    const { contentType, body } = encodeBatch(items, base, host.random.uuid())
    const headers = { 'content-type': contentType, prefer: 'odata.continue-on-error' }
    const reply = await door({ ...how, method: 'POST', path: '$batch', headers, body }, signal)
    if (reply.is !== 'answer') return items.map(() => outcomeOf(reply, how))
    const answers = decoded(reply.answer)
    const fault = vendorFault(reply.answer)
    if (fault && isNotOffered(fault) && !answers) {
      this.#takesBatches = false
      return await this.#oneByOne(items, how, signal)
    }
    const read = answers && readAnswers(items, answers, reply.answer)
    if (!read) return items.map(() => unreadOutcome(reply.answer, how, host))
    // Without continue-on-error the service stops at the first failure: what comes after it was not looked at.
    const rest = items.slice(read.length)
    return rest.length === 0 ? read : [...read, ...(await this.run(rest, how, signal))]
  }

  /** A single request needs no batch; behind a gateway that lets no batch through, all go this way. */
  async #oneByOne(items: readonly Item[], how: How, signal: AbortSignal): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = []
    for (const item of items) outcomes.push(await this.#inTurn(operationsOf(item), how, signal))
    return outcomes
  }

  /** What should have been done together is done in turn, its condition first, and ends where something fails. */
  async #inTurn([first, ...rest]: readonly Operation[], how: How, signal: AbortSignal): Promise<Outcome> {
    invariant(first, 'an item has an operation')
    const outcome = outcomeOf(await this.#parts.door(callOf(first, how), signal), how)
    const isEnd = rest.length === 0 || outcome.is !== 'answer' || vendorFault(outcome.answer) !== undefined
    return isEnd ? outcome : await this.#inTurn(rest, how, signal)
  }
}

function isAlone(items: readonly Item[]): boolean {
  const [only] = items
  return items.length === 1 && only !== undefined && !('together' in only) && only.path.length <= urlMax
}

/** Longer addresses travel inside a batch, where they may have 65,536 characters. */
const urlMax = 4000

const callOf = ({ method, path, headers, body }: Operation, how: How) => ({
  ...how,
  method,
  path,
  ...(headers ? { headers } : {}),
  ...(body === undefined ? {} : { body }),
})

function* pieces(items: readonly Item[]): Generator<readonly Item[]> {
  let piece: Item[] = []
  let size = 0
  for (const item of items) {
    const operations = operationsOf(item).length
    if (size + operations > operationsMax) {
      yield piece
      piece = []
      size = 0
    }
    piece.push(item)
    size += operations
  }
  if (piece.length > 0) yield piece
}

const decoded = ({ headers, body }: HttpAnswer): readonly ItemAnswer[] | undefined =>
  decodeBatch(headers['content-type'], body)

/** As many outcomes as can be trusted; undefined when none can. */
function readAnswers(
  items: readonly Item[],
  answers: readonly ItemAnswer[],
  outer: HttpAnswer,
): readonly Outcome[] | undefined {
  const stoppedEarly = answers.length < items.length && answers.at(-1)?.some(({ status }) => status >= 400) === true
  if (answers.length !== items.length && !(stoppedEarly && outer.status >= 400)) return undefined
  const outcomes = answers.map((answer, index) => itemOutcome(items[index], answer.map(dated(outer))))
  return outcomes.every((outcome) => outcome !== undefined) ? outcomes : undefined
}

/** The server's clock stands on the envelope only. */
const dated =
  ({ headers: { date } }: HttpAnswer) =>
  (answer: HttpAnswer): HttpAnswer =>
    date === undefined ? answer : { ...answer, headers: { date, ...answer.headers } }

/** A change set answers for each of its operations, or once for all of them when it failed. */
function itemOutcome(item: Item | undefined, answers: ItemAnswer): Outcome | undefined {
  const last = answers.at(-1)
  if (!item || !last) return undefined
  const operations = operationsOf(item)
  const failed = answers.find(({ status }) => status >= 400)
  if (failed) return { is: 'answer', answer: failed }
  const isInOrder = answers.every((answer, index) => isAnswerTo(operations[index], answer))
  return answers.length === operations.length && isInOrder ? { is: 'answer', answer: last } : undefined
}

const guid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i

/** Where an answer names the record it wrote, it must be the one we meant: answers may not change places. */
function isAnswerTo(operation: Operation | undefined, { headers }: HttpAnswer): boolean {
  if (operation?.method !== 'PATCH') return true
  const meant = guid.exec(operation.path.split('?')[0] ?? '')?.[0]
  const told = guid.exec(headers['odata-entityid'] ?? '')?.[0]
  return meant === undefined || told === undefined || meant.toLowerCase() === told.toLowerCase()
}

function outcomeOf(reply: Reply, { writes }: How): Outcome {
  if (reply.is !== 'answer')
    return reply.is === 'lost' && writes ? { is: 'lost', error: lostAnswer(reply.error) } : reply
  // A gateway's word for a write says nothing of what became of it.
  if (writes && isGateways(reply.answer)) return { is: 'lost', error: lostAnswer(unreadable('a gateway answered')) }
  return reply
}

const isGateways = (answer: HttpAnswer): boolean => {
  const fault = vendorFault(answer)
  return fault !== undefined && fault.status >= 500 && fault.code === '' && fault.status !== 501
}

/** The whole batch was refused, or its answer is no batch answer. */
function unreadOutcome(answer: HttpAnswer, how: How, { clock }: Host): Outcome {
  const fault = vendorFault(answer)
  if (fault && fault.status < 500)
    return { is: 'unsent', error: errorFor(fault, { now: clock.now(), kind: null }), fault }
  const error = fault
    ? errorFor(fault, { now: clock.now(), kind: null })
    : unreadable('a batch was answered in part', answer.headers)
  return { is: 'lost', error: how.writes ? lostAnswer(error) : error }
}
