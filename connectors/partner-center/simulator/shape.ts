// A referral as this API shows it: every property, in its order, with the values that stand where nothing was given.

import { bare, isObject, type Json, type JsonObject } from '#spi'

export const blankReferral: JsonObject = {
  id: null,
  engagementId: null,
  name: null,
  organizationId: null,
  organizationName: null,
  lastModifiedVia: null,
  lastRunId: null,
  externalReferenceId: '',
  createdDateTime: null,
  updatedDateTime: null,
  expirationDateTime: null,
  status: 'New',
  substatus: 'Pending',
  statusReason: null,
  qualification: 'None',
  type: 'Independent',
  referralSource: null,
  eTag: null,
  favorite: false,
  campaignId: null,
  salesStage: null,
  quality: 'Unknown',
  isSpam: false,
  direction: 'Incoming',
  mpnId: null,
  referralProgram: null,
  dealSensitivity: 'None',
  createdVia: null,
  tags: [],
  partnerRole: null,
  solutionArea: null,
  solutionPlay: null,
  customerMarketplaceIntent: null,
  acceptedDateTime: null,
  closedDateTime: null,
  callToAction: null,
  registrationStatus: 'None',
  target: [],
  customerProfile: {
    name: null,
    size: '',
    isMatchingComplete: false,
    address: {
      addressLine1: null,
      addressLine2: null,
      city: null,
      state: null,
      postalCode: null,
      country: null,
      region: null,
    },
    team: [],
    ids: [],
  },
  consent: {
    consentToToShareInfoWithOthers: false,
    consentToContact: false,
    consentToMicrosoftToContactSpecificPartners: null,
    consentToShareReferralWithMicrosoftSellers: false,
  },
  details: {
    notes: null,
    dealValue: null,
    currency: null,
    closingDateTime: null,
    customerRequestedContact: null,
    customerAction: null,
    incentiveLevel: null,
    requirements: {
      industries: [],
      products: [],
      services: [],
      solutions: [],
      offers: [],
      salesPlays: [],
      additionalRequirements: {
        iot: {
          customerLicenseAgreementNumber: null,
          deviceCategory: null,
          siliconType: null,
          azureCertifiedDevice: false,
          attachServices: false,
        },
        attributes: [],
      },
    },
  },
  team: [],
  inviteContext: {
    notes: null,
    assistanceRequestCode: 'Unknown',
    invitedMpnId: null,
    invitedBy: { organizationId: null, organizationName: null },
  },
  links: null,
  trackingInfo: {
    microsoftMsxId: null,
    microsoftUSFedOpportunityId: null,
    microsoftUSFedLeadId: null,
    migratedPSCDealId: null,
    migratedPSCPartnerDealId: null,
  },
  registrations: [],
  exception: null,
}

/** What a member of each list has. */
const members: Readonly<Record<string, JsonObject>> = {
  team: person(),
  'customerProfile.team': { ...person(), emailValidationStatus: null, phoneValidationStatus: null },
  'details.requirements.solutions': {
    id: null,
    name: null,
    type: 'Name',
    price: null,
    quantity: null,
    currency: null,
    publisherName: null,
    solutionType: null,
    closingDateTime: null,
  },
}

function person(): JsonObject {
  return {
    firstName: null,
    lastName: null,
    phoneNumber: null,
    email: null,
    title: null,
    contactPreference: { locale: null, disableNotifications: null },
  }
}

/** Fills in what was not given, and spells names as the API does: it binds them whatever their case. */
export function complete(given: JsonObject, shape: JsonObject = blankReferral, path = ''): JsonObject {
  const whole: Record<string, Json> = Object.assign(bare(), shape)
  const spelled = new Map(Object.keys(shape).map((name) => [name.toLowerCase(), name]))
  for (const [name, value] of Object.entries(given)) {
    const known = spelled.get(name.toLowerCase()) ?? name
    const inner = shape[known]
    const at = path === '' ? known : `${path}.${known}`
    if (isObject(value) && isObject(inner)) whole[known] = complete(value, inner, at)
    else whole[known] = Array.isArray(value) ? value.map((item: Json) => completeMember(item, at)) : value
  }
  return whole
}

export function completeMember(item: Json, listPath: string): Json {
  const shape = Object.hasOwn(members, listPath) ? members[listPath] : undefined
  return isObject(item) && shape ? complete(item, shape) : item
}
