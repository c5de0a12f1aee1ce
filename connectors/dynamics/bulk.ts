// What of a batch of creations travels in which request. Rows of one table at one level make one bulk action; a row by
// itself is an upsert that may not update. Parents stand before children, because a batch is done in order.

import { z } from 'zod'
import { type HttpAnswer, parseJson, recordId, type RecordId, stringifyJson } from '#spi'
import type { Item } from './batch.ts'
import type { Body } from './encode.ts'
import type { CreateJob } from './jobs.ts'
import type { Table } from './table.ts'
import { isGuid } from './values.ts'

/** Jobs of one table that stand or fall together. */
export interface Piece {
  readonly table: Table
  readonly jobs: readonly CreateJob[]
}

export const isBulk = ({ jobs }: Piece): boolean => jobs.length > 1

export interface Cutting {
  /** Rows one action may hold. */
  readonly rowsMax: number
  /** Does the table have bulk actions? */
  readonly hasBulk: (table: Table) => boolean
}

export function piecesOf(jobs: readonly CreateJob[], cutting: Cutting): readonly Piece[] {
  const levels = Map.groupBy(
    jobs.toSorted((a, b) => a.depth - b.depth),
    (job) => `${job.depth} ${job.table.kind}`,
  )
  return [...levels.values()].flatMap((level) => cut(level, cutting))
}

function cut(jobs: readonly CreateJob[], { rowsMax, hasBulk }: Cutting): readonly Piece[] {
  const table = jobs[0]?.table
  if (!table) return []
  const size = hasBulk(table) ? rowsMax : 1
  const pieces: Piece[] = []
  for (let start = 0; start < jobs.length; start += size) pieces.push({ table, jobs: jobs.slice(start, start + size) })
  return pieces
}

/** The first pieces that one call should hold, and the others. */
export function oneCall(
  pieces: readonly Piece[],
  rowsMax: number,
): { readonly call: readonly Piece[]; readonly rest: readonly Piece[] } {
  let rows = 0
  let count = 0
  for (const { jobs } of pieces) {
    if (count > 0 && rows + jobs.length > rowsMax) break
    rows += jobs.length
    count += 1
  }
  return { call: pieces.slice(0, count), rest: pieces.slice(count) }
}

/** Both ways of creating refuse to touch a row that is there. */
export function itemOf(piece: Piece, rowOf: (job: CreateJob) => Body): Item {
  const { table, jobs } = piece
  const [only] = jobs
  if (only && !isBulk(piece))
    return {
      method: 'PATCH',
      path: `${table.set}(${only.id})`,
      headers: { 'If-None-Match': '*' },
      body: stringifyJson(rowOf(only)),
    }
  const type = `Microsoft.Dynamics.CRM.${table.kind}`
  const targets = jobs.map((job) => ({ '@odata.type': type, ...rowOf(job), [table.idColumn]: job.id }))
  return {
    method: 'POST',
    path: `${table.set}/Microsoft.Dynamics.CRM.CreateMultiple`,
    body: stringifyJson({ Targets: targets }),
  }
}

const BulkAnswer = z.object({ Ids: z.array(z.string().refine((id) => isGuid(id))) })

/** One id for each row, in order. Undefined when the answer names other rows than it was given. */
export function idsIn(answer: HttpAnswer, rows: number): readonly RecordId[] | undefined {
  const ids = BulkAnswer.safeParse(parseJson(answer.body)).data?.Ids
  return ids?.length === rows ? ids.map((id) => recordId(id.toLowerCase())) : undefined
}

export function halves({ table, jobs }: Piece): readonly Piece[] {
  const middle = Math.ceil(jobs.length / 2)
  return [
    { table, jobs: jobs.slice(0, middle) },
    { table, jobs: jobs.slice(middle) },
  ]
}
