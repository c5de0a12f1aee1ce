import { describe, expect, test } from 'vitest'
import { originsOf, Settings } from '../../../../connectors/dynamics/settings.ts'

const secret = { flow: 'clientSecret', clientId: 'app', clientSecret: 'env:DV_SECRET' }
const url = 'https://fabrikam.crm4.dynamics.com'
const local = 'http://127.0.0.1:9703'

describe('what is accepted', () => {
  test.each([
    ['an application with a secret', { url, tenant: 'fabrikam.example', auth: secret }],
    ['a secret, for whatever tenant the environment belongs to', { url, auth: secret }],
    ['its id by reference', { url, tenant: 'fabrikam.example', auth: { ...secret, clientId: 'env:DV_ID' } }],
    [
      'a certificate',
      {
        url,
        tenant: 'fabrikam.example',
        auth: { flow: 'certificate', clientId: 'a', certificate: 'file:c', privateKey: 'file:k' },
      },
    ],
    ['a managed identity, with nothing else', { url, auth: { flow: 'managedIdentity' } }],
    ['a local endpoint alone', { endpoint: local, auth: { flow: 'none' } }],
    ['a local endpoint beside the environment', { url, endpoint: local, auth: { flow: 'none' } }],
    ['a slash at the end', { url: `${url}/`, auth: { flow: 'managedIdentity' } }],
  ])('%s', (_, settings) => expect(Settings.safeParse(settings).error).toBeUndefined())
})

describe('what is refused, and where', () => {
  test.each([
    ['no environment', { auth: { flow: 'managedIdentity' } }, 'url'],
    [
      'a secret that stands in the file',
      { url, tenant: 'fabrikam.example', auth: { ...secret, clientSecret: 'hunter2' } },
      'auth',
    ],
    ['no sign-in at a real environment', { url, auth: { flow: 'none' } }, 'auth'],
    ['plain http elsewhere', { url: 'http://fabrikam.crm4.dynamics.com', auth: { flow: 'managedIdentity' } }, 'url'],
    ['the address people work at', { url: `${url}/main.aspx`, auth: { flow: 'managedIdentity' } }, 'url'],
    [
      'a user in the address',
      { url: 'https://u:p@fabrikam.crm4.dynamics.com', auth: { flow: 'managedIdentity' } },
      'url',
    ],
    [
      'an identity endpoint elsewhere',
      { url, auth: { flow: 'managedIdentity', endpoint: 'https://evil.example' } },
      'auth',
    ],
    ['a key nobody knows', { url, auth: { flow: 'managedIdentity' }, user: 'x' }, undefined],
    [
      'more than Dynamics allows',
      { url, auth: { flow: 'managedIdentity' }, limits: { perFiveMinutes: 9000 } },
      'limits',
    ],
  ])('%s', (_, settings, key) => {
    const { error } = Settings.safeParse(settings)
    expect(error?.issues.map(({ path }) => path[0])).toContain(key)
  })
})

describe('origins: everywhere a token may go, and nowhere else (I40)', () => {
  test.each([
    [{ url, tenant: 'fabrikam.example', auth: secret }, [url, 'https://login.microsoftonline.com']],
    [{ url, auth: { flow: 'managedIdentity' } }, [url, 'http://169.254.169.254']],
    [
      { url, auth: { flow: 'managedIdentity', endpoint: 'http://localhost:12356/msi/token' } },
      [url, 'http://localhost:12356'],
    ],
    [{ url, endpoint: local, auth: { flow: 'none' } }, [local]],
  ])('%j', (settings, origins) => expect(originsOf(Settings.parse(settings))).toEqual(origins))
})
