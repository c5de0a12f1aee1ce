// What this org is made of: objects with their fields, as a describe tells them. Fields that end in `__c` are what its
// administrators have added.

export interface Field {
  readonly name: string
  readonly type: string
  readonly length: number
  readonly required: boolean
  readonly readOnly: boolean
  readonly unique: boolean
  readonly restricted: boolean
  readonly values: readonly string[]
  /** Of a reference: the object it points to. */
  readonly to: string | null
}

export interface Stage {
  readonly name: string
  readonly isClosed: boolean
  readonly isWon: boolean
}

const stage = (name: string, isClosed = false, isWon = false): Stage => ({ name, isClosed, isWon })
export const stages: readonly Stage[] = [
  stage('New from Microsoft'),
  stage('Qualification'),
  stage('Needs Analysis'),
  stage('Value Proposition'),
  stage('Proposal/Price Quote'),
  stage('Negotiation/Review'),
  stage('Closed Won', true, true),
  stage('Closed Lost', true),
  stage('Declined', true),
  stage('Expired at Microsoft', true),
]

/** `Name 120 required`: a text of that length; the second word may be a type, the others are marks. */
function field(text: string, values: readonly string[] = []): Field {
  const [name = '', kind = '', ...marks] = text.split(' ')
  const isLength = /^\d+$/.test(kind)
  const [type = '', to] = kind.split('>')
  return {
    name,
    type: isLength ? 'string' : type,
    length: isLength ? Number(kind) : 0,
    required: marks.includes('required'),
    readOnly: marks.includes('read-only'),
    unique: marks.includes('unique'),
    restricted: marks.includes('restricted'),
    values,
    to: to ?? null,
  }
}

const audit = [
  field('Id id read-only'),
  field('CreatedDate datetime read-only'),
  field('LastModifiedDate datetime read-only'),
  field('LastModifiedById reference>User read-only'),
  field('SystemModstamp datetime read-only'),
  field('IsDeleted boolean read-only'),
]

export const objects: Readonly<Record<string, readonly Field[]>> = {
  Account: [
    ...audit,
    field('Name 255 required'),
    field('Website url'),
    field('DUNS__c 9'),
    field('BillingStreet textarea'),
    field('BillingCity 40'),
    field('BillingPostalCode 20'),
    field('BillingCountryCode picklist', ['DE', 'AT', 'CH', 'FR', 'US', 'GB']),
    field('AccountSource picklist', ['Web', 'Microsoft Partner Center']),
    field('MasterRecordId reference>Account read-only'),
    field('OwnerId reference>User'),
  ],
  Contact: [
    ...audit,
    field('FirstName 40'),
    field('LastName 80 required'),
    field('Email email'),
    field('Phone phone'),
    field('AccountId reference>Account'),
    field('MasterRecordId reference>Contact read-only'),
  ],
  Opportunity: [
    ...audit,
    field('Name 120 required'),
    field('AccountId reference>Account'),
    field('OwnerId reference>User'),
    field('Amount currency'),
    field('CurrencyIsoCode picklist restricted', ['EUR', 'CHF', 'USD', 'GBP']),
    field('CloseDate date required'),
    field(
      'StageName picklist required',
      stages.map(({ name }) => name),
    ),
    field('IsClosed boolean read-only'),
    field('IsWon boolean read-only'),
    field('Probability percent'),
    field('HasOpportunityLineItem boolean read-only'),
    field('Description textarea'),
    field('LeadSource picklist', ['Web', 'Microsoft Partner Center']),
    field('PC_Referral_Id__c 40 unique'),
    field('PC_Sync_State__c 40'),
    field('PC_Sync_Message__c 255'),
    field('PC_Answer_By__c datetime'),
    field('PC_Referral_Link__c url'),
    field('Partner_Update__c textarea'),
    field('Company_Size__c picklist', ['1-9', '10-50', '51-250', '251-1000', 'Enterprise']),
    field('Solution_Area__c multipicklist', ['Azure', 'Security', 'Data and AI', 'Business Applications']),
    field('Microsoft_Seller__c 120'),
    field('Priority__c picklist', ['Hot', 'High', 'Normal']),
    field('Loss_Reason__c picklist', ['Budget', 'No response', 'Competitor', 'Requirements', 'Timing']),
    field('Decline_Reason__c picklist', ['Not a fit', 'No capacity']),
  ],
  OpportunityContactRole: [
    ...audit,
    field('OpportunityId reference>Opportunity'),
    field('ContactId reference>Contact'),
    field('Role picklist', ['Decision Maker', 'Evaluator']),
    field('IsPrimary boolean'),
  ],
}

/** The answer of `/sobjects/X/describe`. */
export const described = (object: string, fields: readonly Field[]): object => ({
  name: object,
  label: object,
  createable: true,
  updateable: true,
  queryable: true,
  fields: fields.map((one) => ({
    name: one.name,
    label: one.name.replaceAll('_', ' '),
    type: one.type,
    length: one.type === 'string' ? one.length : one.type === 'textarea' ? 32_000 : one.type === 'url' ? 255 : 0,
    precision: one.type === 'currency' ? 18 : 0,
    scale: one.type === 'currency' ? 2 : 0,
    nillable: !one.required,
    createable: !one.readOnly,
    updateable: !one.readOnly,
    defaultedOnCreate: one.type === 'boolean' || one.name === 'OwnerId',
    calculated: false,
    autoNumber: false,
    filterable: one.type !== 'textarea',
    externalId: one.unique,
    unique: one.unique,
    caseSensitive: false,
    restrictedPicklist: one.restricted,
    referenceTo: one.to === null ? [] : [one.to],
    relationshipName: one.to === null ? null : one.name.replace(/Id$/, ''),
    picklistValues: one.values.map((value) => ({
      value,
      label: value,
      active: true,
      defaultValue: false,
      validFor: null,
    })),
  })),
  recordTypeInfos: [],
})

export const people: readonly (readonly [string, string])[] = [
  ['Anna Meier', 'anna.meier@fabrikam.example'],
  ['Mei Tan', 'mei.tan@fabrikam.example'],
  ['Lukas Weber', 'lukas.weber@fabrikam.example'],
  ['Co-sell desk', 'cosell-desk@fabrikam.example'],
]
