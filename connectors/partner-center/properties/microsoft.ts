// Microsoft's side of the deal, deal registration, and what Partner Center keeps for itself.

import type { Property } from '#spi'
import { given, inner, none, read } from './row.ts'

const list = { list: true } as const
const register = 'registrations'
const registered = 'Deals are registered in Partner Center, by a person who can answer for the contract.'
const asked = 'Given once, with the request for help: ref.helpRequired.'

export const microsoft: readonly Property[] = [
  read('inviteContext.notes', 'text', 'What the inviting side wrote.', { why: asked, personal: true }),
  read('inviteContext.assistanceRequestCode', 'text', 'What help is asked for.', asked),
  read('inviteContext.invitedMpnId', 'text', 'Which of our locations was invited.', given),
  read('inviteContext.invitedBy.organizationId', 'text', 'Who invited us; "msft" is Microsoft.', given),
  read('inviteContext.invitedBy.organizationName', 'text', 'The name of who invited us.', given),
  none('links.relatedReferrals.uri', 'text', 'Where the connected referrals are listed.', inner),
  none('links.relatedReferrals.method', 'text', 'How to ask for them.', inner),
  none('links.self.uri', 'text', 'Where this referral is read.', inner),
  none('links.self.method', 'text', 'How to ask for it.', inner),
  read(
    'trackingInfo.microsoftMsxId',
    'text',
    "The deal's id in Microsoft's own CRM, once Microsoft has accepted.",
    given,
  ),
  read('trackingInfo.microsoftUSFedOpportunityId', 'text', "The deal's id in Microsoft's federal CRM.", given),
  read('trackingInfo.microsoftUSFedLeadId', 'text', "The lead's id in Microsoft's federal CRM.", given),
  read('trackingInfo.migratedPSCDealId', 'text', 'Its id before 2021, in Partner Sales Connect.', given),
  read('trackingInfo.migratedPSCPartnerDealId', 'text', "The partner's own id before 2021.", given),
  none('exception', 'object', 'A request for an exception from the rules of registration.', registered),
  read('registrationStatus', 'text', 'How far deal registration has come.', given),
  read(`${register}.id`, 'text', 'The id of each registration.', { why: registered, ...list }),
  read(`${register}.type`, 'text', 'What it is registered for.', { why: registered, ...list }),
  read(`${register}.registrationDateTime`, 'instant', 'When it was registered.', { why: registered, ...list }),
  read(`${register}.status`, 'text', 'Where the registration stands.', { why: registered, ...list }),
  read(`${register}.statusReason`, 'text', 'Why it stands there.', { why: registered, ...list }),
  read(`${register}.contract.value`, 'money', 'The value of the contract.', { why: registered, ...list }),
  read(`${register}.contract.currency`, 'text', 'The currency of the contract.', { why: registered, ...list }),
  read(`${register}.contract.startDateTime`, 'instant', 'When the contract begins.', { why: registered, ...list }),
  read(`${register}.contract.endDateTime`, 'instant', 'When the contract ends.', { why: registered, ...list }),
  read(`${register}.contract.signDateTime`, 'instant', 'When the contract was signed.', { why: registered, ...list }),
  read(`${register}.contract.term`, 'text', 'Whether the contract ends.', {
    why: registered,
    ...list,
    values: ['Perpetual', 'Finite'],
  }),
  ...solutionDetails(),
  ...history(),
]

function solutionDetails(): readonly Property[] {
  const at = `${register}.solutionDetails`
  const market = `${at}.marketplaceTransactionDetails`
  return [
    read(`${at}.id`, 'text', 'Each registered solution.', { why: registered, ...list }),
    read(`${at}.name`, 'text', 'Its name.', { why: registered, ...list }),
    read(`${at}.value`, 'money', 'Its value.', { why: registered, ...list }),
    read(`${at}.currency`, 'text', 'The currency of its value.', { why: registered, ...list }),
    read(`${at}.isDeployedOnAzure`, 'boolean', 'Whether it runs on Azure.', { why: registered, ...list }),
    read(`${at}.primaryDeploymentOn`, 'text', 'In whose subscription it runs.', {
      why: registered,
      ...list,
      values: ['Customer', 'Partner'],
    }),
    read(`${at}.pricingModel`, 'text', 'How it is paid for.', {
      why: registered,
      ...list,
      values: ['PayAsYouGo', 'Other'],
    }),
    read(`${market}.isMarketplaceTransacted`, 'boolean', 'Whether it was bought in the marketplace.', {
      why: registered,
      ...list,
    }),
    read(`${market}.marketplaceTransactionDateTime`, 'instant', 'When it was bought there.', {
      why: registered,
      ...list,
    }),
  ]
}

function history(): readonly Property[] {
  const at = `${register}.statusHistory`
  return [
    read(`${at}.reviewPendingDateTime`, 'instant', 'When its review began.', { why: registered, ...list }),
    read(`${at}.actionRequiredDateTime`, 'instant', 'When something was asked of us.', { why: registered, ...list }),
    read(`${at}.passedDateTime`, 'instant', 'When its review was passed.', { why: registered, ...list }),
    read(`${at}.failedDateTime`, 'instant', 'When its review was failed.', { why: registered, ...list }),
    read(`${at}.approvedDateTime`, 'instant', 'When it was approved.', { why: registered, ...list }),
  ]
}
