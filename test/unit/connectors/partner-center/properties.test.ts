import { describe, expect, test } from 'vitest'
import { newsIn, properties, propertyAt, vendorProperties } from '../../../../connectors/partner-center/properties.ts'
import { blankReferral } from '../../../../connectors/partner-center/simulator/shape.ts'
import { facts } from '../../../../connectors/partner-center/facts.ts'
import { wishFrom } from '../../../../connectors/partner-center/patch.ts'
import { partnerCenterSimulator, seedCompany } from '../../../../connectors/partner-center/simulator/index.ts'
import { isObject, type Json, type JsonObject, NeedsHuman, REFERRAL } from '#spi'
import { seededRandom } from '../../../support/host.ts'
import { start } from './world.ts'

/** Every property that the reference names, leaf by leaf, as the vendor spells it. */
const named = `
id engagementId name externalReferenceId organizationId organizationName createdDateTime updatedDateTime expirationDateTime
acceptedDateTime closedDateTime status substatus statusReason type qualification direction referralSource callToAction
customerMarketplaceIntent eTag campaignId salesStage favorite mpnId quality isSpam tags referralProgram lastModifiedVia lastRunId
createdVia dealSensitivity registrationStatus exception partnerRole solutionArea solutionPlay
customerProfile.name customerProfile.size customerProfile.isMatchingComplete
customerProfile.address.addressLine1 customerProfile.address.addressLine2 customerProfile.address.city customerProfile.address.state
customerProfile.address.postalCode customerProfile.address.country customerProfile.address.region
customerProfile.team.firstName customerProfile.team.lastName customerProfile.team.phoneNumber customerProfile.team.email
customerProfile.team.title customerProfile.team.contactPreference.locale customerProfile.team.contactPreference.disableNotifications
customerProfile.team.emailValidationStatus customerProfile.team.phoneValidationStatus
customerProfile.ids.profileType customerProfile.ids.id
consent.consentToToShareInfoWithOthers consent.consentToContact consent.consentToShareReferralWithMicrosoftSellers
consent.consentToMicrosoftToContactSpecificPartners
details.notes details.dealValue details.currency details.closingDateTime details.customerRequestedContact details.customerAction
details.incentiveLevel details.requirements.industries.id details.requirements.products.id details.requirements.services.id
details.requirements.solutions.id details.requirements.solutions.name details.requirements.solutions.type
details.requirements.solutions.price details.requirements.solutions.quantity details.requirements.solutions.currency
details.requirements.solutions.publisherName details.requirements.solutions.solutionType details.requirements.solutions.closingDateTime
details.requirements.offers.id details.requirements.salesPlays.id
details.requirements.additionalRequirements.iot.customerLicenseAgreementNumber details.requirements.additionalRequirements.iot.deviceCategory
details.requirements.additionalRequirements.iot.siliconType details.requirements.additionalRequirements.iot.azureCertifiedDevice
details.requirements.additionalRequirements.iot.attachServices details.requirements.additionalRequirements.attributes.type
details.requirements.additionalRequirements.attributes.id
team.firstName team.lastName team.phoneNumber team.email team.title team.contactPreference.locale team.contactPreference.disableNotifications
inviteContext.notes inviteContext.assistanceRequestCode inviteContext.invitedMpnId
inviteContext.invitedBy.organizationId inviteContext.invitedBy.organizationName target.type target.id
links.relatedReferrals.uri links.relatedReferrals.method links.self.uri links.self.method
trackingInfo.microsoftMsxId trackingInfo.microsoftUSFedOpportunityId trackingInfo.microsoftUSFedLeadId trackingInfo.migratedPSCDealId
trackingInfo.migratedPSCPartnerDealId
registrations.id registrations.type registrations.registrationDateTime registrations.status registrations.statusReason
registrations.contract.value registrations.contract.currency registrations.contract.startDateTime registrations.contract.endDateTime
registrations.contract.signDateTime registrations.contract.term registrations.solutionDetails.id registrations.solutionDetails.name
registrations.solutionDetails.value registrations.solutionDetails.currency registrations.solutionDetails.isDeployedOnAzure
registrations.solutionDetails.primaryDeploymentOn registrations.solutionDetails.pricingModel
registrations.solutionDetails.marketplaceTransactionDetails.isMarketplaceTransacted
registrations.solutionDetails.marketplaceTransactionDetails.marketplaceTransactionDateTime
registrations.statusHistory.reviewPendingDateTime registrations.statusHistory.actionRequiredDateTime
registrations.statusHistory.passedDateTime registrations.statusHistory.failedDateTime registrations.statusHistory.approvedDateTime
`
  .trim()
  .split(/\s+/)

describe('every property is classified', () => {
  test('N of N of those the reference names', () => {
    const classified = named.filter((path) => propertyAt(path) !== undefined)
    console.log(`properties classified: ${classified.length} of ${named.length}`)
    expect(named.filter((path) => propertyAt(path) === undefined)).toEqual([])
  })

  test('and of those a whole company shows on the wire', () => {
    const random = seededRandom(3)
    const pc = partnerCenterSimulator({
      now: () => start,
      random: () => random.next(),
      baseUrl: () => 'http://127.0.0.1:1',
    })
    expect(seedCompany(pc, start)).toHaveLength(25)
    const shown = pc.desk.all(REFERRAL)
    expect(shown.flatMap(({ fields }) => newsIn(fields))).toEqual([])
    expect(newsIn(blankReferral)).toEqual([])
  })

  test('each once, and with a reason wherever it does not go both ways', () => {
    expect(new Set(properties.map(({ path }) => path)).size).toBe(properties.length)
    expect(properties.filter(({ direction, why }) => direction !== 'both' && !why)).toEqual([])
    expect(properties.filter(({ about }) => !about.endsWith('.'))).toEqual([])
  })

  test('what is said to go both ways can be written, and nothing else can', () => {
    const samples: Readonly<Record<string, Json>> = {
      'details.dealValue': '1',
      'details.currency': 'EUR',
      'details.closingDateTime': '2026-12-18',
      favorite: true,
      tags: [],
      salesStage: 'Proposed',
      'consent.consentToShareReferralWithMicrosoftSellers': true,
      team: [],
      'customerProfile.team': [],
      'details.requirements.solutions': [],
      'ref.helpRequired': 'GeneralOrOther',
    }
    const writable = (path: string): boolean => !(wishFrom({ [path]: samples[path] ?? 'text' }) instanceof NeedsHuman)
    // Where the deal stands is written too, but by the stage table alone.
    const moved = new Set(['status', 'substatus'])
    for (const { path, direction } of properties)
      expect([path, writable(path)]).toEqual([path, direction === 'both' || moved.has(path)])
  })

  test('every fact that is derived is among them, and the other way round', () => {
    const told = leaves(facts(everything), 'ref')
    const derived = properties.map(({ path }) => path).filter((path) => path.startsWith('ref.'))
    expect(told.filter((path) => !derived.includes(path))).toEqual([])
    expect(derived.filter((path) => !told.some((leaf) => leaf === path || leaf.startsWith(`${path}.`)))).toEqual([])
  })
})

describe('what is new', () => {
  test('a property, a value and a retyped property are reported by their path alone', () => {
    const news = newsIn({
      id: 'a',
      brandNew: { deep: [1] },
      status: 'Paused',
      salesStage: '40',
      details: { dealValue: '5', aiScore: 3 },
      customerProfile: { size: '', address: 'Main Street' },
      exception: { anything: true },
      '@odata.context': 'x',
    })
    expect(news).toEqual([
      { path: 'brandNew', what: 'property' },
      { path: 'status', what: 'value' },
      { path: 'details.aiScore', what: 'property' },
    ])
  })
  test('nothing known is new', () => expect(vendorProperties.flatMap(({ path }) => newsIn(nest(path)))).toEqual([]))
})

const person: JsonObject = { firstName: 'a', lastName: 'b', email: 'c@d.example', phoneNumber: '1', title: 't' }
const everything: JsonObject = {
  id: 'a',
  type: 'Shared',
  status: 'New',
  createdDateTime: '2026-11-18T09:12:00Z',
  customerProfile: { team: [person] },
  details: { customerRequestedContact: true },
  relatedReferrals: [{ id: 'b', organizationId: 'msft', status: 'New', substatus: 'Pending', team: [person] }],
}

function leaves(value: Json, path: string): string[] {
  if (Array.isArray(value))
    return value.length === 0 || !value.every(isObject) ? [path] : leaves(value[0] ?? null, path)
  if (!isObject(value)) return [path]
  return Object.entries(value).flatMap(([name, inner]) => leaves(inner, `${path}.${name}`))
}

function nest(path: string): JsonObject {
  const [head = '', ...rest] = path.split('.')
  return { [head]: rest.length === 0 ? null : nest(rest.join('.')) }
}
