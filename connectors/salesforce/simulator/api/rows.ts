// One row at a time: `/sobjects/…`.

import { type Json, type JsonObject, type JsonOut } from '#spi'
import { type ApiError, type Reply, Refusal, noContent, notFound, ok, refuse } from '../answers.ts'
import { parseId } from '../ids.ts'
import type { Row } from '../org.ts'
import type { Saved } from '../save.ts'
import type { ObjectDef } from '../schema.ts'
import { fieldOf } from '../soql/values.ts'
import { jsonOf, start } from '../soql/run.ts'
import { basics, describe, describeGlobal, replicated } from './describe.ts'
import { type Inner, type Visit, methodNotAllowed, objectBody, objectIn } from './visit.ts'

export function sobjects(visit: Visit, inner: Inner): Reply {
  const [name, second, third] = inner.path.slice(1)
  if (name === undefined) return describeGlobal(visit)
  const object = objectIn(visit, name)
  if (second === undefined) return inner.method === 'POST' ? create(visit, object, inner) : basics(visit, object)
  if (second === 'describe') return describe(visit, object, inner)
  if (second === 'updated' || second === 'deleted') return replicated(visit, object, inner, second)
  if (third !== undefined || second === 'Id') return byKey(visit, object, { field: second, value: third, inner })
  const id = parseId(second)
  if (id === undefined) throw refuse(404, 'NOT_FOUND', 'Provided external ID field does not exist or is not accessible')
  return byId(visit, object, id, inner)
}

function create(visit: Visit, object: ObjectDef, inner: Inner): Reply {
  const saved = visit.saves.insert(object, objectBody(inner))
  if (!saved.success) throw new Refusal(statusOf(saved.errors), ...saved.errors)
  return {
    ...ok({ id: saved.id, success: true, errors: [] }, 201),
    headers: { location: `/services/data/v${visit.version}/sobjects/${object.name}/${saved.id}` },
  }
}

function byId(visit: Visit, object: ObjectDef, id: string, inner: Inner): Reply {
  const row = visit.org.row(object.name, id)
  if (!row) throw notFound()
  if (row.deleted) throw refuse(404, 'ENTITY_IS_DELETED', 'entity is deleted')
  if (inner.method === 'GET') return read(visit, object, row, inner)
  if (inner.method !== 'PATCH' && inner.method !== 'DELETE') throw methodNotAllowed()
  if (inner.method === 'DELETE') return done(visit.saves.remove(object, id))
  const failed = precondition(visit, object, row, inner)
  if (failed) return failed
  const body = objectBody(inner)
  if (Object.hasOwn(body, 'Id') || Object.hasOwn(body, 'id'))
    throw refuse(400, 'INVALID_FIELD_FOR_INSERT_UPDATE', 'Do not specify Id in the request body', ['Id'])
  return done(visit.saves.update(object, id, body))
}

function done(saved: Saved): Reply {
  if (!saved.success) throw new Refusal(statusOf(saved.errors), ...saved.errors)
  return noContent
}

function read(visit: Visit, object: ObjectDef, row: Row, inner: Inner): Reply {
  const modified = httpDate(String(row.fields['LastModifiedDate']))
  const since = inner.headers['if-modified-since']
  if (since !== undefined && Date.parse(modified) <= Date.parse(since)) return { status: 304, body: undefined }
  const names = inner.query.get('fields')?.split(',')
  const fields = names ? names.map((name) => fieldOf(visit.org, object, name.trim())) : [...object.fields.values()]
  const record: Record<string, JsonOut> = start(row, visit.version)
  for (const field of fields) {
    if (!visit.org.knobs.hidden.has(`${object.name}.${field.name}`))
      record[field.name] = jsonOf(field, row.fields[field.name] ?? null)
  }
  const etag = object.name === 'Account' ? { etag: etagOf(row) } : {}
  return { ...ok(record), headers: { 'last-modified': modified, ...etag } }
}

/**
 * `If-Unmodified-Since` compares the last modification with a date that has whole seconds; only accounts also have an
 * entity tag.
 */
function precondition(visit: Visit, object: ObjectDef, row: Row, inner: Inner): Reply | undefined {
  const since = inner.headers['if-unmodified-since']
  const match = inner.headers['if-match']
  const limit = since === undefined ? undefined : Date.parse(since)
  if (limit !== undefined && Number.isNaN(limit))
    throw refuse(400, 'INVALID_REQUEST', 'Invalid value for the If-Unmodified-Since header')
  const modified = Date.parse(String(row.fields['LastModifiedDate']))
  const moved = limit !== undefined && Math.floor(modified / 1_000) > Math.floor(limit / 1_000)
  const differs = match !== undefined && object.name === 'Account' && match !== etagOf(row)
  if (!moved && !differs) return undefined
  if (visit.org.knobs.preconditionBody === 'empty') return { status: 412, body: undefined }
  throw refuse(412, 'ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE', 'The record was modified after the given date.')
}

const etagOf = (row: Row): string => `"${row.id}-${String(row.fields['SystemModstamp'])}--gzip"`
const httpDate = (instant: string): string => new Date(instant).toUTCString()

interface ByKey {
  readonly field: string
  readonly value: string | undefined
  readonly inner: Inner
}

/** Read or upsert by an external id. The row it hits may be any: this is an update as well as a create. */
function byKey(visit: Visit, object: ObjectDef, { field: name, value, inner }: ByKey): Reply {
  if (name === 'Id' && value === undefined && inner.method === 'POST') return create(visit, object, inner)
  const field = object.fields.get(name)
  if (!field || !(field.externalId || field.idLookup) || value === undefined) throw notFound()
  const hits = [...visit.org.rows(object.name)].filter(
    (row) => !row.deleted && String(row.fields[name]).toLowerCase() === value.toLowerCase(),
  )
  const [hit, another] = hits
  if (hit && another)
    return ok(
      hits.map((row) => `/services/data/v${visit.version}/sobjects/${object.name}/${row.id}`),
      300,
    )
  if (inner.method === 'GET') {
    if (!hit) throw notFound()
    return read(visit, object, hit, inner)
  }
  if (inner.method !== 'PATCH' && inner.method !== 'POST') throw methodNotAllowed()
  const body = objectBody(inner)
  if (!hit && inner.query.get('updateOnly') === 'true') throw notFound()
  const saved = hit ? visit.saves.update(object, hit.id, body) : visit.saves.insert(object, withKey(body, name, value))
  if (!saved.success) throw new Refusal(statusOf(saved.errors), ...saved.errors)
  if (!saved.created && Number(visit.version) < 46) return noContent
  return ok({ id: saved.id, success: true, errors: [], created: saved.created }, saved.created ? 201 : 200)
}

const withKey = (body: JsonObject, name: string, value: Json): JsonObject => ({ ...body, [name]: value })

function statusOf(errors: readonly ApiError[]): number {
  const code = errors[0]?.errorCode
  if (code === 'NOT_FOUND' || code === 'ENTITY_IS_DELETED') return 404
  return code === 'INSUFFICIENT_ACCESS_OR_READONLY' ? 403 : 400
}
