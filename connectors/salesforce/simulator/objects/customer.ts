// Account and Contact: whom a deal is with.

import { field, object, type ObjectDef, picklist, reference, system, text } from '../schema.ts'

const countries = ['AT', 'BR', 'CA', 'CH', 'DE', 'DK', 'ES', 'FR', 'GB', 'IN', 'IT', 'JP', 'NL', 'NO', 'SE', 'SG', 'US']

export const customerObjects = (): readonly ObjectDef[] => [
  object({
    name: 'Account',
    keyPrefix: '001',
    mergeable: true,
    fields: [
      text('Name', 255, { nillable: false }),
      picklist('Type', ['Customer', 'Prospect', 'Partner']),
      reference('ParentId', 'Account'),
      field('BillingStreet', 'textarea', { length: 255 }),
      text('BillingCity', 40),
      text('BillingPostalCode', 20),
      picklist('BillingCountryCode', countries, { restricted: true, label: 'Billing Country Code' }),
      field('Phone', 'phone', { length: 40 }),
      field('Website', 'url', { length: 255 }),
      picklist('Industry', ['Banking', 'Education', 'Energy', 'Manufacturing', 'Media', 'Retail', 'Technology']),
      field('NumberOfEmployees', 'int', { precision: 8, scale: 0 }),
      field('AnnualRevenue', 'currency', { precision: 18, scale: 0 }),
      field('Description', 'textarea', { length: 32_000, filterable: false }),
      reference('OwnerId', 'User', { nillable: false, defaultedOnCreate: true }),
      picklist('AccountSource', ['Web', 'Partner Referral', 'Microsoft Partner Center', 'Other']),
      text('DUNS__c', 9, { label: 'D-U-N-S number', externalId: true }),
    ],
    children: [
      { kind: 'Contact', field: 'AccountId', name: 'Contacts' },
      { kind: 'Opportunity', field: 'AccountId', name: 'Opportunities' },
    ],
  }),
  object({
    name: 'Contact',
    keyPrefix: '003',
    mergeable: true,
    fields: [
      reference('AccountId', 'Account'),
      text('FirstName', 40),
      text('LastName', 80, { nillable: false }),
      system('Name', 'string', { length: 121 }),
      text('Title', 128),
      field('Email', 'email', { length: 80, idLookup: true }),
      field('Phone', 'phone', { length: 40 }),
      field('MobilePhone', 'phone', { length: 40 }),
      picklist('LeadSource', ['Web', 'Partner Referral', 'Microsoft Partner Center', 'Other']),
      reference('OwnerId', 'User', { nillable: false, defaultedOnCreate: true }),
    ],
    children: [{ kind: 'OpportunityContactRole', field: 'ContactId', name: 'OpportunityContactRoles' }],
  }),
]
