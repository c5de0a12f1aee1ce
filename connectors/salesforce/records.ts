// From a row of a query to a record as the rest of the house sees it.

import { createHash } from 'node:crypto'
import {
  canonicalJson,
  type FieldName,
  type Instant,
  isObject,
  type Json,
  type JsonObject,
  type Kind,
  own,
  parseInstant,
  recordId,
  type Shape,
  type VendorRecord,
  version,
} from '#spi'
import type { ObjectFacts } from './describe.ts'
import { strangeAnswer } from './faults.ts'
import { longId } from './soql.ts'

/** What every read asks for beside the fields that were wanted. */
const always = ['Id', 'SystemModstamp', 'LastModifiedDate', 'LastModifiedById', 'IsDeleted', 'MasterRecordId'] as const
/** Tells whether an opportunity's amount can be written at all. */
export const productsField = 'HasOpportunityLineItem'

export function selection(facts: ObjectFacts, fields: readonly FieldName[]): readonly string[] {
  const told = [...always, productsField].filter((name) => facts.fields.has(name))
  // Every object has a stamp, also where a describe does not list it: without one no record can be remembered.
  return [...new Set(['Id', 'SystemModstamp', ...told, ...fields])]
}

/** The same kind asked for twice is asked for once, with the fields of both. */
export function merged(shapes: readonly Shape[]): readonly Shape[] {
  const byKind = new Map<Kind, Set<FieldName>>()
  for (const { kind, fields } of shapes) byKind.set(kind, new Set([...(byKind.get(kind) ?? []), ...fields]))
  return [...byKind].map(([kind, fields]) => ({ kind, fields: [...fields] }))
}

/**
 * `also` names fields that are told as well but were not asked for by the shape, and so are no part of the version.
 * Throws for a row without an id or a stamp: to leave it out would read as "nothing there".
 */
export function recordOf(shape: Shape, row: JsonObject, also: readonly FieldName[] = []): VendorRecord {
  const id = own(row, 'Id')
  const changedAt = instantIn(row, 'SystemModstamp') ?? instantIn(row, 'LastModifiedDate')
  if (typeof id !== 'string' || !changedAt) throw strangeAnswer(200)
  const read = fieldsOf(row, shape.fields)
  const master = own(row, 'MasterRecordId')
  const by = own(row, 'LastModifiedById')
  return {
    kind: shape.kind,
    id: recordId(longId(id)),
    version: versionOf(row, changedAt, read),
    changedAt,
    gone: own(row, 'IsDeleted') === true,
    fields: { ...fieldsOf(row, also), ...read },
    ...(typeof master === 'string' ? { mergedInto: recordId(longId(master)) } : {}),
    ...(typeof by === 'string' ? { changedBy: by } : {}),
  }
}

/** Absent is not null: a field that did not come is left out, an empty one is null. */
function fieldsOf(row: JsonObject, names: readonly FieldName[]): Readonly<Record<FieldName, Json>> {
  const entries = names.map((name) => [name, valueAt(row, name)] as const)
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, Json] => entry[1] !== undefined))
}

/** Through an empty parent there is nothing: null, as for an empty field. */
function valueAt(row: JsonObject, path: string): Json | undefined {
  let here: Json | undefined = row
  for (const step of path.split('.')) {
    if (here === null) return null
    here = isObject(here) ? own(here, step) : undefined
  }
  return here
}

export function instantIn(row: JsonObject, name: string): Instant | undefined {
  const value = own(row, name)
  return typeof value === 'string' ? parseInstant(value) : undefined
}

/**
 * Stamps have whole seconds, so two states of a record may share one. What was read is part of the version too: an
 * edit within the same second is seen, and the stamp in front can be put into a conditional write.
 */
function versionOf(row: JsonObject, stamp: Instant, fields: JsonObject) {
  const modified = instantIn(row, 'LastModifiedDate') ?? stamp
  const content = createHash('sha256').update(canonicalJson(fields)).digest('base64url').slice(0, 12)
  return version(`${stamp}|${modified}|${content}`)
}

/** The stamp a version was read with; undefined for one that is not ours. */
export const stampOf = (of: string): Instant | undefined => parseInstant(of.split('|')[0] ?? '')
