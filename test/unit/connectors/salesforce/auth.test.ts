// Signing in, being refused, and signing in again.

import { generateKeyPairSync } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { instantFromMs, isSyncError, type Vault } from '#spi'
import { memoryVault } from '#platform/vault'
import { sandboxClient } from '../../../../connectors/salesforce/simulator/index.ts'
import { handClock } from '../../../support/host.ts'
import { dealShape, never, newDeal, referral, type TestOrg, testOrg } from './org.ts'

let org: TestOrg
afterEach(() => org.close())

const question = { shape: dealShape, by: { key: { field: 'PC_Referral_Id__c', value: referral(1) } } } as const
const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const jwtClient = { ...sandboxClient, publicKey, username: 'dealbridge@fabrikam.example' }
const jwt = { flow: 'jwt', clientId: sandboxClient.id, username: jwtClient.username, privateKey: 'env:SF_KEY' }

const tokens = () => org.served.calls.filter(({ url }) => url.pathname.endsWith('/token'))
const form = (at: number): URLSearchParams => new URLSearchParams(tokens().at(at)?.body)

async function codeOf(run: Promise<unknown>): Promise<string> {
  return run.then(
    () => 'no error',
    (error: unknown) => (isSyncError(error) ? error.code : String(error)),
  )
}

describe('client credentials', () => {
  test('one token for the whole session, asked for with a form; no secret in any address', async () => {
    org = await testOrg()
    await org.session.find([question], never)
    await org.session.find([question], never)
    expect(tokens()).toHaveLength(1)
    expect(Object.fromEntries(form(0))).toEqual({
      grant_type: 'client_credentials',
      client_id: sandboxClient.id,
      client_secret: sandboxClient.secret,
    })
    expect(org.served.calls.every(({ url }) => !url.href.includes(sandboxClient.secret))).toBe(true)
  })

  test('I41, F129: the secret and the token appear in no log line and in no error', async () => {
    org = await testOrg()
    await org.session.find([question], never)
    const token = String(org.served.calls.at(-1)?.headers['authorization']).replace('Bearer ', '')
    org.simulator.endSessions()
    org.simulator.knobs.tokenError = 'invalid_client'
    const error = await org.session.find([question], never).catch((reason: unknown) => reason)
    const told = [...org.host.logLines, error instanceof Error ? `${error.message}${error.stack}` : ''].join('\n')
    expect(token.length).toBeGreaterThan(20)
    expect(told).not.toContain(token)
    expect(told).not.toContain(sandboxClient.secret)
  })

  test.each([
    ['invalid_client', 'DB-1421', 'fix-config'],
    ['invalid_client_id', 'DB-1421', 'fix-config'],
    ['inactive_user', 'DB-1421', 'fix-config'],
    ['unsupported_grant_type', 'DB-1421', 'fix-config'],
    ['rate_limit_exceeded', 'DB-1309', 'retry-later'],
  ])('%s is %s', async (oauthError, code, remedy) => {
    org = await testOrg()
    org.simulator.knobs.tokenError = oauthError
    const error: unknown = await org.session.find([question], never).catch((reason: unknown) => reason)
    expect(isSyncError(error) && [error.code, error.remedy]).toEqual([code, remedy])
  })

  test('F21: a refused sign-in is asked for once a minute, whoever asks how often', async () => {
    org = await testOrg()
    org.simulator.knobs.tokenError = 'invalid_client'
    for (let n = 0; n < 20; n += 1) await codeOf(org.session.find([question], never))
    expect(tokens()).toHaveLength(1)
    org.clock.turn(61_000)
    org.simulator.knobs.tokenError = null
    expect(await codeOf(org.session.find([question], never))).toBe('no error')
    expect(tokens()).toHaveLength(2)
  })

  test.each([503, 302, 404])(
    'a token endpoint that answers %i is an outage or a stranger, not a wrong secret',
    async (status) => {
      org = await testOrg()
      org.served.breaks = ({ url }) =>
        url.pathname.endsWith('/token') ? { do: 'answer', answer: { status, headers: {}, body: '' } } : undefined
      expect(await codeOf(org.session.find([question], never))).not.toBe('DB-1421')
      org.served.breaks = () => undefined
      org.clock.turn(61_000)
      expect(await codeOf(org.session.find([question], never))).toBe('no error')
    },
  )

  test('I12: a rotated secret is read anew when the old session ends; nobody restarts anything', async () => {
    const env = { SF_SECRET: sandboxClient.secret }
    org = await testOrg({ hostOptions: { env } })
    await org.session.find([question], never)
    env.SF_SECRET = 'the-new-one'
    org.simulator.endSessions()
    await codeOf(org.session.find([question], never))
    expect(form(-1).get('client_secret')).toBe('the-new-one')
  })

  test('F20: a session that ends between two writes loses and doubles nothing', async () => {
    org = await testOrg()
    await org.session.write([newDeal(1)], never)
    org.simulator.endSessions()
    const [receipt] = await org.session.write([newDeal(2)], never)
    expect(receipt?.outcome).toBe('written')
  })
})

describe('a signed sign-in', () => {
  test('is addressed, limited in time and verifiable; no secret travels', async () => {
    org = await testOrg({ signIn: jwtClient, settings: { auth: jwt }, hostOptions: { env: { SF_KEY: privateKey } } })
    expect(await codeOf(org.session.find([question], never))).toBe('no error')
    const [, claims = ''] = (form(0).get('assertion') ?? '').split('.')
    const read: unknown = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8'))
    const exp = Date.UTC(2026, 10, 20, 14, 3) / 1_000
    expect(read).toEqual({ iss: sandboxClient.id, sub: jwtClient.username, aud: 'https://login.salesforce.com', exp })
    expect(form(0).get('client_secret')).toBeNull()
  })

  test('survives a clock of ours that is an hour off: the answer tells by how much', async () => {
    const clock = handClock(instantFromMs(Date.UTC(2026, 10, 20, 12, 58)))
    org = await testOrg({ signIn: jwtClient, settings: { auth: jwt }, hostOptions: { env: { SF_KEY: privateKey } } })
    const slow = await org.open({}, { clock, env: { SF_KEY: privateKey } })
    expect(await codeOf(slow.find([question], never))).toBe('no error')
    expect(tokens()).toHaveLength(2)
  })

  test.each([
    [
      'another key',
      generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
      'DB-1422',
    ],
    ['something that is no key', 'not a key', 'DB-1425'],
    [
      'a key of another sort',
      generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }),
      'DB-1425',
    ],
  ])('with %s is refused', async (_, key, code) => {
    org = await testOrg({
      signIn: jwtClient,
      settings: { auth: jwt },
      hostOptions: { env: { SF_KEY: key.toString() } },
    })
    expect(await codeOf(org.session.find([question], never))).toBe(code)
  })
})

describe('a refresh token', () => {
  const auth = { flow: 'refreshToken', clientId: sandboxClient.id, refreshToken: 'env:SF_REFRESH' }
  const signIn = { ...sandboxClient, refreshToken: 'first-refresh-token' }
  const env = { SF_REFRESH: 'first-refresh-token' }

  test('T32: one that Salesforce rotates is on disk before its session is used', async () => {
    const kept: string[] = []
    const inner = memoryVault()
    const vault: Vault = {
      ...inner,
      put: async (name, secret) => {
        if (name.includes('refresh')) kept.push(`${secret} after ${org.apiCalls().length} calls`)
        await inner.put(name, secret)
      },
    }
    org = await testOrg({ signIn, settings: { auth }, hostOptions: { env, vault } })
    org.simulator.knobs.rotatesRefreshTokens = true
    await org.session.find([question], never)
    expect(kept).toHaveLength(1)
    expect(kept[0]).toMatch(/^5Aep.* after 0 calls$/)
    // After a restart the rotated one is used; the configured one is dead.
    const again = await org.open()
    expect(await codeOf(again.find([question], never))).toBe('no error')
    expect(form(-1).get('refresh_token')).not.toBe('first-refresh-token')
  })

  test('a new one in the settings is taken when the kept one is dead', async () => {
    const vault = memoryVault()
    await vault.put('salesforce-refresh-token', 'dead')
    org = await testOrg({ signIn, settings: { auth }, hostOptions: { env, vault } })
    expect(await codeOf(org.session.find([question], never))).toBe('no error')
    org.simulator.endSessions()
    const before = tokens().length
    expect(await codeOf(org.session.find([question], never))).toBe('no error')
    expect(tokens().length - before).toBe(1)
  })

  test('F122: none accepted: somebody must sign in again, and only this connection waits', async () => {
    org = await testOrg({ signIn, settings: { auth }, hostOptions: { env: { SF_REFRESH: 'dead' } } })
    expect(await codeOf(org.session.find([question], never))).toBe('DB-1423')
  })
})

describe('no sign-in', () => {
  test('an open door is walked through without a token', async () => {
    org = await testOrg({ signIn: 'open', settings: { auth: { flow: 'none' } } })
    expect(await codeOf(org.session.find([question], never))).toBe('no error')
    expect(tokens()).toEqual([])
    expect(org.served.calls.every(({ headers }) => headers['authorization'] === undefined)).toBe(true)
  })

  test('a door that is not open says so', async () => {
    org = await testOrg({ settings: { auth: { flow: 'none' } } })
    expect(await codeOf(org.session.find([question], never))).toBe('DB-1424')
  })
})

describe('which version of the API', () => {
  test.each([
    [67, '67.0'],
    [70, '67.0'],
    [62, '62.0'],
  ])('an org whose newest is %i is spoken to in v%s', async (newest, version) => {
    org = await testOrg()
    org.simulator.knobs.newestVersion = newest
    await org.session.find([question], never)
    expect(org.apiCalls().at(-1)?.url.pathname).toContain(`/v${version}/`)
  })

  test('one that is too old for us is a matter of settings', async () => {
    org = await testOrg()
    org.simulator.knobs.newestVersion = 40
    expect(await codeOf(org.session.find([question], never))).toBe('DB-1306')
  })
})

test('an org that says it lives elsewhere is asked where it was configured, and the check says so', async () => {
  org = await testOrg()
  org.simulator.knobs.instanceUrl = 'https://moved.my.salesforce.com'
  const probe = await org.session.probe([dealShape.kind], never)
  expect(probe.findings.find(({ code }) => code === 'DB-1305')?.fix).toBe('set url: https://moved.my.salesforce.com')
  expect(org.apiCalls().every(({ url }) => url.origin === org.served.url)).toBe(true)
})
