// What a save must pass once its columns have been read, in the order in which Salesforce looks.

import type { ApiError } from './answers.ts'
import type { Saver } from './columns.ts'
import type { Stored, StoredFields } from './knobs.ts'
import type { Org } from './org.ts'
import type { FieldDef, ObjectDef } from './schema.ts'

export interface Candidate {
  readonly object: ObjectDef
  readonly id: string | null
  /** What the client sent, and what the row would then be. */
  readonly sent: StoredFields
  readonly before: StoredFields | null
  readonly after: StoredFields
}

export function check(org: Org, saver: Saver, candidate: Candidate): readonly ApiError[] {
  const { object, sent, id, before, after } = candidate
  if (saver.rights === 'setup') return []
  if (org.knobs.maintenance) return [maintenance]
  const writable = notWritable(org, saver, candidate)
  if (writable.length > 0) return writable
  const missing = [...object.fields.values()].filter((field) => isMissing(field, candidate)).map((field) => field.name)
  if (missing.length > 0) return [missingFields(missing)]
  const own = Object.entries(sent).flatMap(([name, value]) => {
    const field = object.fields.get(name)
    return field && value !== null ? fitting(org, field, value, object) : []
  })
  if (own.length > 0) return own
  const taken = duplicates(org, candidate)
  if (taken.length > 0) return taken
  return org.knobs.rules.flatMap((rule) => rule({ kind: object.name, id, before, after, userId: saver.userId }))
}

const maintenance: ApiError = {
  errorCode: 'INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE',
  message: 'Updates can’t be made during maintenance. Try again when maintenance is complete.',
  fields: [],
}

function notWritable(org: Org, saver: Saver, { object, sent, id }: Candidate): readonly ApiError[] {
  if (!object.writable || (saver.rights === 'connected' && org.knobs.readOnlyKinds.has(object.name)))
    return [
      {
        errorCode: 'INSUFFICIENT_ACCESS_OR_READONLY',
        message: `entity type cannot be ${id === null ? 'inserted' : 'updated'}: ${object.label}`,
        fields: [],
      },
    ]
  const closed = Object.keys(sent).filter((name) => {
    const field = object.fields.get(name)
    if (!field) return false
    const locked = saver.rights === 'connected' && org.knobs.readOnly.has(`${object.name}.${name}`)
    return locked || !(id === null ? field.createable : field.updateable)
  })
  if (closed.length === 0) return []
  const message = `Unable to create/update fields: ${closed.join(', ')}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`
  return [{ errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE', message, fields: closed }]
}

function isMissing(field: FieldDef, { after, sent, id }: Candidate): boolean {
  if (field.nillable || field.defaultedOnCreate || !field.createable) return false
  const looked = id === null || Object.hasOwn(sent, field.name)
  return looked && (after[field.name] ?? null) === null
}

const missingFields = (names: readonly string[]): ApiError => ({
  errorCode: 'REQUIRED_FIELD_MISSING',
  message: `Required fields are missing: [${names.join(', ')}]`,
  fields: names,
})

function fitting(org: Org, field: FieldDef, value: Stored, object: ObjectDef): readonly ApiError[] {
  if (typeof value !== 'string') return []
  if (field.length !== undefined && field.type !== 'reference' && value.length > field.length)
    return [
      {
        errorCode: 'STRING_TOO_LONG',
        message: `${object.label} ${field.label}: data value too large: ${value.slice(0, 255)} (max length=${field.length})`,
        fields: [field.name],
      },
    ]
  if (field.restricted && field.values) return choices(field, value)
  return field.type === 'reference' ? referenceErrors(org, field, value, object) : []
}

function choices(field: FieldDef, value: string): readonly ApiError[] {
  const known = new Set(field.values?.filter((each) => each.active).map((each) => each.value))
  const chosen = field.type === 'multipicklist' ? value.split(';') : [value]
  const bad = chosen.find((each) => !known.has(each))
  if (bad === undefined) return []
  return [
    {
      errorCode: field.name === 'CurrencyIsoCode' ? 'INVALID_CURRENCY_ISO' : 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      message: `${field.label}: bad value for restricted picklist field: ${bad}`,
      fields: [field.name],
    },
  ]
}

function referenceErrors(org: Org, field: FieldDef, id: string, object: ObjectDef): readonly ApiError[] {
  const kind = field.referenceTo?.[0] ?? ''
  // Objects this org does not pretend to have (campaigns, price books) are taken at their word.
  if (!org.objects.has(kind)) return []
  const row = org.row(kind, id)
  if (!row)
    return [{ errorCode: 'INVALID_CROSS_REFERENCE_KEY', message: 'invalid cross reference id', fields: [field.name] }]
  if (row.deleted) return [{ errorCode: 'ENTITY_IS_DELETED', message: 'entity is deleted', fields: [] }]
  if (field.name === 'OwnerId' && row.fields['IsActive'] === false)
    return [
      {
        errorCode: 'INACTIVE_OWNER_OR_USER',
        message: `operation performed with inactive user [${id.slice(0, 15)}] as owner of ${object.label.toLowerCase()}`,
        fields: [],
      },
    ]
  return []
}

function duplicates(org: Org, { object, id, sent }: Candidate): readonly ApiError[] {
  for (const field of object.fields.values()) {
    const value = sent[field.name]
    if (!field.unique || typeof value !== 'string') continue
    const holder = org.holderOf(object.name, field, value)
    if (holder === undefined || holder === id) continue
    const named = org.knobs.duplicateNamesRecord ? ` duplicates value on record with id: ${holder.slice(0, 15)}` : ''
    return [{ errorCode: 'DUPLICATE_VALUE', message: `duplicate value found: ${field.name}${named}`, fields: [] }]
  }
  return []
}
