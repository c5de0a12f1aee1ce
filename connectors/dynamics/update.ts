// Updates of what differs, by id. Each carries its own condition: the version that was planned on, or at least that
// the record is there, because an update of nothing would make a new row.

import { type HttpAnswer, recordId, stringifyJson, version, type Receipt, type Version } from '#spi'
import type { Item, Operation } from './batch.ts'
import { encode, type Body } from './encode.ts'
import { isStale, vendorFault } from './faults.ts'
import type { Outcome } from './exchange.ts'
import { encodingFor, refusal, refused, unknown, type Frame, type UpdateJob } from './jobs.ts'
import { closePrefix } from './records.ts'

const timeoutMs = 120_000

/** A job and the item that carries it out. */
export interface Sending {
  readonly job: UpdateJob
  readonly item: Item
}

export async function updateAll(frame: Frame, jobs: readonly UpdateJob[]): Promise<void> {
  const sendings = jobs.flatMap((job) => {
    const encoded = encode(job.write.fields, encodingFor(frame, job.table, 'update'))
    if (encoded.ok) return [{ job, item: patch(job, withStatus(job, encoded.body)) }]
    frame.receipts[job.index] = refused(encoded.error)
    return []
  })
  await send(frame, sendings)
}

/** A state without its reason gets the first one that belongs to it. */
function withStatus({ table }: UpdateJob, body: Body): Body {
  const state = body['statecode']
  if (typeof state !== 'number' || body['statuscode'] !== undefined) return body
  const first = table.columns.get('statuscode')?.options?.find((option) => option.state === state)
  return first ? { ...body, statuscode: first.value } : body
}

export function patch({ write, table }: UpdateJob, body: Body): Operation {
  return {
    method: 'PATCH',
    path: `${table.set}(${write.id})`,
    headers: { 'If-Match': conditionOf(write.expect) },
    body: stringifyJson(body),
  }
}

const conditionOf = (expect: Version | null): string => (expect === null || expect === '' ? '*' : expect)

/** Sends what carries the jobs out, and takes a receipt for each. */
export async function send(frame: Frame, sendings: readonly Sending[], isRaced?: IsRaced): Promise<void> {
  if (sendings.length === 0) return
  const { api, signal, receipts } = frame
  const outcomes = await api.exchange(
    sendings.map(({ item }) => item),
    { name: 'update', writes: true, timeoutMs },
    signal,
  )
  for (const [index, { job }] of sendings.entries())
    receipts[job.index] = receiptFor(frame, job, outcomes[index], isRaced)
}

/** Refusals that mean: somebody was faster. */
export type IsRaced = (fault: NonNullable<ReturnType<typeof vendorFault>>) => boolean

function receiptFor(
  frame: Frame,
  job: UpdateJob,
  outcome: Outcome | undefined,
  isRaced: IsRaced = isStale,
): Receipt | undefined {
  if (outcome?.is === 'lost') return unknown(outcome.error)
  if (outcome?.is === 'unsent') return refused(outcome.error)
  if (outcome?.is !== 'answer') return undefined
  const fault = vendorFault(outcome.answer)
  if (fault) return isStale(fault) || isRaced(fault) ? { outcome: 'stale' } : refusal(frame, fault, job)
  frame.api.limits.countRows(1)
  return { outcome: 'written', id: recordId(job.write.id), version: etagIn(outcome.answer) }
}

const etagIn = ({ headers: { etag } }: HttpAnswer): Version | null => (etag === undefined ? null : version(etag))

/** Columns of the record itself, without its state and without what belongs to its close. */
export function ownFields({ write }: UpdateJob, besides: readonly string[]): UpdateJob['write']['fields'] {
  const own = Object.entries(write.fields).filter(([name]) => !name.startsWith(closePrefix) && !besides.includes(name))
  return Object.fromEntries(own)
}
