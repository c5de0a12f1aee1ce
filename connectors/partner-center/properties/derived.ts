// What this connector derives: the `ref` values, and what it read of the connected referrals.

import { type Property, stages, steps } from '#spi'
import { assistanceCodes, NO_HELP } from '../assistance.ts'
import { regions } from '../regions.ts'
import { both, moved, none, read } from './row.ts'

const derived = 'Derived from the referral.'
const personal = { personal: true } as const
const contact = 'ref.primaryContact'

export const derivedProperties: readonly Property[] = [
  read('ref.kind', 'text', 'What sort of referral it is.', {
    why: derived,
    values: ['lead', 'cosell', 'own', 'partnerToPartner', 'solutionAssessment', 'unknown'],
  }),
  read('ref.direction', 'text', 'Whether it came to us or from us.', { why: derived, values: ['inbound', 'outbound'] }),
  read('ref.visibility', 'text', "Who else sees it: nobody, Microsoft's sellers, or Microsoft as a party.", {
    why: derived,
    values: ['private', 'visible', 'shared'],
  }),
  read('ref.stage', 'text', 'Where it stands, in one word.', { why: moved, values: stages }),
  read('ref.step', 'text', 'How far an accepted deal has come.', { why: moved, values: steps }),
  read('ref.title', 'text', 'Customer and deal, for people to read.', { why: derived, ...personal }),
  read('ref.createdAt', 'instant', 'When it was made.', derived),
  read('ref.needsAnswer', 'boolean', 'It waits for an answer and can expire.', derived),
  read('ref.answerBy', 'instant', 'By when it must be answered.', derived),
  read('ref.wantsCallBack', 'boolean', 'The customer asked to be called.', derived),
  read('ref.callBackBy', 'instant', '72 hours after it was made, if the customer asked to be called.', derived),
  read('ref.registrable', 'boolean', 'Whether the deal can be registered; blank when that is not known.', derived),
  read('ref.url', 'text', 'Where to open it in Partner Center.', derived),
  read('ref.customer', 'text', "The customer's name, cleaned.", { why: derived, ...personal }),
  read('ref.customerDomain', 'text', "The customer's mail domain, unless it is everybody's.", derived),
  read('ref.duns', 'text', "The customer's D-U-N-S number.", derived),
  read('ref.country', 'text', "The customer's country, as two capital letters.", derived),
  read('ref.region', 'text', "The customer's part of the world.", { why: derived, values: regions }),
  read(contact, 'object', "The first of the customer's people.", { why: derived, ...personal }),
  read(`${contact}.firstName`, 'text', 'First name of the first contact.', { why: derived, ...personal }),
  read(`${contact}.lastName`, 'text', 'Last name of the first contact.', { why: derived, ...personal }),
  read(`${contact}.email`, 'text', 'E-mail address of the first contact.', { why: derived, ...personal }),
  read(`${contact}.phoneNumber`, 'text', 'Telephone number of the first contact.', { why: derived, ...personal }),
  read(`${contact}.title`, 'text', 'Title of the first contact.', { why: derived, ...personal }),
  read('ref.emailValidity', 'text', "Whether the first contact's e-mail works.", {
    why: derived,
    values: ['Valid', 'Invalid', 'Spam', 'Unknown'],
  }),
  read('ref.phoneValidity', 'text', "Whether the first contact's telephone works.", {
    why: derived,
    values: ['Valid', 'Invalid', 'Unknown'],
  }),
  read('ref.offerName', 'text', 'The offer or solution a lead is about.', derived),
  read('ref.callToAction', 'text', 'What the customer did in the marketplace.', derived),
  read('ref.solutionAreas', 'list', 'The solution areas of the deal.', derived),
  read('ref.solutions', 'list', 'The ids of its solutions.', derived),
  both('ref.helpRequired', 'text', 'What Microsoft is asked to help with. Once asked, it cannot be taken back.', {
    values: [NO_HELP, ...assistanceCodes],
  }),
  ...microsoftFacts(),
]

function microsoftFacts(): readonly Property[] {
  const seller = { list: true, personal: true } as const
  const theirs = "It is Microsoft's to say."
  return [
    read('ref.microsoftMsxId', 'text', "The deal's id in Microsoft's CRM.", theirs),
    read('ref.microsoftTeam', 'object', "Microsoft's people on the deal, as far as they are known.", {
      why: theirs,
      ...seller,
    }),
    read('ref.microsoftTeam.firstName', 'text', "First names of Microsoft's people.", { why: theirs, ...seller }),
    read('ref.microsoftTeam.lastName', 'text', "Last names of Microsoft's people.", { why: theirs, ...seller }),
    read('ref.microsoftTeam.email', 'text', "E-mail addresses of Microsoft's people.", { why: theirs, ...seller }),
    read('ref.microsoftTeam.phoneNumber', 'text', "Telephone numbers of Microsoft's people.", {
      why: theirs,
      ...seller,
    }),
    read('ref.microsoftTeam.title', 'text', "Titles of Microsoft's people.", { why: theirs, ...seller }),
    read('ref.microsoft', 'object', "Microsoft's own referral of this engagement; blank when there is none.", theirs),
    read('ref.microsoft.referralId', 'text', "The id of Microsoft's own referral of this engagement.", theirs),
    read('ref.microsoft.status', 'text', "Microsoft's status.", { why: theirs, values: ['New', 'Active', 'Closed'] }),
    read('ref.microsoft.substatus', 'text', "Microsoft's substatus.", {
      why: theirs,
      values: ['Pending', 'Received', 'Accepted', 'Won', 'Lost', 'Declined', 'Expired', 'Error'],
    }),
    read('ref.microsoft.stage', 'text', 'Where it stands at Microsoft, in one word.', { why: theirs, values: stages }),
    none('relatedReferrals', 'object', 'What was read of the connected referrals.', 'Read ref.microsoft instead.'),
  ]
}
