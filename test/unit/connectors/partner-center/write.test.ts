import { afterEach, describe, expect, test } from 'vitest'
import { type JsonObject, type RecordId, REFERRAL, type Receipt, version } from '#spi'
import { codes } from '../../../../connectors/partner-center/codes.ts'
import { moves } from '../../../../connectors/partner-center/lifecycle.ts'
import { partnerMoves, standing } from '../../../../connectors/partner-center/simulator/transitions.ts'
import { accepted, add, cosell, one, openWorld, still, update, type World, type WorldOptions } from './world.ts'

let world: World
const open = async (options: WorldOptions = {}): Promise<World> => (world = await openWorld(options))
afterEach(async () => await world.close())

const write = async (id: RecordId, fields: JsonObject): Promise<Receipt> => {
  const { version: expect } = await one(world.session, id)
  const [receipt] = await world.session.write([update(id, expect, fields)], still)
  return receipt as Receipt
}
const fieldsOf = (id: RecordId): JsonObject => world.pc.desk.read(REFERRAL, id)?.fields ?? {}
const patches = (): unknown[] =>
  world.served.calls.filter(({ method }) => method === 'PATCH').map(({ body }) => JSON.parse(body))

describe('an update', () => {
  test('sends only what differs, as a JSON Patch, guarded by the eTag of the plan', async () => {
    await open()
    const id = add(world, accepted())
    const { version: expected } = await one(world.session, id)
    const receipt = await write(id, { 'details.dealValue': '62500.50', name: 'Rollout' })
    const call = world.served.calls.findLast(({ method }) => method === 'PATCH')
    expect(call?.headers).toMatchObject({
      'if-match': expected,
      prefer: 'return=representation',
      'content-type': 'application/json',
      'client-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    expect(patches()).toEqual([
      [
        { op: 'replace', path: '/name', value: 'Rollout' },
        { op: 'replace', path: '/details/dealValue', value: '62500.5' },
      ],
    ])
    expect(receipt).toEqual({ outcome: 'written', id, version: (await one(world.session, id)).version })
  })

  test.each([
    ['name', 'A new name', '/name', 'A new name'],
    ['details.dealValue', '10000.005', '/details/dealValue', '10000.005'],
    ['details.dealValue', 84000, '/details/dealValue', '84000'],
    ['details.currency', 'chf', '/details/currency', 'CHF'],
    ['details.closingDateTime', '2026-12-18', '/details/closingDateTime', '2026-12-18T00:00:00Z'],
    ['details.closingDateTime', '2026-12-18T18:30:00.000Z', '/details/closingDateTime', '2026-12-18T18:30:00Z'],
    ['details.notes', 'Line one\nLine two', '/details/notes', 'Line one\nLine two'],
    ['details.notes', null, '/details/notes', null],
    ['externalReferenceId', '006Qy00000Abf90', '/externalReferenceId', '006Qy00000Abf90'],
    ['campaignId', 'spring', '/campaignId', 'spring'],
    ['salesStage', 'Developed', '/salesStage', '40'],
    ['salesStage', '60', '/salesStage', '60'],
    ['favorite', true, '/favorite', true],
    ['tags', ['a', 'b'], '/tags', ['a', 'b']],
  ])('%s: %j is sent as %s %j', async (field, value, path, wire) => {
    await open()
    const id = add(world, accepted())
    expect(await write(id, { [field]: value })).toMatchObject({ outcome: 'written' })
    expect(patches()).toEqual([[{ op: 'replace', path, value: wire }]])
  })

  test.each([
    ['details.dealValue', null, 'DB-3411'],
    ['details.dealValue', 'a lot', 'DB-3411'],
    ['details.dealValue', '-5', 'DB-3411'],
    ['details.dealValue', '1e400', 'DB-3411'],
    ['details.currency', 'Euro', 'DB-3411'],
    ['details.closingDateTime', null, 'DB-3411'],
    ['details.closingDateTime', '2026-02-30', 'DB-3411'],
    ['name', '', 'DB-3411'],
    ['name', 'lone \ud800 surrogate', 'DB-3411'],
    ['details.notes', 'x'.repeat(20_001), 'DB-3411'],
    ['salesStage', 'Somewhere', 'DB-3411'],
    ['consent.consentToShareReferralWithMicrosoftSellers', false, 'DB-3411'],
    ['team', [{ firstName: 'Nobody' }], 'DB-3411'],
    ['ref.helpRequired', 'Coffee', 'DB-3411'],
    ['customerProfile.name', 'Other', 'DB-3407'],
    ['details/dealValue', '5', 'DB-3407'],
    ['__proto__', {}, 'DB-3407'],
    ['registrations', [], 'DB-3407'],
  ])('%s: %j is refused before anything is sent (%s)', async (field, value, code) => {
    await open()
    const id = add(world, accepted())
    const fields = Object.fromEntries([[field, value]])
    const receipt = await write(id, { name: 'Fine', ...fields, [field]: value })
    expect(receipt).toMatchObject({ outcome: 'refused', error: { code, remedy: 'needs-human' } })
    expect(patches()).toEqual([])
  })

  test('F30: a stale plan is refused by the eTag, and says so', async () => {
    await open()
    const id = add(world, accepted())
    const { version: expected } = await one(world.session, id)
    world.pc.desk.edit(REFERRAL, id, { name: 'Edited by somebody' })
    const [receipt] = await world.session.write([update(id, expected, { name: 'Ours' })], still)
    expect(receipt).toEqual({ outcome: 'stale' })
    expect(fieldsOf(id)['name']).toBe('Edited by somebody')
  })

  test('a conflict that says the resource was modified is stale too', async () => {
    await open()
    const id = add(world, accepted())
    const body = JSON.stringify({ error: { code: 'resourceModified', message: 'Modified.' } })
    const answer = { status: 409, headers: { 'content-type': 'application/json' }, body }
    world.served.breaks = ({ method }) => (method === 'PATCH' ? { do: 'answer', answer } : undefined)
    expect(await write(id, { name: 'Ours' })).toEqual({ outcome: 'stale' })
  })

  test('people and solutions are added once, whoever is there already', async () => {
    await open()
    const anna = { email: 'anna.meier@fabrikam.example', firstName: 'Anna', lastName: 'Meier' }
    const id = add(world, accepted({ team: [anna] }))
    const team = [{ email: 'Anna.Meier@fabrikam.example' }, 'mei.tan@fabrikam.example', 'mei.tan@fabrikam.example']
    const fields = { team, 'details.requirements.solutions': ['SOL-1', { id: 'SOL-1' }, 'SOL-2'] }
    expect(await write(id, fields)).toMatchObject({ outcome: 'written' })
    expect(await write(id, fields)).toMatchObject({ outcome: 'already-there' })
    expect(patches()).toEqual([
      [
        { op: 'add', path: '/team/-', value: { email: 'mei.tan@fabrikam.example' } },
        { op: 'add', path: '/details/requirements/solutions/-', value: { id: 'SOL-1', type: 'Name' } },
        { op: 'add', path: '/details/requirements/solutions/-', value: { id: 'SOL-2', type: 'Name' } },
      ],
    ])
  })

  test("a customer's contact is added to an own deal, and never to a co-sell", async () => {
    await open()
    const own = add(world, accepted({ type: 'Independent' }))
    const shared = add(world, accepted())
    const fields = { 'customerProfile.team': ['sue.smith@contoso.example'] }
    expect(await write(own, fields)).toMatchObject({ outcome: 'written' })
    expect(await write(shared, fields)).toMatchObject({ outcome: 'refused', error: { code: 'DB-3407' } })
  })

  test('no message and no log line repeats what was sent or quoted', async () => {
    await open()
    const id = add(world, accepted())
    const secret = 'Contoso AG secret plan'
    const message = `The value ${secret} of "Sue Smith" <sue@contoso.example> is too bold.`
    const answer = { status: 400, headers: {}, body: JSON.stringify({ error: { code: 'invalidRequest', message } }) }
    world.served.breaks = ({ method }) => (method === 'PATCH' ? { do: 'answer', answer } : undefined)
    const receipt = await write(id, { name: secret })
    expect(receipt).toMatchObject({ outcome: 'refused', error: { code: 'DB-3401', facts: { said: 'invalidRequest' } } })
    const all = JSON.stringify([receipt, (receipt as { error: Error }).error.message, world.host.logLines])
    expect(all).toMatch(/is too bold/)
    expect(all).not.toMatch(/secret plan|Sue|contoso\.example/)
  })
})

describe('moves', () => {
  const stages = [
    'New/Pending',
    'New/Received',
    'Active/Accepted',
    'Closed/Won',
    'Closed/Lost',
    'Closed/Declined',
    'Closed/Expired',
    'Closed/Error',
  ]
  const wanted = {
    Accepted: 'Active/Accepted',
    Won: 'Closed/Won',
    Lost: 'Closed/Lost',
    Declined: 'Closed/Declined',
    Error: 'Closed/Error',
  } as const
  const table = stages.flatMap((from) =>
    Object.entries(wanted).map(([stage, to]) => ({
      from,
      stage,
      to,
      allowed: partnerMoves[from]?.includes(to) ?? false,
    })),
  )

  for (const illegalMove of [400, 409, 422] as const)
    test.each(table)(`${illegalMove}: $from to $stage: allowed $allowed`, async ({ from, stage, to, allowed }) => {
      await open({ pretend: { illegalMove } })
      const [status, substatus] = from.split('/')
      const id = add(world, cosell({ status: status ?? '', substatus: substatus ?? '' }))
      const move = moves[stage as keyof typeof moves] ?? {}
      const receipt = await write(id, { ...move, statusReason: 'Customer did not respond' })
      const after = standing(fieldsOf(id))
      if (from === to && from.startsWith('Closed')) {
        expect(receipt).toMatchObject({ outcome: 'already-there' })
        expect(patches()).toEqual([])
      } else if (allowed) {
        expect(receipt).toMatchObject({ outcome: 'written', id })
        expect(after).toBe(to)
      } else {
        expect(receipt).toMatchObject({ outcome: 'refused', error: { code: 'DB-3402', remedy: 'needs-human' } })
        expect(after).toBe(from)
      }
      if (from.startsWith('Closed')) expect(patches()).toEqual([])
    })

  test('edits, status, substatus and reason go together, the move last', async () => {
    await open()
    const id = add(world, accepted())
    await write(id, { statusReason: 'Budget', status: 'Closed', substatus: 'Lost', 'details.dealValue': '5' })
    expect(patches()).toEqual([
      [
        { op: 'replace', path: '/details/dealValue', value: '5' },
        { op: 'replace', path: '/status', value: 'Closed' },
        { op: 'replace', path: '/substatus', value: 'Lost' },
        { op: 'replace', path: '/statusReason', value: 'Budget' },
      ],
    ])
  })

  test('F8: the answer to a close is lost: unknown; the next attempt finds it closed and sends nothing', async () => {
    await open()
    const id = add(world, accepted())
    world.served.breaks = ({ method }) => (method === 'PATCH' ? { do: 'cut-after' } : undefined)
    const won = { status: 'Closed', substatus: 'Won' }
    const { version: expected } = await one(world.session, id)
    const [first] = await world.session.write([update(id, expected, won)], still)
    expect(first).toMatchObject({ outcome: 'unknown', error: { code: 'DB-3406', remedy: 'retry-later' } })
    world.served.breaks = () => undefined
    const [second] = await world.session.write([update(id, expected, won)], still)
    expect(second).toMatchObject({ outcome: 'already-there', id })
    expect(patches()).toHaveLength(1)
  })

  test('T22b: a close that came first is seen even where the server ignores If-Match', async () => {
    await open({ pretend: { ifMatch: 'ignored' } })
    const id = add(world, accepted())
    const { version: expected } = await one(world.session, id)
    world.pc.desk.edit(REFERRAL, id, { status: 'Closed', substatus: 'Lost' })
    const [receipt] = await world.session.write([update(id, expected, { status: 'Closed', substatus: 'Won' })], still)
    expect(receipt).toEqual({ outcome: 'stale' })
    expect(patches()).toEqual([])
  })
})

describe('a create', () => {
  const key = '006qy00000abf90' as Parameters<typeof makeCreate>[0]
  const makeCreate = (linkKey: import('#spi').CreateWrite['key'], fields: JsonObject): import('#spi').CreateWrite => ({
    do: 'create',
    kind: REFERRAL,
    key: linkKey,
    keyField: 'externalReferenceId',
    fields,
  })
  const deal: JsonObject = {
    externalReferenceId: '006Qy00000Abf90',
    name: 'Azure migration',
    'customerProfile.name': 'Contoso AG',
    'customerProfile.address.country': 'DE',
    'customerProfile.team': [{ email: 'sue.smith@contoso.example', firstName: 'Sue', lastName: 'Smith' }],
    'details.dealValue': '9007199254740993.10',
    'details.currency': 'EUR',
    'details.closingDateTime': '2026-12-18',
    'details.requirements.solutions': ['SOL-41000-FAB'],
    'consent.consentToContact': true,
    'consent.consentToToShareInfoWithOthers': true,
  }
  const posts = (): JsonObject[] =>
    world.served.calls
      .filter(({ method, url }) => method === 'POST' && url.pathname.endsWith('/referrals'))
      .map(({ body }) => JSON.parse(body) as JsonObject)
  const make = async (fields: JsonObject): Promise<Receipt> =>
    (await world.session.write([makeCreate(key, fields)], still))[0] as Receipt
  const all = (): readonly unknown[] => world.pc.desk.all(REFERRAL)

  test("becomes the partner's own deal, private unless asked otherwise, with every digit of its value", async () => {
    await open()
    const receipt = await make(deal)
    expect(receipt).toMatchObject({ outcome: 'written' })
    expect(posts()).toMatchObject([
      {
        type: 'Independent',
        qualification: 'SalesQualified',
        target: [],
        consent: { consentToShareReferralWithMicrosoftSellers: false },
      },
    ])
    expect(world.served.calls.at(-1)?.body).toContain('"dealValue":9007199254740993.1')
    const made = await one(world.session, receipt.outcome === 'written' ? receipt.id : '')
    expect(made.fields['ref']).toMatchObject({
      kind: 'own',
      direction: 'outbound',
      stage: 'Accepted',
      visibility: 'private',
    })
    expect(made.fields['externalReferenceId']).toBe('006Qy00000Abf90')
  })

  test('with help asked for, a pair: our deal and the copy for Microsoft in one engagement', async () => {
    await open({ settings: { read: { microsoft: true } } })
    const receipt = await make({ ...deal, 'ref.helpRequired': 'QuotesOrLicensing' })
    expect(receipt).toMatchObject({ outcome: 'written' })
    const [own, copy] = posts()
    expect(own).toMatchObject({ type: 'Shared', target: [{ type: 'SolutionProfile', id: 'SOL-41000-FAB' }] })
    expect(copy).toMatchObject({
      type: 'Shared',
      target: [{ type: 'BusinessProfileLocation', id: 'msft' }],
      inviteContext: { assistanceRequestCode: 'QuotesOrLicensing' },
    })
    const made = await one(world.session, receipt.outcome === 'written' ? receipt.id : '')
    expect(made.fields['ref']).toMatchObject({
      kind: 'cosell',
      helpRequired: 'QuotesOrLicensing',
      microsoft: { stage: 'New', status: 'New' },
    })
    world.clock.turn(27 * 3_600_000)
    expect((await one(world.session, made.id)).fields['ref']).toMatchObject({
      microsoftMsxId: expect.stringMatching(/^7-\d{10}$/),
      microsoft: { stage: 'Accepted' },
      microsoftTeam: [{ lastName: 'Counts' }],
    })
  })

  test('F6, F28: a lost answer is unknown, and the repeated create finds the deal instead of making a second', async () => {
    await open()
    for (const fault of [
      { do: 'cut-after' },
      { do: 'answer-after', answer: { status: 502, headers: {}, body: '' } },
    ] as const) {
      world.served.breaks = ({ method }) => (method === 'POST' ? fault : undefined)
      const fields = { ...deal, externalReferenceId: `006-${fault.do}` }
      expect(await make(fields)).toMatchObject({ outcome: 'unknown', error: { code: 'DB-3406' } })
      world.served.breaks = () => undefined
      const found = await world.session.find(
        [
          {
            shape: { kind: REFERRAL, fields: [] },
            by: { key: { field: 'externalReferenceId', value: `006-${fault.do}` } },
          },
        ],
        still,
      )
      expect(found[0]).toHaveLength(1)
      expect(await make(fields)).toMatchObject({ outcome: 'already-there', id: found[0]?.[0]?.id })
    }
    expect(all()).toHaveLength(2)
  })

  test('F16: a success that shows no referral is a lost answer', async () => {
    await open()
    world.served.breaks = ({ method }) =>
      method === 'POST' ? { do: 'answer-after', answer: { status: 204, headers: {}, body: '' } } : undefined
    expect(await make(deal)).toMatchObject({ outcome: 'unknown' })
    world.served.breaks = () => undefined
    expect(await make(deal)).toMatchObject({ outcome: 'already-there' })
  })

  test('a pair that was cut in the middle is completed, not doubled', async () => {
    await open()
    let post = 0
    world.served.breaks = ({ method }) => (method === 'POST' && (post += 1) === 2 ? { do: 'cut-before' } : undefined)
    const shared = { ...deal, 'ref.helpRequired': 'GeneralOrOther' }
    expect(await make(shared)).toMatchObject({ outcome: 'unknown' })
    world.served.breaks = ({ method }) => (method === 'POST' ? { do: 'cut-after' } : undefined)
    expect(await make(shared)).toMatchObject({ outcome: 'unknown' })
    world.served.breaks = () => undefined
    expect(await make(shared)).toMatchObject({ outcome: 'already-there' })
    expect(all()).toHaveLength(2)
  })

  test.each([
    [{ name: null }, 'DB-3411'],
    [{ 'customerProfile.address.country': 'Germany' }, 'DB-3411'],
    [{ 'details.dealvalue': '5' }, 'DB-3407'],
    [{ 'ref.helpRequired': 'Pricing', 'consent.consentToContact': false }, 'DB-3408'],
    [{ 'ref.helpRequired': 'Pricing', 'details.requirements.solutions': [] }, 'DB-3408'],
    [{ 'ref.helpRequired': 'Pricing', 'customerProfile.team': [] }, 'DB-3408'],
  ])('with %j it is refused before anything is sent (%s)', async (other, code) => {
    await open()
    expect(await make({ ...deal, ...other })).toMatchObject({ outcome: 'refused', error: { code } })
    expect(posts()).toEqual([])
  })

  test('what is missing is named', async () => {
    await open()
    const receipt = await make({ name: 'Alone' })
    expect(receipt).toMatchObject({ outcome: 'refused', error: { code: 'DB-3408' } })
    expect((receipt as { error: Error }).error.message).toContain('customerProfile.address.country')
  })

  test('two deals with one reference: none is taken', async () => {
    await open()
    for (let n = 0; n < 2; n += 1) add(world, accepted({ externalReferenceId: '006Qy00000Abf90' }))
    expect(await make(deal)).toMatchObject({ outcome: 'refused', error: { code: 'DB-3412' } })
  })

  test('an own deal is upgraded when help is asked for later, and only once', async () => {
    await open()
    const receipt = await make(deal)
    const id = receipt.outcome === 'written' ? receipt.id : ('' as RecordId)
    const ask = { 'ref.helpRequired': 'GeneralOrOther' }
    expect(await write(id, ask)).toMatchObject({ outcome: 'written' })
    expect(await write(id, ask)).toMatchObject({ outcome: 'already-there' })
    expect(all()).toHaveLength(2)
    expect(fieldsOf(id)).toMatchObject({
      type: 'Shared',
      consent: { consentToShareReferralWithMicrosoftSellers: true },
    })
  })

  test('Microsoft refusing its copy is told, while our own deal stands', async () => {
    await open()
    let post = 0
    const answer = {
      status: 400,
      headers: {},
      body: JSON.stringify({ error: { code: 'invalidRequest', message: 'No.' } }),
    }
    world.served.breaks = ({ method }) =>
      method === 'POST' && (post += 1) === 2 ? { do: 'answer', answer } : undefined
    const shared = { ...deal, 'ref.helpRequired': 'GeneralOrOther' }
    expect(await make(shared)).toMatchObject({ outcome: 'refused', error: { code: 'DB-3409' } })
    expect(all()).toHaveLength(1)
  })
})

describe('a batch', () => {
  test('has one receipt for each write, in order; one that fails does not hold the others', async () => {
    await open()
    const ids = Array.from({ length: 4 }, (_, n) => add(world, accepted({ name: `Deal ${n}` })))
    const versions = await Promise.all(ids.map(async (id) => (await one(world.session, id)).version))
    const [, second] = ids
    if (second) world.pc.desk.edit(REFERRAL, second, { name: 'Edited' })
    const batch = ids.map((id, n) => update(id, versions[n] ?? null, n === 2 ? { nonsense: 1 } : { name: `New ${n}` }))
    const receipts = await world.session.write(batch, still)
    expect(receipts.map(({ outcome }) => outcome)).toEqual(['written', 'stale', 'refused', 'written'])
  })

  test('F33: after "wait" nothing more is sent, and the rest is certainly not written', async () => {
    await open()
    const ids = Array.from({ length: 3 }, () => add(world, accepted()))
    const versions = await Promise.all(ids.map(async (id) => (await one(world.session, id)).version))
    world.pc.mishap({ is: 'throttled', seconds: 57 })
    const receipts = await world.session.write(
      ids.map((id, n) => update(id, versions[n] ?? null, { name: 'New' })),
      still,
    )
    const wait = {
      outcome: 'refused',
      error: { code: 'DB-1203', remedy: 'retry-later', notBefore: '2026-11-20T14:00:57.000Z' },
    }
    expect(receipts).toMatchObject([wait, wait, wait])
    expect(patches()).toHaveLength(1)
    world.clock.turn(56_999)
    expect(
      (await world.session.write([update(ids[0] as RecordId, versions[0] ?? null, { name: 'New' })], still))[0],
    ).toMatchObject(wait)
    expect(patches()).toHaveLength(1)
    world.clock.turn(1)
    expect(
      (await world.session.write([update(ids[0] as RecordId, versions[0] ?? null, { name: 'New' })], still))[0],
    ).toMatchObject({ outcome: 'written' })
  })

  test('stopped in the middle: what was sent has its receipt, the rest is not written', async () => {
    await open()
    const ids = Array.from({ length: 3 }, () => add(world, accepted()))
    const versions = await Promise.all(ids.map(async (id) => (await one(world.session, id)).version))
    const stop = new AbortController()
    world.served.breaks = ({ method }, number) => {
      if (method === 'PATCH' && number === 5) stop.abort(new Error('stopped'))
      return undefined
    }
    const receipts = await world.session.write(
      ids.map((id, n) => update(id, versions[n] ?? null, { name: 'New' })),
      stop.signal,
    )
    expect(receipts).toHaveLength(3)
    expect(receipts[0]).toMatchObject({ outcome: 'written' })
    expect(receipts[2]).toMatchObject({ outcome: 'refused', error: { remedy: 'retry-later' } })
  })

  test('without a version it looks first; a referral that is gone is refused', async () => {
    await open()
    const id = add(world, accepted())
    const [fine, gone] = await world.session.write(
      [
        update(id, null, { name: 'New' }),
        update('11111111-1111-4111-8111-111111111111' as RecordId, version('"x"'), {
          status: 'Closed',
          substatus: 'Won',
        }),
      ],
      still,
    )
    expect(fine).toMatchObject({ outcome: 'written' })
    expect(gone).toMatchObject({ outcome: 'refused', error: { code: 'DB-3403' } })
    expect(world.served.calls.find(({ method }) => method === 'PATCH')?.headers['if-match']).toBeDefined()
  })

  test('every code it uses is explained', () => {
    for (const code of [
      'DB-3401',
      'DB-3402',
      'DB-3403',
      'DB-3404',
      'DB-3405',
      'DB-3406',
      'DB-3407',
      'DB-3408',
      'DB-3409',
      'DB-3410',
      'DB-3411',
      'DB-3412',
    ] as const)
      expect(codes[code]?.fix).toBeTruthy()
  })
})
