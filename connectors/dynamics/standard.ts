// What every environment with the Sales app has, from Microsoft's table reference. It stands in where the metadata of a
// table cannot be read, so that a connection does not depend on the right to read definitions.

import { kind as kindOf, type Kind } from '#spi'
import type { Column, ColumnType, Option, Table } from './table.ts'

interface Known {
  readonly set: string
  readonly id: string
  readonly columns: Readonly<Record<string, ColumnType | Partial<Column>>>
}

const choice = (type: ColumnType, labels: Readonly<Record<number, string>>): Partial<Column> => ({
  type,
  options: Object.entries(labels).map(([value, label]): Option => ({ value: Number(value), label, labels: [label] })),
})

const status = (byState: Readonly<Record<number, Readonly<Record<number, string>>>>): Partial<Column> => ({
  type: 'status',
  options: Object.entries(byState).flatMap(([state, labels]) =>
    Object.entries(labels).map(([value, label]): Option => ({
      value: Number(value),
      label,
      labels: [label],
      state: Number(state),
    })),
  ),
})

const lookup = (...targets: readonly (readonly [table: string, navigation: string])[]): Partial<Column> => ({
  type: 'lookup',
  targets: new Map(targets),
})

const rating = choice('choice', { 1: 'Hot', 2: 'Warm', 3: 'Cold' })
const active = {
  statecode: choice('state', { 0: 'Active', 1: 'Inactive' }),
  statuscode: status({ 0: { 1: 'Active' }, 1: { 2: 'Inactive' } }),
}
const currency = { transactioncurrencyid: lookup(['transactioncurrency', 'transactioncurrencyid']) }

const known: Readonly<Record<string, Known>> = {
  account: {
    set: 'accounts',
    id: 'accountid',
    columns: {
      ...active,
      ...currency,
      numberofemployees: 'integer',
      revenue: 'money',
      primarycontactid: lookup(['contact', 'primarycontactid']),
    },
  },
  contact: {
    set: 'contacts',
    id: 'contactid',
    columns: {
      ...active,
      parentcustomerid: lookup(['account', 'parentcustomerid_account'], ['contact', 'parentcustomerid_contact']),
    },
  },
  opportunity: {
    set: 'opportunities',
    id: 'opportunityid',
    columns: {
      ...currency,
      statecode: choice('state', { 0: 'Open', 1: 'Won', 2: 'Lost' }),
      statuscode: status({
        0: { 1: 'In Progress', 2: 'On Hold' },
        1: { 3: 'Won' },
        2: { 4: 'Canceled', 5: 'Out-Sold' },
      }),
      salesstage: choice('choice', { 0: 'Qualify', 1: 'Develop', 2: 'Propose', 3: 'Close' }),
      opportunityratingcode: rating,
      purchasetimeframe: choice('choice', {
        0: 'Immediate',
        1: 'This Quarter',
        2: 'Next Quarter',
        3: 'This Year',
        4: 'Unknown',
      }),
      estimatedvalue: 'money',
      actualvalue: 'money',
      budgetamount: 'money',
      estimatedclosedate: 'date',
      actualclosedate: 'date',
      closeprobability: 'integer',
      isrevenuesystemcalculated: 'boolean',
      customerid: lookup(['account', 'customerid_account'], ['contact', 'customerid_contact']),
      parentaccountid: lookup(['account', 'parentaccountid']),
      parentcontactid: lookup(['contact', 'parentcontactid']),
      originatingleadid: lookup(['lead', 'originatingleadid']),
      campaignid: lookup(['campaign', 'campaignid']),
      pricelevelid: lookup(['pricelevel', 'pricelevelid']),
    },
  },
  opportunityclose: {
    set: 'opportunitycloses',
    id: 'activityid',
    columns: {
      ...currency,
      actualrevenue: 'money',
      actualend: 'localDate',
      opportunityid: lookup(['opportunity', 'opportunityid']),
      competitorid: lookup(['competitor', 'competitorid']),
    },
  },
  lead: {
    set: 'leads',
    id: 'leadid',
    columns: {
      ...currency,
      statecode: choice('state', { 0: 'Open', 1: 'Qualified', 2: 'Disqualified' }),
      statuscode: status({
        0: { 1: 'New', 2: 'Contacted' },
        1: { 3: 'Qualified' },
        2: { 4: 'Lost', 5: 'Cannot Contact', 6: 'No Longer Interested', 7: 'Canceled' },
      }),
      leadqualitycode: rating,
      estimatedamount: 'money',
      qualifyingopportunityid: lookup(['opportunity', 'qualifyingopportunityid']),
      parentaccountid: lookup(['account', 'parentaccountid']),
      parentcontactid: lookup(['contact', 'parentcontactid']),
    },
  },
  transactioncurrency: {
    set: 'transactioncurrencies',
    id: 'transactioncurrencyid',
    columns: { exchangerate: 'decimal', currencyprecision: 'integer', statecode: active.statecode },
  },
  competitor: { set: 'competitors', id: 'competitorid', columns: {} },
  campaign: { set: 'campaigns', id: 'campaignid', columns: {} },
  systemuser: { set: 'systemusers', id: 'systemuserid', columns: { isdisabled: 'boolean' } },
  team: { set: 'teams', id: 'teamid', columns: {} },
}

const userOwned = new Set(['account', 'contact', 'opportunity', 'lead', 'opportunityclose'])

/** Null for a table that not every environment has. */
export function standardTable(kind: Kind): Table | null {
  const table = Object.hasOwn(known, kind) ? known[kind] : undefined
  if (!table) return null
  const owner = userOwned.has(kind) ? { ownerid: lookup(['systemuser', 'ownerid'], ['team', 'ownerid']) } : {}
  const common = { [table.id]: 'id', modifiedon: 'instant', modifiedby: lookup(['systemuser', 'modifiedby']) } as const
  const columns = Object.entries({ ...table.columns, ...owner, ...common }).map(([name, about]) => column(name, about))
  return {
    kind: kindOf(kind),
    label: kind,
    set: table.set,
    idColumn: table.id,
    isTracked: kind !== 'opportunityclose' && kind !== 'transactioncurrency',
    isOptimistic: true,
    ownedBy: userOwned.has(kind) ? ['user', 'team'] : [],
    columns: new Map(columns.map((one) => [one.name, one])),
    keys: [],
    isComplete: false,
  }
}

function column(name: string, about: ColumnType | Partial<Column>): Column {
  const given = typeof about === 'string' ? { type: about } : about
  return {
    name,
    label: name,
    type: 'text',
    creatable: true,
    updatable: true,
    required: false,
    secured: false,
    ...given,
  }
}

/** Where the sets of tables are named without their definition being at hand: what a lookup points to. */
export const standardSet = (kind: string): string | undefined =>
  Object.hasOwn(known, kind) ? known[kind]?.set : undefined

/** What Microsoft calls a state or a status reason of its own, in English. */
export function standardLabel(kind: string, column: string, value: number): string | undefined {
  const about = Object.hasOwn(known, kind) ? known[kind]?.columns[column] : undefined
  const options = typeof about === 'object' ? about.options : undefined
  return options?.find((option) => option.value === value)?.label
}
