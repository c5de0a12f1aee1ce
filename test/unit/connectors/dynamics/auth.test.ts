import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { people } from '../../../../connectors/dynamics/simulator/company.ts'
import type { Client } from '../../../../connectors/dynamics/simulator/index.ts'
import { tenantIn } from '../../../../connectors/dynamics/tenant.ts'
import { certificate, privateKey } from './certificate.ts'
import { callsOf, connect, deal, signal, type Connected } from './session.ts'

const secret = { flow: 'clientSecret', clientId: 'app', clientSecret: 'env:SECRET' }
const app: Client = { id: 'app', secret: 's3cret', user: people.application }

const withSecret = (env = { SECRET: 's3cret' }, client = app): Promise<Connected> =>
  connect({ clients: [client] }, () => ({ tenant: 'fabrikam.example', auth: secret }), env)

const look = ({ session }: Connected) =>
  session.find([{ shape: deal, by: { key: { field: 'name', value: 'x' } } }], signal)
const tokens = ({ served }: Connected): number => served.calls.filter(({ url }) => /token/.test(url.pathname)).length

describe('an application with a secret', () => {
  test('signs in once, for its environment, and goes on with the token', async () => {
    const there = await withSecret()
    await look(there)
    await look(there)
    const form = new URLSearchParams(there.served.calls[0]?.body)
    expect(Object.fromEntries(form)).toMatchObject({ grant_type: 'client_credentials', scope: `${there.url}/.default` })
    expect(tokens(there)).toBe(1)
    await there.close()
  })

  test('however many ask at once', async () => {
    const there = await withSecret()
    await Promise.all([look(there), look(there), look(there)])
    expect(tokens(there)).toBe(1)
    await there.close()
  })

  test('renews before the token ends, and not sooner', async () => {
    const there = await withSecret()
    await look(there)
    there.clock.turn(50 * 60_000)
    await look(there)
    expect(tokens(there)).toBe(1)
    there.clock.turn(6 * 60_000)
    await look(there)
    expect(tokens(there)).toBe(2)
    await there.close()
  })

  test('a refused token is renewed once, and the same request sent again (F20)', async () => {
    const there = await withSecret()
    await look(there)
    there.vendor.signIn.revokeAll()
    expect(await look(there)).toEqual([[]])
    expect(tokens(there)).toBe(2)
    await there.close()
  })

  test('a token that is refused when fresh stops the connection, and asks once a minute (F21)', async () => {
    const there = await withSecret()
    const refuse = { do: 'answer', answer: { status: 401, headers: {}, body: '' } } as const
    there.served.breaks = (call) => (call.url.pathname.startsWith('/api') ? refuse : undefined)
    for (let time = 0; time < 5; time += 1) await expect(look(there)).rejects.toMatchObject({ code: 'DB-1501' })
    expect(tokens(there)).toBe(2)
    there.served.breaks = () => undefined
    there.clock.turn(61_000)
    expect(await look(there)).toEqual([[]])
    await there.close()
  })

  test('a secret that was rotated is read again by itself', async () => {
    const env = { SECRET: 'the old one' }
    const there = await withSecret(env)
    await expect(look(there)).rejects.toMatchObject({ code: 'DB-1501', facts: { said: 'AADSTS7000215' } })
    env.SECRET = 's3cret'
    there.clock.turn(61_000)
    expect(await look(there)).toEqual([[]])
    await there.close()
  })

  test('a wrong secret is tried twice, because it may just have changed, and then not for a minute', async () => {
    const there = await withSecret({ SECRET: 'wrong' })
    for (let time = 0; time < 4; time += 1) await expect(look(there)).rejects.toMatchObject({ code: 'DB-1501' })
    expect(tokens(there)).toBe(2)
    expect(there.host.logLines.join()).not.toContain('wrong')
    await there.close()
  })

  test('an application that is no user of the environment is told what to do', async () => {
    const there = await withSecret(undefined, { ...app, user: null })
    const refused = await look(there).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'DB-1503', remedy: 'fix-config', who: 'Dynamics admin' })
    expect((refused as Error).message).toContain('Application users')
    await there.close()
  })

  test.each([-1, 0, 1e12, Number.NaN])(
    'a life of %d seconds neither asks for ever nor for a token each time (F122)',
    async (life) => {
      const there = await withSecret()
      there.vendor.signIn.expiresIn = life
      for (let time = 0; time < 3; time += 1) await look(there)
      expect(tokens(there)).toBe(1)
      there.clock.turn(25 * 3_600_000)
      await look(there)
      expect(tokens(there)).toBe(2)
      await there.close()
    },
  )

  test('an outage of the sign-in service passes by itself', async () => {
    const there = await withSecret()
    const busy = { status: 503, headers: { 'retry-after': '20' }, body: '' }
    there.served.breaks = (_, number) => (number === 1 ? { do: 'answer', answer: busy } : undefined)
    await expect(look(there)).rejects.toMatchObject({ code: 'DB-1512', remedy: 'retry-later' })
    expect(await look(there)).toEqual([[]])
    await there.close()
  })
})

describe('a tenant that nobody named', () => {
  test.each([
    [
      'Bearer authorization_uri=https://login.microsoftonline.com/0f6c1e52-7a44-4f0e-9a55-3c1f1d0b8e21/oauth2/authorize, resource_id=https://x/',
      '0f6c1e52-7a44-4f0e-9a55-3c1f1d0b8e21',
    ],
    [
      'Bearer authorization_uri="https://login.microsoftonline.com/fabrikam.example/oauth2/authorize"',
      'fabrikam.example',
    ],
    ['Bearer authorization_uri=https://login.microsoftonline.com/common/oauth2/authorize', undefined],
    ['Bearer authorization_uri=https://evil.example/..%2f..%2fx/oauth2', undefined],
    ['Basic realm="x"', undefined],
    [undefined, undefined],
  ])('%s', (challenge, tenant) => expect(tenantIn(challenge)).toBe(tenant))

  test('is asked for once, and the secret goes to the authority of the settings only', async () => {
    const there = await connect({ clients: [app] }, () => ({ auth: secret }), { SECRET: 's3cret' })
    await look(there)
    await look(there)
    expect(
      there.served.calls.filter(({ headers, url }) => url.pathname.startsWith('/api') && !headers['authorization']),
    ).toHaveLength(1)
    expect(tokens(there)).toBe(1)
    await there.close()
  })
})

describe('an application with a certificate', () => {
  const pem = { CERTIFICATE: certificate, KEY: privateKey }
  const auth = { flow: 'certificate', clientId: 'app', certificate: 'env:CERTIFICATE', privateKey: 'env:KEY' }
  const settings = () => ({ tenant: 'fabrikam.example', auth })
  const registered: Client = { id: 'app', certificate, user: people.application }

  test('signs its request so that Entra can check it', async () => {
    const there = await connect({ clients: [registered] }, settings, pem)
    expect(await look(there)).toEqual([[]])
    expect(there.served.calls[0]?.body).not.toContain('client_secret')
    await there.close()
  })

  test('one that is not registered is refused', async () => {
    const there = await connect({ clients: [{ ...app }] }, settings, pem)
    await expect(look(there)).rejects.toMatchObject({ code: 'DB-1501', facts: { said: 'AADSTS700027' } })
    await there.close()
  })

  test('one that cannot be read says so, without a word of it', async () => {
    const there = await connect({ clients: [registered] }, settings, { ...pem, KEY: 'not a key' })
    const refused = await look(there).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'DB-1501', remedy: 'fix-config' })
    expect((refused as Error).message).not.toContain('not a key')
    await there.close()
  })

  test('its end is announced', async () => {
    const there = await connect({ clients: [registered] }, settings, pem)
    const end = new X509Certificate(certificate).validToDate.getTime()
    there.clock.turn(end - 20 * 86_400_000 - Date.parse(there.clock.now()))
    const { findings, credentialEnds } = await there.session.probe([], signal)
    expect(Date.parse(credentialEnds ?? '')).toBe(end)
    expect(findings.find(({ code }) => code === 'DB-1515')).toMatchObject({ level: 'warning', who: 'operations' })
    await there.close()
  })
})

describe('a managed identity', () => {
  test('is asked for where the machine says, with the header it wants', async () => {
    const endpoint = (url: string) => ({
      auth: { flow: 'managedIdentity', endpoint: `${url}/msi/token`, header: 'env:HEADER' },
    })
    const there = await connect({ clients: [app] }, endpoint, { HEADER: 'h' })
    expect(await look(there)).toEqual([[]])
    const [asked] = there.served.calls
    expect(asked?.headers['x-identity-header']).toBe('h')
    expect(Object.fromEntries(asked?.url.searchParams ?? [])).toEqual({
      'api-version': '2019-08-01',
      resource: there.url,
    })
    expect(callsOf(there)).toBeGreaterThan(0)
    await there.close()
  })

  test('a machine without one is told apart from an outage', async () => {
    const endpoint = (url: string) => ({
      auth: { flow: 'managedIdentity', endpoint: `${url}/msi/token`, header: 'env:HEADER' },
    })
    const there = await connect({}, endpoint, { HEADER: 'h' })
    await expect(look(there)).rejects.toMatchObject({ code: 'DB-1501', remedy: 'fix-config' })
    await there.close()
  })
})
