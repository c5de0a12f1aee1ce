// What customers and Microsoft's sellers do to referrals, for stories that need no property names.

import {
  at,
  later,
  REFERRAL,
  textOf,
  type Desk,
  type Instant,
  type JsonObject,
  type RecordId,
  type ShownReferral,
  type SourceHands,
} from '#spi'

const day = 86_400_000
/** Microsoft's own copies of shared deals are Microsoft's, not ours. */
const isOurs = (fields: JsonObject): boolean => fields['organizationId'] !== 'msft'

/** The hands that work at this desk. `now`: the pretended vendor's clock. */
export function sourceHands(desk: Desk, now: () => Instant): SourceHands {
  let arrived = 0
  return {
    get referrals() {
      return desk
        .all(REFERRAL)
        .filter(({ fields }) => isOurs(fields))
        .map(({ id }) => id)
    },
    arrive: (what, region) => {
      arrived += 1
      return desk.add(REFERRAL, newReferral(what, region, { number: arrived, now: now() }))
    },
    another: (referral) => {
      const { customerProfile = null } = desk.read(REFERRAL, referral)?.fields ?? {}
      arrived += 1
      return desk.add(REFERRAL, {
        ...newReferral('cosell', 'Europe', { number: arrived, now: now() }),
        customerProfile,
      })
    },
    setValue: (referral, value) => desk.edit(REFERRAL, referral, { 'details.dealValue': Number(value) }),
    setClosing: (referral, date) => desk.edit(REFERRAL, referral, { 'details.closingDateTime': `${date}T00:00:00Z` }),
    show: (referral) => show(desk, referral),
    mark: () => {
      const records = desk.all(REFERRAL)
      return `${records.length}@${
        records
          .map(({ fields }) => textOf(fields['updatedDateTime']))
          .toSorted()
          .at(-1) ?? ''
      }`
    },
  }
}

function show(desk: Desk, referral: RecordId): ShownReferral {
  const record = desk.read(REFERRAL, referral)
  if (!record) throw new Error(`there is no referral ${referral}`)
  const { fields } = record
  return {
    title: `${textOf(at(fields, 'customerProfile.name'))} – ${textOf(fields['name'])}`,
    status: `${textOf(fields['status'])}/${textOf(fields['substatus'])}`,
    value: textOf(at(fields, 'details.dealValue')) || null,
    closing: textOf(at(fields, 'details.closingDateTime')).slice(0, 10) || null,
    createdAt: textOf(fields['createdDateTime']) as Instant,
  }
}

const customers = {
  Europe: [
    {
      name: 'Bellows College',
      city: 'Bruxelles',
      country: 'BE',
      person: ['Emma', 'Claes'],
      host: 'bellowscollege.example',
    },
    { name: 'Munson’s Pickles', city: 'Linz', country: 'AT', person: ['Paul', 'Wagner'], host: 'munsons.example' },
  ],
  Americas: [
    {
      name: 'Liberty’s Delightful Bakery',
      city: 'Boston MA',
      country: 'US',
      person: ['Ruth', 'Adler'],
      host: 'libertys.example',
    },
    { name: 'Parnell Aerospace', city: 'Montréal', country: 'CA', person: ['Luc', 'Gagnon'], host: 'parnell.example' },
  ],
} as const

const natures = {
  lead: { name: 'Move to the cloud', type: 'Independent', qualification: 'SalesQualified', invitedBy: 'msft' },
  callMe: { name: 'Fabrikam Insights', type: 'Independent', qualification: 'Direct', invitedBy: null },
  cosell: { name: 'Modern data platform', type: 'Shared', qualification: 'SalesQualified', invitedBy: 'msft' },
} as const

function newReferral(
  what: keyof typeof natures,
  region: keyof typeof customers,
  of: { readonly number: number; readonly now: Instant },
): JsonObject {
  const { name, type, qualification, invitedBy } = natures[what]
  const customer = customers[region][of.number % 2] ?? customers[region][0]
  const [firstName, lastName] = customer.person
  const hot = what === 'callMe'
  return {
    name: `${name} ${of.number}`,
    status: 'New',
    substatus: 'Pending',
    type,
    qualification,
    direction: 'Incoming',
    ...(hot ? { callToAction: 'ContactMe', referralSource: 'AzureMarketplace' } : {}),
    expirationDateTime: `${later(of.now, 15 * day).slice(0, 10)}T00:00:00Z`,
    customerProfile: {
      name: customer.name,
      size: '51to250employees',
      address: { addressLine1: 'Main street 1', city: customer.city, postalCode: '1000', country: customer.country },
      team: [
        {
          firstName,
          lastName,
          email: `${firstName}.${lastName}@${customer.host}`.toLowerCase(),
          phoneNumber: '+10000000000',
        },
      ],
    },
    details: {
      notes: `${customer.name} would like to talk.`,
      dealValue: 20_000 + of.number * 1_000,
      currency: region === 'Europe' ? 'EUR' : 'USD',
      closingDateTime: `${later(of.now, 60 * day).slice(0, 10)}T00:00:00Z`,
      customerRequestedContact: hot ? true : null,
    },
    inviteContext: {
      notes: null,
      invitedBy: { organizationId: invitedBy, organizationName: invitedBy === null ? null : 'Microsoft' },
    },
  }
}
