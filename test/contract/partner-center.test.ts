// What a source of referrals promises beyond what every connector does (connectors.test.ts), shown over real HTTP: it
// tells all that its settings ask for, with the facts the house needs, and every move it names can be made.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connector } from '../../connectors/partner-center/index.ts'
import {
  partnerCenterSimulator,
  type PretendedPartnerCenter,
  seedCompany,
} from '../../connectors/partner-center/simulator/index.ts'
import { serve, type Served } from '#testkit/serve'
import {
  type Cursor,
  type JsonObject,
  type Page,
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
