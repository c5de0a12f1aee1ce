import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { connector } from '../../../../connectors/partner-center/index.ts'
import { makeSigner } from '../../../../connectors/partner-center/simulator/certificate.ts'
import type { Delivery } from '../../../../connectors/partner-center/simulator/index.ts'
import { distrust, microsoftAnchors, parseCertificates } from '../../../../connectors/partner-center/webhook/trust.ts'
import { type Push, type PushVerdict, REFERRAL } from '#spi'
import { accepted, add, openWorld, start, still, type World, type WorldOptions } from './world.ts'

let world: World
let push: Push
let calls: Delivery[] = []
let verdicts: PushVerdict[] = []

/** The daemon's part: takes in what is delivered and answers with the verdict's status. */
async function open(options: WorldOptions = {}, webhook: Record<string, unknown> = {}): Promise<void> {
  calls = []
  verdicts = []
  const deliver = async (delivery: Delivery): Promise<number> => {
    calls.push(delivery)
    const verdict = await push.verifyAndRead(delivery, still)
    verdicts.push(verdict)
    return verdict.status
  }
  // The certificate's place is only known once the pretended Partner Center is served.
  world = await openWorld({ ...options, pretend: { deliver, ...options.pretend } })
  const settings = {
    ...world.settings,
    webhook: { certificateOrigins: [world.served.url], trustAnchors: 'env:PC_ROOT', ...webhook },
  }
  env['PC_ROOT'] = world.pc.webhooks.rootPem
  const parsed = connector.settings.parse({ ...settings, read: { overlap: '10m' } })
  const opened = connector.push?.open(parsed, {
    ...world.host,
    secrets: { read: async (ref) => env[ref.slice(4)] ?? '' },
  })
  if (!opened) throw new Error('no push')
  push = opened
}
const env: Record<string, string> = { PC_SECRET: 'pretend-secret', PC_REFRESH: 'pretend-refresh-token' }
afterEach(async () => await world.close())

const url = 'http://127.0.0.1:9/webhooks/partner-center'
const base = { tenant: 'fabrikam.example', auth: { flow: 'none' } }
const arrivals = async (): Promise<void> => {
  await world.pc.tick()
  for (let n = 0; n < 400 && verdicts.length < calls.length; n += 1)
    await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('calls from Partner Center', () => {
  test('a genuine one is a hint to look at one referral', async () => {
    await open()
    await push.register(url, still)
    const id = add(world, accepted())
    await arrivals()
    expect(verdicts).toEqual([
      { genuine: true, status: 200, test: false, hint: { kind: REFERRAL, id, related: false, at: start } },
    ])
    expect(calls[0]?.headers).toHaveProperty('x-ms-signature')
  })

  test('F125: the same call delivered again and again is one hint', async () => {
    await open({ pretend: { webhookFault: () => 'twice' } })
    await push.register(url, still)
    add(world, accepted())
    await arrivals()
    for (let n = 0; n < 50; n += 1) verdicts.push(await push.verifyAndRead(calls[0] as Delivery, still))
    expect(verdicts.filter((verdict) => verdict.genuine && verdict.hint !== null)).toHaveLength(1)
    expect(verdicts.every(({ status }) => status === 200)).toBe(true)
    expect(world.served.calls.filter(({ url: { pathname } }) => pathname.includes('certificates'))).toHaveLength(1)
  })

  test("Microsoft's copy changing is a hint about what is connected with it", async () => {
    await open({ pretend: { seller: () => ({ afterMs: 1_000, does: 'accept' }) } })
    await push.register(url, still)
    const id = add(world, accepted({ direction: 'Outgoing' }))
    const engagementId = world.pc.desk.read(REFERRAL, id)?.fields['engagementId'] ?? null
    world.pc.desk.add(REFERRAL, {
      ...accepted(),
      organizationId: 'msft',
      engagementId,
      status: 'New',
      substatus: 'Pending',
    })
    world.clock.turn(2_000)
    await arrivals()
    const hints = verdicts.flatMap((verdict) => (verdict.genuine && verdict.hint ? [verdict.hint.related] : []))
    expect(hints).toContain(true)
    // The copy's id leads to our own deal.
    const copy = verdicts.flatMap((verdict) => (verdict.genuine && verdict.hint?.related ? [verdict.hint.id] : []))[0]
    const [found] = await world.session.find([{ shape: { kind: REFERRAL, fields: [] }, by: { id: copy ?? id } }], still)
    expect(found?.map((record) => record.id)).toEqual([id])
  })

  test('a call that is answered badly is repeated ten times, and then never again', async () => {
    await open()
    await push.register(url, still)
    push = { ...push, verifyAndRead: async () => ({ genuine: false, status: 401, code: 'DB-1214', why: '' }) }
    add(world, accepted())
    for (let n = 0; n < 15; n += 1) {
      await arrivals()
      world.clock.turn(60_000)
    }
    expect([calls.length, world.pc.webhooks.dead]).toEqual([10, 1])
  })
})

const without =
  (header: string) =>
  ({ headers, body }: Delivery): { headers: Record<string, string>; body: string } => ({
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => name !== header)),
    body,
  })

describe('F123, F124: calls that are not believed', () => {
  const forged = async (
    change: (call: Delivery) => { headers: Record<string, string>; body: string },
  ): Promise<PushVerdict> => {
    await push.register(url, still)
    add(world, accepted())
    await arrivals()
    const certificates = (): number =>
      world.served.calls.filter(({ url: { pathname } }) => pathname.includes('certificates')).length
    const before = certificates()
    const verdict = await push.verifyAndRead(change(calls[0] as Delivery), still)
    expect(certificates()).toBe(before)
    return verdict
  }

  test.each([
    [
      'another body',
      ({ headers, body }: Delivery) => ({ headers, body: body.replace('referral-created', 'referral-updated') }),
      401,
    ],
    ['no signature', without('x-ms-signature'), 401],
    ['no certificate', without('x-ms-certificate-url'), 400],
    ['no algorithm', without('x-ms-signature-algorithm'), 400],
    [
      'SHA-1',
      ({ headers, body }: Delivery) => ({ headers: { ...headers, 'x-ms-signature-algorithm': 'rsa-sha1' }, body }),
      401,
    ],
    [
      'no algorithm at all',
      ({ headers, body }: Delivery) => ({ headers: { ...headers, 'x-ms-signature-algorithm': 'none' }, body }),
      401,
    ],
    ['a huge body', ({ headers, body }: Delivery) => ({ headers, body: body + ' '.repeat(70_000) }), 413],
    [
      'an inner address',
      ({ headers, body }: Delivery) => ({
        headers: { ...headers, 'x-ms-certificate-url': 'http://169.254.169.254/latest' },
        body,
      }),
      401,
    ],
    [
      'a look-alike host',
      ({ headers, body }: Delivery) => ({
        headers: { ...headers, 'x-ms-certificate-url': 'https://127.0.0.1.evil.example/c.cer' },
        body,
      }),
      401,
    ],
    [
      'a file',
      ({ headers, body }: Delivery) => ({
        headers: { ...headers, 'x-ms-certificate-url': 'file:///etc/passwd' },
        body,
      }),
      401,
    ],
  ])('%s', async (_, change, status) => {
    await open()
    const verdict = await forged(change)
    expect(verdict).toMatchObject({ genuine: false, status, code: 'DB-1214' })
  })

  test('I40: a certificate at a foreign host is not fetched: nobody there hears of it', async () => {
    await open()
    const heard: IncomingMessage[] = []
    const listener = createServer((request, response) => (heard.push(request), response.end()))
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    const there = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/cert.cer`
    const verdict = await forged(({ headers, body }) => ({
      headers: { ...headers, 'x-ms-certificate-url': there },
      body,
    }))
    await new Promise<void>((resolve) => listener.close(() => resolve()))
    expect([verdict.genuine, heard]).toEqual([false, []])
  })

  test('a certificate of another root, of another company, out of date, or not pinned', async () => {
    const signer = makeSigner(start)
    const chain = parseCertificates(Buffer.from(signer.certificatePem)) ?? []
    const anchors = parseCertificates(Buffer.from(signer.rootPem)) ?? []
    const trust = { anchors, fingerprints: null }
    expect(distrust(chain, trust, start)).toBeNull()
    expect(distrust(chain, { ...trust, anchors: microsoftAnchors() }, start)).toMatch(/root/)
    expect(distrust(chain, { ...trust, fingerprints: new Set(['00']) }, start)).toMatch(/pinned/)
    expect(distrust(chain, trust, '2040-01-01T00:00:00.000Z' as typeof start)).toMatch(/valid/)
    expect(distrust([], trust, start)).toMatch(/no certificate/)
    const other = makeSigner(start, 'Contoso')
    const own = { anchors: parseCertificates(Buffer.from(other.rootPem)) ?? [], fingerprints: null }
    expect(distrust(parseCertificates(Buffer.from(other.certificatePem)) ?? [], own, start)).toMatch(/Microsoft/)
    expect(microsoftAnchors().length).toBeGreaterThan(1)
    expect(parseCertificates(Buffer.from('no certificate'))).toBeUndefined()
    // DER, as a .cer file may be.
    expect(parseCertificates(chain[0]?.raw ?? Buffer.alloc(0))).toHaveLength(1)
  })

  test('many made-up certificate addresses cause few fetches', async () => {
    await open()
    await forged((call) => call)
    const before = world.served.calls.length
    for (let n = 0; n < 50; n += 1) {
      const headers = { ...calls[0]?.headers, 'x-ms-certificate-url': `${world.served.url}/certificates/${n}` }
      expect(await push.verifyAndRead({ headers, body: calls[0]?.body ?? '' }, still)).toMatchObject({
        genuine: false,
        status: 503,
      })
    }
    expect(world.served.calls.length - before).toBeLessThan(5)
  })
})

describe('registering', () => {
  test('shows whose registration would be replaced, and replaces it', async () => {
    await open({ pretend: { auth: 'required' } })
    expect(await push.registered(still)).toBeNull()
    await push.register('https://elsewhere.example/flow', still)
    expect(await push.registered(still)).toMatchObject({ url: 'https://elsewhere.example/flow' })
    expect((await push.register(url, still)).url).toBe(url)
    expect((await push.registered(still))?.events).toEqual(
      expect.arrayContaining([
        'referral-created',
        'referral-updated',
        'related-referral-created',
        'related-referral-updated',
        'test-created',
      ]),
    )
    // The webhook API has a token of its own.
    const scopes = world.served.calls
      .filter(({ url: { pathname } }) => pathname.endsWith('/token'))
      .map(({ body }) => new URLSearchParams(body).get('scope'))
    expect(scopes).toEqual(['https://api.partnercenter.microsoft.com/.default offline_access'])
  })

  test('a test call makes the round trip, and a third within a minute is refused', async () => {
    await open()
    await push.register(url, still)
    expect(await push.roundTrip(still)).toEqual({ arrived: true, said: 'delivered' })
    expect(verdicts).toEqual([{ genuine: true, status: 200, test: true, hint: null }])
    await push.roundTrip(still)
    await expect(push.roundTrip(still)).rejects.toMatchObject({ code: 'DB-1203' })
  })

  test('a test call that is lost is said to be lost, in bounded time', async () => {
    await open({ pretend: { webhookFault: () => 'lost' } })
    await push.register(url, still)
    expect(await push.roundTrip(still)).toMatchObject({ arrived: false })
  })

  test('a probe tells whom Partner Center calls, and takes no failure of it for an outage', async () => {
    await open()
    const webhook = { url, certificateOrigins: [world.served.url] }
    const session = await connector.open(
      connector.settings.parse({ ...base, endpoint: world.served.url, webhookEndpoint: world.served.url, webhook }),
      world.host,
    )
    const told = async (): Promise<string | undefined> =>
      (await session.probe([], still)).findings.map(({ what }) => what).find((what) => /calls/.test(what))
    expect(await told()).toBe('Partner Center calls nobody')
    await push.register('https://elsewhere.example/flow?secret=1', still)
    expect(await told()).toBe('Partner Center calls https://elsewhere.example')
    await push.register(url, still)
    expect(await told()).toBe('Partner Center calls this daemon')
    world.served.breaks = (call) =>
      /webhooks/.test(call.url.pathname) ? { do: 'answer', answer: { status: 403, headers: {}, body: '' } } : undefined
    expect(await told()).toBe('whom Partner Center calls could not be read (DB-1201)')
  })

  test('without settings for it there is nothing to open', async () => {
    await open()
    expect(connector.push?.open(world.settings, world.host)).toBeNull()
  })
})
