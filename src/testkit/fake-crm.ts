// A CRM, pretended: opportunities with a key field, accounts and contacts without one, and a record of its own for the
// part a contact plays in a deal.

import { type Fields, kind, type TargetFacet, type Traits } from '#spi'
import { FakeVendor, type FakeVendorOptions } from './fake-vendor.ts'

export const fakeOpportunity = kind('Opportunity')
export const fakeAccount = kind('Account')
export const fakeContact = kind('Contact')
export const fakeRole = kind('Role')

/** The field of an opportunity that carries the referral's id. */
export const fakeKeyField = 'ReferralKey'

export const fakeCrmTraits: Traits = { writes: 'create-and-update', guard: 'etag', batchMax: 20 }

export const fakeCrm: TargetFacet = {
  label: 'the CRM',
  record: fakeOpportunity,
  idField: () => 'Id',
  parentField: (of) => (of === fakeContact ? 'AccountId' : null),
  contactRole: {
    kind: fakeRole,
    dealField: 'OpportunityId',
    contactField: 'ContactId',
    fields: (role, primary) => ({ Role: role, Primary: primary }),
  },
  finals: {},
}

export const fakeCrmVendor = (options: FakeVendorOptions): FakeVendor =>
  new FakeVendor({ unique: { [fakeOpportunity]: fakeKeyField }, ...options })

/** As the session shows it: with the id in the field that holds it. */
export const withId = ({ id, fields }: { readonly id: string; readonly fields: Fields }): Fields => ({
  ...fields,
  Id: id,
})
