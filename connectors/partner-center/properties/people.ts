// The customer and the people on both sides.

import type { Property } from '#spi'
import { both, frozen, given, none, read } from './row.ts'

const personal = { personal: true } as const
const member = { list: true, personal: true } as const
const added = 'Comes with its person, who is added whole.'
const address = 'customerProfile.address'
const contact = 'customerProfile.team'
const personalChoice = 'For that person to choose, in Partner Center.'
const consentWhy = 'A consent is given by the customer, when the deal is made.'

export const people: readonly Property[] = [
  read('customerProfile.name', 'text', "The customer's name.", { why: frozen, ...personal }),
  read('customerProfile.size', 'text', 'How many people work for the customer.', {
    why: frozen,
    values: [
      '1to9employees',
      '10to50employees',
      '51to250employees',
      '251to1000employees',
      '1001to5000employees',
      '5001to10000employees',
      '10001to20000employees',
      'Morethan20000employees',
      '1to50employees',
      '51to500employees',
      'Morethan500employees',
    ],
  }),
  none('customerProfile.isMatchingComplete', 'boolean', 'Whether Microsoft has matched the customer.', given),
  read(`${address}.addressLine1`, 'text', 'Street and number.', { why: frozen, ...personal }),
  read(`${address}.addressLine2`, 'text', 'More of the address.', { why: frozen, ...personal }),
  read(`${address}.city`, 'text', 'City.', frozen),
  read(`${address}.state`, 'text', 'State or province.', frozen),
  read(`${address}.postalCode`, 'text', 'Postal code.', frozen),
  read(`${address}.country`, 'text', 'Country, as two letters.', frozen),
  read(`${address}.region`, 'text', 'Region, as Partner Center names it.', frozen),
  both(
    contact,
    'object',
    "The customer's people. Writing adds those that are missing, while the deal is not a co-sell.",
    member,
  ),
  ...memberOf(contact, "the customer's person"),
  read('customerProfile.ids.profileType', 'text', 'Which registers know the customer.', {
    why: frozen,
    list: true,
    values: ['Duns', 'External'],
  }),
  read('customerProfile.ids.id', 'text', "The customer's ids in those registers; ref.duns is the D-U-N-S number.", {
    why: frozen,
    list: true,
  }),
  read('consent.consentToToShareInfoWithOthers', 'boolean', 'The customer lets us share their details.', consentWhy),
  read('consent.consentToContact', 'boolean', 'The customer lets us contact them.', consentWhy),
  read(
    'consent.consentToMicrosoftToContactSpecificPartners',
    'boolean',
    'Microsoft may contact chosen partners.',
    consentWhy,
  ),
  both(
    'consent.consentToShareReferralWithMicrosoftSellers',
    'boolean',
    "Microsoft's sellers see the deal. Once true, it can never be taken back.",
  ),
  both('team', 'object', 'Our own people on the deal. Writing adds those that are missing, each once.', member),
  ...memberOf('team', 'our person'),
]

function memberOf(list: string, who: string): readonly Property[] {
  return [
    read(`${list}.firstName`, 'text', `The first name of ${who}.`, { why: added, ...member }),
    read(`${list}.lastName`, 'text', `The last name of ${who}.`, { why: added, ...member }),
    read(`${list}.email`, 'text', `The e-mail address of ${who}.`, { why: added, ...member }),
    read(`${list}.phoneNumber`, 'text', `The telephone number of ${who}.`, { why: added, ...member }),
    read(`${list}.title`, 'text', `The title of ${who}.`, { why: added, ...member }),
    none(`${list}.contactPreference.locale`, 'text', `In which language Microsoft writes to ${who}.`, personalChoice),
    none(
      `${list}.contactPreference.disableNotifications`,
      'boolean',
      `Whether Microsoft writes to ${who}.`,
      personalChoice,
    ),
    read(`${list}.emailValidationStatus`, 'text', 'Whether the e-mail address works.', { why: given, list: true }),
    read(`${list}.phoneValidationStatus`, 'text', 'Whether the telephone number works.', { why: given, list: true }),
  ]
}
