import { afterEach, describe, expect, test } from 'vitest'
import { connector } from '../../../../connectors/partner-center/index.ts'
import { type Question, recordId, REFERRAL } from '#spi'
import { searchPagesMax } from '../../../../connectors/partner-center/find.ts'
import {
  accepted,
  add,
  cosell,
  listCalls,
  one,
  openWorld,
  read,
  still,
  type World,
  type WorldOptions,
} from './world.ts'

let world: World
const open = async (options: WorldOptions = {}): Promise<World> => (world = await openWorld(options))
afterEach(async () => await world.close())

const shape = { kind: REFERRAL, fields: [] }
const byId = (id: string): Question => ({ shape, by: { id: recordId(id) } })
const byKey = (field: string, value: string): Question => ({ shape, by: { key: { field, value } } })

describe('finding', () => {
  test('each question has its answer, in order; what is not there is no answer', async () => {
    await open()
    const first = add(world, cosell({ externalReferenceId: '006-A' }))
    const second = add(world, cosell({ name: 'Second' }))
    const answers = await world.session.find(
      [
        byId(second),
        byKey('externalReferenceId', '006-A'),
        byId('11111111-1111-4111-8111-111111111111'),
        byKey('id', first),
        { shape, by: { match: [{ field: 'name', value: 'second', compare: 'companyName' }] } },
        byKey('externalReferenceId', '006-B'),
      ],
      still,
    )
    expect(answers.map((found) => found.map(({ id }) => id))).toEqual([[second], [first], [], [first], [second], []])
    // Everything that is not asked for by id shares one reading.
    expect(listCalls(world)).toBe(1)
  })

  test('an engagement is asked for with the filter that the API promises, quotes and all', async () => {
    await open()
    const id = add(world, cosell())
    const engagementId = (await one(world.session, id)).fields['engagementId']
    const [found] = await world.session.find(
      [byKey('engagementId', typeof engagementId === 'string' ? engagementId : '')],
      still,
    )
    expect(found?.map((record) => record.id)).toEqual([id])
    expect(await world.session.find([byKey('engagementId', "it's")], still)).toEqual([[]])
    expect(world.served.calls.at(-1)?.url.searchParams.get('$filter')).toBe("engagementId eq 'it''s'")
  })

  test('a search ends at its bound', async () => {
    await open({ pretend: { pageSize: 2 } })
    for (let n = 0; n < 30; n += 1) add(world, cosell())
    expect(await world.session.find([byKey('externalReferenceId', 'nowhere')], still)).toEqual([[]])
    expect(listCalls(world)).toBe(searchPagesMax)
  })

  test('F23: one referral that this account may not see is not there; F22: all of them is a matter of permission', async () => {
    await open()
    const id = add(world, cosell())
    const forbidden = { do: 'answer', answer: { status: 403, headers: {}, body: '' } } as const
    world.served.breaks = ({ url }) => (url.pathname.endsWith(id) ? forbidden : undefined)
    expect(await world.session.find([byId(id)], still)).toEqual([[]])
    world.served.breaks = () => forbidden
    await expect(world.session.find([byId(id)], still)).rejects.toMatchObject({ code: 'DB-1201', remedy: 'fix-config' })
  })

  test('an id is never part of a path it was not meant for', async () => {
    await open()
    await world.session.find([byId('../../secrets?x=1#y')], still)
    expect(world.served.calls[0]?.url.pathname).toBe('/v1.0/engagements/referrals/..%2F..%2Fsecrets%3Fx%3D1%23y')
  })
})

describe('reading liberally', () => {
  test('the eTag comes from the body, from the header, or not at all', async () => {
    await open({ pretend: { eTagHeader: false } })
    const id = add(world, accepted())
    expect((await one(world.session, id)).version).toMatch(/^"[0-9a-f-]{36}"$/)
    const bare = { id, updatedDateTime: '2026-11-20T13:00:00.1234567Z' }
    const headers = { 'content-type': 'application/json' }
    world.served.breaks = () => ({
      do: 'answer',
      answer: { status: 200, headers: { ...headers, etag: 'W/"7"' }, body: JSON.stringify(bare) },
    })
    expect(await one(world.session, id)).toMatchObject({ version: 'W/"7"', changedAt: '2026-11-20T13:00:00.123Z' })
    world.served.breaks = () => ({ do: 'answer', answer: { status: 200, headers, body: JSON.stringify(bare) } })
    expect((await one(world.session, id)).version).toBe('updated:2026-11-20T13:00:00.1234567Z')
  })

  test('F15: no digit of an amount is lost, and no key can reach a prototype', async () => {
    await open()
    const body = '{"id":"a","__proto__":{"polluted":1},"details":{"dealValue":12345678901234567890.10}}'
    world.served.breaks = () => ({
      do: 'answer',
      answer: { status: 200, headers: { 'content-type': 'application/json' }, body },
    })
    const { fields } = await one(world.session, 'a')
    expect(fields['details']).toMatchObject({ dealValue: '12345678901234567890.10' })
    expect(Object.getOwnPropertyNames(fields)).not.toContain('__proto__')
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  test('what is new is kept with the record, and told once, without its value', async () => {
    await open()
    for (let n = 0; n < 3; n += 1) add(world, cosell({ brandNew: 'secret words', substatus: 'Snoozed' }))
    const { records } = await read(world.session)
    expect(records[0]?.fields).toMatchObject({ brandNew: 'secret words', ref: { stage: null } })
    const told = world.host.logLines.filter((line) => line.includes('partner-center.new-'))
    expect(told).toHaveLength(2)
    expect(told.join()).not.toMatch(/secret words|Snoozed/)
  })

  test('a sales stage is called by its name; a null stays null; nothing is made up', async () => {
    await open()
    expect((await one(world.session, add(world, accepted({ salesStage: '60' })))).fields['salesStage']).toBe('Proposed')
    expect((await one(world.session, add(world, accepted({ salesStage: '10' })))).fields['salesStage']).toBe('10')
    expect((await one(world.session, add(world, accepted({ salesStage: null })))).fields['salesStage']).toBeNull()
  })

  test('untidy data reads like tidy data', async () => {
    await open({ pretend: { oddities: true } })
    for (let n = 0; n < 40; n += 1)
      add(
        world,
        accepted({
          type: 'Independent',
          inviteContext: { invitedBy: { organizationId: '5f2d7c1e-94b0-4c7e-8f3a-b2d90c6e1a44' } },
        }),
      )
    const { records } = await read(world.session)
    for (const { fields } of records)
      expect(fields['ref']).toMatchObject({ kind: 'own', direction: 'outbound', customer: 'Contoso AG' })
  })
})

describe('one engagement, two referrals', () => {
  test("Microsoft's copy is never a deal of its own", async () => {
    await open({ pretend: { copies: 'in every list' } })
    const id = add(world, accepted())
    const engagementId = world.pc.desk.read(REFERRAL, id)?.fields['engagementId'] ?? null
    add(world, accepted({ organizationId: 'msft', engagementId }))
    expect((await read(world.session)).records.map((record) => record.id)).toEqual([id])
  })

  test('where its state is asked for, its change is news of our own deal', async () => {
    await open({ pretend: { copies: 'in every list' }, settings: { read: { microsoft: true } } })
    const id = add(world, accepted())
    const engagementId = world.pc.desk.read(REFERRAL, id)?.fields['engagementId'] ?? null
    const copy = add(world, cosell({ organizationId: 'msft', engagementId }))
    const { next, records } = await read(world.session)
    expect(records.at(-1)?.fields['ref']).toMatchObject({ microsoft: { stage: 'New' } })
    const before = records.at(-1)?.version
    world.clock.turn(1_000)
    world.pc.desk.edit(REFERRAL, copy, { status: 'Active', substatus: 'Accepted' })
    const after = await read(world.session, next)
    expect(after.records.map((record) => record.id)).toEqual([id])
    expect(after.records[0]?.fields['ref']).toMatchObject({ microsoft: { stage: 'Accepted' } })
    expect(after.records[0]?.version).not.toBe(before)
    // And our own eTag is still found in the longer version.
    const [receipt] = await world.session.write(
      [{ do: 'update', kind: REFERRAL, id, expect: after.records[0]?.version ?? null, fields: { name: 'New' } }],
      still,
    )
    expect(receipt).toMatchObject({ outcome: 'written', version: (await one(world.session, id)).version })
  })

  test("another partner's copy is left out once the settings name our own organisation", async () => {
    const organizationId = '5f2d7c1e-94b0-4c7e-8f3a-b2d90c6e1a44'
    await open({ pretend: { copies: 'in every list' }, settings: { organizationId } })
    const id = add(world, accepted())
    add(world, accepted({ organizationId: 'another-partner' }))
    expect((await read(world.session)).records.map((record) => record.id)).toEqual([id])
  })
})

describe('probe', () => {
  test('says who it is, what can be mapped, and what is new', async () => {
    await open({ pretend: { auth: 'required' } })
    add(world, cosell({ brandNew: 1 }))
    const probe = await world.session.probe([REFERRAL], still)
    expect(probe).toMatchObject({
      account: 'svc-referrals@fabrikam.example',
      organization: 'fabrikam.example',
      owners: [],
    })
    expect(probe.kinds[0]?.fields.find(({ name }) => name === 'details.dealValue')).toMatchObject({
      type: 'money',
      updatable: true,
    })
    expect(probe.findings.map(({ level, what }) => `${level}: ${what}`)).toEqual([
      'ok: signed in as svc-referrals@fabrikam.example',
      'ok: can read referrals',
      'ok: the sign-in is renewed by use; unused it would last until 2027-02-18',
      'warning: Partner Center sends what this version does not know: brandNew',
    ])
  })

  test('a user sees only what their role lets them; an app alone sees nothing', async () => {
    const people = [
      { email: 'svc-referrals@fabrikam.example', role: 'user', refreshToken: 'pretend-refresh-token' },
    ] as const
    await open({ pretend: { auth: 'required', people } })
    add(world, cosell())
    const mine = add(world, cosell({ team: [{ email: 'svc-referrals@fabrikam.example' }] }))
    expect((await read(world.session)).records.map(({ id }) => id)).toEqual([mine])
  })

  test('several tenants: each connection has its own session, token and vault', async () => {
    await open({ pretend: { auth: 'required' } })
    const other = await openWorld({
      pretend: { auth: 'required', tenant: 'other.example' },
      settings: { tenant: 'other.example' },
      seed: 11,
    })
    add(world, cosell({ name: 'First tenant' }))
    add(other, cosell({ name: 'Second tenant' }))
    const names = await Promise.all(
      [world, other].map(async ({ session }) => (await read(session)).records.map(({ fields }) => fields['name'])),
    )
    expect(names).toEqual([['First tenant'], ['Second tenant']])
    expect(other.served.calls[0]?.url.pathname).toBe('/other.example/oauth2/v2.0/token')
    await other.close()
  })

  test('the connector says what it is', () => {
    expect(connector).toMatchObject({ id: 'partner-center', contract: 1, traits: { guard: 'etag' } })
    expect(connector.source?.step).toEqual({
      field: 'salesStage',
      write: { Qualified: 'Qualified', Developed: 'Developed', Proposed: 'Proposed', Negotiated: 'Negotiated' },
    })
  })
})
