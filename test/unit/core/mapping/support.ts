// Two invented CRMs for mappings to be checked against, and a way from YAML to a compiled mapping.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { properties } from '../../../../connectors/partner-center/properties.ts'
import { compileMapping, type CompiledMapping, type CrmSchema, type MappingWorld } from '#core/mapping/compile'
import { kind, type Kind } from '#core/model/ids'
import type { CalendarDate } from '#core/model/instant'
import type { Owner } from '#core/model/owner'
import type { Choice, FieldSchema, KindSchema } from '#core/model/schema'
import type { TargetModel } from '#core/model/target'
import type { Parsed, Problem } from '#core/problem'
import { parseYaml } from '#settings/yaml'

const field = (name: string, type: FieldSchema['type'], more: Partial<FieldSchema> = {}): FieldSchema => ({
  name,
  label: name.replace(/__c$/, '').replaceAll('_', ' '),
  type,
  creatable: true,
  updatable: true,
  required: false,
  unique: false,
  ...more,
})

const text = (name: string, lengthMax = 255, more: Partial<FieldSchema> = {}): FieldSchema =>
  field(name, 'text', { lengthMax, ...more })
const money = (name: string, more: Partial<FieldSchema> = {}): FieldSchema =>
  field(name, 'money', { precision: 18, scale: 2, ...more })
const points = (name: string, references: readonly string[], more: Partial<FieldSchema> = {}): FieldSchema =>
  field(name, 'reference', { references: references.map(kind), ...more })
const chosen = (name: string, values: readonly string[], more: Partial<FieldSchema> = {}): FieldSchema =>
  text(name, 255, { choices: values.map((value) => ({ value, label: value, active: true })), ...more })
const readOnly = { creatable: false, updatable: false } as const

const kindOf = (
  name: string,
  fields: readonly FieldSchema[],
  ownedBy: KindSchema['ownedBy'] = ['user'],
): KindSchema => ({
  kind: kind(name),
  label: `${name[0]?.toUpperCase()}${name.slice(1)}`,
  fields,
  ownedBy,
})

const person = (email: string, active = true): Owner => ({
  kind: 'user',
  id: `005-${email}`,
  name: (email.split('@')[0] ?? '').replaceAll('.', ' '),
  email,
  active,
})
const group = (sort: 'team' | 'queue', name: string): Owner => ({
  kind: sort,
  id: `00G-${name}`,
  name,
  email: null,
  active: true,
})

// ── Salesforce ───────────────────────────────────────────────────────────────────────────────────────────────

const stage = (value: string, means: NonNullable<Choice['means']>): Choice => ({
  value,
  label: value,
  active: true,
  means,
})

export const salesStages: readonly Choice[] = [
  ...['New from Microsoft', 'Qualification', 'Needs Analysis', 'Value Proposition'].map((value) =>
    stage(value, 'open'),
  ),
  ...['Proposal/Price Quote', 'Negotiation/Review'].map((value) => stage(value, 'open')),
  stage('Closed Won', 'won'),
  ...['Closed Lost', 'Declined', 'Expired at Microsoft'].map((value) => stage(value, 'lost')),
]

export const opportunity = kindOf('Opportunity', [
  text('Id', 18, readOnly),
  text('Name', 120, { required: true }),
  money('Amount'),
  money('ExpectedRevenue', { label: 'Expected Amount', calculated: true, ...readOnly }),
  field('CloseDate', 'date', { required: true }),
  text('StageName', 255, { required: true, choices: salesStages, process: 'Default' }),
  chosen('CurrencyIsoCode', ['EUR', 'CHF', 'USD', 'GBP']),
  text('Description', 32_000),
  points('OwnerId', ['User']),
  points('AccountId', ['Account']),
  chosen('LeadSource', ['Web', 'Microsoft Partner Center']),
  text('PC_Referral_Id__c', 36, { unique: true }),
  text('PC_Sync_State__c'),
  text('PC_Sync_Message__c'),
  field('PC_Answer_By__c', 'instant'),
  text('PC_Referral_Link__c'),
  text('Partner_Update__c', 2000),
  chosen('Company_Size__c', ['1-9', '10-50', '51-250', '251-1000', 'Enterprise']),
  field('Solution_Area__c', 'list', {
    choices: ['Azure', 'Security', 'Modern Work'].map((value) => ({ value, label: value, active: true })),
  }),
  text('Microsoft_Seller__c'),
  chosen('Priority__c', ['Hot', 'High', 'Normal']),
  chosen('Loss_Reason__c', ['Budget', 'No response', 'Competitor', 'Requirements', 'Timing']),
  chosen('Decline_Reason__c', ['Not a fit', 'No capacity']),
  field('Co_Sell__c', 'boolean'),
  field('Share_With_Microsoft__c', 'boolean'),
  field('Customer_Consent__c', 'boolean'),
  chosen('Microsoft_Help__c', ['Demo', 'Price']),
  text('Region__c', 80, { updatable: false }),
  text('Secret__c', 80, readOnly),
  field('Areas__c', 'list', { choices: ['Azure', 'Security'].map((value) => ({ value, label: value, active: true })) }),
  field('Probability__c', 'decimal', { scale: 0, precision: 3 }),
  field('First_Call__c', 'instant'),
])

export const salesforceSchema: CrmSchema = {
  kinds: [
    opportunity,
    kindOf('Account', [
      text('Id', 18, readOnly),
      text('Name', 255, { required: true }),
      ...[
        'DUNS__c',
        'Website',
        'BillingStreet',
        'BillingCity',
        'BillingPostalCode',
        'BillingCountryCode',
        'AccountSource',
      ].map((name) => text(name)),
    ]),
    kindOf('Contact', [
      text('Id', 18, readOnly),
      text('LastName', 80, { required: true }),
      ...['FirstName', 'Email', 'Phone'].map((name) => text(name, 80)),
      points('AccountId', ['Account']),
    ]),
    kindOf('OpportunityContactRole', [
      points('OpportunityId', ['Opportunity']),
      points('ContactId', ['Contact']),
      text('Role'),
      field('IsPrimary', 'boolean'),
    ]),
  ],
  owners: [
    person('anna.meier@fabrikam.example'),
    person('mei.tan@fabrikam.example'),
    person('lukas.weber@fabrikam.example'),
    person('cosell-desk@fabrikam.example'),
    person('former.seller@fabrikam.example', false),
    group('queue', 'Co-sell desk'),
  ],
  currencies: ['EUR', 'CHF', 'USD'],
}

export const salesforceTarget: TargetModel = {
  label: 'Salesforce',
  idField: () => 'Id',
  parentField: (of: Kind) => (of === 'Contact' ? 'AccountId' : null),
  contactRole: {
    kind: kind('OpportunityContactRole'),
    dealField: 'OpportunityId',
    contactField: 'ContactId',
    fields: (role, primary) => ({ Role: role, IsPrimary: primary }),
  },
  finals: {},
}

// ── Dynamics ─────────────────────────────────────────────────────────────────────────────────────────────────

const labelled = (name: string, choices: readonly (readonly [string, string, Choice['means']?])[]): FieldSchema =>
  text(name, 100, {
    choices: choices.map(([value, label, means]) => ({ value, label, active: true, ...(means ? { means } : {}) })),
  })

const dynamicsOpportunity = kindOf(
  'opportunity',
  [
    text('opportunityid', 36, readOnly),
    text('name', 300, { required: true }),
    money('estimatedvalue'),
    field('estimatedclosedate', 'date'),
    text('description', 2000),
    ...[
      'fab_pcreferralid',
      'fab_updateformicrosoft',
      'fab_campaign',
      'fab_pcsyncstate',
      'fab_pcsyncmessage',
      'fab_pcreferrallink',
    ].map((name) => text(name, 400, { unique: name === 'fab_pcreferralid' })),
    field('fab_pcanswerby', 'instant'),
    chosen('fab_helprequired', ['Technical expertise', 'Pricing', 'Customer introduction', 'None']),
    chosen('opportunityratingcode', ['Hot', 'Warm', 'Cold']),
    labelled('salesstage', [
      ['Qualify', 'Qualify', 'open'],
      ['Develop', 'Develop', 'open'],
      ['Propose', 'Propose', 'open'],
      ['Close', 'Close', 'open'],
    ]),
    labelled('statecode', [
      ['Open', 'Open'],
      ['Won', 'Won'],
      ['Lost', 'Lost'],
    ]),
    labelled('statuscode', [
      ['In Progress', 'In Progress'],
      ['On Hold', 'On Hold'],
      ['Won', 'Won'],
      ['Canceled', 'Canceled'],
      ['Out-Sold', 'Out-Sold'],
    ]),
    points('ownerid', ['systemuser', 'team']),
    points('parentaccountid', ['account']),
    points('parentcontactid', ['contact']),
    points('transactioncurrencyid', ['transactioncurrency']),
  ],
  ['user', 'team'],
)

export const dynamicsSchema: CrmSchema = {
  kinds: [
    dynamicsOpportunity,
    kindOf(
      'lead',
      [
        ...['subject', 'companyname', 'firstname', 'lastname', 'emailaddress1', 'statecode'].map((name) => text(name)),
        ...['fab_pcreferralid', 'fab_pcsyncstate', 'fab_pcsyncmessage', 'fab_pcreferrallink'].map((name) => text(name)),
        field('fab_pcanswerby', 'instant'),
        chosen('leadqualitycode', ['Hot', 'Warm', 'Cold']),
        points('ownerid', ['systemuser', 'team']),
      ],
      ['user', 'team'],
    ),
    kindOf('account', [
      text('name', 160, { required: true }),
      ...['fab_duns', 'websiteurl', 'address1_line1', 'address1_city', 'address1_country'].map((name) => text(name)),
    ]),
    kindOf('contact', [
      ...['firstname', 'lastname', 'emailaddress1'].map((name) => text(name)),
      points('parentcustomerid', ['account']),
    ]),
    kindOf('transactioncurrency', [text('isocurrencycode', 5)]),
    kindOf('opportunityclose', [
      money('actualrevenue'),
      field('actualend', 'date'),
      text('description', 2000),
      text('fab_lossreason'),
    ]),
  ],
  owners: [
    group('team', 'Co-sell Brasil'),
    group('team', 'Co-sell Taiwan'),
    group('team', 'Co-sell desk'),
    person('inside-sales@fabrikam.example'),
  ],
  currencies: ['USD', 'BRL', 'TWD'],
}

export const dynamicsTarget: TargetModel = {
  label: 'Dynamics',
  idField: (of: Kind) => `${of}id`,
  parentField: (of: Kind) => (of === 'contact' ? 'parentcustomerid' : null),
  contactRole: null,
  working: { statecode: 'Open', statuscode: 'In Progress' },
  lead: {
    kind: kind('lead'),
    open: { statecode: 'Open' },
    qualified: { statecode: 'Qualified' },
    disqualified: { statecode: 'Disqualified' },
    originField: 'originatingleadid',
    becameField: 'qualifyingopportunityid',
  },
  finals: { [kind('opportunityclose')]: { value: 'actualrevenue', date: 'actualend' } },
}

// ── worlds ───────────────────────────────────────────────────────────────────────────────────────────────────

export const salesforce: MappingWorld = { properties, target: salesforceTarget, crm: salesforceSchema }
export const dynamics: MappingWorld = { properties, target: dynamicsTarget, crm: dynamicsSchema }

/** The same, with some fields of the opportunity changed. */
export function salesforceWith(
  change: (field: FieldSchema) => FieldSchema,
  history: CrmSchema['history'] = [],
): MappingWorld {
  const kinds = salesforceSchema.kinds.map((schema) =>
    schema === opportunity ? { ...schema, fields: schema.fields.map(change) } : schema,
  )
  return { ...salesforce, crm: { ...salesforceSchema, kinds, history } }
}

export const day = (date: string): CalendarDate => date as CalendarDate

export const offline = (world: MappingWorld): MappingWorld => ({ ...world, crm: null })

const corpus = join(import.meta.dirname, '..', '..', '..', 'corpus', 'mappings')
export const exampleText = (name: string): string => readFileSync(join(corpus, 'examples', `${name}.yaml`), 'utf8')

export function compileText(text: string, world: MappingWorld, file = 'mapping.yaml'): Parsed<CompiledMapping> {
  const tree = parseYaml(file, text)
  if (!tree.ok) return tree
  const compiled = compileMapping(tree.value, world)
  if (!compiled.ok) return { ok: false, problems: [...tree.warnings, ...compiled.problems] }
  return { ok: true, value: compiled.value, warnings: [...tree.warnings, ...compiled.warnings] }
}

export function compiled(text: string, world: MappingWorld): CompiledMapping {
  const made = compileText(text, world)
  if (made.ok) return made.value
  throw new Error(made.problems.map(shown).join('\n'))
}

/** Everything there is to say about a text, warnings too. */
export function problemsIn(text: string, world: MappingWorld, file?: string): readonly Problem[] {
  const made = compileText(text, world, file)
  return made.ok ? made.warnings : made.problems
}

export function shown({ where, severity, code, what, hint, fix }: Problem): string {
  const parts = [
    `${where?.line}:${where?.column} ${severity} ${code} ${what}`,
    hint && `  ${hint}`,
    fix && `  Fix: ${fix}`,
  ]
  return parts.filter((part) => part !== undefined).join('\n')
}

/** Only the first occurrence is replaced, and it must be there. */
export function replaced(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`not in the text: ${from}`)
  return text.replace(from, () => to)
}
