// The guard of the network door lets a URL pass only when its WHATWG origin is one of the connection's own, however
// the URL is written, and what it hands on is the URL it looked at (F51, I40).

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allowList } from '#platform/transport/allow-list'
import { FixConfig } from '#spi'
import { runs } from '../support/runs.ts'

const origins = ['https://api.contoso.example', 'https://crm.example:8443', 'http://127.0.0.1:9701'] as const
const allowed = allowList('crm', origins)

function passed(url: string): URL | null {
  try {
    return allowed(url)
  } catch (error) {
    if (error instanceof FixConfig) return null
    throw error
  }
}

const hosts = [
  'api.contoso.example',
  'crm.example',
  '127.0.0.1',
  'evil.example',
  'localhost',
  '169.254.169.254',
  '[::1]',
]
const scheme = fc.constantFrom('https:', 'http:', 'HTTPS:', 'ftp:', 'file:', 'ws:', 'javascript:', 'blob:https:', '')
const slashes = fc.constantFrom('//', '/', '///', '\\\\', '/\\', '', '//\t')
const user = fc.constantFrom('', '', '', 'me@', 'a:b@', '@', 'api.contoso.example@', 'evil.example:443@', '%40')
const host = fc.oneof(
  fc.constantFrom(...hosts),
  fc.constantFrom(...hosts).map((name) => name.toUpperCase()),
  fc.tuple(fc.constantFrom(...hosts), fc.constantFrom(...hosts)).map(([a, b]) => `${a}.${b}`),
  // One letter replaced by one that looks like it, or is folded into it.
  fc
    .tuple(fc.constantFrom(...hosts), fc.constantFrom('о', 'ｏ', '⓪', '。', '．', 'ß', '\u00ad', '%2e', 'İ', '\u200d'))
    .map(([name, odd]) => name.replace(/[.o]/, odd)),
  fc.constantFrom(...hosts).map((name) => `${name}.`),
  fc.domain(),
  fc.ipV4(),
  fc.ipV4Extended(),
  fc.ipV6().map((address) => `[${address}]`),
)
const port = fc.oneof(
  fc.constantFrom('', '', ':443', ':8443', ':9701', ':80', ':', ':0443'),
  fc.nat(70_000).map((number) => `:${number}`),
)
const rest = fc.oneof(
  fc.webPath(),
  fc.constantFrom(
    '',
    '/',
    '?a',
    '#a',
    '\\',
    '\\@evil.example',
    '/\r\nHost: evil.example',
    '/..//evil.example',
    '@evil.example/',
    '/a@b',
  ),
  fc.string({ maxLength: 20 }),
)
const spelled = fc.tuple(scheme, slashes, user, host, port, rest).map((parts) => parts.join(''))
/** An own origin, and one thing done to it or after it. */
const nearly = fc
  .tuple(fc.constantFrom(...origins), fc.constantFrom('', '', '.', ':443', '@evil.example', '%00', '\\'), rest)
  .map((parts) => parts.join(''))
const stained = fc
  .tuple(spelled, fc.nat(60), fc.constantFrom('\t', '\n', '\r', ' ', '\u0000', '\\', '\u3000', '\ufeff'))
  .map(([url, at, stain]) => url.slice(0, at) + stain + url.slice(at))
const anything = fc.oneof(
  { weight: 4, arbitrary: spelled },
  { weight: 2, arbitrary: nearly },
  stained,
  fc.webUrl(),
  fc.string({ unit: 'binary' }),
)

const often = runs(5_000)

describe('the guard', () => {
  test('lets pass only what leads to an own origin', () => {
    fc.assert(
      fc.property(anything, (url) => {
        const origin = URL.parse(url)?.origin
        const isOwn = origins.some((own) => own === origin)
        expect(passed(url) === null || isOwn).toBe(true)
      }),
      often,
    )
  })
  test('hands on a URL that every parser reads alike', () => {
    fc.assert(
      fc.property(anything, (url) => {
        const sent = passed(url)
        if (sent === null) return
        expect(new URL(sent.href).href).toBe(sent.href)
        expect(origins.some((own) => sent.href.startsWith(`${own}/`))).toBe(true)
        expect(sent.username + sent.password).toBe('')
      }),
      often,
    )
  })
  test('lets own links pass, whatever their path and query', () => {
    fc.assert(
      fc.property(fc.constantFrom(...origins), fc.webPath(), fc.webQueryParameters(), (origin, path, query) => {
        expect(passed(`${origin}${path}?${query}`)?.origin).toBe(origin)
      }),
      runs(1_000),
    )
  })
  test('is of use: the spellings above hit both sides', () => {
    const sample = fc.sample(anything, { numRuns: 5_000, seed: 7 })
    const own = sample.filter((url) => passed(url) !== null).length
    expect(own).toBeGreaterThan(50)
    expect(own).toBeLessThan(2_500)
  })
})
