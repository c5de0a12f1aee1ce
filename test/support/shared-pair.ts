// An opportunity of our own that a seller shares with Microsoft, in the pretended Salesforce, and the pair of referrals
// that comes of it.

import { kind, REFERRAL, type Desk, type DeskRecord, type RecordId } from '#spi'

/** To be added to the shipped mapping. */
export const shareSection = `
share:
  mark: { Share_With_Microsoft__c: true }
  hold: 0m
  fields:
    name: Name
    details.currency: CurrencyIsoCode
    customerProfile.name: account.Name
    customerProfile.address.country: { crm: account.BillingCountryCode, transform: [countryIso2] }
    customerProfile.team.email: contact.Email
    customerProfile.team.lastName: contact.LastName
    details.requirements.solutions: { set: SOL-10000-FAB }
    consent.consentToContact: Customer_Consent__c
    consent.consentToToShareInfoWithOthers: Customer_Consent__c
    ref.helpRequired: { crm: Microsoft_Help__c, values: { Demo: ProofOfConceptOrDemo, Price: QuotesOrLicensing } }
`

export function markedDeal(desk: Desk): RecordId {
  const account = desk.add(kind('Account'), { Name: 'Wingtip Toys AG', BillingCountryCode: 'DE' })
  const contact = desk.add(kind('Contact'), {
    AccountId: account,
    LastName: 'Berg',
    Email: 'lena.berg@wingtip.example',
  })
  const deal = desk.add(kind('Opportunity'), {
    Name: 'Wingtip – data estate',
    AccountId: account,
    StageName: 'Qualification',
    Amount: 48_000,
    CurrencyIsoCode: 'EUR',
    CloseDate: '2027-03-31',
    Share_With_Microsoft__c: true,
    Customer_Consent__c: true,
    Microsoft_Help__c: 'Demo',
  })
  desk.add(kind('OpportunityContactRole'), { OpportunityId: deal, ContactId: contact, Role: 'Decision Maker' })
  return deal
}

export interface Pair {
  readonly ours: readonly DeskRecord[]
  readonly theirs: readonly DeskRecord[]
}

/** What Partner Center holds of that customer. */
export function pairOf(desk: Desk): Pair {
  const all = desk
    .all(REFERRAL)
    .filter(({ fields }) => JSON.stringify(fields['customerProfile']).includes('Wingtip Toys AG'))
  const isTheirs = ({ fields }: DeskRecord): boolean => fields['organizationId'] === 'msft'
  return { ours: all.filter((one) => !isTheirs(one)), theirs: all.filter(isTheirs) }
}
