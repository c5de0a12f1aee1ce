import { afterEach, describe, expect, test } from 'vitest'
import { connector } from '../../../../connectors/partner-center/index.ts'
import { Settings } from '../../../../connectors/partner-center/settings.ts'
import { memoryVault } from '#platform/vault'
import type { DevicePrompt, HttpAnswer, Vault } from '#spi'
import { add, cosell, openWorld, read, still, type World, type WorldOptions } from './world.ts'

let world: World
const open = async (options: WorldOptions = {}): Promise<World> =>
  (world = await openWorld({ ...options, pretend: { auth: 'required', ...options.pretend } }))
afterEach(async () => await world.close())

const tokenCalls = (): number => world.served.calls.filter(({ url }) => url.pathname.endsWith('/token')).length
const kept = async (vault: Vault = world.host.vault): Promise<string> => {
  const stored = JSON.parse((await vault.get('refresh-token')) ?? '{}') as { token?: string }
  return stored.token ?? ''
}

describe('signing in with what is stored', () => {
  test('T32: the new refresh token is stored before the access token is used for the first time', async () => {
    const order: string[] = []
    const inner = memoryVault()
    const vault: Vault = {
      ...inner,
      put: async (name, secret) => (order.push('stored'), await inner.put(name, secret)),
    }
    await open({ host: { vault } })
    world.served.breaks = ({ url }) => (order.push(url.pathname.split('/').at(-1) ?? ''), undefined)
    await read(world.session)
    expect(order).toEqual(['token', 'stored', 'referrals'])
    expect(await kept()).toMatch(/^refresh-/)
    expect(await vault.previous('refresh-token')).toBeNull()
  })

  test('one renewal, whoever asks at the same time', async () => {
    await open()
    await Promise.all(Array.from({ length: 5 }, () => read(world.session)))
    expect(tokenCalls()).toBe(1)
  })

  test('the token is renewed before it ends, and not sooner', async () => {
    await open()
    await read(world.session)
    world.clock.turn(54 * 60_000)
    await read(world.session)
    expect(tokenCalls()).toBe(1)
    world.clock.turn(2 * 60_000)
    await read(world.session)
    expect(tokenCalls()).toBe(2)
  })

  test('F20, T31: a 401 in the middle is renewed once, the same page is asked for again, no row is skipped', async () => {
    await open({ pretend: { pageSize: 5 } })
    for (let n = 0; n < 12; n += 1) add(world, cosell())
    world.served.breaks = (_, number) => {
      if (number === 3) world.pc.tokens.expireAccess()
      return undefined
    }
    expect((await read(world.session)).records).toHaveLength(12)
    expect(tokenCalls()).toBe(2)
  })

  test('F21: a fresh token that is refused too stops this connection, with at most one token call a minute', async () => {
    await open()
    world.served.breaks = ({ url }) =>
      url.pathname.endsWith('/referrals') ? { do: 'answer', answer: { status: 401, headers: {}, body: '' } } : undefined
    await expect(read(world.session)).rejects.toMatchObject({ code: 'DB-1415', remedy: 'fix-config' })
    const before = tokenCalls()
    for (let n = 0; n < 10; n += 1) await read(world.session).catch(() => undefined)
    expect(tokenCalls()).toBe(before)
    world.clock.turn(61_000)
    world.served.breaks = () => undefined
    expect((await read(world.session)).records).toEqual([])
  })

  test('a sign-in that is over names who must sign in, asks no more than once a minute, and heals by itself', async () => {
    await open()
    world.pc.tokens.revokeAll()
    await expect(read(world.session)).rejects.toMatchObject({
      code: 'DB-1411',
      remedy: 'fix-config',
      message: expect.stringContaining('svc-referrals@fabrikam.example'),
    })
    const before = tokenCalls()
    await expect(read(world.session)).rejects.toMatchObject({ code: 'DB-1411' })
    expect(tokenCalls()).toBe(before)
    // Somebody signs in, in another process: the vault has a new token, and nobody waits for the minute to end.
    const prompted = signInByDevice()
    await prompted
    expect((await read(world.session)).records).toEqual([])
  })

  test('a refused token falls back to the one it replaced', async () => {
    await open()
    await world.host.vault.put(
      'refresh-token',
      JSON.stringify({ token: 'pretend-refresh-token', at: '2026-11-20T13:00:00Z' }),
    )
    await world.host.vault.put('refresh-token', JSON.stringify({ token: 'never-arrived', at: '2026-11-20T13:30:00Z' }))
    expect((await read(world.session)).records).toEqual([])
    expect(await kept()).toMatch(/^refresh-/)
  })

  test('a new first token in the settings is taken when all stored ones are refused', async () => {
    await open()
    await world.host.vault.put('refresh-token', 'an-old-one')
    expect((await read(world.session)).records).toEqual([])
  })

  test('a secret that is gone from the settings does no harm once the vault has its own', async () => {
    await open({ host: { env: { PC_REFRESH: '' } } })
    await world.host.vault.put('refresh-token', 'pretend-refresh-token')
    expect((await read(world.session)).records).toEqual([])
  })

  test('two sessions of one vault survive a strict rotation', async () => {
    await open({ pretend: { rotation: 'strict' } })
    const other = await connector.open(world.settings, world.host)
    await read(world.session)
    await read(other)
    world.clock.turn(3_600_000)
    await Promise.all([read(world.session), read(other)])
    world.clock.turn(3_600_000)
    await read(world.session)
    await read(other)
  })

  test.each([
    ['a wrong client', { clientId: 'somebody-else' }, 'DB-1413'],
    ['a wrong secret', { clientSecret: 'other' }, 'DB-1413'],
  ])('%s is a matter of configuration', async (_, pretend, code) => {
    await open({ pretend })
    await expect(read(world.session)).rejects.toMatchObject({ code, remedy: 'fix-config' })
  })

  test('nobody has signed in yet', async () => {
    await open({ settings: { auth: { flow: 'user', clientId: 'pretend-client', clientSecret: 'env:PC_SECRET' } } })
    await expect(read(world.session)).rejects.toMatchObject({ code: 'DB-1412' })
  })

  test.each([-1, 0, 1e12])('F122: a token that lives %d seconds neither breaks nor loops', async (accessTokenLifeS) => {
    await open({ pretend: { accessTokenLifeS: Math.max(accessTokenLifeS, 60) } })
    world.served.breaks = (call) =>
      call.url.pathname.endsWith('/token')
        ? { do: 'answer', answer: withLife(world.pc.tokens.handle(call, {}), accessTokenLifeS) }
        : undefined
    await read(world.session)
    await read(world.session)
    expect(tokenCalls()).toBeLessThanOrEqual(2)
  })

  test.each([
    [{ status: 500, headers: {}, body: '' }, 'DB-1414'],
    [{ status: 429, headers: { 'retry-after': '30' }, body: '' }, 'DB-1414'],
    [{ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>sign in</html>' }, 'DB-1414'],
    [{ status: 200, headers: {}, body: '{"access_token":7}' }, 'DB-1414'],
    [{ status: 400, headers: {}, body: '{"error":"temporarily_unavailable"}' }, 'DB-1414'],
  ])('a sign-in service that answers %j is asked again later', async (answer: HttpAnswer, code) => {
    await open()
    world.served.breaks = ({ url }) => (url.pathname.endsWith('/token') ? { do: 'answer', answer } : undefined)
    await expect(read(world.session)).rejects.toMatchObject({ code, remedy: 'retry-later' })
  })

  test('I28: a sign-in service that asks to wait is not asked again before', async () => {
    await open()
    const answer = { status: 429, headers: { 'retry-after': '30' }, body: '' }
    world.served.breaks = ({ url }) => (url.pathname.endsWith('/token') ? { do: 'answer', answer } : undefined)
    await expect(read(world.session)).rejects.toMatchObject({ notBefore: '2026-11-20T14:00:30.000Z' })
    world.clock.turn(29_999)
    await expect(read(world.session)).rejects.toMatchObject({ notBefore: '2026-11-20T14:00:30.000Z' })
    expect(tokenCalls()).toBe(1)
    world.served.breaks = () => undefined
    world.clock.turn(1)
    expect((await read(world.session)).records).toEqual([])
  })

  test('I41: no token and no secret in any log line, and the referral token goes to the API only', async () => {
    await open()
    await read(world.session)
    const { token } = { token: await kept() }
    for (const secret of ['pretend-secret', 'pretend-refresh-token', token]) {
      expect(world.host.logLines.join('\n')).not.toContain(secret)
      for (const call of world.served.calls.filter(({ url }) => !url.pathname.endsWith('/token')))
        expect(JSON.stringify([call.headers, call.body, call.url.href])).not.toContain(secret)
    }
  })
})

const withLife = (answer: HttpAnswer, life: number): HttpAnswer => ({
  ...answer,
  body: JSON.stringify({ ...(JSON.parse(answer.body) as object), expires_in: life }),
})

async function signInByDevice(
  act: (code: string) => void = (code) => world.pc.tokens.approve(code, 'svc-referrals@fabrikam.example'),
): Promise<{ account: string | null; prompts: DevicePrompt[] }> {
  const prompts: DevicePrompt[] = []
  const show = (prompt: DevicePrompt): void => {
    prompts.push(prompt)
    // The person takes a moment: the first looks find nothing.
    let looks = 0
    const breaks = world.served.breaks
    world.served.breaks = (call, number) => {
      if (call.body.includes('device_code') && (looks += 1) === 3) act(prompt.code)
      return breaks(call, number)
    }
  }
  const signedIn = await connector.signIn?.device(world.settings, world.host, show, still)
  return { account: signedIn?.account ?? null, prompts }
}

describe('a person signs in', () => {
  test('with a code on another device', async () => {
    await open()
    const { account, prompts } = await signInByDevice()
    expect(account).toBe('svc-referrals@fabrikam.example')
    expect(prompts).toMatchObject([
      { code: expect.stringMatching(/^[0-9A-F]{8}$/), expiresAt: '2026-11-20T14:15:00.000Z' },
    ])
    expect(await kept()).toMatch(/^refresh-/)
  })

  test('and may decline, or not come at all', async () => {
    await open()
    await expect(signInByDevice((code) => world.pc.tokens.decline(code))).rejects.toMatchObject({ code: 'DB-1416' })
    await expect(signInByDevice(() => undefined)).rejects.toMatchObject({ code: 'DB-1416' })
  })

  test('in a browser, with PKCE', async () => {
    await open()
    const browser = await connector.signIn?.browser(world.settings, world.host, 'http://127.0.0.1:9/back')
    const url = new URL(browser?.url ?? '')
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      code_challenge_method: 'S256',
      scope: 'https://api.partner.microsoft.com/.default offline_access',
      login_hint: 'svc-referrals@fabrikam.example',
    })
    const answer = await world.pc.handle({ method: 'GET', url, headers: {}, body: '' })
    const returned = new URL(answer.headers['location'] ?? '')
    expect(await browser?.finish(returned, still)).toEqual({ account: 'svc-referrals@fabrikam.example' })
    // The code works once, and only for whoever began.
    await expect(browser?.finish(returned, still)).rejects.toMatchObject({ code: 'DB-1411' })
    returned.searchParams.set('state', 'forged')
    await expect(browser?.finish(returned, still)).rejects.toMatchObject({ code: 'DB-1416' })
  })

  test('never with a password: the sign-in service would refuse it too', async () => {
    await open()
    const form = new URLSearchParams({
      grant_type: 'password',
      client_id: 'pretend-client',
      client_secret: 'pretend-secret',
    })
    const answer = world.pc.tokens.handle(
      { method: 'POST', url: new URL('/t/oauth2/v2.0/token', world.served.url), headers: {}, body: form.toString() },
      {},
    )
    expect(answer.status).toBe(400)
  })
})

describe('settings', () => {
  const base = { tenant: 'fabrikam.example', auth: { flow: 'user', clientId: 'env:PC_CLIENT_ID' } }
  test('the smallest ones lead to Microsoft', () => {
    const settings = Settings.parse(base)
    expect(settings).toMatchObject({ endpoint: 'https://api.partner.microsoft.com', read: { overlap: 600_000 } })
    expect(connector.origins(settings)).toEqual([
      'https://api.partner.microsoft.com',
      'https://login.microsoftonline.com',
    ])
  })
  test.each([
    ['no sign-in anywhere but here', { ...base, auth: { flow: 'none' } }],
    ['plain http elsewhere', { ...base, endpoint: 'http://partner.example' }],
    ['a secret in the file', { ...base, auth: { flow: 'user', clientId: 'x', clientSecret: 'abc' } }],
    ['a key that does not exist', { ...base, tennant: 'x' }],
    ['a tenant that is a path', { ...base, tenant: '../other' }],
    ['a day that does not exist', { ...base, read: { since: '2026-02-30' } }],
    ['an overlap without a unit', { ...base, read: { overlap: 600 } }],
    ['a user in the address', { ...base, endpoint: 'https://me:secret@partner.example' }],
  ])('%s is refused', (_, settings) => expect(Settings.safeParse(settings).success).toBe(false))
})
