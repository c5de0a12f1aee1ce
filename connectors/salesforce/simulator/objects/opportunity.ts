// Opportunity and what hangs on it, with the custom fields that the shipped mapping uses.

import { field, object, type ObjectDef, picklist, reference, system, text } from '../schema.ts'

export interface StageDef {
  readonly name: string
  readonly isClosed: boolean
  readonly isWon: boolean
  readonly probability: number
  readonly forecastCategory: string
  readonly forecastCategoryName: string
}

const open = (name: string, probability: number, forecast: readonly [string, string]): StageDef => ({
  name,
  isClosed: false,
  isWon: false,
  probability,
  forecastCategory: forecast[0],
  forecastCategoryName: forecast[1],
})
const lost = (name: string): StageDef => ({
  name,
  isClosed: true,
  isWon: false,
  probability: 0,
  forecastCategory: 'Omitted',
  forecastCategoryName: 'Omitted',
})

/** The sales process "Default". */
export const defaultStages: readonly StageDef[] = [
  open('New from Microsoft', 5, ['Pipeline', 'Pipeline']),
  open('Qualification', 10, ['Pipeline', 'Pipeline']),
  open('Needs Analysis', 20, ['Pipeline', 'Pipeline']),
  open('Value Proposition', 50, ['Pipeline', 'Pipeline']),
  open('Proposal/Price Quote', 75, ['BestCase', 'Best Case']),
  open('Negotiation/Review', 90, ['Forecast', 'Commit']),
  {
    name: 'Closed Won',
    isClosed: true,
    isWon: true,
    probability: 100,
    forecastCategory: 'Closed',
    forecastCategoryName: 'Closed',
  },
  lost('Closed Lost'),
  lost('Declined'),
  lost('Expired at Microsoft'),
]

export const currencies = ['EUR', 'USD', 'CHF', 'GBP'] as const

const forecastNames = ['Omitted', 'Pipeline', 'Best Case', 'Most Likely', 'Commit', 'Closed']
const forecasts = ['Omitted', 'Pipeline', 'BestCase', 'MostLikely', 'Forecast', 'Closed']

const currencyField = () =>
  picklist('CurrencyIsoCode', [...currencies], {
    length: 3,
    restricted: true,
    nillable: false,
    defaultedOnCreate: true,
    defaultValue: 'EUR',
  })

const standard = (stages: readonly StageDef[]) => [
  text('Name', 120, { nillable: false }),
  reference('AccountId', 'Account'),
  system('IsPrivate', 'boolean'),
  picklist(
    'StageName',
    stages.map((stage) => stage.name),
    { nillable: false },
  ),
  field('Amount', 'currency', { precision: 18, scale: 2 }),
  field('Probability', 'percent', { precision: 3, scale: 0, defaultedOnCreate: true }),
  system('ExpectedRevenue', 'currency', { precision: 18, scale: 2, calculated: true }),
  field('CloseDate', 'date', { nillable: false }),
  picklist('Type', ['New Business', 'Existing Business']),
  text('NextStep', 255),
  picklist('LeadSource', ['Web', 'Partner Referral', 'Microsoft Partner Center', 'Other']),
  field('Description', 'textarea', { length: 32_000, filterable: false }),
  system('IsClosed', 'boolean'),
  system('IsWon', 'boolean'),
  system('ForecastCategory', 'picklist', {
    length: 40,
    values: forecasts.map((value) => ({ value, label: value, active: true })),
  }),
  picklist('ForecastCategoryName', forecastNames, { restricted: true, defaultedOnCreate: true }),
  reference('CampaignId', 'Campaign'),
  system('HasOpportunityLineItem', 'boolean'),
  reference('Pricebook2Id', 'Pricebook2'),
  reference('OwnerId', 'User', { nillable: false, defaultedOnCreate: true }),
  reference('RecordTypeId', 'RecordType', { defaultedOnCreate: true }),
  reference('ContactId', 'Contact', { updateable: false }),
  system('LastStageChangeDate', 'datetime'),
]

const forMicrosoft = [
  text('PC_Referral_Id__c', 40, { label: 'Microsoft referral', externalId: true, unique: true, idLookup: true }),
  picklist('PC_Sync_State__c', ['In step', 'Waiting for you', 'On hold', 'Problem', 'Closed'], {
    label: 'Sync state',
    restricted: true,
  }),
  text('PC_Sync_Message__c', 255, { label: 'Sync message' }),
  field('PC_Answer_By__c', 'datetime', { label: 'Answer Microsoft by' }),
  field('PC_Referral_Link__c', 'url', { label: 'Partner link', length: 255 }),
  field('Partner_Update__c', 'textarea', { length: 4_000, filterable: false }),
  picklist('Company_Size__c', ['1-9', '10-50', '51-250', '251-1000', 'Enterprise'], { restricted: true }),
  field('Solution_Area__c', 'multipicklist', {
    length: 4_099,
    restricted: false,
    values: ['Azure', 'Business Applications', 'Modern Work', 'Security', 'Data and AI'].map((value) => ({
      value,
      label: value,
      active: true,
    })),
  }),
  text('Microsoft_Seller__c', 255),
  picklist('Priority__c', ['Hot', 'High', 'Normal'], { restricted: true }),
  picklist('Loss_Reason__c', ['Budget', 'No response', 'Competitor', 'Requirements', 'Timing'], { restricted: true }),
  field('Share_With_Microsoft__c', 'boolean', { label: 'Share with Microsoft' }),
  field('Customer_Consent__c', 'boolean', { label: 'Customer agrees to be contacted' }),
  picklist('Microsoft_Help__c', ['Demo', 'Price'], { label: 'Microsoft, please help with', restricted: true }),
  picklist('Decline_Reason__c', ['No capacity', 'Not our field', 'Duplicate', 'Other']),
]

export const opportunityObjects = (stages: readonly StageDef[], multiCurrency: boolean): readonly ObjectDef[] => [
  object({
    name: 'Opportunity',
    keyPrefix: '006',
    fields: [...standard(stages), ...(multiCurrency ? [currencyField()] : []), ...forMicrosoft],
    children: [
      { kind: 'OpportunityContactRole', field: 'OpportunityId', name: 'OpportunityContactRoles' },
      { kind: 'OpportunityLineItem', field: 'OpportunityId', name: 'OpportunityLineItems' },
    ],
  }),
  object({
    name: 'OpportunityContactRole',
    keyPrefix: '00K',
    fields: [
      reference('OpportunityId', 'Opportunity', { nillable: false, updateable: false }),
      reference('ContactId', 'Contact', { nillable: false }),
      picklist('Role', ['Business User', 'Decision Maker', 'Economic Buyer', 'Evaluator', 'Influencer', 'Other']),
      field('IsPrimary', 'boolean'),
    ],
  }),
  object({
    name: 'OpportunityLineItem',
    keyPrefix: '00k',
    fields: [
      reference('OpportunityId', 'Opportunity', { nillable: false, updateable: false }),
      field('Quantity', 'double', { precision: 12, scale: 2, nillable: false }),
      field('UnitPrice', 'currency', { precision: 18, scale: 2 }),
      system('TotalPrice', 'currency', { precision: 18, scale: 2 }),
    ],
  }),
]
