// Why no answer came, by the class and code of what was thrown; and what is left of it afterwards.

import { describe, expect, test } from 'vitest'
import { NotJson } from '#platform/transport/content-type'
import { Expired } from '#platform/transport/deadline'
import { type Ended, faultOf } from '#platform/transport/fault'
import { PrivateAddress } from '#platform/transport/name-lookup'
import { codeOf, redacted } from '#platform/transport/redact'
import { TooLarge } from '#platform/transport/size'
import { FixConfig, TransportFault } from '#spi'

const never = new AbortController().signal
const ended = (over: Partial<Ended> = {}): Ended => ({
  sent: false,
  signal: never,
  caller: never,
  connection: 'crm',
  ...over,
})
const coded = (code: unknown): Error => Object.assign(new Error('CANARY'), { code })
const why = (error: unknown, over: Partial<Ended> = {}): unknown => {
  const fault = faultOf(error, ended(over))
  return fault instanceof TransportFault ? fault.why : fault.code
}

describe('why no answer came', () => {
  test.each([
    ['ENOTFOUND', 'name-not-found'],
    ['EAI_AGAIN', 'name-not-found'],
    ['ECONNREFUSED', 'refused'],
    ['EMFILE', 'refused'],
    ['ETIMEDOUT', 'connect-timeout'],
    ['HPE_HEADER_OVERFLOW', 'too-large'],
    ['EPROTO', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
    ['CERT_NOT_YET_VALID', 'tls'],
    ['CRL_HAS_EXPIRED', 'tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
    ['INVALID_CA', 'tls'],
    ['INVALID_PURPOSE', 'tls'],
    ['HOSTNAME_MISMATCH', 'tls'],
    ['PRIVATE_ADDRESS', 'DB-1121'],
    ['ECONNRESET', 'cut'],
    ['NO_CERT_OF_OURS', 'cut'],
    ['constructor', 'cut'],
    [undefined, 'cut'],
  ])('%s: %s', (code, expected) => expect(why(coded(code))).toBe(expected))

  test.each([
    ['too much', new TooLarge(), 'too-large'],
    ['no JSON', new NotJson(), 'not-json'],
    ['a private address', new PrivateAddress(), 'DB-1121'],
    ['what is no error', 'CANARY', 'cut'],
  ])('%s', (_, error, expected) => expect(why(error)).toBe(expected))

  test('a connection that stood and that the system gave up on has lost an answer', () => {
    expect(why(coded('ETIMEDOUT'), { sent: true })).toBe('cut')
    expect(why(coded('ECONNREFUSED'), { sent: true })).toBe('refused')
  })

  test('our own clocks say more than any code, and the caller more than they', () => {
    const signal = AbortSignal.abort(new Expired('whole'))
    expect(why(coded('EPROTO'), { signal })).toBe('timeout')
    expect(why(coded('EPROTO'), { signal: AbortSignal.abort(new Expired('connect')) })).toBe('connect-timeout')
    expect(why(coded('EPROTO'), { signal, caller: AbortSignal.abort() })).toBe('aborted')
  })

  test('what an admin has to mend stays that, however a library wraps it', () => {
    const mend = new FixConfig('The proxy wants a name.', { code: 'DB-1122' })
    expect(faultOf(new Error('CANARY', { cause: mend }), ended())).toBe(mend)
  })
})

describe('what is left of a library’s error', () => {
  class $Odd_1 extends Error {}
  class Nameless extends Error {}
  Object.defineProperty(Nameless, 'name', { value: 'a name: CANARY' })
  test.each<[string, unknown, string]>([
    ['its class and its code', Object.assign(new TypeError('CANARY'), { code: 'ECONNRESET' }), 'TypeError ECONNRESET'],
    ['its class', new RangeError('CANARY'), 'RangeError UNKNOWN'],
    ['an odd class', new $Odd_1('CANARY'), '$Odd_1 UNKNOWN'],
    ['no name that could say anything', new Nameless('CANARY'), 'Error UNKNOWN'],
    ['nothing of a text', 'CANARY', 'unknown UNKNOWN'],
    ['nothing of an object', { code: 'CANARY' }, 'unknown UNKNOWN'],
    ['nothing of nothing', undefined, 'unknown UNKNOWN'],
  ])('%s', (_, error, left) => {
    const { message, code, cause } = redacted(error)
    expect([message, code, cause]).toEqual([left, left.split(' ')[1], undefined])
  })

  test.each<[unknown, string | undefined]>([
    ['ECONNRESET', 'ECONNRESET'],
    ['ERR_HTTP2-X', 'ERR_HTTP2-X'],
    ['E2', 'E2'],
    ['E', undefined],
    ['econnreset', undefined],
    ['E for CANARY', undefined],
    ['CANARY@contoso.example: ECONN', undefined],
    [`E${'X'.repeat(61)}`, undefined],
    [404, undefined],
    [['ECONN'], undefined],
  ])('a code %j: %j', (code, kept) => expect(codeOf(coded(code))).toBe(kept))

  test('a code of what is no error is none', () => {
    expect([codeOf({ code: 'ECONNRESET' }), codeOf(null), codeOf(new Error('x'))]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })
})
