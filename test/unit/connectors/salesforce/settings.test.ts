// What a connection's settings may be, and where they lead.

import { describe, expect, test } from 'vitest'
import { connector } from '../../../../connectors/salesforce/index.ts'
import { audienceOf, Settings } from '../../../../connectors/salesforce/settings.ts'

const url = 'https://fabrikam.my.salesforce.com'
const auth = { flow: 'clientCredentials', clientId: 'env:SF_CLIENT_ID', clientSecret: 'env:SF_CLIENT_SECRET' }
const jwt = {
  flow: 'jwt',
  clientId: 'key',
  username: 'dealbridge@fabrikam.example',
  privateKey: 'file:/run/secrets/sf.key',
}

describe('settings', () => {
  test('the smallest that works', () => {
    expect(Settings.parse({ url, auth })).toMatchObject({
      apiVersion: '67.0',
      limits: { shareOfDailyLimit: 0.15, parallel: 5, batch: 200 },
    })
  })

  test.each([
    ['a secret in clear', { url, auth: { ...auth, clientSecret: 'hunter2' } }],
    ['plain http elsewhere', { url: 'http://fabrikam.my.salesforce.com', auth }],
    ['a user in the address', { url: 'https://a:b@fabrikam.my.salesforce.com', auth }],
    ['a path in the address', { url: `${url}/services`, auth }],
    ['the address people work at', { url: 'https://fabrikam.lightning.force.com', auth }],
    ['no sign-in on a real host', { url, auth: { flow: 'none' } }],
    ['a password flow', { url, auth: { flow: 'password', username: 'x', password: 'env:X' } }],
    ['a retired version', { url, auth, apiVersion: '30.0' }],
    ['a version that is none', { url, auth, apiVersion: 'v67' }],
    ['a share of nothing', { url, auth, limits: { shareOfDailyLimit: '0%' } }],
    ['more than everything', { url, auth, limits: { shareOfDailyLimit: '150%' } }],
    ['a batch that Salesforce refuses', { url, auth, limits: { batch: 500 } }],
    ['an unknown key', { url, auth, endpont: 'x' }],
  ])('%s is refused', (_, input) => {
    expect(Settings.safeParse(input).success).toBe(false)
  })

  test.each([
    ['15%', 0.15],
    ['2.5 %', 0.025],
    [0.3, 0.3],
  ])('a share of %s', (shareOfDailyLimit, share) => {
    expect(Settings.parse({ url, auth, limits: { shareOfDailyLimit } }).limits.shareOfDailyLimit).toBe(share)
  })

  test.each([
    [{ url }, [url]],
    [{ url: `${url}/` }, [url]],
    [{ url, authority: 'https://login.salesforce.com' }, [url, 'https://login.salesforce.com']],
    [{ url, endpoint: 'http://127.0.0.1:9702' }, ['http://127.0.0.1:9702']],
    [
      { url, endpoint: 'http://127.0.0.1:1', authority: 'http://localhost:2' },
      ['http://127.0.0.1:1', 'http://localhost:2'],
    ],
  ])('I40: %j leads to %j and nowhere else', (places, origins) => {
    expect(connector.origins(Settings.parse({ ...places, auth }))).toEqual(origins)
  })

  test.each([
    [{ url }, 'https://login.salesforce.com'],
    [{ url: 'https://fabrikam--test.sandbox.my.salesforce.com' }, 'https://test.salesforce.com'],
    [{ url, authority: 'http://127.0.0.1:9' }, 'http://127.0.0.1:9'],
  ])('a signed sign-in for %j is addressed to %s', (places, audience) => {
    expect(audienceOf(Settings.parse({ ...places, auth: jwt }))).toBe(audience)
  })

  test('an audience may be named', () => {
    const settings = Settings.parse({ url, auth: { ...jwt, audience: 'https://partners.fabrikam.example' } })
    expect(audienceOf(settings)).toBe('https://partners.fabrikam.example')
  })
})
