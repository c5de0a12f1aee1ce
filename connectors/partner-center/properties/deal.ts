// The deal itself: what it is called, where it stands, what it is worth.

import type { Property } from '#spi'
import { both, frozen, given, inner, moved, none, read } from './row.ts'

const leadOnly = 'Set where the customer asked; a partner cannot change it.'

export const deal: readonly Property[] = [
  read('id', 'text', 'The id of this referral.', given),
  read('engagementId', 'text', "The id that connects this referral with Microsoft's or another partner's copy.", given),
  both('name', 'text', 'What the deal is called.'),
  read('organizationId', 'text', 'The id of the partner that holds this copy.', given),
  read('organizationName', 'text', 'The name of the partner that holds this copy.', given),
  none('lastModifiedVia', 'text', 'The interface through which it was last changed.', inner),
  none('lastRunId', 'text', 'The run of the interface that last changed it.', inner),
  both('externalReferenceId', 'text', "The partner's own id of the deal: the id of the CRM record."),
  read('createdDateTime', 'instant', 'When the referral was made.', given),
  read('updatedDateTime', 'instant', 'When the referral was last changed.', given),
  read('expirationDateTime', 'instant', 'When it expires unless it is answered before.', given),
  read('acceptedDateTime', 'instant', 'When it was accepted; for own deals, when it was made.', given),
  read('closedDateTime', 'instant', 'When it was closed.', given),
  read('status', 'text', 'Where it stands.', { why: moved, values: ['None', 'New', 'Active', 'Closed'] }),
  read('substatus', 'text', 'Where exactly it stands.', {
    why: moved,
    values: ['None', 'Pending', 'Received', 'Accepted', 'Won', 'Lost', 'Declined', 'Expired', 'Error'],
  }),
  both('statusReason', 'text', 'Why it was lost, declined or closed as a mistake.'),
  both('salesStage', 'text', 'How far an accepted deal has come.', {
    values: ['Qualified', 'Developed', 'Proposed', 'Negotiated'],
  }),
  read('qualification', 'text', 'How well the deal was qualified before it came.', {
    why: given,
    values: ['None', 'Direct', 'MarketingQualified', 'SalesQualified'],
  }),
  read('type', 'text', 'Whether Microsoft or another partner takes part.', {
    why: 'Changed by asking for help: ref.helpRequired.',
    values: ['Shared', 'Independent'],
  }),
  read('direction', 'text', 'Who brought it, as Partner Center says; ref.direction is more reliable.', {
    why: given,
    values: ['Incoming', 'Outgoing'],
  }),
  read('referralSource', 'text', 'Which marketplace a lead comes from.', leadOnly),
  read('callToAction', 'text', 'What the customer did in the marketplace.', leadOnly),
  none('eTag', 'text', 'The mark of this state of the record.', 'Changes with every change of anything else.'),
  both('favorite', 'boolean', 'Starred in Partner Center.'),
  both('campaignId', 'text', 'The marketing campaign the deal belongs to.'),
  read('quality', 'text', 'How good Partner Center takes a lead to be.', given),
  read('isSpam', 'boolean', 'Partner Center takes it for spam.', given),
  read('mpnId', 'text', 'The partner location that owns it.', frozen),
  read('referralProgram', 'text', 'The program it belongs to.', given),
  read('dealSensitivity', 'text', 'How confidential the deal is.', given),
  read('createdVia', 'text', 'The interface through which it was made.', given),
  both('tags', 'list', 'Free words on the deal.'),
  read('partnerRole', 'text', 'What the partner does in a services deal.', frozen),
  read('solutionArea', 'text', 'The solution area of a services deal.', frozen),
  read('solutionPlay', 'text', 'The solution play of a services deal.', frozen),
  read('customerMarketplaceIntent', 'text', 'Whether the customer means to buy through the marketplace.', frozen),
  read('target.type', 'text', 'To what kind of profile the referral is addressed.', {
    why: frozen,
    list: true,
    values: ['None', 'BusinessProfileLocation', 'SolutionProfile'],
  }),
  read('target.id', 'text', 'To which profile the referral is addressed.', { why: frozen, list: true }),
  both('details.notes', 'text', 'Notes that Microsoft reads too.', { personal: true }),
  both('details.dealValue', 'money', 'What the deal is worth, in details.currency.'),
  both('details.currency', 'text', 'The currency of the deal, as three letters.'),
  both('details.closingDateTime', 'instant', 'When the deal should close. A date: the hours say nothing.'),
  read('details.customerRequestedContact', 'boolean', 'The customer asked to be called.', leadOnly),
  read('details.customerAction', 'text', 'What the customer did.', leadOnly),
  read('details.incentiveLevel', 'text', 'The incentive the deal counts for.', given),
]
