// What an environment needs of us, as data: the columns sellers and mappings use, the alternate keys that make a second
// record for one referral impossible, the pair that carries the referral from a qualified lead to its deal, and the
// least rights that do. Names are without the publisher's prefix, which is each customer's own.

export type SolutionColumn = {
  readonly table: string
  /** In the case of a schema name: `PcReferralId`. */
  readonly name: string
  readonly label: string
  readonly about: string
} & (
  | { readonly type: 'text'; readonly lengthMax: number; readonly format?: 'Url' }
  | { readonly type: 'memo'; readonly lengthMax: number }
  | { readonly type: 'instant' }
  | { readonly type: 'choice'; readonly labels: readonly string[] }
)

export interface SolutionKey {
  readonly table: string
  readonly name: string
  readonly label: string
  readonly columns: readonly string[]
}

export const solutionName = 'dealbridge'
export const solutionVersion = '1.0.0.0'
/** The prefix of the example mapping. */
export const defaultPrefix = 'fab'

/** A deal and a lead carry the same: what a seller sees of Microsoft's side. */
const sellersView = (table: string): readonly SolutionColumn[] => [
  {
    table,
    name: 'PcReferralId',
    label: 'Partner Center referral',
    about: 'Which referral this record belongs to. Kept by dealbridge; do not copy it to another record.',
    type: 'text',
    lengthMax: 100,
  },
  {
    table,
    name: 'PcSyncState',
    label: 'Sync state',
    about: 'Where this record stands with Microsoft: in step, waiting for you, on hold, problem, closed.',
    type: 'text',
    lengthMax: 100,
  },
  {
    table,
    name: 'PcSyncMessage',
    label: 'Sync message',
    about: 'What to do, if there is anything to do.',
    type: 'text',
    lengthMax: 500,
  },
  {
    table,
    name: 'PcAnswerBy',
    label: 'Answer by',
    about: 'When Microsoft closes this referral unless it is answered.',
    type: 'instant',
  },
  {
    table,
    name: 'PcReferralLink',
    label: 'Partner Center link',
    about: 'The referral in Partner Center.',
    type: 'text',
    lengthMax: 500,
    format: 'Url',
  },
]

export const columns: readonly SolutionColumn[] = [
  ...sellersView('opportunity'),
  {
    table: 'opportunity',
    name: 'UpdateForMicrosoft',
    label: 'Update for Microsoft',
    about: 'What the seller wants Microsoft to read. It is added to the notes of the referral.',
    type: 'memo',
    lengthMax: 4000,
  },
  {
    table: 'opportunity',
    name: 'Campaign',
    label: 'Microsoft campaign',
    about: 'The campaign the referral belongs to.',
    type: 'text',
    lengthMax: 200,
  },
  {
    table: 'opportunity',
    name: 'HelpRequired',
    label: 'Help wanted from Microsoft',
    about: 'What the seller asks Microsoft for.',
    type: 'choice',
    labels: ['Technical expertise', 'Pricing', 'Customer introduction', 'None'],
  },
  ...sellersView('lead'),
  {
    table: 'account',
    name: 'Duns',
    label: 'D-U-N-S number',
    about: 'Finds the account of a referral without doubt.',
    type: 'text',
    lengthMax: 20,
  },
  {
    table: 'opportunityclose',
    name: 'LossReason',
    label: 'Loss reason',
    about: 'Why the deal was lost, in the words Microsoft will read.',
    type: 'text',
    lengthMax: 200,
  },
]

const referralKey = (table: string): SolutionKey => ({
  table,
  name: 'PcReferralKey',
  label: 'Partner Center referral',
  columns: ['PcReferralId'],
})

/** Dynamics itself refuses a second record with the same value. */
export const keys: readonly SolutionKey[] = [referralKey('opportunity'), referralKey('lead')]

/** A lead that a seller qualifies hands its referral on to the opportunity Dynamics makes of it. */
export const leadToDeal: readonly string[] = ['PcReferralId', 'PcReferralLink']

const verbs = (name: string, ...which: readonly string[]): readonly string[] => which.map((verb) => `prv${verb}${name}`)
const work = ['Create', 'Read', 'Write', 'Append', 'AppendTo', 'Assign'] as const

/** For the whole organization: change tracking needs that, and deals of all business units are ours. No delete. */
export const privileges: readonly string[] = [
  ...verbs('Opportunity', ...work),
  ...verbs('Lead', ...work),
  ...verbs('Account', ...work),
  ...verbs('Contact', ...work),
  ...verbs('Activity', 'Create', 'Read', 'Write', 'Append', 'AppendTo'),
  ...[
    'TransactionCurrency',
    'User',
    'Team',
    'BusinessUnit',
    'PriceLevel',
    'Campaign',
    'Competitor',
    'Organization',
  ].flatMap((name) => verbs(name, 'Read')),
  ...verbs('TransactionCurrency', 'AppendTo'),
  ...verbs('User', 'AppendTo'),
  ...verbs('Team', 'AppendTo'),
  ...['Entity', 'Attribute', 'OptionSet', 'Relationship', 'Role'].flatMap((name) => verbs(name, 'Read')),
]

export const roleName = 'dealbridge'

/** `fab_PcReferralId` */
export const schemaName = (prefix: string, name: string): string => `${prefix}_${name}`
/** `fab_pcreferralid` */
export const logicalName = (prefix: string, name: string): string => schemaName(prefix, name).toLowerCase()

/** The tables it touches, each once. */
export const tables: readonly string[] = [...new Set(columns.map(({ table }) => table))]
