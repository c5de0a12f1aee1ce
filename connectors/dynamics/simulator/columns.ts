// How a pretended table is described: its columns, keys and the names of its relationships.

export type ColumnType =
  | 'id'
  | 'string'
  | 'memo'
  | 'money'
  | 'decimal'
  | 'integer'
  | 'bigint'
  | 'boolean'
  | 'picklist'
  | 'multiselect'
  | 'state'
  | 'status'
  | 'datetime'
  | 'lookup'
  | 'customer'
  | 'owner'

export interface Option {
  readonly value: number
  readonly label: string
  /** For a status reason: the state it belongs to. */
  readonly state?: number
}

export interface Column {
  readonly name: string
  readonly schemaName: string
  readonly label: string
  readonly type: ColumnType
  readonly create: boolean
  readonly update: boolean
  readonly required: 'None' | 'SystemRequired' | 'ApplicationRequired' | 'Recommended'
  readonly lengthMax?: number
  readonly precision?: number
  readonly min?: number
  readonly max?: number
  readonly options?: readonly Option[]
  /** `DateOnly` behaviour has no time at all; `UserLocal` with the DateOnly format is a trap that really exists. */
  readonly behavior?: 'DateOnly' | 'UserLocal'
  readonly format?: 'DateOnly' | 'DateAndTime' | 'Text' | 'Email' | 'Url' | 'Phone'
  /** Target table → navigation property. Its case matters. */
  readonly navigation?: Readonly<Record<string, string>>
  readonly secured?: boolean
}

export interface Key {
  readonly name: string
  readonly columns: readonly string[]
  status: 'Pending' | 'InProgress' | 'Active' | 'Failed'
}

export interface Collection {
  /** `Opportunity_OpportunityClose`: the navigation property on this table. */
  readonly name: string
  readonly kind: string
  readonly column: string
}

export interface Table {
  readonly kind: string
  readonly set: string
  readonly label: string
  readonly id: string
  readonly nameColumn: string
  readonly columns: Map<string, Column>
  readonly keys: Key[]
  readonly collections: readonly Collection[]
  readonly ownership: 'UserOwned' | 'OrganizationOwned'
  tracked: boolean
  optimistic: boolean
  /** CreateMultiple and its sisters exist for it. */
  bulk: boolean
}

type Extra = Partial<Omit<Column, 'name' | 'type'>>

export function column(name: string, type: ColumnType, extra: Extra = {}): Column {
  return {
    name,
    type,
    schemaName: extra.schemaName ?? name,
    label: extra.label ?? name,
    create: true,
    update: true,
    required: 'None',
    ...extra,
  }
}

export const readOnly: Extra = { create: false, update: false }
export const text = (name: string, lengthMax: number, extra: Extra = {}): Column =>
  column(name, 'string', { lengthMax, format: 'Text', ...extra })
export const memo = (name: string, lengthMax = 2000, extra: Extra = {}): Column =>
  column(name, 'memo', { lengthMax, ...extra })
export const money = (name: string, extra: Extra = {}): Column =>
  column(name, 'money', { precision: 2, min: -1e12, max: 1e12, ...extra })
export const integer = (name: string, extra: Extra = {}): Column =>
  column(name, 'integer', { min: -2_147_483_648, max: 2_147_483_647, ...extra })
export const date = (name: string, extra: Extra = {}): Column =>
  column(name, 'datetime', { behavior: 'DateOnly', format: 'DateOnly', ...extra })
export const moment = (name: string, extra: Extra = {}): Column =>
  column(name, 'datetime', { behavior: 'UserLocal', format: 'DateAndTime', ...extra })

/** `choice('x', { 1: 'Hot', 2: 'Warm' })` */
export const choice = (name: string, labels: Readonly<Record<number, string>>, extra: Extra = {}): Column =>
  column(name, 'picklist', { options: optionsOf(labels), ...extra })

export const optionsOf = (labels: Readonly<Record<number, string>>): readonly Option[] =>
  Object.entries(labels).map(([value, label]) => ({ value: Number(value), label }))

export const lookup = (name: string, target: string, extra: Extra = {}): Column =>
  column(name, 'lookup', { navigation: { [target]: name }, ...extra })

export const state = (labels: Readonly<Record<number, string>>): Column =>
  column('statecode', 'state', {
    options: optionsOf(labels),
    create: false,
    required: 'SystemRequired',
    label: 'Status',
  })

/** Status reasons by state: `{ 0: { 1: 'In Progress' } }`. */
export function status(byState: Readonly<Record<number, Readonly<Record<number, string>>>>): Column {
  const options = Object.entries(byState).flatMap(([stateValue, labels]) =>
    optionsOf(labels).map((option) => ({ ...option, state: Number(stateValue) })),
  )
  return column('statuscode', 'status', { options, label: 'Status Reason' })
}

interface TableExtra {
  readonly set?: string
  readonly label?: string
  readonly id?: string
  readonly nameColumn?: string
  readonly keys?: readonly (readonly string[])[]
  readonly collections?: readonly Collection[]
  readonly ownership?: Table['ownership']
  readonly tracked?: boolean
  readonly bulk?: boolean
}

export function table(kind: string, columns: readonly Column[], extra: TableExtra = {}): Table {
  const id = extra.id ?? `${kind}id`
  const ownership = extra.ownership ?? 'UserOwned'
  const all = [column(id, 'id', { update: false }), ...columns, ...bookkeeping(ownership)]
  return {
    kind,
    set: extra.set ?? `${kind}s`,
    label: extra.label ?? kind.charAt(0).toUpperCase() + kind.slice(1),
    id,
    nameColumn: extra.nameColumn ?? 'name',
    columns: new Map(all.map((one) => [one.name, one])),
    keys: (extra.keys ?? []).map((columnsOfKey) => ({
      name: `${columnsOfKey.join('_')}_key`,
      columns: columnsOfKey,
      status: 'Active',
    })),
    collections: extra.collections ?? [],
    ownership,
    tracked: extra.tracked ?? true,
    optimistic: true,
    bulk: extra.bulk ?? true,
  }
}

function bookkeeping(ownership: Table['ownership']): readonly Column[] {
  const user = (name: string): Column => lookup(name, 'systemuser', readOnly)
  const owner: Column = column('ownerid', 'owner', {
    label: 'Owner',
    required: 'SystemRequired',
    navigation: { systemuser: 'ownerid', team: 'ownerid' },
  })
  return [
    ...(ownership === 'UserOwned' ? [owner] : []),
    moment('createdon', readOnly),
    moment('modifiedon', readOnly),
    moment('overriddencreatedon', { update: false }),
    user('createdby'),
    user('modifiedby'),
    column('versionnumber', 'bigint', readOnly),
  ]
}
