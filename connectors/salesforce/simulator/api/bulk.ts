// Bulk API 2.0 ingest: a job is opened, filled once, closed, worked through, and then tells what became of each row, in
// no particular order. Each look at a job moves it one state on.

import { canonicalDecimal, type JsonObject, type JsonOut, own } from '#spi'
import { type Reply, Refusal, noContent, notFound, ok, refuse } from '../answers.ts'
import { parseId } from '../ids.ts'
import type { Saved } from '../save.ts'
import { isNumeric, type ObjectDef } from '../schema.ts'
import { parseCsv, writeCsv } from './csv.ts'
import { type Inner, type Visit, methodNotAllowed, objectBody, objectIn } from './visit.ts'

type State = 'Open' | 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Failed' | 'Aborted'

interface Job {
  readonly id: string
  readonly object: string
  readonly operation: string
  readonly keyField: string | null
  state: State
  csv: string
  header: readonly string[]
  done: readonly Outcome[]
  error: string | null
}

interface Outcome {
  readonly cells: readonly string[]
  readonly saved: Saved
}

export class BulkJobs {
  readonly #jobs = new Map<string, Job>()

  handle(visit: Visit, inner: Inner, rawBody: string): Reply {
    const [id, part] = inner.path.slice(2)
    if (id === undefined) return inner.method === 'POST' ? this.#open(visit, inner) : ok(this.#list(visit))
    const job = this.#jobs.get(id)
    if (!job) throw notFound()
    if (part === 'batches') return this.#fill(job, inner, rawBody)
    if (part !== undefined) return results(job, part)
    if (inner.method === 'DELETE') {
      this.#jobs.delete(id)
      return noContent
    }
    if (inner.method === 'PATCH') close(job, objectBody(inner))
    else if (inner.method === 'GET') advance(visit, job)
    else throw methodNotAllowed()
    return ok(infoOf(visit, job))
  }

  #open(visit: Visit, inner: Inner): Reply {
    const body = objectBody(inner)
    const object = objectIn(visit, textOf(body, 'object') ?? undefined)
    const operation = textOf(body, 'operation') ?? ''
    if (!['insert', 'update', 'upsert', 'delete'].includes(operation))
      throw refuse(400, 'INVALIDJOB', `Unsupported operation ${operation}`)
    const job: Job = {
      id: visit.org.ids.next('750'),
      object: object.name,
      operation,
      keyField: textOf(body, 'externalIdFieldName'),
      state: 'Open',
      csv: '',
      header: [],
      done: [],
      error: null,
    }
    this.#jobs.set(job.id, job)
    return ok(infoOf(visit, job))
  }

  #fill(job: Job, inner: Inner, rawBody: string): Reply {
    if (inner.method !== 'PUT') throw methodNotAllowed()
    if (job.state !== 'Open' || job.csv !== '') throw refuse(400, 'INVALIDJOBSTATE', 'the job is already filled')
    job.csv = rawBody
    return { status: 201, body: undefined }
  }

  #list(visit: Visit): JsonOut {
    return { done: true, records: [...this.#jobs.values()].map((job) => infoOf(visit, job)), nextRecordsUrl: null }
  }
}

function textOf(body: JsonObject, name: string): string | null {
  const value = own(body, name)
  return typeof value === 'string' ? value : null
}

function close(job: Job, body: JsonObject): void {
  const state = own(body, 'state')
  if (state !== 'UploadComplete' && state !== 'Aborted') throw refuse(400, 'INVALIDJOBSTATE', 'unknown state')
  if (job.state !== 'Open') throw refuse(400, 'INVALIDJOBSTATE', `the job is ${job.state}`)
  job.state = state
}

function advance(visit: Visit, job: Job): void {
  if (job.state === 'UploadComplete') job.state = 'InProgress'
  else if (job.state === 'InProgress') work(visit, job)
}

function work(visit: Visit, job: Job): void {
  const [header = [], ...rows] = parseCsv(job.csv)
  job.header = header
  const object = objectIn(visit, job.object)
  try {
    job.done = rows.map((cells) => ({ cells, saved: workRow(visit, object, job, cells) }))
    job.state = 'JobComplete'
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    job.state = 'Failed'
    job.error = `InvalidBatch : ${error.errors[0]?.message ?? ''}`
  }
}

function workRow(visit: Visit, object: ObjectDef, job: Job, cells: readonly string[]): Saved {
  const record = recordOf(object, job.header, cells)
  const { Id: given, ...fields } = record
  const id = typeof given === 'string' ? parseId(given) : undefined
  if (job.operation === 'delete') return visit.saves.remove(object, id ?? '')
  if (job.operation === 'update') return visit.saves.update(object, id ?? '', fields)
  if (job.operation === 'insert') return visit.saves.insert(object, fields)
  const key = object.fields.get(job.keyField ?? '')
  const value = key && own(fields, key.name)
  const holder =
    key?.name === 'Id' ? id : key && typeof value === 'string' ? visit.org.holderOf(object.name, key, value) : undefined
  return holder === undefined ? visit.saves.insert(object, fields) : visit.saves.update(object, holder, fields)
}

/** An empty cell says nothing; `#N/A` empties the field; `Account.Key__c` names a parent. */
function recordOf(object: ObjectDef, header: readonly string[], cells: readonly string[]): JsonObject {
  const record: Record<string, JsonObject[string]> = {}
  for (const [index, name] of header.entries()) {
    const cell = cells[index] ?? ''
    if (cell === '') continue
    const [parent = '', key] = name.split('.')
    const value = cell === '#N/A' ? null : typed(object, name, cell)
    record[key === undefined ? name : parent] = key === undefined ? value : { [key]: value }
  }
  return record
}

function typed(object: ObjectDef, name: string, cell: string): string | number | boolean {
  const type = object.fields.get(name)?.type
  if (type === 'boolean') return cell.toLowerCase() === 'true' || cell === '1'
  if (type === undefined || !isNumeric(type)) return cell
  // A number the double cannot hold stays text: the columns take it in that form.
  const canonical = canonicalDecimal(cell)
  return canonical !== undefined && canonicalDecimal(String(Number(cell))) === canonical ? Number(cell) : cell
}

function infoOf(visit: Visit, job: Job): JsonOut {
  const failed = job.done.filter((each) => !each.saved.success).length
  const created = visit.org.stamp().replace('Z', '+0000')
  return {
    id: job.id,
    operation: job.operation,
    object: job.object,
    createdById: visit.userId,
    createdDate: created,
    systemModstamp: created,
    state: job.state,
    concurrencyMode: 'Parallel',
    contentType: 'CSV',
    apiVersion: Number(visit.version),
    jobType: 'V2Ingest',
    lineEnding: 'LF',
    columnDelimiter: 'COMMA',
    contentUrl: `services/data/v${visit.version}/jobs/ingest/${job.id}/batches`,
    ...(job.keyField === null ? {} : { externalIdFieldName: job.keyField }),
    ...(job.error === null ? {} : { errorMessage: job.error }),
    numberRecordsProcessed: job.done.length,
    numberRecordsFailed: failed,
    retries: 0,
    totalProcessingTime: 0,
    apiActiveProcessingTime: 0,
    apexProcessingTime: 0,
  }
}

function results(job: Job, part: string): Reply {
  // The last row comes first: the order of results promises nothing.
  const rows = job.done.toReversed()
  if (part === 'successfulResults')
    return csv(
      ['sf__Id', 'sf__Created', ...job.header],
      rows.flatMap(({ saved, cells }) => (saved.success ? [[saved.id, String(saved.created), ...cells]] : [])),
    )
  if (part === 'failedResults')
    return csv(
      ['sf__Id', 'sf__Error', ...job.header],
      rows.flatMap(({ saved, cells }) => (saved.success ? [] : [[saved.id ?? '', errorText(saved), ...cells]])),
    )
  if (part === 'unprocessedrecords') return csv(job.header, [])
  throw notFound()
}

function errorText(saved: Extract<Saved, { readonly success: false }>): string {
  const [error] = saved.errors
  return `${error?.errorCode ?? ''}:${error?.message ?? ''}:${(error?.fields ?? []).join(' ')} --`
}

const csv = (header: readonly string[], rows: readonly (readonly string[])[]): Reply => ({
  status: 200,
  headers: { 'content-type': 'text/csv; charset=UTF-8' },
  body: writeCsv([header, ...rows]),
})

export const isBulk = (inner: Inner): boolean => inner.path[0] === 'jobs' && inner.path[1] === 'ingest'
