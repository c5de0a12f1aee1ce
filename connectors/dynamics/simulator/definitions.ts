// Metadata: tables, columns, keys and relationships, in the shapes the service gives them. Nothing is paged here.

import { Digits, parseWire, type Wire, type WireObject } from './cells.ts'
import type { Column, ColumnType, Key, Option, Table } from './columns.ts'
import { addAttribute, addKey } from './customize.ts'
import { listOf, parseOptions, splitOutside } from './query.ts'
import { refusals } from './refusals.ts'
import type { ParsedRequest, Reply, RequestContext } from './context.ts'

const typeNames: Readonly<Record<ColumnType, readonly [attributeType: string, cast: string]>> = {
  id: ['Uniqueidentifier', 'UniqueIdentifierAttributeMetadata'],
  string: ['String', 'StringAttributeMetadata'],
  memo: ['Memo', 'MemoAttributeMetadata'],
  money: ['Money', 'MoneyAttributeMetadata'],
  decimal: ['Decimal', 'DecimalAttributeMetadata'],
  integer: ['Integer', 'IntegerAttributeMetadata'],
  bigint: ['BigInt', 'BigIntAttributeMetadata'],
  boolean: ['Boolean', 'BooleanAttributeMetadata'],
  picklist: ['Picklist', 'PicklistAttributeMetadata'],
  multiselect: ['Virtual', 'MultiSelectPicklistAttributeMetadata'],
  state: ['State', 'StateAttributeMetadata'],
  status: ['Status', 'StatusAttributeMetadata'],
  datetime: ['DateTime', 'DateTimeAttributeMetadata'],
  lookup: ['Lookup', 'LookupAttributeMetadata'],
  customer: ['Customer', 'LookupAttributeMetadata'],
  owner: ['Owner', 'LookupAttributeMetadata'],
}

export function answerDefinitions(context: RequestContext, request: ParsedRequest): Reply {
  const { world } = context.service.engine
  const [head = '', second, third] = request.segments
  const options = parseOptions(request.search)
  const kind = /^EntityDefinitions\(LogicalName='(\w+)'\)$/.exec(head)?.[1]
  if (kind === undefined) {
    if (head !== 'EntityDefinitions') throw refusals.parser('EntityDefinitions are addressed by LogicalName here.')
    const value: Wire = [...world.tables.values()].map((table) => definition(table, options))
    return { status: 200, body: { '@odata.context': `${context.root}/$metadata#EntityDefinitions`, value } }
  }
  const table = world.tables.get(kind)
  if (!table) throw refusals.missing('EntityMetadata', kind)
  if (request.method === 'POST') return customise(context, table, second, parseWire(request.body))
  if (second === undefined) return { status: 200, body: definition(table, options) }
  return {
    status: 200,
    body: { '@odata.context': `${context.root}/$metadata`, value: members(table, second, third, options) },
  }
}

function customise(context: RequestContext, table: Table, what: string | undefined, body: Wire): Reply {
  if (what === 'Attributes') return { status: 204, headers: { 'odata-entityid': addAttribute(context, table, body) } }
  if (what === 'Keys') return { status: 204, headers: { 'odata-entityid': addKey(context, table, body) } }
  throw refusals.unknownSegment(what ?? '')
}

function members(table: Table, what: string, cast: string | undefined, options: ReadonlyMap<string, string>): Wire {
  const select = listOf(options.get('$select'))
  if (what === 'Attributes') return attributes(table, cast, options)
  if (what === 'Keys') return table.keys.map((key) => chosen(keyMetadata(key), select))
  if (what === 'ManyToOneRelationships') return relationships(table).map((one) => chosen(one, select))
  if (what === 'OneToManyRelationships') return collections(table).map((one) => chosen(one, select))
  throw refusals.unknownSegment(what)
}

function attributes(table: Table, cast: string | undefined, options: ReadonlyMap<string, string>): Wire {
  const select = listOf(options.get('$select'))
  const type = cast?.replace('Microsoft.Dynamics.CRM.', '')
  if (type === 'EnumAttributeMetadata') throw refusals.parser('EnumAttributeMetadata cannot be used as a cast.')
  const expand = options.get('$expand') ?? ''
  return [...table.columns.values()]
    .filter((column) => type === undefined || typeNames[column.type][1] === type)
    .map((column) => ({
      ...chosen(attribute(table, column, type !== undefined), select),
      ...(/\bOptionSet\b/.test(expand) ? { OptionSet: optionSet(column) } : {}),
    }))
}

function definition(table: Table, options: ReadonlyMap<string, string>): WireObject {
  const all: Record<string, Wire> = {
    MetadataId: idOf(table.kind),
    LogicalName: table.kind,
    SchemaName: table.kind,
    EntitySetName: table.set,
    PrimaryIdAttribute: table.id,
    PrimaryNameAttribute: table.nameColumn,
    ChangeTrackingEnabled: table.tracked,
    IsOptimisticConcurrencyEnabled: table.optimistic,
    OwnershipType: table.ownership,
    DisplayName: label(table.label),
  }
  const answer: Record<string, Wire> = { ...chosen(all, listOf(options.get('$select'))) }
  for (const part of splitOutside(options.get('$expand') ?? '', ',')) {
    const [name = '', inside = ''] = [part.split('(')[0], /\((.*)\)$/s.exec(part)?.[1]]
    const inner = new Map(
      splitOutside(inside, ';').map(
        (option) => [option.slice(0, option.indexOf('=')), option.slice(option.indexOf('=') + 1)] as const,
      ),
    )
    answer[name] = members(table, name, undefined, inner)
  }
  return answer
}

function attribute(table: Table, column: Column, typed: boolean): Record<string, Wire> {
  const [attributeType, cast] = typeNames[column.type]
  const common: Record<string, Wire> = {
    '@odata.type': `#Microsoft.Dynamics.CRM.${cast}`,
    MetadataId: idOf(`${table.kind}.${column.name}`),
    LogicalName: column.name,
    SchemaName: column.schemaName,
    AttributeType: attributeType,
    AttributeTypeName: { Value: `${column.type === 'multiselect' ? 'MultiSelectPicklist' : attributeType}Type` },
    DisplayName: label(column.label),
    IsValidForCreate: column.create,
    IsValidForUpdate: column.update,
    IsValidForRead: true,
    IsSecured: column.secured ?? false,
    AttributeOf: null,
    RequiredLevel: {
      Value: column.required,
      CanBeChanged: true,
      ManagedPropertyLogicalName: 'canmodifyrequirementlevelsettings',
    },
  }
  return typed ? { ...common, ...typeProperties(column) } : common
}

function typeProperties(column: Column): Record<string, Wire> {
  const number = (value: number | undefined): Wire => (value === undefined ? null : new Digits(String(value)))
  return {
    MaxLength: number(column.lengthMax),
    FormatName: { Value: column.format ?? 'Text' },
    Precision: number(column.precision),
    PrecisionSource: number(column.type === 'money' ? 2 : 0),
    MinValue: number(column.min),
    MaxValue: number(column.max),
    IsBaseCurrency: column.name.endsWith('_base'),
    Format: column.format ?? null,
    DateTimeBehavior: { Value: column.behavior ?? 'UserLocal' },
    Targets: Object.keys(column.navigation ?? {}),
  }
}

function optionSet(column: Column): Wire {
  if (column.type === 'boolean')
    return { TrueOption: optionWire({ value: 1, label: 'Yes' }), FalseOption: optionWire({ value: 0, label: 'No' }) }
  return { IsGlobal: false, Name: column.name, Options: (column.options ?? []).map(optionWire) }
}

const optionWire = (option: Option): Wire => ({
  Value: new Digits(String(option.value)),
  Label: label(option.label),
  Description: { LocalizedLabels: [], UserLocalizedLabel: null },
  Color: null,
  IsManaged: true,
  MetadataId: null,
  HasChanged: null,
  ...(option.state === undefined ? {} : { State: new Digits(String(option.state)) }),
})

export function label(text: string): Wire {
  const one: Wire = {
    Label: text,
    LanguageCode: new Digits('1033'),
    IsManaged: true,
    MetadataId: idOf(text),
    HasChanged: null,
  }
  return { LocalizedLabels: [one], UserLocalizedLabel: one }
}

const keyMetadata = (key: Key): Record<string, Wire> => ({
  MetadataId: idOf(key.name),
  LogicalName: key.name,
  SchemaName: key.name,
  KeyAttributes: key.columns,
  EntityKeyIndexStatus: key.status,
})

function relationships(table: Table): readonly Record<string, Wire>[] {
  return [...table.columns.values()].flatMap((column) =>
    Object.entries(column.navigation ?? {}).map(([target, navigation]) => ({
      MetadataId: idOf(`${table.kind}.${column.name}.${target}`),
      SchemaName: `${target}_${table.kind}_${column.name}`,
      ReferencingEntity: table.kind,
      ReferencingAttribute: column.name,
      ReferencedEntity: target,
      ReferencedAttribute: `${target}id`,
      ReferencingEntityNavigationPropertyName: navigation,
    })),
  )
}

const collections = (table: Table): readonly Record<string, Wire>[] =>
  table.collections.map(({ name, kind, column }) => ({
    MetadataId: idOf(name),
    SchemaName: name,
    ReferencingEntity: kind,
    ReferencingAttribute: column,
    ReferencedEntity: table.kind,
    ReferencedEntityNavigationPropertyName: name,
  }))

/** The id comes along whatever was chosen. */
function chosen(all: Record<string, Wire>, select: readonly string[] | null): Record<string, Wire> {
  if (!select) return all
  const names = new Set([...select, 'MetadataId', '@odata.type'])
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.has(name)))
}

/** A stable id for a piece of metadata: its name, hashed. */
function idOf(name: string): string {
  let state = 0xcbf29ce484222325n
  let digits = ''
  for (let round = 0; round < 2; round += 1) {
    for (const char of name) state = BigInt.asUintN(64, (state ^ BigInt(char.codePointAt(0) ?? 0)) * 0x100000001b3n)
    digits += state.toString(16).padStart(16, '0')
  }
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`
}
