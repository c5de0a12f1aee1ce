// A pretended Partner Center served over real HTTP, a host with a clock turned by hand, and the connector between them.

import { connector } from '../../../../connectors/partner-center/index.ts'
import {
  partnerCenterSimulator,
  type PretendedPartnerCenter,
  type PretendOptions,
} from '../../../../connectors/partner-center/simulator/index.ts'
import { Settings } from '../../../../connectors/partner-center/settings.ts'
import { serve, type Served } from '#testkit/serve'
import {
  type Cursor,
  type Instant,
  instantFromMs,
  type JsonObject,
  type Page,
  type RecordId,
  recordId,
  REFERRAL,
  type Session,
  type UpdateWrite,
  type VendorRecord,
  type Version,
} from '#spi'
import {
  handClock,
  type HandClock,
  seededRandom,
  testHost,
  type TestHost,
  type TestHostOptions,
} from '../../../support/host.ts'

export const start: Instant = instantFromMs(Date.UTC(2026, 10, 20, 14))

export interface World {
  readonly pc: PretendedPartnerCenter
  readonly served: Served
  readonly session: Session
  readonly host: TestHost
  readonly clock: HandClock
  readonly settings: Settings
  close(): Promise<void>
}

export interface WorldOptions {
  readonly pretend?: Partial<Omit<PretendOptions, 'now' | 'random' | 'baseUrl'>>
  readonly settings?: Readonly<Record<string, unknown>>
  readonly host?: Partial<TestHostOptions>
  readonly seed?: number
}

export async function openWorld({
  pretend = {},
  settings = {},
  host = {},
  seed = 7,
}: WorldOptions = {}): Promise<World> {
  const clock = handClock(start)
  const random = seededRandom(seed)
  let pc: PretendedPartnerCenter | undefined
  const served = await serve((baseUrl) => {
    pc = partnerCenterSimulator({
      auth: 'off',
      ...pretend,
      now: () => clock.now(),
      random: () => random.next(),
      baseUrl: () => baseUrl,
    })
    return pc
  })
  const parsed = Settings.parse({
    tenant: 'fabrikam.example',
    endpoint: served.url,
    authority: served.url,
    webhookEndpoint: served.url,
    auth: pretend.auth === 'required' ? user : { flow: 'none' },
    ...settings,
  })
  const env = { PC_SECRET: 'pretend-secret', PC_REFRESH: 'pretend-refresh-token', ...host.env }
  const made = testHost({ ...host, origins: connector.origins(parsed), clock, env })
  const session = await connector.open(parsed, made)
  return {
    pc: pc as PretendedPartnerCenter,
    served,
    session,
    host: made,
    clock,
    settings: parsed,
    close: () => served.close(),
  }
}

const user = {
  flow: 'user',
  clientId: 'pretend-client',
  clientSecret: 'env:PC_SECRET',
  refreshToken: 'env:PC_REFRESH',
  signedInAs: 'svc-referrals@fabrikam.example',
}

/** A tidy inbound co-sell deal that waits for an answer; anything may be said otherwise. */
export const cosell = (fields: JsonObject = {}): JsonObject => ({
  organizationId: '5f2d7c1e-94b0-4c7e-8f3a-b2d90c6e1a44',
  organizationName: 'Fabrikam',
  name: 'Azure migration',
  type: 'Shared',
  qualification: 'SalesQualified',
  direction: 'Incoming',
  status: 'New',
  substatus: 'Pending',
  customerProfile: { name: 'Contoso AG', address: { country: 'DE' } },
  details: { dealValue: 84000, currency: 'EUR', closingDateTime: '2026-12-18T00:00:00Z' },
  inviteContext: { invitedBy: { organizationId: 'msft', organizationName: 'Microsoft' } },
  ...fields,
})

export const accepted = (fields: JsonObject = {}): JsonObject =>
  cosell({ status: 'Active', substatus: 'Accepted', ...fields })

export const add = ({ pc }: World, fields: JsonObject): RecordId => pc.desk.add(REFERRAL, fields)

export const still = new AbortController().signal

export async function read(
  session: Session,
  since: Cursor | null = null,
): Promise<{ records: VendorRecord[]; next: Cursor; pages: Page[] }> {
  const pages: Page[] = []
  for await (const page of session.changes([{ kind: REFERRAL, fields: [] }], since, still)) pages.push(page)
  const next = pages.at(-1)?.next
  if (next === undefined) throw new Error('no page came')
  return { records: pages.flatMap(({ records }) => records), next, pages }
}

export async function one(session: Session, id: RecordId | string): Promise<VendorRecord> {
  const [[found] = []] = await session.find(
    [{ shape: { kind: REFERRAL, fields: [] }, by: { id: recordId(id) } }],
    still,
  )
  if (!found) throw new Error(`no referral ${id}`)
  return found
}

export const update = (id: RecordId, expect: Version | null, fields: JsonObject): UpdateWrite => ({
  do: 'update',
  kind: REFERRAL,
  id,
  expect,
  fields,
})

export const listCalls = ({ served }: World): number =>
  served.calls.filter(({ method, url }) => method === 'GET' && /referrals\/?$/.test(url.pathname)).length
