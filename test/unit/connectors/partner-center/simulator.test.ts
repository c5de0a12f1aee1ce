// The pretended Partner Center, held to Microsoft's documentation: a fake that is kinder than the API is a defect.

import { describe, expect, test } from 'vitest'
import { parseFilter } from '../../../../connectors/partner-center/simulator/filter.ts'
import {
  partnerCenterSimulator,
  type PretendedPartnerCenter,
  type PretendOptions,
  seedCompany,
} from '../../../../connectors/partner-center/simulator/index.ts'
import { facts } from '../../../../connectors/partner-center/facts.ts'
import { type Fields, isObject, type JsonObject, parseJson, type RecordId, REFERRAL, type SimulatedAnswer } from '#spi'
import { handClock, seededRandom } from '../../../support/host.ts'
import { accepted, cosell, start } from './world.ts'

const base = 'http://127.0.0.1:9701'
const clock = (): ReturnType<typeof handClock> => handClock(start)

function pretend(options: Partial<PretendOptions> = {}, time = clock()): PretendedPartnerCenter {
  const random = seededRandom(3)
  return partnerCenterSimulator({
    auth: 'off',
    now: () => time.now(),
    random: () => random.next(),
    baseUrl: () => base,
    ...options,
  })
}

interface Said {
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

async function ask(
  pc: PretendedPartnerCenter,
  method: string,
  path: string,
  said: Said = {},
): Promise<SimulatedAnswer> {
  const url = new URL(`${base}/v1.0/engagements/referrals${path}`)
  const headers = { 'content-type': 'application/json', ...said.headers }
  return await pc.handle({ method, url, headers, body: said.body === undefined ? '' : JSON.stringify(said.body) })
}
const bodyOf = ({ body }: SimulatedAnswer): JsonObject => {
  const parsed = parseJson(body)
  return isObject(parsed) ? parsed : {}
}
const codeOf = (answer: SimulatedAnswer): unknown => (bodyOf(answer)['error'] as JsonObject | undefined)?.['code']
const fields = (pc: PretendedPartnerCenter, id: RecordId): Fields => pc.desk.read(REFERRAL, id)?.fields ?? {}
const add = (pc: PretendedPartnerCenter, given: JsonObject): RecordId => pc.desk.add(REFERRAL, given)
const replace = (path: string, value: unknown): unknown => ({ op: 'replace', path, value })

describe('$filter', () => {
  const row = {
    status: 'New',
    type: 'Shared',
    direction: 'Incoming',
    details: { dealValue: 5 },
    customerProfile: { address: { country: 'US' } },
    team: [{ email: 'x@y.z' }],
    updatedDateTime: '2026-11-20T14:00:00.0000000Z',
  }
  test.each([
    ["status eq 'New'", true],
    ["status eq 'Active'", false],
    ["(type eq 'Shared' and direction eq 'Incoming')", true],
    ["type eq 'Shared' and (direction eq 'Outgoing')", false],
    ["customerProfile/address/country eq 'US'", true],
    ["team/any(t:t/email eq 'x@y.z')", true],
    ["team/any(t:t/email eq 'it''s')", false],
    ["engagementId eq 'a'", false],
  ])('strict: %s', (text, fits) => expect(parseFilter(text, 'strict')(row)).toBe(fits))
  test.each([
    "status eq 'New' or type eq 'Shared'",
    "status ne 'New'",
    'details/dealValue gt 3',
    "contains(name,'x')",
    "externalReferenceId eq 'a'",
    'updatedDateTime gt 2026-01-01T00:00:00Z',
    'status eq New',
    "status eq 'New",
    "status eq 'New')",
    'and',
    '',
  ])('strict refuses what nobody promised: %s', (text) =>
    expect(() => parseFilter(text, 'strict')).toThrow(/not valid/),
  )
  test.each([
    ["status eq 'New' or type eq 'Other'", true],
    ['details/dealValue gt 3 and details/dealValue le 5', true],
    ["startswith(status,'Ne') and contains(type,'hare')", true],
    ['updatedDateTime ge 2026-11-20T14:00:00Z', false],
    ['status ne null', true],
  ])('generous: %s', (text, fits) => expect(parseFilter(text, 'generous')(row)).toBe(fits))
})

describe('the list', () => {
  test('pages of a hundred, with a total and an opaque link', async () => {
    const pc = pretend()
    for (let n = 0; n < 120; n += 1) add(pc, cosell())
    const first = bodyOf(await ask(pc, 'GET', ''))
    expect([(first['value'] as unknown[]).length, first['@odata.count']]).toEqual([100, 120])
    const link = new URL(typeof first['@odata.nextLink'] === 'string' ? first['@odata.nextLink'] : '')
    expect([...link.searchParams.keys()]).toEqual(['$skiptoken'])
    expect(bodyOf(await ask(pc, 'GET', link.search))['value']).toHaveLength(20)
  })
  test.each([
    ['?$orderby=name desc', 400],
    ['?$orderby=updatedDateTime sideways', 400],
    ['?$top=ten', 400],
    ['?$apply=x', 400],
    ['?$skiptoken=forged', 400],
    ['?$top=1&$select=id,status&$orderby=createdDateTime', 200],
  ])('%s is answered with %d', async (query, status) => {
    const pc = pretend()
    add(pc, cosell())
    const answer = await ask(pc, 'GET', query)
    expect(answer.status).toBe(status)
    if (status === 200) expect(bodyOf(answer)['value']).toEqual([{ id: expect.any(String), status: 'New' }])
  })
})

describe('PATCH', () => {
  test.each([
    ['remove', [{ op: 'remove', path: '/name' }]],
    ['test', [{ op: 'test', path: '/name', value: 'x' }]],
    ['move', [{ op: 'move', from: '/name', path: '/campaignId' }]],
    ['no list', replace('/name', 'x')],
    ['no path', [{ op: 'replace', value: 'x' }]],
    ['an unknown property', [replace('/nonsense', 'x')]],
    ['a path into nothing', [replace('/details/nothing/deeper', 'x')]],
    ['an entry that is not there', [replace('/team/7/email', 'x')]],
    ["the customer's name", [replace('/customerProfile/name', 'x')]],
    ["the customer's country", [replace('/customerProfile/address/country', 'US')]],
    [
      'the contacts of a shared deal',
      [{ op: 'add', path: '/customerProfile/team/-', value: { email: 'a@b.example' } }],
    ],
    ['what the service owns', [replace('/createdDateTime', 'x')]],
    ['the location', [replace('/mpnId', '1')]],
    ['an amount that is none', [replace('/details/dealValue', 'much')]],
    ['a consent', [replace('/consent/consentToContact', true)]],
    [
      'taking sharing back',
      [
        replace('/consent/consentToShareReferralWithMicrosoftSellers', true),
        replace('/consent/consentToShareReferralWithMicrosoftSellers', false),
      ],
    ],
    ['a registration of an open deal', [{ op: 'add', path: '/registrations/-', value: {} }]],
    [
      'accepting without a value',
      [
        replace('/status', 'Active'),
        replace('/substatus', 'Accepted'),
        replace('/details/dealValue', '0'),
        replace('/name', ''),
      ],
    ],
    ['declining without a reason', [replace('/status', 'Closed'), replace('/substatus', 'Declined')]],
    ['half a move', [replace('/status', 'Closed')]],
  ])('refuses %s, and changes nothing', async (what, patch) => {
    const pc = pretend()
    const consent = { consentToShareReferralWithMicrosoftSellers: what.startsWith('taking') }
    const id = add(pc, cosell({ consent }))
    const before = fields(pc, id)
    const answer = await ask(pc, 'PATCH', `/${id}`, { body: patch })
    expect([answer.status, codeOf(answer)]).toEqual([400, 'invalidRequest'])
    expect(fields(pc, id)).toEqual(before)
  })

  test('accepts numeric text, renews the eTag and the stamp, and answers as it was preferred', async () => {
    const time = clock()
    const pc = pretend({}, time)
    const id = add(pc, accepted())
    const before = fields(pc, id)
    time.turn(5_000)
    const quiet = await ask(pc, 'PATCH', `/${id}`, { body: [replace('/details/dealValue', '10000')] })
    expect([quiet.status, quiet.body]).toEqual([204, ''])
    expect(fields(pc, id)).toMatchObject({
      details: { dealValue: 10_000 },
      updatedDateTime: '2026-11-20T14:00:05.0000000Z',
    })
    expect(fields(pc, id)['eTag']).not.toBe(before['eTag'])
    const prefer = { prefer: 'return=representation', 'content-type': 'application/json-patch+json' }
    const patch = [{ op: 'add', path: '/team/-', value: { email: 'a@b.example' } }]
    const shown = await ask(pc, 'PATCH', `/${id}`, { body: patch, headers: prefer })
    expect(shown.status).toBe(200)
    expect(bodyOf(shown)['team']).toMatchObject([{ email: 'a@b.example', contactPreference: { locale: null } }])
    expect(shown.headers['etag']).toBe(bodyOf(shown)['eTag'])
  })

  test('If-Match is optional, and heeded where it is sent', async () => {
    const pc = pretend()
    const id = add(pc, accepted())
    const stale = await ask(pc, 'PATCH', `/${id}`, { body: [replace('/name', 'x')], headers: { 'if-match': '"old"' } })
    expect(stale.status).toBe(412)
    expect(bodyOf(stale)).toMatchObject({
      error: { code: 'preconditionFailed', innerError: { code: 'resourceModified' } },
    })
    expect((await ask(pc, 'PATCH', `/${id}`, { body: [replace('/name', 'x')] })).status).toBe(204)
  })

  test('a won deal can be registered, and nothing else of it can be changed', async () => {
    const pc = pretend()
    const id = add(pc, accepted({ status: 'Closed', substatus: 'Won' }))
    const registration = { op: 'add', path: '/registrations/-', value: { contract: { value: 30_000 } } }
    expect((await ask(pc, 'PATCH', `/${id}`, { body: [registration] })).status).toBe(204)
    expect(
      (await ask(pc, 'PATCH', `/${id}`, { body: [replace('/registrations/0/contract/value', 31_000)] })).status,
    ).toBe(204)
    expect((await ask(pc, 'PATCH', `/${id}`, { body: [replace('/details/notes', 'x')] })).status).toBe(400)
  })

  test.each([
    ['PUT', '/a', 404],
    ['DELETE', '', 405],
  ])('%s is not served', async (method, path, status) =>
    expect((await ask(pretend(), method, path)).status).toBe(status),
  )
})

describe('POST', () => {
  const deal = {
    type: 'Independent',
    customerProfile: { name: 'C', address: { country: 'DE' } },
    consent: { ConsentToContact: true },
    details: {},
    status: 'New',
    substatus: 'Pending',
  }
  test('an own deal is active from its first moment, whatever was asked for; names bind whatever their case', async () => {
    const answer = await ask(pretend(), 'POST', '', { body: deal })
    expect([answer.status, bodyOf(answer)]).toEqual([
      201,
      expect.objectContaining({
        status: 'Active',
        substatus: 'Accepted',
        expirationDateTime: null,
        organizationName: 'Fabrikam',
        consent: expect.objectContaining({ consentToContact: true }),
      }),
    ])
  })
  test.each(['type', 'customerProfile', 'consent', 'details'])('%s is required', async (name) => {
    const { [name as keyof typeof deal]: _, ...rest } = deal
    expect((await ask(pretend(), 'POST', '', { body: rest })).status).toBe(400)
  })
  test('a co-sell is two referrals of one engagement, the second waiting for Microsoft', async () => {
    const pc = pretend()
    const shared = { ...deal, type: 'Shared', details: { requirements: { solutions: [{ id: 'SOL-1' }] } } }
    const own = bodyOf(
      await ask(pc, 'POST', '', { body: { ...shared, target: [{ type: 'SolutionProfile', id: 'SOL-1' }] } }),
    )
    const { engagementId } = own
    const invite = { ...shared, engagementId, target: [{ type: 'BusinessProfileLocation', id: 'msft' }] }
    expect(bodyOf(await ask(pc, 'POST', '', { body: invite }))).toMatchObject({
      engagementId,
      status: 'New',
      substatus: 'Pending',
      organizationId: 'msft',
      expirationDateTime: '2026-12-04T00:00:00.0000000Z',
    })
    expect((await ask(pc, 'POST', '', { body: invite })).status).toBe(400)
    const uri = new URL((own['links'] as { relatedReferrals: { uri: string } }).relatedReferrals.uri)
    expect(bodyOf(await ask(pc, 'GET', uri.search))['value']).toHaveLength(2)
    expect(bodyOf(await ask(pc, 'GET', ''))['value']).toHaveLength(1)
  })
})

describe('time', () => {
  const day = 24 * 3_600_000
  test('what nobody answers expires after fourteen days, at midnight UTC, and hides its contact', async () => {
    const time = clock()
    const pc = pretend({}, time)
    const lead = { type: 'Independent', qualification: 'Direct', expirationDateTime: '2026-12-04T00:00:00.0000000Z' }
    const id = add(pc, cosell({ ...lead, customerProfile: { team: [{ email: 'a@b.example' }] } }))
    time.turn(13 * day + 10 * 3_600_000 - 1)
    await pc.tick()
    expect(fields(pc, id)).toMatchObject({ status: 'New' })
    time.turn(1)
    await pc.tick()
    expect(fields(pc, id)).toMatchObject({ status: 'Closed', substatus: 'Expired', customerProfile: { team: [] } })
  })
  test('informational offer leads do not expire; they are archived after six months', async () => {
    const time = clock()
    const pc = pretend({}, time)
    const id = add(pc, cosell({ type: 'Independent', qualification: 'Direct', callToAction: 'GetItNow' }))
    time.turn(180 * day)
    await pc.tick()
    expect(fields(pc, id)).toMatchObject({ status: 'New' })
    time.turn(10 * day)
    await pc.tick()
    expect(pc.desk.read(REFERRAL, id)).toBeUndefined()
  })
  test.each([
    [
      'accept',
      { status: 'Active', substatus: 'Accepted', trackingInfo: { microsoftMsxId: expect.stringMatching(/^7-/) } },
    ],
    ['decline', { status: 'Closed', substatus: 'Declined' }],
    ['win', { status: 'Closed', substatus: 'Won' }],
    ['ignore', { status: 'Closed', substatus: 'Expired' }],
  ] as const)("Microsoft's seller may %s", async (does, outcome) => {
    const time = clock()
    const pc = pretend({ seller: () => ({ afterMs: day, does }) }, time)
    const own = add(pc, accepted())
    const { engagementId = null } = fields(pc, own)
    const copy = add(
      pc,
      cosell({ organizationId: 'msft', engagementId, expirationDateTime: '2026-12-04T00:00:00.0000000Z' }),
    )
    await pc.tick()
    expect(fields(pc, copy)).toMatchObject({ status: 'New' })
    time.turn(15 * day)
    await pc.tick()
    expect(fields(pc, copy)).toMatchObject(outcome)
  })
  test('a change may reach the list late, and a single read at once', async () => {
    const time = clock()
    const pc = pretend({}, time)
    const id = add(pc, accepted())
    pc.setListLag(60_000)
    pc.desk.edit(REFERRAL, id, { name: 'Edited' })
    const listed = async (): Promise<unknown> =>
      (bodyOf(await ask(pc, 'GET', ''))['value'] as JsonObject[])[0]?.['name']
    expect([await listed(), bodyOf(await ask(pc, 'GET', `/${id}`))['name']]).toEqual(['Azure migration', 'Edited'])
    time.turn(60_000)
    expect(await listed()).toBe('Edited')
  })
})

describe('mishaps on request', () => {
  test.each([
    [{ is: 'throttled', seconds: 57 }, 429, 'Azure migration'],
    [{ is: 'unavailable', seconds: 5 }, 503, 'Azure migration'],
    [{ is: 'stale eTag' }, 412, 'Azure migration'],
    [{ is: 'gateway timeout after the change' }, 504, 'New'],
  ] as const)('%j answers a write with %d, once', async (mishap, status, name) => {
    const pc = pretend()
    const id = add(pc, accepted())
    pc.mishap(mishap)
    const write = async (): Promise<number> =>
      (await ask(pc, 'PATCH', `/${id}`, { body: [replace('/name', 'New')] })).status
    expect(await write()).toBe(status)
    expect(fields(pc, id)['name']).toBe(name)
    expect(await write()).toBe(204)
  })
  test('the gateway has an envelope of its own', async () => {
    const pc = pretend()
    pc.mishap({ is: 'throttled', seconds: 57 })
    const answer = await ask(pc, 'GET', '')
    expect([bodyOf(answer), answer.headers['retry-after']]).toEqual([
      { statusCode: 429, message: 'Rate limit is exceeded. Try again in 57 seconds.' },
      '57',
    ])
  })
})

describe('the company', () => {
  const pc = pretend()
  const told = seedCompany(pc, start).map((id) => facts(fields(pc, id)))
  test('has twenty-five referrals of every kind and in every stage', () => {
    expect(told).toHaveLength(25)
    expect(new Set(told.map(({ kind }) => kind))).toEqual(new Set(['lead', 'cosell', 'own', 'partnerToPartner']))
    expect(new Set(told.map(({ stage }) => stage))).toEqual(
      new Set(['New', 'Received', 'Accepted', 'Won', 'Lost', 'Declined', 'Expired', 'Error']),
    )
    expect(new Set(told.map(({ region }) => region))).toEqual(new Set(['Europe', 'Americas', 'Asia']))
  })
  test('with deadlines around the clock’s now, and none for what cannot expire', () => {
    const due = told.filter(({ needsAnswer }) => needsAnswer).map(({ answerBy }) => answerBy)
    expect(due.length).toBeGreaterThan(6)
    expect(due.every((at) => typeof at === 'string' && at > start)).toBe(true)
    expect(due.some((at) => typeof at === 'string' && at < '2026-11-21')).toBe(true)
  })
})
