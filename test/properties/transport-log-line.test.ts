// Whatever is logged, one line comes out, of bounded length, and what was planted as a secret is not in it (F128, I41).

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openLog, type LogFormat } from '#platform/log'
import { Bug, FixConfig, type LogFacts, RetryLater } from '#spi'
import { handClock } from '../support/host.ts'
import { runs } from '../support/runs.ts'

const canary = 'CANARY'

function logged(event: string, facts: unknown, format: LogFormat): string {
  const lines: string[] = []
  const log = openLog({
    clock: handClock(),
    level: 'debug',
    format,
    destination: { write: (line) => void lines.push(line) },
  })
  log.info(event, facts as LogFacts)
  return lines.join('')
}

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc
    .array(
      fc.constantFrom(
        '\r',
        '\n',
        '\u2028',
        '\u001b[31m',
        '\u001b]0;',
        '\u0007',
        '\u202e',
        '\u0000',
        '\ud800',
        '"',
        '\\',
        'a',
        '\u0085',
      ),
    )
    .map((parts) => parts.join('')),
)
const textFacts = [
  'code',
  'pipeline',
  'connection',
  'run',
  'referral',
  'record',
  'kind',
  'change',
  'field',
  'call',
  'at',
  'file',
  'requestId',
  'signal',
  'version',
]
const known = fc.dictionary(fc.constantFrom(...textFacts), nasty)
const format = fc.constantFrom<LogFormat>('json', 'text', 'journald')

/** A value with the canary somewhere in it. */
const secret = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    nasty.map((text) => `${text}${canary}${text}`),
    fc.array(tie('value'), { minLength: 1, maxLength: 3 }),
    fc.dictionary(nasty, tie('value'), { minKeys: 1, maxKeys: 3 }),
    tie('value').map((value) =>
      Object.assign(new Error(canary), { code: canary, response: value, config: { headers: value } }),
    ),
  ),
})).value

const often = runs(1_000)

describe('a log line', () => {
  test('is one line, holds nothing a terminal obeys, and has an end', () => {
    fc.assert(
      fc.property(nasty, known, format, (event, facts, shape) => {
        const line = logged(event, facts, shape)
        expect(line.endsWith('\n')).toBe(true)
        // oxlint-disable-next-line no-control-regex -- that is the test
        expect(line.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/)
        expect(line.length).toBeLessThan(10_000)
      }),
      often,
    )
  })
  test('of JSON is JSON, with time, level and event', () => {
    fc.assert(
      fc.property(nasty, known, (event, facts) => {
        expect(JSON.parse(logged(event, facts, 'json'))).toMatchObject({
          level: 'info',
          time: '2026-11-20T14:00:00.000Z',
        })
      }),
      often,
    )
  })
  test('holds no canary of a fact that is not on the list', () => {
    const unknown = fc.dictionary(
      nasty.filter((name) => !textFacts.includes(name) && name !== 'error'),
      secret,
    )
    fc.assert(
      fc.property(unknown, format, (facts, shape) => {
        expect(logged('event', facts, shape)).not.toContain(canary)
      }),
      often,
    )
  })
  test('holds no canary of any error that is not ours, nor of what ours was caused by', () => {
    const error = secret.map((value) => (value instanceof Error ? value : new TypeError(canary, { cause: value })))
    const wrapped = fc.oneof(
      error,
      error.map((cause) => new Bug('A promise was broken.', { code: 'DB-9001', cause })),
      error.map((cause) => new RetryLater('Busy.', { code: 'DB-3203', cause })),
      error.map((cause) => new FixConfig('Sign in.', { code: 'DB-1410', cause })),
      error.map((cause) => new Error(canary, { cause })),
      secret,
    )
    fc.assert(
      fc.property(wrapped, format, (thrown, shape) => {
        expect(logged('event', { error: thrown }, shape)).not.toContain(canary)
      }),
      often,
    )
  })
  test('holds no token, password, address or query, even in a fact meant for an id', () => {
    const plain = fc.stringMatching(/^[a-zA-Z0-9]{12,30}$/).map((text) => `${canary}${text}`)
    const leak = fc.oneof(
      plain.map((token) => `Bearer ${token}`),
      plain.map((token) => `authorization: bearer ${token}`),
      plain.map((token) => `client_secret=${token}&x=1`),
      plain.map((token) => `{"access_token":"${token}"}`),
      plain.map((token) => `eyJ${token}.${token}.${token}`),
      plain.map((token) => `${token}@contoso.example`),
      plain.map((token) => `https://x.example/a?b=${token}`),
      plain.map((token) => `https://me:${token}@x.example/`),
    )
    fc.assert(
      fc.property(leak, fc.constantFrom(...textFacts), format, (text, name, shape) => {
        expect(logged('event', { [name]: text }, shape)).not.toContain(canary)
      }),
      often,
    )
  })
})
