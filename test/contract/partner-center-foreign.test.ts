// A token never leaves for another host: not for the next page, not for a redirect, not for a certificate. A listener
// stands where each of them points, and hears nothing.

import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connector } from '../../connectors/partner-center/index.ts'
import { partnerCenterSimulator } from '../../connectors/partner-center/simulator/index.ts'
import { serve, type Served } from '#testkit/serve'
import { recordId, REFERRAL, type Session, version } from '#spi'
import { handClock, seededRandom, testHost } from '../support/host.ts'

const still = new AbortController().signal
let elsewhere: Server
let heard: IncomingHttpHeaders[] = []
let foreign = ''
let served: Served
let session: Session

beforeEach(async () => {
  heard = []
  elsewhere = createServer((request, response) => {
    heard.push(request.headers)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"value":[]}')
  })
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  foreign = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`
  const clock = handClock()
  const random = seededRandom(5)
  served = await serve((baseUrl) =>
    partnerCenterSimulator({ now: () => clock.now(), random: () => random.next(), baseUrl: () => baseUrl }),
  )
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
  await served.close()
  await new Promise<void>((resolve) => elsewhere.close(() => resolve()))
})

const readAll = async (): Promise<void> => {
  for await (const _ of session.changes([], null, still));
}
const json = (body: unknown): { status: number; headers: Record<string, string>; body: string } => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

test('F51: a next page at another host', async () => {
  const body = { value: [], '@odata.nextLink': `${foreign}/v1.0/engagements/referrals?$skiptoken=x` }
  served.breaks = ({ method }) => (method === 'GET' ? { do: 'answer', answer: json(body) } : undefined)
  await expect(readAll()).rejects.toMatchObject({ code: 'DB-1207' })
  expect(heard).toEqual([])
})

test.each([301, 302, 303, 307, 308])(
  'F18: a redirect (%d), of a read, of a write and of the sign-in',
  async (status) => {
    const answer = { status, headers: { location: `${foreign}/v1.0/engagements/referrals` }, body: '' }
    served.breaks = ({ url }) => (url.pathname.endsWith('/token') ? undefined : { do: 'answer', answer })
    await expect(readAll()).rejects.toMatchObject({ code: 'DB-1208' })
    const write = {
      do: 'update',
      kind: REFERRAL,
      id: recordId('a'),
      expect: version('"1"'),
      fields: { name: 'x' },
    } as const
    expect(await session.write([write], still)).toMatchObject([{ outcome: 'refused', error: { code: 'DB-1208' } }])
    served.breaks = () => ({ do: 'answer', answer })
    await expect(readAll()).rejects.toMatchObject({ remedy: 'retry-later' })
    expect(heard).toEqual([])
  },
)
