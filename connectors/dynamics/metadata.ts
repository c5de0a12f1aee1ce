// The environment's own description of its tables, read in one call for all of them, and turned into Tables. Replies
// are parsed at the door; a piece that is missing or odd costs that piece only.

import { z } from 'zod'
import { type HttpAnswer, type Kind, parseJson } from '#spi'
import type { Operation } from './batch.ts'
import { standardLabel } from './standard.ts'
import type { Column, ColumnType, Key, Option, Table } from './table.ts'

// Type-specific properties are to be had by a cast only, one request for each type.
const casts = {
  StringAttributeMetadata: 'LogicalName,MaxLength',
  MemoAttributeMetadata: 'LogicalName,MaxLength',
  MoneyAttributeMetadata: 'LogicalName,Precision,MinValue,MaxValue',
  DecimalAttributeMetadata: 'LogicalName,Precision,MinValue,MaxValue',
  DoubleAttributeMetadata: 'LogicalName,Precision,MinValue,MaxValue',
  IntegerAttributeMetadata: 'LogicalName,MinValue,MaxValue',
  DateTimeAttributeMetadata: 'LogicalName,Format,DateTimeBehavior',
  PicklistAttributeMetadata: 'LogicalName&$expand=OptionSet',
  MultiSelectPicklistAttributeMetadata: 'LogicalName&$expand=OptionSet',
  StateAttributeMetadata: 'LogicalName&$expand=OptionSet',
  StatusAttributeMetadata: 'LogicalName&$expand=OptionSet',
} as const

const common = [
  '$select=LogicalName,EntitySetName,PrimaryIdAttribute,ChangeTrackingEnabled,IsOptimisticConcurrencyEnabled,OwnershipType,DisplayName',
  [
    '$expand=Attributes($select=LogicalName,AttributeType,AttributeTypeName,DisplayName,RequiredLevel,IsValidForCreate,IsValidForUpdate,IsValidForRead,IsSecured,AttributeOf)',
    'Keys($select=LogicalName,KeyAttributes,EntityKeyIndexStatus)',
    'ManyToOneRelationships($select=ReferencingAttribute,ReferencedEntity,ReferencingEntityNavigationPropertyName)',
  ].join(','),
].join('&')

/** The requests for one table; their answers go to `tableFrom` in the same order. */
export function metadataRequests(kind: Kind): readonly Operation[] {
  const root = `EntityDefinitions(LogicalName='${encodeURIComponent(kind)}')`
  return [
    { method: 'GET', path: `${root}?${common}` },
    ...Object.entries(casts).map(([cast, select]): Operation => ({
      method: 'GET',
      path: `${root}/Attributes/Microsoft.Dynamics.CRM.${cast}?$select=${select}`,
    })),
  ]
}

const text = z.string().nullish()
const flag = z.boolean().nullish()
const count = z.union([z.number(), z.string().transform(Number)]).nullish()
const One = z.object({ Label: text, LanguageCode: count })
const Label = z.object({ LocalizedLabels: z.array(One).nullish(), UserLocalizedLabel: One.nullish() }).nullish()
const Valued = z.object({ Value: text }).nullish()

const Attribute = z.object({
  LogicalName: z.string(),
  AttributeType: text,
  AttributeTypeName: Valued,
  DisplayName: Label,
  RequiredLevel: Valued,
  IsValidForCreate: flag,
  IsValidForUpdate: flag,
  IsValidForRead: flag,
  IsSecured: flag,
  AttributeOf: text,
})
const Definition = z.object({
  LogicalName: z.string(),
  EntitySetName: z.string(),
  PrimaryIdAttribute: z.string(),
  ChangeTrackingEnabled: flag,
  IsOptimisticConcurrencyEnabled: flag,
  OwnershipType: text,
  DisplayName: Label,
  Attributes: z.array(Attribute),
  Keys: z.array(z.object({ KeyAttributes: z.array(z.string()), EntityKeyIndexStatus: text })).nullish(),
  ManyToOneRelationships: z
    .array(
      z.object({ ReferencingAttribute: text, ReferencedEntity: text, ReferencingEntityNavigationPropertyName: text }),
    )
    .nullish(),
})
type Definition = z.infer<typeof Definition>

const OptionWire = z.object({ Value: count, Label, State: count })
const Detail = z.object({
  LogicalName: z.string(),
  MaxLength: count,
  Precision: count,
  MinValue: count,
  MaxValue: count,
  Format: text,
  DateTimeBehavior: Valued,
  OptionSet: z.object({ Options: z.array(OptionWire).nullish() }).nullish(),
})
type Detail = z.infer<typeof Detail>
const Details = z.object({ value: z.array(Detail) })

/** The doc's own sample wraps a single definition in `value`; both forms are read. */
const Wrapped = z.union([
  Definition,
  z.object({ value: z.array(Definition).min(1) }).transform(({ value }) => value[0]),
  z.object({ value: Definition }).transform(({ value }) => value),
])

/** Null when the table's own definition cannot be read: then there is nothing to build on. */
export function tableFrom(answers: readonly (HttpAnswer | null)[], language: number | undefined): Table | null {
  const [first, ...rest] = answers
  const definition = first?.status === 200 ? Wrapped.safeParse(parseJson(first.body)).data : undefined
  if (!definition) return null
  const details = new Map<string, Detail>()
  for (const answer of rest) {
    const read = answer?.status === 200 ? Details.safeParse(parseJson(answer.body)) : undefined
    for (const detail of read?.data?.value ?? [])
      details.set(detail.LogicalName, { ...details.get(detail.LogicalName), ...detail })
  }
  return build(definition, details, language)
}

function build(definition: Definition, details: ReadonlyMap<string, Detail>, language: number | undefined): Table {
  const targets = targetsOf(definition)
  const columns = definition.Attributes.filter((one) => one.IsValidForRead !== false || one.IsValidForCreate === true)
    .filter((one) => (one.AttributeOf ?? null) === null)
    .map((one) =>
      columnFrom(one, details.get(one.LogicalName), {
        targets: targets.get(one.LogicalName),
        kind: definition.LogicalName,
        language,
        idColumn: definition.PrimaryIdAttribute,
      }),
    )
  return {
    kind: definition.LogicalName as Kind,
    label: labelIn(definition.DisplayName, language) ?? definition.LogicalName,
    set: definition.EntitySetName,
    idColumn: definition.PrimaryIdAttribute,
    isTracked: definition.ChangeTrackingEnabled ?? false,
    isOptimistic: definition.IsOptimisticConcurrencyEnabled ?? true,
    ownedBy: definition.OwnershipType === 'OrganizationOwned' ? [] : ['user', 'team'],
    columns: new Map(columns.map((column) => [column.name, column])),
    keys: (definition.Keys ?? []).map((key): Key => ({
      columns: key.KeyAttributes,
      status: key.EntityKeyIndexStatus ?? 'Active',
    })),
    isComplete: columns.length > 0,
  }
}

function targetsOf({
  ManyToOneRelationships: relationships,
}: Definition): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const byColumn = new Map<string, Map<string, string>>()
  for (const {
    ReferencingAttribute: column,
    ReferencedEntity: target,
    ReferencingEntityNavigationPropertyName: name,
  } of relationships ?? []) {
    if (!column || !target || !name) continue
    const targets = byColumn.get(column) ?? new Map<string, string>()
    targets.set(target, name)
    byColumn.set(column, targets)
  }
  return byColumn
}

interface Around {
  readonly kind: string
  readonly targets: ReadonlyMap<string, string> | undefined
  readonly language: number | undefined
  readonly idColumn: string
}

const types: Readonly<Record<string, ColumnType>> = {
  String: 'text',
  Memo: 'text',
  Money: 'money',
  Decimal: 'decimal',
  Double: 'decimal',
  Integer: 'integer',
  BigInt: 'integer',
  Boolean: 'boolean',
  Picklist: 'choice',
  State: 'state',
  Status: 'status',
  DateTime: 'instant',
  Lookup: 'lookup',
  Customer: 'lookup',
  Owner: 'lookup',
  Uniqueidentifier: 'id',
}

function columnFrom(attribute: z.infer<typeof Attribute>, detail: Detail | undefined, around: Around): Column {
  const type = typeOf(attribute, detail)
  const isOwn = attribute.LogicalName === around.idColumn
  const number = (value: number | null | undefined): number | undefined =>
    Number.isFinite(value) ? (value ?? undefined) : undefined
  const options = detail?.OptionSet?.Options?.flatMap((one) => optionFrom(one, attribute.LogicalName, around) ?? [])
  const numbers = {
    lengthMax: number(detail?.MaxLength),
    precision: number(detail?.Precision),
    min: number(detail?.MinValue),
    max: number(detail?.MaxValue),
  }
  return {
    name: attribute.LogicalName,
    label: labelIn(attribute.DisplayName, around.language) ?? attribute.LogicalName,
    type,
    creatable: attribute.IsValidForCreate ?? true,
    updatable: attribute.IsValidForUpdate ?? true,
    required:
      attribute.RequiredLevel?.Value === 'SystemRequired' &&
      !hasDefault.has(type) &&
      !isOwn &&
      attribute.IsValidForCreate === true &&
      attribute.AttributeType !== 'Owner',
    secured: attribute.IsSecured ?? false,
    ...definedOnly(numbers),
    ...(options && options.length > 0 ? { options } : {}),
    ...(type === 'lookup' ? { targets: targetsFor(attribute, around.targets) } : {}),
  }
}

const hasDefault: ReadonlySet<ColumnType> = new Set(['state', 'status', 'boolean', 'id', 'other'])

/** `ownerid` says nothing of its targets in the relationships: it is bound by its own name, to a user or a team. */
function targetsFor(
  attribute: z.infer<typeof Attribute>,
  targets: ReadonlyMap<string, string> | undefined,
): ReadonlyMap<string, string> {
  const name = attribute.LogicalName
  if (attribute.AttributeType === 'Owner')
    return new Map([
      ['systemuser', name],
      ['team', name],
    ])
  return targets ?? new Map()
}

function typeOf(
  { AttributeType: type, AttributeTypeName: name }: z.infer<typeof Attribute>,
  detail: Detail | undefined,
): ColumnType {
  if (name?.Value === 'MultiSelectPicklistType') return 'choices'
  const known = Object.hasOwn(types, type ?? '') ? types[type ?? ''] : undefined
  if (known !== 'instant') return known ?? 'other'
  if (detail?.DateTimeBehavior?.Value === 'DateOnly') return 'date'
  return detail?.Format === 'DateOnly' ? 'localDate' : 'instant'
}

const english = 1033

/**
 * States and their reasons are named in English whatever language people use, because what we know of them (what is
 * open, what is being worked on) is said in English too. Everything else is named as the connection's user sees it.
 */
function optionFrom(option: z.infer<typeof OptionWire>, column: string, around: Around): Option | undefined {
  if (typeof option.Value !== 'number') return undefined
  const isState = column === 'statecode' || column === 'statuscode'
  const standard = isState ? standardLabel(around.kind, column, option.Value) : undefined
  const label =
    standard === undefined ? labelIn(option.Label, around.language) : (localized(option.Label, english) ?? standard)
  if (label === undefined) return undefined
  const labels = (option.Label?.LocalizedLabels ?? []).flatMap((one) => one.Label ?? [])
  return {
    value: option.Value,
    label,
    labels: standard === undefined ? labels : [...labels, standard],
    ...(typeof option.State === 'number' ? { state: option.State } : {}),
  }
}

const localized = (label: z.infer<typeof Label>, language: number): string | undefined =>
  label?.LocalizedLabels?.find((one) => one.LanguageCode === language)?.Label ?? undefined

function labelIn(label: z.infer<typeof Label>, language: number | undefined): string | undefined {
  const wanted = language === undefined ? undefined : localized(label, language)
  return wanted ?? label?.UserLocalizedLabel?.Label ?? label?.LocalizedLabels?.[0]?.Label ?? undefined
}

function definedOnly<T extends object>(object: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>
  }
}
