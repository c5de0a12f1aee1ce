import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { facts } from '../../../../connectors/partner-center/facts.ts'
import { salesStageFrom, stageFrom, stepFrom } from '../../../../connectors/partner-center/lifecycle.ts'
import { regionFrom } from '../../../../connectors/partner-center/regions.ts'
import { type JsonObject, ReferralFacts } from '#spi'
import { mayMove } from '#core/lifecycle/guard'
import { moves } from '../../../../connectors/partner-center/lifecycle.ts'
import { runs } from '../../../support/runs.ts'

const us = '5f2d7c1e-94b0-4c7e-8f3a-b2d90c6e1a44'
const by = (organizationId: string | null): JsonObject => ({
  organizationId: us,
  inviteContext: { invitedBy: { organizationId } },
})
const referral = (fields: JsonObject): JsonObject => ({
  id: 'a1',
  createdDateTime: '2026-11-18T09:12:00.1234567Z',
  status: 'New',
  substatus: 'Pending',
  ...fields,
})

describe('telling the kinds apart', () => {
  test.each([
    // The reference's table.
    [
      'a marketplace lead',
      { type: 'Independent', qualification: 'Direct', ...by('msft') },
      'lead',
      'inbound',
      'visible',
    ],
    [
      'a marketplace lead that names nobody',
      { type: 'Independent', qualification: 'Direct', ...by(null) },
      'lead',
      'inbound',
      'visible',
    ],
    [
      'a sales-qualified lead',
      { type: 'Independent', qualification: 'SalesQualified', ...by('msft') },
      'lead',
      'inbound',
      'visible',
    ],
    [
      'a marketing-qualified lead',
      { type: 'Independent', qualification: 'MarketingQualified', ...by('msft') },
      'lead',
      'inbound',
      'visible',
    ],
    ['an own deal', { type: 'Independent', qualification: 'SalesQualified', ...by(us) }, 'own', 'outbound', 'private'],
    [
      'an own deal without qualification',
      { type: 'Independent', qualification: 'None', ...by(us) },
      'own',
      'outbound',
      'private',
    ],
    ['an own co-sell', { type: 'Shared', qualification: 'SalesQualified', ...by(us) }, 'cosell', 'outbound', 'shared'],
    [
      'from another partner',
      { type: 'Shared', qualification: 'SalesQualified', ...by('someone') },
      'partnerToPartner',
      'inbound',
      'private',
    ],
    [
      'from Microsoft',
      { type: 'Shared', qualification: 'SalesQualified', ...by('msft') },
      'cosell',
      'inbound',
      'shared',
    ],
    // What is not in the table.
    [
      'an own deal that says Incoming',
      { type: 'Independent', qualification: 'SalesQualified', direction: 'Incoming', ...by(us.toUpperCase()) },
      'own',
      'outbound',
      'private',
    ],
    [
      'an own deal that sellers see',
      { type: 'Independent', ...by(us), consent: { consentToShareReferralWithMicrosoftSellers: true } },
      'own',
      'outbound',
      'visible',
    ],
    [
      'an own deal for another partner',
      { type: 'Shared', ...by(us), target: [{ type: 'BusinessProfileLocation', id: 'x' }] },
      'partnerToPartner',
      'outbound',
      'private',
    ],
    [
      'inbound co-sell that names nobody',
      { type: 'Shared', qualification: 'SalesQualified', direction: 'Incoming' },
      'cosell',
      'inbound',
      'shared',
    ],
    [
      'outgoing deal that names nobody',
      { type: 'Independent', qualification: 'SalesQualified', direction: 'Outgoing' },
      'own',
      'outbound',
      'private',
    ],
    [
      'a solution assessment',
      { type: 'Shared', referralProgram: 'SolutionAssessment', ...by('msft') },
      'solutionAssessment',
      'inbound',
      'visible',
    ],
    ['nothing we know', { type: 'Something' }, 'unknown', 'inbound', 'visible'],
  ])('%s', (_, fields, ...told) => {
    const { kind, direction, visibility } = facts(referral(fields))
    expect([kind, direction, visibility]).toEqual(told)
  })
})

describe('where it stands', () => {
  test.each([
    ['New', 'Pending', 'New'],
    ['New', 'Received', 'Received'],
    ['new', 'PENDING', 'New'],
    ['New', null, 'New'],
    ['Active', 'Accepted', 'Accepted'],
    ['Active', null, 'Accepted'],
    ['Closed', 'Won', 'Won'],
    ['Closed', 'Lost', 'Lost'],
    ['Closed', 'Declined', 'Declined'],
    ['Closed', 'Expired', 'Expired'],
    ['Closed', 'Error', 'Error'],
    ['Closed', null, null],
    ['Closed', 'Merged', null],
    ['Active', 'OnHold', null],
    ['Archived', 'Won', null],
    [null, null, null],
  ])('%s/%s is %s', (status, substatus, stage) => expect(stageFrom(status, substatus)).toBe(stage))

  test('every move that can be sent reads back as its stage, and may be made from somewhere', () => {
    for (const [stage, fields] of Object.entries(moves)) {
      expect(facts(fields)).toMatchObject({ stage })
      const from = stage === 'Won' || stage === 'Lost' ? 'Accepted' : 'New'
      expect(mayMove(from, stage as Parameters<typeof mayMove>[1])).toMatchObject({ may: 'move' })
    }
  })

  test.each([
    ['10', null],
    ['20', 'Qualified'],
    ['40', 'Developed'],
    ['60', 'Proposed'],
    ['80', 'Negotiated'],
    ['100', null],
    ['Propose', 'Proposed'],
    ['Close', 'Negotiated'],
    ['Qualified', 'Qualified'],
    [null, null],
  ])('sales stage %s is %s', (stored, step) => {
    expect(stepFrom(stored)).toBe(step)
    if (step !== null) expect(stepFrom(salesStageFrom(step) ?? '')).toBe(step)
  })
})

describe('deadlines', () => {
  const lead = { type: 'Independent', qualification: 'Direct', expirationDateTime: '2026-12-02T00:00:00Z' }
  test.each([
    ['an inquiry', lead, true],
    ['an inquiry that was opened', { ...lead, substatus: 'Received' }, true],
    ['Contact me', { ...lead, callToAction: 'ContactMe' }, true],
    ['Get it now', { ...lead, callToAction: 'Get it now' }, false],
    ['Free trial', { ...lead, callToAction: 'FreeTrial' }, false],
    ['Test drive', { ...lead, callToAction: 'test-drive' }, false],
    ['answered', { ...lead, status: 'Active', substatus: 'Accepted' }, false],
    ['expired', { ...lead, status: 'Closed', substatus: 'Expired' }, false],
    ['our own', { ...lead, qualification: 'SalesQualified', ...by(us) }, false],
  ])('%s needs an answer: %s', (_, fields, needsAnswer) =>
    expect(facts(referral(fields))).toMatchObject({
      needsAnswer,
      answerBy: needsAnswer ? '2026-12-02T00:00:00.000Z' : null,
    }),
  )

  test('the customer who asked to be called is called within 72 hours', () => {
    expect(facts(referral({ details: { customerRequestedContact: true } }))).toMatchObject({
      wantsCallBack: true,
      callBackBy: '2026-11-21T09:12:00.123Z',
    })
    expect(facts(referral({ details: { customerRequestedContact: 'yes' } }))).toMatchObject({
      wantsCallBack: false,
      callBackBy: null,
    })
  })
})

describe('the customer', () => {
  test('names are cleaned, the domain is theirs, the D-U-N-S number is found', () => {
    const customerProfile = {
      name: ' Woodgrove&amp;Sons  GmbH ',
      address: { country: 'de' },
      ids: [
        { profileType: 'External', id: 'x' },
        { profileType: 'Duns', id: '310000000' },
      ],
      team: [{ firstName: 'Sue', email: 'Sue@Woodgrove.example', emailValidationStatus: 'Valid' }],
    }
    expect(facts(referral({ name: 'Azure &lt;3', customerProfile }))).toMatchObject({
      customer: 'Woodgrove&Sons GmbH',
      title: 'Woodgrove&Sons GmbH – Azure <3',
      customerDomain: 'woodgrove.example',
      duns: '310000000',
      country: 'DE',
      region: 'Europe',
      emailValidity: 'Valid',
      primaryContact: { firstName: 'Sue' },
    })
  })
  test.each(['sue@gmail.com', 'sue@GMX.de', 'not an address', 'a@b@c.example'])(
    '%s has no domain of the customer',
    (email) =>
      expect(facts(referral({ customerProfile: { team: [{ email }] } }))).toMatchObject({ customerDomain: null }),
  )
  test('spam is spam, whatever the address says', () =>
    expect(
      facts(referral({ isSpam: true, customerProfile: { team: [{ emailValidationStatus: 'Valid' }] } })),
    ).toMatchObject({ emailValidity: 'Spam' }))
  test.each([
    ['BR', 'Americas'],
    ['TW', 'Asia'],
    ['CH', 'Europe'],
    ['ZA', 'Africa'],
    ['NZ', 'Oceania'],
    ['NO', 'Europe'],
    ['AQ', null],
    ['Germany', null],
    [null, null],
  ])('%s is in %s', (country, region) => expect(regionFrom(country)).toBe(region))
})

test('a deal is registrable, is not, or it is not known', () => {
  expect(facts(referral({ type: 'Shared', ...by('msft') }))['registrable']).toBeNull()
  expect(facts(referral({ type: 'Independent', ...by(us) }))['registrable']).toBe(false)
  expect(facts(referral({ type: 'Independent', qualification: 'Direct' }))['registrable']).toBe(false)
  expect(facts(referral({ registrations: [{ id: '1' }] }))['registrable']).toBe(true)
})

test("Microsoft's side is left out where it was not looked up, and null where there is none", () => {
  const shared = { type: 'Shared', ...by(us) }
  expect(facts(referral(shared))).not.toHaveProperty('microsoft')
  expect(facts(referral(shared))).not.toHaveProperty('helpRequired')
  expect(facts(referral({ ...shared, relatedReferrals: [] }))).toMatchObject({
    microsoft: null,
    helpRequired: 'NoHelpRequired',
  })
  const copy = {
    id: 'b',
    organizationId: 'msft',
    status: 'Active',
    substatus: 'Accepted',
    inviteContext: { assistanceRequestCode: 'GeneralOrOther' },
  }
  expect(facts(referral({ ...shared, relatedReferrals: [copy] }))).toMatchObject({
    helpRequired: 'GeneralOrOther',
    microsoft: { referralId: 'b', stage: 'Accepted' },
  })
})

describe('whatever comes', () => {
  test('I38: facts are told of any JSON, without a throw, and of a referral they satisfy the house', () => {
    const properties = [
      'id',
      'name',
      'status',
      'substatus',
      'type',
      'details',
      'customerProfile',
      'inviteContext',
      'target',
      'team',
      'consent',
      'tags',
      'registrations',
      '__proto__',
      'constructor',
    ]
    const anything = fc.dictionary(fc.constantFrom(...properties), fc.jsonValue())
    fc.assert(
      fc.property(anything, (fields) => {
        const told = facts(fields as JsonObject)
        ReferralFacts.parse({ ...told, createdAt: told['createdAt'] ?? '2026-11-18T09:12:00Z' })
      }),
      runs(500),
    )
  })
})
