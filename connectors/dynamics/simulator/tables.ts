// The tables of a clean environment with the Sales app, as the vendor's table reference describes them.

import {
  choice,
  column,
  date,
  integer,
  lookup,
  memo,
  moment,
  money,
  optionsOf,
  readOnly,
  state,
  status,
  table,
  text,
  type Column,
  type Table,
} from './columns.ts'

const currency = (): Column =>
  lookup('transactioncurrencyid', 'transactioncurrency', { label: 'Currency', required: 'ApplicationRequired' })
const rate = (): Column => column('exchangerate', 'decimal', { ...readOnly, precision: 12 })
const base = (name: string): Column => money(`${name}_base`, { ...readOnly, precision: 4 })
const activeOrNot = (): readonly Column[] => [
  state({ 0: 'Active', 1: 'Inactive' }),
  status({ 0: { 1: 'Active' }, 1: { 2: 'Inactive' } }),
]
const address = (): readonly Column[] => [
  text('address1_line1', 250, { label: 'Street 1' }),
  text('address1_city', 80, { label: 'City' }),
  text('address1_stateorprovince', 50, { label: 'State/Province' }),
  text('address1_postalcode', 20, { label: 'ZIP/Postal Code' }),
  text('address1_country', 80, { label: 'Country/Region' }),
]
const merged = (kind: string): readonly Column[] => [
  column('merged', 'boolean', { ...readOnly, label: 'Merged' }),
  lookup('masterid', kind, { ...readOnly, label: 'Master ID' }),
]

const account = (): Table =>
  table('account', [
    text('name', 160, { label: 'Account Name', required: 'ApplicationRequired' }),
    text('accountnumber', 20, { label: 'Account Number' }),
    text('websiteurl', 200, { label: 'Website', format: 'Url' }),
    text('telephone1', 50, { label: 'Main Phone', format: 'Phone' }),
    text('emailaddress1', 100, { label: 'Email', format: 'Email' }),
    ...address(),
    integer('numberofemployees', { min: 0, max: 1_000_000_000 }),
    money('revenue', { min: 0 }),
    base('revenue'),
    currency(),
    rate(),
    memo('description'),
    lookup('primarycontactid', 'contact', { label: 'Primary Contact' }),
    lookup('parentaccountid', 'account', { label: 'Parent Account' }),
    ...activeOrNot(),
    ...merged('account'),
  ])

const contact = (): Table =>
  table(
    'contact',
    [
      text('firstname', 50, { label: 'First Name' }),
      text('lastname', 50, { label: 'Last Name', required: 'ApplicationRequired' }),
      text('fullname', 160, { ...readOnly, label: 'Full Name' }),
      text('emailaddress1', 100, { label: 'Email', format: 'Email' }),
      text('telephone1', 50, { label: 'Business Phone', format: 'Phone' }),
      text('jobtitle', 100, { label: 'Job Title' }),
      ...address(),
      column('parentcustomerid', 'customer', {
        label: 'Company Name',
        navigation: { account: 'parentcustomerid_account', contact: 'parentcustomerid_contact' },
      }),
      lookup('accountid', 'account', readOnly),
      memo('description'),
      ...activeOrNot(),
      ...merged('contact'),
    ],
    { nameColumn: 'fullname' },
  )

const opportunity = (): Table =>
  table(
    'opportunity',
    [
      text('name', 300, { label: 'Topic', required: 'ApplicationRequired' }),
      memo('description'),
      column('customerid', 'customer', {
        label: 'Potential Customer',
        required: 'ApplicationRequired',
        navigation: { account: 'customerid_account', contact: 'customerid_contact' },
      }),
      lookup('parentaccountid', 'account', { label: 'Account' }),
      lookup('parentcontactid', 'contact', { label: 'Contact' }),
      lookup('originatingleadid', 'lead', { update: false, label: 'Originating Lead' }),
      lookup('campaignid', 'campaign', { label: 'Source Campaign' }),
      lookup('pricelevelid', 'pricelevel', { label: 'Price List' }),
      currency(),
      rate(),
      money('estimatedvalue', { label: 'Est. Revenue' }),
      base('estimatedvalue'),
      money('actualvalue', { label: 'Actual Revenue' }),
      base('actualvalue'),
      money('budgetamount', { label: 'Budget Amount', min: 0 }),
      base('budgetamount'),
      money('totalamount', { ...readOnly, label: 'Total Amount' }),
      money('totallineitemamount', readOnly),
      date('estimatedclosedate', { label: 'Est. Close Date' }),
      date('actualclosedate', { label: 'Actual Close Date' }),
      column('isrevenuesystemcalculated', 'boolean', { label: 'Revenue' }),
      integer('closeprobability', { label: 'Probability', min: 0, max: 100 }),
      text('stepname', 200, { label: 'Pipeline Phase' }),
      choice('salesstage', { 0: 'Qualify', 1: 'Develop', 2: 'Propose', 3: 'Close' }, { label: 'Sales Stage' }),
      choice('opportunityratingcode', { 1: 'Hot', 2: 'Warm', 3: 'Cold' }, { label: 'Rating' }),
      choice('purchasetimeframe', {
        0: 'Immediate',
        1: 'This Quarter',
        2: 'Next Quarter',
        3: 'This Year',
        4: 'Unknown',
      }),
      memo('customerneed'),
      memo('proposedsolution'),
      text('emailaddress', 100, { format: 'Email' }),
      state({ 0: 'Open', 1: 'Won', 2: 'Lost' }),
      status({ 0: { 1: 'In Progress', 2: 'On Hold' }, 1: { 3: 'Won' }, 2: { 4: 'Canceled', 5: 'Out-Sold' } }),
    ],
    {
      set: 'opportunities',
      collections: [{ name: 'Opportunity_OpportunityClose', kind: 'opportunityclose', column: 'opportunityid' }],
    },
  )

const opportunityclose = (): Table =>
  table(
    'opportunityclose',
    [
      text('subject', 200, { label: 'Subject' }),
      lookup('opportunityid', 'opportunity', { label: 'Opportunity', required: 'ApplicationRequired' }),
      money('actualrevenue', { label: 'Actual Revenue' }),
      base('actualrevenue'),
      currency(),
      rate(),
      moment('actualend', { label: 'Closed On', format: 'DateOnly' }),
      memo('description', 2000, { label: 'Description' }),
      lookup('competitorid', 'competitor', { label: 'Competitor' }),
      column('opportunitystatecode', 'picklist', {
        ...readOnly,
        options: optionsOf({ 0: 'Open', 1: 'Won', 2: 'Lost' }),
      }),
      integer('opportunitystatuscode', readOnly),
      state({ 0: 'Open', 1: 'Completed', 2: 'Canceled' }),
      status({ 0: { 1: 'Open' }, 1: { 2: 'Completed' }, 2: { 3: 'Canceled' } }),
    ],
    { set: 'opportunitycloses', id: 'activityid', nameColumn: 'subject', tracked: false, bulk: false },
  )

const lead = (): Table =>
  table(
    'lead',
    [
      text('subject', 300, { label: 'Topic', required: 'ApplicationRequired' }),
      text('firstname', 50, { label: 'First Name' }),
      text('lastname', 50, { label: 'Last Name', required: 'ApplicationRequired' }),
      text('fullname', 160, readOnly),
      text('companyname', 100, { label: 'Company Name' }),
      text('emailaddress1', 100, { label: 'Email', format: 'Email' }),
      text('telephone1', 50, { label: 'Business Phone', format: 'Phone' }),
      text('jobtitle', 100),
      text('websiteurl', 200, { format: 'Url' }),
      ...address(),
      memo('description'),
      choice('leadqualitycode', { 1: 'Hot', 2: 'Warm', 3: 'Cold' }, { label: 'Rating' }),
      choice('leadsourcecode', { 1: 'Advertisement', 3: 'Partner', 8: 'Web', 10: 'Other' }, { label: 'Lead Source' }),
      money('estimatedamount', { label: 'Est. Value' }),
      base('estimatedamount'),
      date('estimatedclosedate'),
      currency(),
      rate(),
      lookup('qualifyingopportunityid', 'opportunity', readOnly),
      lookup('parentaccountid', 'account', { label: 'Parent Account for lead' }),
      lookup('parentcontactid', 'contact', { label: 'Parent Contact for lead' }),
      lookup('campaignid', 'campaign'),
      state({ 0: 'Open', 1: 'Qualified', 2: 'Disqualified' }),
      status({
        0: { 1: 'New', 2: 'Contacted' },
        1: { 3: 'Qualified' },
        2: { 4: 'Lost', 5: 'Cannot Contact', 6: 'No Longer Interested', 7: 'Canceled' },
      }),
      ...merged('lead'),
    ],
    { nameColumn: 'fullname' },
  )

const transactioncurrency = (): Table =>
  table(
    'transactioncurrency',
    [
      text('isocurrencycode', 5, { label: 'Currency Code', update: false, required: 'SystemRequired' }),
      text('currencyname', 100, { label: 'Currency Name', required: 'SystemRequired' }),
      text('currencysymbol', 13),
      column('exchangerate', 'decimal', { precision: 12, required: 'SystemRequired' }),
      integer('currencyprecision', { min: 0, max: 4 }),
      ...activeOrNot(),
    ],
    { set: 'transactioncurrencies', nameColumn: 'currencyname', ownership: 'OrganizationOwned', tracked: false },
  )

const systemuser = (): Table =>
  table(
    'systemuser',
    [
      text('fullname', 200),
      text('domainname', 1024, { label: 'User Name' }),
      text('internalemailaddress', 100, { label: 'Primary Email', format: 'Email' }),
      column('isdisabled', 'boolean'),
      column('applicationid', 'id'),
      column('azureactivedirectoryobjectid', 'id'),
      integer('accessmode'),
      lookup('businessunitid', 'businessunit'),
    ],
    {
      nameColumn: 'fullname',
      ownership: 'OrganizationOwned',
      tracked: false,
      bulk: false,
    },
  )

const team = (): Table =>
  table(
    'team',
    [
      text('name', 160),
      text('emailaddress', 100, { format: 'Email' }),
      column('isdefault', 'boolean'),
      choice('teamtype', { 0: 'Owner', 1: 'Access', 2: 'Security Group', 3: 'Office Group' }),
      lookup('businessunitid', 'businessunit'),
    ],
    { ownership: 'OrganizationOwned', tracked: false, bulk: false },
  )

const named = (kind: string, extra: readonly Column[] = []): Table =>
  table(kind, [text('name', 200), ...extra], { ownership: 'OrganizationOwned', tracked: false, bulk: false })

const bulkFilter = (): Table =>
  table('sdkmessagefilter', [text('primaryobjecttypecode', 64), lookup('sdkmessageid', 'sdkmessage')], {
    ownership: 'OrganizationOwned',
    tracked: false,
    bulk: false,
  })

/** What customising needs: publishers, solutions, roles and their privileges, and how a lead becomes an opportunity. */
const plumbing = (): readonly Table[] => [
  named('businessunit', [lookup('parentbusinessunitid', 'businessunit')]),
  named('organization', [integer('expirechangetrackingindays'), integer('languagecode')]),
  named('competitor', [text('websiteurl', 200)]),
  named('campaign', [text('codename', 32)]),
  named('pricelevel', [lookup('transactioncurrencyid', 'transactioncurrency')]),
  named('role', [lookup('businessunitid', 'businessunit')]),
  table('privilege', [text('name', 100)], { ownership: 'OrganizationOwned', tracked: false, bulk: false }),
  table(
    'publisher',
    [
      text('uniquename', 256),
      text('friendlyname', 256),
      text('customizationprefix', 8),
      integer('customizationoptionvalueprefix'),
    ],
    { nameColumn: 'friendlyname', ownership: 'OrganizationOwned', tracked: false, bulk: false },
  ),
  table(
    'solution',
    [text('uniquename', 65), text('friendlyname', 256), text('version', 256), lookup('publisherid', 'publisher')],
    { nameColumn: 'friendlyname', ownership: 'OrganizationOwned', tracked: false, bulk: false },
  ),
  table('entitymap', [text('sourceentityname', 64), text('targetentityname', 64)], {
    nameColumn: 'sourceentityname',
    ownership: 'OrganizationOwned',
    tracked: false,
    bulk: false,
  }),
  table(
    'attributemap',
    [text('sourceattributename', 50), text('targetattributename', 50), lookup('entitymapid', 'entitymap')],
    { nameColumn: 'sourceattributename', ownership: 'OrganizationOwned', tracked: false, bulk: false },
  ),
  table('sdkmessage', [text('name', 128)], { ownership: 'OrganizationOwned', tracked: false, bulk: false }),
  bulkFilter(),
]

export const cleanTables = (): readonly Table[] => [
  account(),
  contact(),
  opportunity(),
  opportunityclose(),
  lead(),
  transactioncurrency(),
  systemuser(),
  team(),
  ...plumbing(),
]
