// How the pretended org's objects are described: what a describe call says of a field, and what a save checks.

export type FieldType =
  | 'id'
  | 'string'
  | 'textarea'
  | 'picklist'
  | 'multipicklist'
  | 'boolean'
  | 'int'
  | 'double'
  | 'currency'
  | 'percent'
  | 'date'
  | 'datetime'
  | 'reference'
  | 'email'
  | 'phone'
  | 'url'

export interface PicklistValue {
  readonly value: string
  readonly label: string
  readonly active: boolean
  readonly defaultValue?: boolean
  /** For a dependent picklist: the values of the controlling field under which this one may be chosen. */
  readonly under?: readonly string[]
}

export interface FieldDef {
  readonly name: string
  readonly label: string
  readonly type: FieldType
  readonly length?: number
  readonly precision?: number
  readonly scale?: number
  readonly nillable: boolean
  readonly createable: boolean
  readonly updateable: boolean
  readonly defaultedOnCreate: boolean
  readonly defaultValue?: string | boolean
  readonly externalId: boolean
  readonly unique: boolean
  readonly caseSensitive: boolean
  readonly idLookup: boolean
  readonly filterable: boolean
  readonly calculated: boolean
  readonly autoNumber: boolean
  readonly restricted: boolean
  readonly values?: readonly PicklistValue[]
  readonly controller?: string
  readonly referenceTo?: readonly string[]
  readonly relationshipName?: string
}

export interface ObjectDef {
  readonly name: string
  readonly label: string
  readonly keyPrefix: string
  readonly writable: boolean
  readonly mergeable: boolean
  readonly fields: ReadonlyMap<string, FieldDef>
  readonly children: readonly ChildRelationship[]
}

export interface ChildRelationship {
  readonly kind: string
  readonly field: string
  readonly name: string
}

const plain = {
  nillable: true,
  createable: true,
  updateable: true,
  defaultedOnCreate: false,
  externalId: false,
  unique: false,
  caseSensitive: false,
  idLookup: false,
  filterable: true,
  calculated: false,
  autoNumber: false,
  restricted: false,
} as const

type Details = Partial<Omit<FieldDef, 'name' | 'type'>>

export const field = (name: string, type: FieldType, details: Details = {}): FieldDef => ({
  label: labelOf(name),
  ...plain,
  ...(type === 'boolean' ? { nillable: false, defaultedOnCreate: true, defaultValue: false } : {}),
  ...details,
  name,
  type,
})

/** Set by Salesforce, never by a client. */
export const system = (name: string, type: FieldType, details: Details = {}): FieldDef =>
  field(name, type, { createable: false, updateable: false, ...details })

export const text = (name: string, length: number, details: Details = {}): FieldDef =>
  field(name, 'string', { length, ...details })

export const picklist = (name: string, values: readonly (string | PicklistValue)[], details: Details = {}): FieldDef =>
  field(name, 'picklist', { length: 255, values: values.map(valueOf), ...details })

export const reference = (name: string, to: string, details: Details = {}): FieldDef =>
  field(name, 'reference', {
    length: 18,
    referenceTo: [to],
    relationshipName: name.endsWith('__c') ? `${name.slice(0, -1)}r` : name.replace(/Id$/, ''),
    ...details,
  })

const valueOf = (value: string | PicklistValue): PicklistValue =>
  typeof value === 'string' ? { value, label: value, active: true } : value

interface Made {
  readonly name: string
  readonly keyPrefix: string
  readonly fields: readonly FieldDef[]
  readonly writable?: boolean
  readonly mergeable?: boolean
  readonly children?: readonly ChildRelationship[]
}

/** Every object has an id, its audit fields, and a mark that it is in the recycle bin. */
export function object({
  name,
  keyPrefix,
  fields,
  writable = true,
  mergeable = false,
  children = [],
}: Made): ObjectDef {
  const all = [
    system('Id', 'id', { length: 18, nillable: false, idLookup: true, defaultedOnCreate: true, label: 'Record ID' }),
    system('IsDeleted', 'boolean', { label: 'Deleted' }),
    ...fields,
    ...(mergeable ? [reference('MasterRecordId', name, { createable: false, updateable: false })] : []),
    system('CreatedDate', 'datetime', { nillable: false, defaultedOnCreate: true }),
    reference('CreatedById', 'User', { nillable: false, createable: false, updateable: false }),
    system('LastModifiedDate', 'datetime', { nillable: false, defaultedOnCreate: true }),
    reference('LastModifiedById', 'User', { nillable: false, createable: false, updateable: false }),
    system('SystemModstamp', 'datetime', { nillable: false, defaultedOnCreate: true }),
  ]
  return {
    name,
    label: labelOf(name),
    keyPrefix,
    writable,
    mergeable,
    children,
    fields: new Map(all.map((each) => [each.name, each])),
  }
}

export const isNumeric = (type: FieldType): boolean =>
  type === 'int' || type === 'double' || type === 'currency' || type === 'percent'

/** `PC_Answer_By__c` reads as "PC Answer By". */
function labelOf(name: string): string {
  return name
    .replace(/__c$/, '')
    .replace(/Id$/, ' ID')
    .replace(/_/g, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
}
