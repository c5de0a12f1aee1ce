// Customising through the Web API: new columns, alternate keys and role privileges, as the solution script makes them.

import { cellText, Digits, isWireObject, type Wire, type WireObject } from './cells.ts'
import { column, type Column, type ColumnType, type Table } from './columns.ts'
import { objectBody } from './payload.ts'
import { refusals } from './refusals.ts'
import type { Reply, RequestContext } from './context.ts'
import type { Row } from './world.ts'

const types: Readonly<Record<string, ColumnType>> = {
  StringAttributeMetadata: 'string',
  MemoAttributeMetadata: 'memo',
  MoneyAttributeMetadata: 'money',
  DecimalAttributeMetadata: 'decimal',
  IntegerAttributeMetadata: 'integer',
  BooleanAttributeMetadata: 'boolean',
  PicklistAttributeMetadata: 'picklist',
  DateTimeAttributeMetadata: 'datetime',
}

export function addAttribute(context: RequestContext, table: Table, body: Wire): string {
  mustCustomise(context)
  const sent = objectBody(body)
  const type = types[textOf(sent['@odata.type']).split('.').at(-1) ?? '']
  const schemaName = sent['SchemaName']
  if (type === undefined || typeof schemaName !== 'string' || !/^[a-z][a-z0-9]{1,7}_\w+$/i.test(schemaName))
    throw refusals.payload(table.kind, 'an attribute needs a type and a schema name with a customisation prefix.')
  const name = schemaName.toLowerCase()
  if (table.columns.has(name))
    throw refusals.payload(table.kind, `An attribute with the specified name ${name} already exists.`)
  table.columns.set(name, column(name, type, { ...read(sent, type), schemaName }))
  return `${context.root}/EntityDefinitions(LogicalName='${table.kind}')/Attributes(LogicalName='${name}')`
}

function read(sent: WireObject, type: ColumnType): Partial<Column> {
  const lengthMax = sent['MaxLength']
  const behavior = isWireObject(sent['DateTimeBehavior']) ? sent['DateTimeBehavior']['Value'] : undefined
  return {
    label: labelText(sent['DisplayName']) ?? '',
    ...(lengthMax instanceof Digits ? { lengthMax: Number(lengthMax.text) } : {}),
    ...(type === 'picklist' ? { options: options(sent['OptionSet']) } : {}),
    ...(behavior === 'DateOnly' ? { behavior: 'DateOnly' as const, format: 'DateOnly' as const } : {}),
  }
}

function options(set: Wire | undefined): NonNullable<Column['options']> {
  const list = isWireObject(set) ? set['Options'] : undefined
  if (!Array.isArray(list)) throw refusals.parser('A choice needs options.')
  return (list as readonly Wire[]).map((option) => {
    const { Value: value, Label: label } = objectBody(option)
    if (!(value instanceof Digits)) throw refusals.parser('An option needs a value.')
    return { value: Number(value.text), label: labelText(label) ?? '' }
  })
}

const textOf = (value: Wire | undefined): string => (typeof value === 'string' ? value : '')

function labelText(label: Wire | undefined): string | undefined {
  const list = isWireObject(label) ? label['LocalizedLabels'] : undefined
  const first = Array.isArray(list) ? (list as readonly Wire[])[0] : undefined
  const text = isWireObject(first) ? first['Label'] : undefined
  return typeof text === 'string' ? text : undefined
}

/** The index is built in the background; here it is ready at once. */
export function addKey(context: RequestContext, table: Table, body: Wire): string {
  mustCustomise(context)
  const { SchemaName: schemaName, KeyAttributes: columns } = objectBody(body)
  const names = Array.isArray(columns) ? (columns as readonly Wire[]).map(textOf) : []
  if (typeof schemaName !== 'string' || names.length === 0) throw refusals.parser('A key needs a name and columns.')
  for (const name of names) if (!table.columns.has(name)) throw refusals.unknownProperty(table.kind, name)
  if (table.keys.some((key) => key.name === schemaName.toLowerCase()))
    throw refusals.payload(table.kind, `A key named ${schemaName} already exists.`)
  table.keys.push({ name: schemaName.toLowerCase(), columns: names, status: 'Active' })
  return `${context.root}/EntityDefinitions(LogicalName='${table.kind}')/Keys(LogicalName='${schemaName.toLowerCase()}')`
}

/** AddPrivilegesRole and ReplacePrivilegesRole. */
export function changeRole(context: RequestContext, role: Row, action: string, body: Wire): Reply {
  mustCustomise(context)
  const list = objectBody(body)['Privileges']
  if (!/^(?:Add|Replace)PrivilegesRole$/.test(action) || !Array.isArray(list)) throw refusals.unknownSegment(action)
  const { world } = context.service.engine
  const names = (list as readonly Wire[]).map((one) => {
    const id = objectBody(one)['PrivilegeId']
    const row = typeof id === 'string' ? world.get(world.table('privilege'), id) : undefined
    if (!row) throw refusals.missing('privilege', textOf(id))
    return cellText(row.cells['name'])
  })
  context.service.access.addRole(role.id, names)
  return { status: 204 }
}

function mustCustomise({ service, caller }: RequestContext): void {
  if (!service.access.may(caller, 'prvCreateAttribute')) throw refusals.privilege('prvCreateAttribute')
}
