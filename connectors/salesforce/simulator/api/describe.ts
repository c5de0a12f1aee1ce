// What the connected user is told of an object: fields hidden from them are not there at all, fields they may only
// read say so.

import { type JsonOut, later } from '#spi'
import { type Reply, ok } from '../answers.ts'
import type { Org } from '../org.ts'
import type { FieldDef, ObjectDef, PicklistValue } from '../schema.ts'
import type { Inner, Visit } from './visit.ts'

export function describe(visit: Visit, object: ObjectDef, inner: Inner): Reply {
  const { knobs, schemaChangedMs } = visit.org
  const since = Date.parse(inner.headers['if-modified-since'] ?? '')
  const isUnchanged =
    since >= schemaChangedMs && knobs.hidden.size + knobs.readOnly.size + knobs.readOnlyKinds.size === 0
  if (isUnchanged) return { status: 304, body: undefined }
  const lastModified = new Date(schemaChangedMs).toUTCString()
  return { ...ok(describeObject(visit.org, object, visit.version)), headers: { 'last-modified': lastModified } }
}

export function describeGlobal(visit: Visit): Reply {
  const sobjects = [...visit.org.objects.values()].map((object) => summary(visit.org, object, visit.version))
  return ok({ encoding: 'UTF-8', maxBatchSize: 200, sobjects })
}

export function basics(visit: Visit, object: ObjectDef): Reply {
  return ok({ objectDescribe: summary(visit.org, object, visit.version), recentItems: [] })
}

function summary(org: Org, object: ObjectDef, version: string): { readonly [name: string]: JsonOut } {
  const path = `/services/data/v${version}/sobjects/${object.name}`
  const writable = object.writable && !org.knobs.readOnlyKinds.has(object.name)
  return {
    name: object.name,
    label: object.label,
    labelPlural: object.label.endsWith('y') ? `${object.label.slice(0, -1)}ies` : `${object.label}s`,
    keyPrefix: object.keyPrefix,
    custom: object.name.endsWith('__c'),
    createable: writable,
    updateable: writable,
    deletable: writable,
    mergeable: object.mergeable,
    queryable: true,
    retrieveable: true,
    replicateable: true,
    searchable: writable,
    undeletable: writable,
    layoutable: true,
    triggerable: writable,
    urls: { sobject: path, describe: `${path}/describe`, rowTemplate: `${path}/{ID}` },
  }
}

export function describeObject(org: Org, object: ObjectDef, version: string): JsonOut {
  const seen = [...object.fields.values()].filter((field) => !org.knobs.hidden.has(`${object.name}.${field.name}`))
  const children = object.children.map(({ kind, field, name }) => ({
    childSObject: kind,
    field,
    relationshipName: name,
    cascadeDelete: false,
    deprecatedAndHidden: false,
  }))
  return {
    ...summary(org, object, version),
    fields: seen.map((field) => describeField(org, object, field)),
    childRelationships: children,
    recordTypeInfos: recordTypes(org, object),
    actionOverrides: [],
    supportedScopes: [{ label: 'All', name: 'everything' }],
  }
}

function recordTypes(org: Org, object: ObjectDef): JsonOut {
  const own = [...org.rows('RecordType')].filter((row) => row.fields['SobjectType'] === object.name)
  const infos = own.map((row, index) => ({
    active: row.fields['IsActive'] ?? false,
    available: row.fields['IsActive'] ?? false,
    defaultRecordTypeMapping: index === 0,
    developerName: row.fields['DeveloperName'] ?? '',
    master: false,
    name: row.fields['Name'] ?? '',
    recordTypeId: row.id,
  }))
  const master = {
    active: true,
    available: true,
    defaultRecordTypeMapping: own.length === 0,
    developerName: 'Master',
    master: true,
    name: 'Master',
    recordTypeId: '012000000000000AAA',
  }
  return [...infos, master]
}

function describeField(org: Org, object: ObjectDef, field: FieldDef): JsonOut {
  const locked =
    org.knobs.readOnly.has(`${object.name}.${field.name}`) ||
    org.knobs.readOnlyKinds.has(object.name) ||
    !object.writable
  const length = field.length ?? 0
  return {
    name: field.name,
    label: field.label,
    type: field.type,
    soapType: field.type === 'id' ? 'tns:ID' : 'xsd:string',
    length,
    byteLength: length * 3,
    precision: field.type === 'int' ? 0 : (field.precision ?? 0),
    digits: field.type === 'int' ? (field.precision ?? 0) : 0,
    scale: field.scale ?? 0,
    custom: field.name.endsWith('__c'),
    nillable: field.nillable,
    createable: field.createable && !locked,
    updateable: field.updateable && !locked,
    defaultedOnCreate: field.defaultedOnCreate,
    defaultValue: field.defaultValue ?? null,
    calculated: field.calculated,
    autoNumber: field.autoNumber,
    externalId: field.externalId,
    idLookup: field.idLookup,
    unique: field.unique,
    caseSensitive: field.caseSensitive,
    filterable: field.filterable,
    sortable: field.filterable,
    groupable: field.filterable,
    nameField: field.name === 'Name',
    namePointing: false,
    permissionable: true,
    deprecatedAndHidden: false,
    restrictedPicklist: field.restricted,
    dependentPicklist: field.controller !== undefined,
    controllerName: field.controller ?? null,
    picklistValues: (field.values ?? []).map((value) => describeValue(object, field, value)),
    referenceTo: field.referenceTo ?? [],
    relationshipName: field.relationshipName ?? null,
  }
}

function describeValue(object: ObjectDef, field: FieldDef, value: PicklistValue): JsonOut {
  return {
    value: value.value,
    label: value.label,
    active: value.active,
    defaultValue: value.defaultValue ?? false,
    validFor: value.under && field.controller ? validFor(object.fields.get(field.controller), value.under) : null,
  }
}

/** One bit for each value of the controlling field, the first in the highest bit, in base 64. */
function validFor(controller: FieldDef | undefined, under: readonly string[]): string {
  const values = controller?.values ?? []
  const bytes = Buffer.alloc(Math.ceil(values.length / 8))
  for (const [index, each] of values.entries()) {
    if (under.includes(each.value)) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (0x80 >> (index & 7))
  }
  return bytes.toString('base64')
}

/** Ids of rows that changed, or were deleted, in a window. Seconds are cut off, as Salesforce does. */
export function replicated(visit: Visit, object: ObjectDef, inner: Inner, which: string): Reply {
  const from = stampOf(inner.query.get('start'))
  const to = stampOf(inner.query.get('end'))
  const rows = [...visit.org.rows(object.name)].filter((row) => {
    const stamp = String(row.fields['SystemModstamp'])
    return stamp >= from && stamp < to
  })
  const covered = wire(later(visit.org.stamp(), -60_000))
  if (which === 'updated')
    return ok({ ids: rows.filter((row) => !row.deleted).map((row) => row.id), latestDateCovered: covered })
  const gone = rows.filter((row) => row.deleted)
  return ok({
    deletedRecords: gone.map((row) => ({ id: row.id, deletedDate: wire(String(row.fields['SystemModstamp'])) })),
    earliestDateAvailable: wire(later(visit.org.stamp(), -15 * 86_400_000)),
    latestDateCovered: covered,
  })
}

const stampOf = (text: string | null): string => `${(text ?? '').slice(0, 16)}:00.000Z`
const wire = (stamp: string): string => stamp.replace('Z', '+0000')
