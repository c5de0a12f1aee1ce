// F50, F51: links that resemble one of our own origins, and are not.

import { describe, expect, test } from 'vitest'
import { allowList } from '#platform/transport/allow-list'
import { FixConfig } from '#spi'

const allowed = allowList('crm', ['https://api.contoso.example', 'https://crm.example:8443', 'http://127.0.0.1:9701'])

describe('allowed', () => {
  test.each([
    ['https://api.contoso.example/', 'https://api.contoso.example/'],
    ['https://api.contoso.example', 'https://api.contoso.example/'],
    ['https://api.contoso.example?a=b', 'https://api.contoso.example/?a=b'],
    ['https://API.Contoso.Example/x', 'https://api.contoso.example/x'],
    ['https://api.contoso.example:443/x', 'https://api.contoso.example/x'],
    ['https://crm.example:8443/data?$skiptoken=%3Ca%3E', 'https://crm.example:8443/data?$skiptoken=%3Ca%3E'],
    ['http://127.0.0.1:9701/x', 'http://127.0.0.1:9701/x'],
    ['http://2130706433:9701/x', 'http://127.0.0.1:9701/x'],
    ['https://api.contoso.example/a@b.example/', 'https://api.contoso.example/a@b.example/'],
  ])('%s', (url, sent) => {
    expect(allowed(url).href).toBe(sent)
  })
})

describe('refused', () => {
  test.each([
    ['another host', 'https://evil.example/'],
    ['another scheme', 'http://api.contoso.example/'],
    ['another port', 'https://api.contoso.example:444/'],
    ['the port left out', 'https://crm.example/'],
    ['a subdomain', 'https://x.api.contoso.example/'],
    ['a parent domain', 'https://contoso.example/'],
    ['a longer name', 'https://api.contoso.example.evil.example/'],
    ['a name that ends alike', 'https://evilapi.contoso.example/'],
    ['a user', 'https://me@api.contoso.example/'],
    ['a user that looks like the host', 'https://api.contoso.example@evil.example/'],
    ['a user and a password', 'https://a:b@api.contoso.example/'],
    ['an empty user', 'https://@api.contoso.example/'],
    ['a dot at the end', 'https://api.contoso.example./'],
    ['a backslash for a slash', 'https:\\\\api.contoso.example\\'],
    ['a backslash before another host', 'https://evil.example\\@api.contoso.example/'],
    ['a backslash after the host', 'https://api.contoso.example\\.evil.example/'],
    ['a Cyrillic letter', 'https://api.contosо.example/'],
    ['full-width letters', 'https://ａpi.contoso.example/'],
    ['a full-width dot', 'https://api。contoso.example/'],
    ['a percent sign in the host', 'https://api%2econtoso.example/'],
    ['one slash', 'https:/api.contoso.example/'],
    ['no slash', 'https:api.contoso.example/'],
    ['no scheme', '//api.contoso.example/'],
    ['a path', '/next'],
    ['a space before', ' https://api.contoso.example/'],
    ['a tab within', 'https://api.contoso\t.example/'],
    ['a line break', 'https://api.contoso.example/\r\nHost: evil.example'],
    ['loopback by another address', 'http://127.0.0.2:9701/'],
    ['loopback by another name', 'http://localhost:9701/'],
    ['loopback as a number, elsewhere', 'http://2130706434:9701/'],
    ['loopback as IPv6', 'http://[::ffff:127.0.0.1]:9701/'],
    ['a file', 'file:///etc/passwd'],
    ['data', 'data:application/json,{}'],
    ['nothing', ''],
  ])('%s: %j', (_, url) => {
    expect(() => allowed(url)).toThrow(FixConfig)
  })
})
