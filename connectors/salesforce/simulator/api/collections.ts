// Up to 200 rows of a call: `/composite/sobjects`. Answers come in the order of the rows, one for each; the status of
// the whole says nothing about them. A column that does not exist refuses the whole request before any row is written.

import { isList, isObject, type Json, type JsonObject, type JsonOut, own } from '#spi'
import { type ApiError, type Reply, failedRow, ok, refuse } from '../answers.ts'
import { readColumns } from '../columns.ts'
import { parseId } from '../ids.ts'
import type { Saved } from '../save.ts'
import type { ObjectDef } from '../schema.ts'
import { jsonOf, start } from '../soql/run.ts'
import { fieldOf } from '../soql/values.ts'
import { type Inner, type Visit, methodNotAllowed, objectBody, objectIn } from './visit.ts'

export const rowsMax = 200

export function collections(visit: Visit, inner: Inner): Reply {
  const [kind, keyField] = inner.path.slice(2)
  if (inner.method === 'DELETE') return removeRows(visit, inner)
  if (kind !== undefined && keyField !== undefined) return upsertRows(visit, inner, objectIn(visit, kind), keyField)
  if (kind !== undefined) return retrieve(visit, inner, objectIn(visit, kind))
  if (inner.method === 'POST') return save(visit, inner, (object, row) => visit.saves.insert(object, row))
  if (inner.method === 'PATCH') return save(visit, inner, (object, row) => updateRow(visit, object, row))
  throw methodNotAllowed()
}

function rowsOf(inner: Inner): readonly JsonObject[] {
  const rows = own(objectBody(inner), 'records')
  if (!isList(rows) || !rows.every((row) => isObject(row)))
    throw refuse(400, 'JSON_PARSER_ERROR', 'Expected a list of records.')
  if (rows.length > rowsMax)
    throw refuse(
      400,
      'EXCEEDED_ID_LIMIT',
      `record limit reached. cannot submit more than ${rowsMax} records into this call`,
    )
  return rows
}

function objectOf(visit: Visit, row: JsonObject): ObjectDef {
  const attributes = own(row, 'attributes')
  const type = isObject(attributes) ? own(attributes, 'type') : undefined
  const object = typeof type === 'string' ? visit.org.objects.get(type) : undefined
  if (!object)
    throw refuse(400, 'INVALID_TYPE', `sObject type '${typeof type === 'string' ? type : ''}' is not supported.`)
  return object
}

type SaveRow = (object: ObjectDef, row: JsonObject) => Saved

function save(visit: Visit, inner: Inner, saveRow: SaveRow): Reply {
  const rows = rowsOf(inner).map((row) => ({ row, object: objectOf(visit, row) }))
  const connected = { userId: visit.userId, rights: 'connected' } as const
  for (const { row, object } of rows) readColumns(visit.org, object, withoutId(row), connected)
  const allOrNone = own(objectBody(inner), 'allOrNone') === true
  const back = allOrNone ? visit.org.savepoint() : undefined
  const results = rows.map(({ row, object }) => saveRow(object, row))
  if (!back || results.every((result) => result.success)) return ok(results.map((result) => resultOf(result)))
  back()
  return ok(results.map((result) => (result.success ? failedRow([rolledBack], result.id) : resultOf(result))))
}

const rolledBack: ApiError = {
  errorCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK',
  message: 'Record rolled back because not all records were valid and the request was using AllOrNone header',
  fields: [],
}

function resultOf(saved: Saved, upsert = false): JsonOut {
  if (!saved.success) return failedRow(saved.errors, saved.id)
  return { id: saved.id, success: true, errors: [], ...(upsert ? { created: saved.created } : {}) }
}

function withoutId(row: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name.toLowerCase() !== 'id'))
}

function updateRow(visit: Visit, object: ObjectDef, row: JsonObject): Saved {
  const given = own(row, 'id') ?? own(row, 'Id')
  const id = typeof given === 'string' ? parseId(given) : undefined
  if (id === undefined) return { success: false, errors: [malformedId(given)] }
  return visit.saves.update(object, id, withoutId(row))
}

const malformedId = (given: Json | undefined): ApiError => ({
  errorCode: 'MALFORMED_ID',
  message: `Record ID: id value of incorrect type: ${typeof given === 'string' ? given : ''}`,
  fields: ['Id'],
})

function upsertRows(visit: Visit, inner: Inner, object: ObjectDef, keyField: string): Reply {
  const field = object.fields.get(keyField)
  if (!field || !(field.externalId || field.idLookup))
    throw refuse(
      400,
      'INVALID_FIELD',
      `Field name provided, ${keyField} does not match an External ID, Salesforce Id, or indexed field for ${object.name}`,
    )
  const connected = { userId: visit.userId, rights: 'connected' } as const
  const rows = rowsOf(inner).map((row) => ({ row, key: own(row, keyField) }))
  for (const { row } of rows) readColumns(visit.org, object, row, connected)
  const isRepeated = (key: Json | undefined) => rows.filter((each) => each.key === key).length > 1
  return ok(
    rows.map(({ row, key }) => {
      if (isRepeated(key)) return failedRow([duplicateKey(key)])
      const id = typeof key === 'string' ? visit.org.holderOf(object.name, field, key) : undefined
      return resultOf(id === undefined ? visit.saves.insert(object, row) : visit.saves.update(object, id, row), true)
    }),
  )
}

const duplicateKey = (key: Json | undefined): ApiError => ({
  errorCode: 'DUPLICATE_VALUE',
  message: `Duplicate external id specified: ${typeof key === 'string' ? key : ''}`,
  fields: [],
})

function retrieve(visit: Visit, inner: Inner, object: ObjectDef): Reply {
  const body = inner.method === 'POST' ? objectBody(inner) : {}
  const ids = listOf(own(body, 'ids'), inner.query.get('ids'))
  const fields = listOf(own(body, 'fields'), inner.query.get('fields')).map((name) => fieldOf(visit.org, object, name))
  return ok(
    ids.map((text) => {
      const row = visit.org.row(object.name, parseId(text) ?? '')
      if (!row || row.deleted) return null
      const record = start(row, visit.version)
      for (const field of fields) record[field.name] = jsonOf(field, row.fields[field.name] ?? null)
      return record
    }),
  )
}

function listOf(json: Json | undefined, text: string | null): readonly string[] {
  if (isList(json)) return json.filter((each) => typeof each === 'string')
  return text === null ? [] : text.split(',')
}

function removeRows(visit: Visit, inner: Inner): Reply {
  const ids = listOf(undefined, inner.query.get('ids'))
  return ok(
    ids.map((text) => {
      const row = visit.org.anyRow(parseId(text) ?? '')
      const object = row && visit.org.objects.get(row.kind)
      return object ? resultOf(visit.saves.remove(object, row.id)) : failedRow([malformedId(text)])
    }),
  )
}
