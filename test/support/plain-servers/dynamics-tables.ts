// What this environment is made of: tables with their columns, and how the Web API describes them. Columns that begin
// with `fab_` are what its administrators have added.

export interface Column {
  readonly name: string
  /** As the metadata calls it: `String`, `Money`, `Picklist`, `Lookup`. */
  readonly type: string
  readonly size: number | null
  readonly required: boolean
  readonly readOnly: boolean
  /** Choices: number and label; of a status also the state it belongs to. */
  readonly options: readonly (readonly [number, string, number?])[]
  /** Of a lookup: the tables it may point to, and the property that binds it. */
  readonly targets: Readonly<Record<string, string>>
}

export interface Table {
  readonly set: string
  readonly id: string
  readonly keys: readonly string[]
  readonly isTracked: boolean
  readonly columns: readonly Column[]
}

type Options = Column['options']

/** `name String 300 required`. */
function column(text: string, options: Options = [], targets: Column['targets'] = {}): Column {
  const [name = '', type = '', ...marks] = text.split(' ')
  const size = marks.find((mark) => /^\d+$/.test(mark))
  return {
    name,
    type,
    size: size === undefined ? null : Number(size),
    required: marks.includes('required'),
    readOnly: marks.includes('read-only'),
    options,
    targets,
  }
}

const lookup = (name: string, targets: Column['targets']): Column => column(`${name} Lookup`, [], targets)
const owned = [
  column('ownerid Owner'),
  column('createdon DateTime read-only'),
  column('modifiedon DateTime read-only'),
  lookup('modifiedby', { systemuser: 'modifiedby' }),
]
const active: Options = [
  [0, 'Active'],
  [1, 'Inactive'],
]

export const tables: Readonly<Record<string, Table>> = {
  account: {
    set: 'accounts',
    id: 'accountid',
    keys: [],
    isTracked: true,
    columns: [
      ...owned,
      column('accountid Uniqueidentifier'),
      column('name String 160'),
      column('websiteurl String 200'),
      column('fab_duns String 9'),
      column('address1_line1 String 250'),
      column('address1_city String 80'),
      column('address1_country String 80'),
      column('statecode State', active),
    ],
  },
  contact: {
    set: 'contacts',
    id: 'contactid',
    keys: [],
    isTracked: true,
    columns: [
      ...owned,
      column('contactid Uniqueidentifier'),
      column('firstname String 50'),
      column('lastname String 50'),
      column('emailaddress1 String 100'),
      lookup('parentcustomerid', { account: 'parentcustomerid_account', contact: 'parentcustomerid_contact' }),
      column('statecode State', active),
    ],
  },
  opportunity: {
    set: 'opportunities',
    id: 'opportunityid',
    keys: ['fab_pcreferralid'],
    isTracked: true,
    columns: [
      ...owned,
      column('opportunityid Uniqueidentifier'),
      column('name String 300'),
      column('description Memo 2000'),
      column('estimatedvalue Money'),
      column('actualvalue Money'),
      column('estimatedclosedate DateTime'),
      column('actualclosedate DateTime'),
      column('isrevenuesystemcalculated Boolean'),
      column('salesstage Picklist', [
        [0, 'Qualify'],
        [1, 'Develop'],
        [2, 'Propose'],
        [3, 'Close'],
      ]),
      column('opportunityratingcode Picklist', [
        [1, 'Hot'],
        [2, 'Warm'],
        [3, 'Cold'],
      ]),
      column('statecode State', [
        [0, 'Open'],
        [1, 'Won'],
        [2, 'Lost'],
      ]),
      column('statuscode Status', [
        [1, 'In Progress', 0],
        [2, 'On Hold', 0],
        [3, 'Won', 1],
        [4, 'Canceled', 2],
        [5, 'Out-Sold', 2],
      ]),
      lookup('parentaccountid', { account: 'parentaccountid' }),
      lookup('parentcontactid', { contact: 'parentcontactid' }),
      lookup('transactioncurrencyid', { transactioncurrency: 'transactioncurrencyid' }),
      column('fab_pcreferralid String 100'),
      column('fab_pcsyncstate String 40'),
      column('fab_pcsyncmessage String 500'),
      column('fab_pcanswerby DateTime'),
      column('fab_pcreferrallink String 200'),
      column('fab_updateformicrosoft Memo 2000'),
      column('fab_campaign String 100'),
      column('fab_helprequired Picklist', [
        [1, 'Technical expertise'],
        [2, 'Pricing'],
        [3, 'Customer introduction'],
        [4, 'None'],
      ]),
    ],
  },
  opportunityclose: {
    set: 'opportunitycloses',
    id: 'activityid',
    keys: [],
    isTracked: false,
    columns: [
      ...owned,
      column('activityid Uniqueidentifier'),
      column('subject String 200'),
      column('description Memo 2000'),
      column('actualrevenue Money'),
      column('actualend DateTime'),
      column('fab_lossreason Picklist', [
        [1, 'Project budget is not adequate'],
        [2, 'Customer chose another vendor'],
      ]),
      lookup('opportunityid', { opportunity: 'opportunityid' }),
    ],
  },
  transactioncurrency: {
    set: 'transactioncurrencies',
    id: 'transactioncurrencyid',
    keys: [],
    isTracked: false,
    columns: [
      column('transactioncurrencyid Uniqueidentifier'),
      column('isocurrencycode String 5'),
      column('modifiedon DateTime read-only'),
      column('statecode State', active),
    ],
  },
}

const label = (text: string): object => ({
  LocalizedLabels: [{ Label: text, LanguageCode: 1033 }],
  UserLocalizedLabel: { Label: text, LanguageCode: 1033 },
})

/** The answer of `EntityDefinitions(LogicalName='…')`, with attributes, keys and relationships expanded. */
export const definitionOf = (kind: string, { set, id, keys, isTracked, columns }: Table): object => ({
  LogicalName: kind,
  EntitySetName: set,
  PrimaryIdAttribute: id,
  ChangeTrackingEnabled: isTracked,
  IsOptimisticConcurrencyEnabled: true,
  OwnershipType: 'UserOwned',
  DisplayName: label(kind),
  Attributes: columns.map(({ name, type, readOnly, required }) => ({
    LogicalName: name,
    AttributeType: type,
    AttributeTypeName: { Value: `${type}Type` },
    DisplayName: label(name),
    RequiredLevel: { Value: required ? 'SystemRequired' : 'None' },
    IsValidForCreate: !readOnly && type !== 'State',
    IsValidForUpdate: !readOnly,
    IsValidForRead: true,
    IsSecured: false,
    AttributeOf: null,
  })),
  Keys: keys.map((key) => ({ LogicalName: `${key}_key`, KeyAttributes: [key], EntityKeyIndexStatus: 'Active' })),
  ManyToOneRelationships: columns.flatMap(({ name, targets }) =>
    Object.entries(targets).map(([target, property]) => ({
      ReferencingAttribute: name,
      ReferencedEntity: target,
      ReferencingEntityNavigationPropertyName: property,
    })),
  ),
})

const dateOnly: ReadonlySet<string> = new Set(['estimatedclosedate', 'actualclosedate', 'actualend'])

/** The answer of `…/Attributes/Microsoft.Dynamics.CRM.MoneyAttributeMetadata`. */
export function detailsOf({ columns }: Table, cast: string): object {
  const type = cast.replace(/^Microsoft\.Dynamics\.CRM\./, '').replace(/AttributeMetadata$/, '')
  const value = columns.filter((one) => one.type === type).map((one) => ({ LogicalName: one.name, ...detail(one) }))
  return { value }
}

function detail({ name, type, size, options }: Column): object {
  if (type === 'String' || type === 'Memo') return { MaxLength: size }
  if (type === 'Money') return { Precision: 2, MinValue: -1e12, MaxValue: 1e12 }
  if (type === 'DateTime')
    return dateOnly.has(name)
      ? { Format: 'DateOnly', DateTimeBehavior: { Value: 'DateOnly' } }
      : { Format: 'DateAndTime', DateTimeBehavior: { Value: 'UserLocal' } }
  const shown = options.map(([Value, text, State]) => ({
    Value,
    Label: label(text),
    ...(State === undefined ? {} : { State }),
  }))
  return { OptionSet: { Options: shown } }
}
