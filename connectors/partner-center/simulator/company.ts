// The pretended company: Fabrikam, a partner with twenty-five referrals. What is due, is due around the moment it is made.

import {
  type Instant,
  instantFromMs,
  type Json,
  type JsonObject,
  later,
  msOf,
  REFERRAL,
  type RecordId,
  type Simulator,
} from '#spi'
import { deals, type Line, numberIn, type Sort, type State } from './company-deals.ts'

const hour = 60 * 60 * 1_000
const day = 24 * hour
const us = { id: '5f2d7c1e-94b0-4c7e-8f3a-b2d90c6e1a44', name: 'Fabrikam' }
const microsoft = { id: 'msft', name: 'Microsoft' }
const another = { id: '0c8b6e52-3d1f-4a7b-9e64-71d5a2f80b39', name: 'Nod Partners' }

/** Adds the company's referrals and tells their ids, in the order of the list. */
export function seedCompany(simulator: Simulator, now: Instant): readonly RecordId[] {
  return deals.map((line, index) => {
    const id = simulator.desk.add(REFERRAL, referralOf(line, index, now))
    if (line.sort === 'with Microsoft') {
      const engagementId = simulator.desk.read(REFERRAL, id)?.fields['engagementId'] ?? null
      simulator.desk.add(REFERRAL, copyOf(line, index, now, engagementId))
    }
    return id
  })
}

interface Nature {
  readonly type: 'Shared' | 'Independent'
  readonly qualification: 'Direct' | 'MarketingQualified' | 'SalesQualified' | 'None'
  readonly invitedBy: { readonly id: string | null; readonly name: string | null }
  readonly direction: 'Incoming' | 'Outgoing'
  readonly more?: JsonObject
}

const nobody = { id: null, name: null }
const natures: Readonly<Record<Sort, Nature>> = {
  inquiry: { type: 'Independent', qualification: 'Direct', invitedBy: nobody, direction: 'Incoming' },
  'contact me': offerLead('ContactMe'),
  'offer lead': offerLead('GetItNow'),
  'marketing lead': {
    type: 'Independent',
    qualification: 'MarketingQualified',
    invitedBy: microsoft,
    direction: 'Incoming',
  },
  'sales lead': { type: 'Independent', qualification: 'SalesQualified', invitedBy: microsoft, direction: 'Incoming' },
  'from Microsoft': { type: 'Shared', qualification: 'SalesQualified', invitedBy: microsoft, direction: 'Incoming' },
  'with Microsoft': { type: 'Shared', qualification: 'SalesQualified', invitedBy: us, direction: 'Outgoing' },
  'own, private': { type: 'Independent', qualification: 'SalesQualified', invitedBy: us, direction: 'Outgoing' },
  'own, visible': { type: 'Independent', qualification: 'SalesQualified', invitedBy: us, direction: 'Outgoing' },
  'from a partner': { type: 'Shared', qualification: 'SalesQualified', invitedBy: another, direction: 'Incoming' },
}

function offerLead(callToAction: string): Nature {
  const more = { callToAction, referralSource: 'AzureMarketplace' }
  return { type: 'Independent', qualification: 'Direct', invitedBy: nobody, direction: 'Incoming', more }
}

const stands: Readonly<Record<State, readonly [status: string, substatus: string, reason: string | null]>> = {
  new: ['New', 'Pending', null],
  received: ['New', 'Received', null],
  accepted: ['Active', 'Accepted', null],
  won: ['Closed', 'Won', null],
  lost: ['Closed', 'Lost', 'Customer chose another vendor'],
  declined: ['Closed', 'Declined', 'Customer requirements not met'],
  expired: ['Closed', 'Expired', null],
  error: ['Closed', 'Error', 'Test referral'],
}

function referralOf(line: Line, index: number, now: Instant): JsonObject {
  const { type, qualification, invitedBy, direction, more } = natures[line.sort]
  const [status, substatus, statusReason] = stands[line.state]
  return {
    ...common(line, index, now),
    ...times(line, index, now),
    ...more,
    organizationId: us.id,
    organizationName: us.name,
    mpnId: '6112345',
    status,
    substatus,
    statusReason,
    type,
    qualification,
    direction,
    salesStage: salesStageOf(line),
    target: [{ type: 'SolutionProfile', id: solutionId(index) }],
    consent: consentOf(line.sort),
    inviteContext: {
      notes: line.sort === 'from Microsoft' ? 'Please get in touch this week.' : null,
      assistanceRequestCode: 'Unknown',
      invitedBy: { organizationId: invitedBy.id, organizationName: invitedBy.name },
    },
    trackingInfo: {
      microsoftMsxId: line.sort === 'from Microsoft' && line.state === 'accepted' ? `7-10${index}4482` : null,
    },
  }
}

/** Microsoft's side of a deal that Fabrikam asked for help with. */
function copyOf(line: Line, index: number, now: Instant, engagementId: Json): JsonObject {
  const created = later(now, -line.age * hour)
  return {
    ...common(line, index, now),
    engagementId,
    organizationId: microsoft.id,
    organizationName: microsoft.name,
    createdDateTime: stamp(created),
    updatedDateTime: stamp(created),
    expirationDateTime: stamp(midnight(later(created, 14 * day))),
    status: 'New',
    substatus: 'Pending',
    type: 'Shared',
    qualification: 'SalesQualified',
    direction: 'Incoming',
    target: [{ type: 'BusinessProfileLocation', id: microsoft.id }],
    consent: consentOf(line.sort),
    inviteContext: {
      assistanceRequestCode: 'WorkloadSpecificValueProposition',
      invitedBy: { organizationId: us.id, organizationName: us.name },
    },
  }
}

function common(line: Line, index: number, now: Instant): JsonObject {
  const [amount = '0', currency = 'EUR'] = line.value.split(' ')
  const isOffer = line.sort === 'offer lead' || line.sort === 'contact me'
  return {
    name: line.deal,
    customerProfile: {
      name: line.customer,
      size: ['10to50employees', '51to250employees', '251to1000employees', '1001to5000employees'][index % 4] ?? '',
      address: { addressLine1: line.street, city: line.city, postalCode: line.code, country: line.in },
      team: line.state === 'expired' ? [] : [contactOf(line, index)],
      ids: index % 3 === 0 ? [{ profileType: 'Duns', id: String(310_000_000 + index * 7_919) }] : [],
    },
    details: {
      notes: `${line.customer} asks about ${line.deal}.`,
      dealValue: amount === '0' ? null : Number(amount),
      currency,
      closingDateTime: stamp(midnight(later(now, line.closes * day))),
      customerRequestedContact: line.more.includes('hot') ? true : null,
      requirements: {
        solutions: [
          {
            id: solutionId(index),
            name: 'Fabrikam Managed Cloud',
            type: 'Name',
            solutionType: '3P',
            publisherName: us.name,
          },
        ],
        offers: isOffer ? [{ id: 'fabrikam-insights', name: line.deal }] : [],
        additionalRequirements: { attributes: [{ type: 'SolutionArea', id: line.area }] },
      },
    },
    team: line.state === 'new' ? [] : [sellers[index % sellers.length] ?? null],
  }
}

const sellers: readonly JsonObject[] = [
  { firstName: 'Anna', lastName: 'Meier', email: 'anna.meier@fabrikam.example', phoneNumber: '+41 44 555 01 20' },
  { firstName: 'Lukas', lastName: 'Weber', email: 'lukas.weber@fabrikam.example', phoneNumber: '+49 30 5550 144' },
  { firstName: 'Mei', lastName: 'Tan', email: 'mei.tan@fabrikam.example', phoneNumber: '+65 5550 1172' },
]

function contactOf(line: Line, index: number): JsonObject {
  const [firstName = '', ...rest] = line.person.split(' ')
  const plain = (text: string): string =>
    text
      .normalize('NFD')
      .toLowerCase()
      .replaceAll(/[^a-z]/g, '')
  const domain = plain(line.customer.split(' ')[0] ?? '')
  return {
    firstName,
    lastName: rest.join(' '),
    email: `${plain(firstName)}.${plain(rest.join(''))}@${domain}.example`,
    phoneNumber: `+1 555 01${String(index).padStart(2, '0')}`,
    emailValidationStatus: line.sort === 'offer lead' ? 'Unknown' : 'Valid',
    phoneValidationStatus: 'Valid',
  }
}

function times(line: Line, index: number, now: Instant): JsonObject {
  const created = later(now, -line.age * hour)
  const isOpen = line.state === 'new' || line.state === 'received'
  const left = numberIn(line, 'left')
  const expires = left === undefined ? midnight(later(created, 14 * day)) : later(now, left * hour)
  const own = natures[line.sort].direction === 'Outgoing'
  const touched = isOpen ? created : later(created, Math.min(line.age / 2, 30 + index) * hour)
  return {
    createdDateTime: stamp(created),
    updatedDateTime: stamp(touched),
    expirationDateTime: isOpen && line.sort !== 'offer lead' ? stamp(expires) : null,
    acceptedDateTime: own ? stamp(created) : ['accepted', 'won', 'lost'].includes(line.state) ? stamp(touched) : null,
    closedDateTime: ['won', 'lost', 'declined', 'expired', 'error'].includes(line.state) ? stamp(touched) : null,
  }
}

function salesStageOf(line: Line): string | null {
  if (line.state === 'won') return '100'
  return line.state === 'accepted' ? String(numberIn(line, 'step') ?? 10) : null
}

function consentOf(sort: Sort): JsonObject {
  const agreed = sort !== 'own, private'
  return {
    consentToToShareInfoWithOthers: agreed,
    consentToContact: true,
    consentToMicrosoftToContactSpecificPartners: null,
    consentToShareReferralWithMicrosoftSellers: agreed,
  }
}

const solutionId = (index: number): string => `SOL-${String(41_000 + index)}-FAB`
const midnight = (at: Instant): Instant => instantFromMs(Math.floor(msOf(at) / day) * day)
const stamp = (at: Instant): string => `${at.slice(0, 23)}0000Z`
