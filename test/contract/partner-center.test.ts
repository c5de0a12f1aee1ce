// What every connector promises, shown for this one over real HTTP: a stale write is refused, a create that was cut off is
// found and not repeated, receipts come one for one and in order, a bookmark goes on where it was, stopping is heard.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connector } from '../../connectors/partner-center/index.ts'
import {
  partnerCenterSimulator,
  type PretendedPartnerCenter,
  seedCompany,
} from '../../connectors/partner-center/simulator/index.ts'
import { serve, type Served } from '#testkit/serve'
import {
  type CreateWrite,
  type Cursor,
  type JsonObject,
  linkKey,
  type Page,
  recordId,
  type RecordId,
  ReferralFacts,
  REFERRAL,
  type Session,
  type VendorRecord,
} from '#spi'
import { handClock, type HandClock, seededRandom, testHost } from '../support/host.ts'

const still = new AbortController().signal
const shape = { kind: REFERRAL, fields: [] }
let pc: PretendedPartnerCenter
let served: Served
let session: Session
let clock: HandClock

beforeEach(async () => {
  clock = handClock()
  const random = seededRandom(9)
  served = await serve((baseUrl) => {
    pc = partnerCenterSimulator({ now: () => clock.now(), random: () => random.next(), baseUrl: () => baseUrl })
    return pc
  })
  seedCompany(pc, clock.now())
  const auth = { flow: 'user', clientId: 'pretend-client', clientSecret: 'env:SECRET', refreshToken: 'env:REFRESH' }
  const settings = connector.settings.parse({
    tenant: 'fabrikam.example',
    endpoint: served.url,
    authority: served.url,
    auth,
  })
  const env = { SECRET: 'pretend-secret', REFRESH: 'pretend-refresh-token' }
  session = await connector.open(settings, testHost({ origins: connector.origins(settings), clock, env }))
})
afterEach(async () => {
  await session.close()
  await served.close()
})

async function pagesSince(since: Cursor | null): Promise<Page[]> {
  const pages: Page[] = []
  for await (const page of session.changes([shape], since, still)) pages.push(page)
  return pages
}
const find = async (id: RecordId): Promise<VendorRecord | undefined> =>
  (await session.find([{ shape, by: { id } }], still))[0]?.[0]
const edit = async (id: RecordId, fields: JsonObject): Promise<unknown> => {
  const now = await find(id)
  return (await session.write([{ do: 'update', kind: REFERRAL, id, expect: now?.version ?? null, fields }], still))[0]
}

describe('a source', () => {
  test('yields all that its settings ask for, each with the facts that the house needs', async () => {
    const records = (await pagesSince(null)).flatMap((page) => page.records)
    expect(records).toHaveLength(25)
    for (const { fields } of records) {
      expect(ReferralFacts.safeParse(fields['ref']).success).toBe(true)
      // The same facts again from the record as it is kept.
      expect(connector.source?.facts(fields)).toEqual(fields['ref'])
    }
  })

  test('goes on from its last bookmark, with what changed and nothing else', async () => {
    const first = (await pagesSince(null)).at(-1)?.next ?? null
    clock.turn(1_000)
    const [id = recordId('')] = pc.desk.all(REFERRAL).map((record) => record.id)
    pc.desk.edit(REFERRAL, id, { name: 'Changed' })
    const second = await pagesSince(first)
    expect(second.flatMap((page) => page.records).map((record) => record.id)).toEqual([id])
    expect((await pagesSince(second.at(-1)?.next ?? null)).flatMap((page) => page.records)).toEqual([])
  })

  test('every move it names can be written, and reads back as it was meant', async () => {
    for (const [stage, fields] of Object.entries(connector.source?.moves ?? {})) {
      const from = stage === 'Won' || stage === 'Lost' ? { status: 'Active', substatus: 'Accepted' } : {}
      const id = pc.desk.add(REFERRAL, {
        name: stage,
        type: 'Shared',
        details: { dealValue: 1, closingDateTime: '2026-12-18T00:00:00Z' },
        ...from,
      })
      expect(await edit(id, { ...fields, statusReason: 'Other' })).toMatchObject({ outcome: 'written' })
      expect((await find(id))?.fields['ref']).toMatchObject({ stage })
    }
  })
})

describe('writes', () => {
  test('a stale one is refused, and what somebody else wrote stays', async () => {
    const id = pc.desk.add(REFERRAL, { name: 'Before', status: 'Active', substatus: 'Accepted' })
    const before = await find(id)
    pc.desk.edit(REFERRAL, id, { name: 'Theirs' })
    const write = {
      do: 'update',
      kind: REFERRAL,
      id,
      expect: before?.version ?? null,
      fields: { name: 'Ours' },
    } as const
    expect(await session.write([write], still)).toEqual([{ outcome: 'stale' }])
    expect((await find(id))?.fields['name']).toBe('Theirs')
  })

  test('the version of a receipt is that of the next read', async () => {
    const id = pc.desk.add(REFERRAL, { name: 'Before', status: 'Active', substatus: 'Accepted' })
    expect(await edit(id, { name: 'After' })).toEqual({ outcome: 'written', id, version: (await find(id))?.version })
  })

  test.each(['cut-before', 'cut-after'] as const)(
    'a create whose answer is lost (%s) ends as one deal',
    async (fault) => {
      const create: CreateWrite = {
        do: 'create',
        kind: REFERRAL,
        key: linkKey('006qy00000abf90'),
        keyField: 'externalReferenceId',
        fields: {
          externalReferenceId: '006Qy00000Abf90',
          name: 'Azure migration',
          'customerProfile.name': 'Contoso AG',
          'customerProfile.address.country': 'DE',
          'details.dealValue': '84000',
          'details.currency': 'EUR',
          'details.closingDateTime': '2026-12-18',
        },
      }
      served.breaks = ({ method, url }) =>
        method === 'POST' && url.pathname.endsWith('/referrals') ? { do: fault } : undefined
      expect(await session.write([create], still)).toMatchObject([{ outcome: 'unknown' }])
      served.breaks = () => undefined
      const [receipt] = await session.write([create], still)
      expect(receipt?.outcome).toBe(fault === 'cut-after' ? 'already-there' : 'written')
      const key = { field: 'externalReferenceId', value: '006Qy00000Abf90' }
      expect((await session.find([{ shape, by: { key } }], still))[0]).toHaveLength(1)
    },
  )

  test('receipts are as many as writes, in their order', async () => {
    const ids = [1, 2, 3].map((n) =>
      pc.desk.add(REFERRAL, { name: `Deal ${n}`, status: 'Active', substatus: 'Accepted' }),
    )
    const records = await Promise.all(ids.map(find))
    const batch = records.map((record, n) => ({
      do: 'update' as const,
      kind: REFERRAL,
      id: record?.id ?? recordId(''),
      expect: record?.version ?? null,
      fields: n === 1 ? { 'details.currency': 'nonsense' } : { name: 'New' },
    }))
    const receipts = await session.write(batch, still)
    expect(receipts.map(({ outcome }) => outcome)).toEqual(['written', 'refused', 'written'])
  })
})

test('stopping is heard by a read, a search and a probe', async () => {
  const stopped = AbortSignal.abort(new Error('stopped'))
  const reading = session.changes([shape], null, stopped)
  const readAll = async (): Promise<void> => {
    for await (const _ of reading);
  }
  await expect(readAll()).rejects.toThrow('stopped')
  await expect(session.find([{ shape, by: { id: recordId('a') } }], stopped)).rejects.toThrow('stopped')
  await expect(session.probe([REFERRAL], stopped)).rejects.toThrow('stopped')
  expect(served.calls.filter(({ url }) => url.pathname.endsWith('/referrals'))).toEqual([])
})
