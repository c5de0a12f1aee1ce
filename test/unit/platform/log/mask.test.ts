// The second fence of the log, word for word: what is taken out of a text, how far, and what is left as it was.

import { describe, expect, test } from 'vitest'
import { maskedFacts, maskedText } from '#platform/log/mask'

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9'

describe('taken out', () => {
  test.each([
    ['a token of three parts', `got ${jwt} back`, 'got [token] back'],
    ['its first part alone', 'got eyJhbGciOiJI back', 'got [token] back'],
    ['a bearer', 'Authorization: Bearer abc.def~ghi+/=-_1 end', 'Authorization: Bearer [secret] end'],
    ['with several spaces before it', 'bearer   abcd', 'bearer [secret]'],
    ['of basic sign-in', 'BASIC dXNlcjpwYXNz', 'BASIC [secret]'],
    ['a secret of a form', 'grant&client_secret=abc~123&scope=x', 'grant&client_secret=[secret]&scope=x'],
    ['of JSON', '{"password": "hunter2", "user": 1}', '{"password": [secret]", "user": 1}'],
    ['a key, with and without its line', 'api_key=abcdef; apikey:zyx', 'api_key=[secret]; apikey:[secret]'],
    ['with a name around it', 'my.refresh_token = qwertz', 'my.refresh_token = [secret]'],
    ['who signs in by a URL', 'at http://anna:pw@proxy.example', 'at http://[secret]@proxy.example'],
    ['what a URL asks', 'at https://a.example/x?id=1&b=2 now', 'at https://a.example/x?[query] now'],
    ['and what stands behind its mark', 'at http://a.example/x#part now', 'at http://a.example/x?[query] now'],
    ['an address', 'from sue.smith@contoso.example, today', 'from [address], today'],
    ['a short one', '<a@b>', '<[address]>'],
  ])('%s', (_what, text, masked) => expect(maskedText(text, 200)).toBe(masked))
})

describe('left as it was', () => {
  test.each([
    ['what only begins like a token', 'eyJ and eyJabc'],
    ['what only speaks of bearers', 'a bearer of it'],
    ['a bearer without enough to be one', 'bearer abc'],
    ['a secret without a value', 'the secret is out'],
    ['a URL that asks nothing', 'at https://a.example/x now'],
  ])('%s', (_what, text) => expect(maskedText(text, 200)).toBe(text))
})

test('a text is cut after it was masked, and never in a secret that begins before the cut', () => {
  expect(maskedText(`x client_secret=${'s'.repeat(300)}`, 40)).toBe('x client_secret=[secret]')
  expect(maskedText('a'.repeat(300), 20).length).toBeLessThanOrEqual(20)
})

test('facts are of their own kind, or not at all', () => {
  const facts = { code: 7, status: '200', ms: 1.23456, count: 3, value: true, pipeline: true, error: undefined }
  expect(maskedFacts(facts as never)).toStrictEqual({ count: 3, ms: 1.235, value: true })
  for (const odd of ['words', { of: 'words' }, ['words'], null, 7n])
    expect(maskedFacts({ value: odd, status: false, code: odd === 'words' ? null : odd } as never)).toStrictEqual({})
  expect(maskedFacts(Object.create({ pipeline: 'inherited' }) as never)).toStrictEqual({})
})
