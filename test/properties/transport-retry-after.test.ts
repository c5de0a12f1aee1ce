// Whatever a server writes into Retry-After, and whenever, the wait is finite and sane or there is none (F34, I28).

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { instantFromMs } from '#core/model/instant'
import { retryAfterMaxMs, retryAfterMinMs, retryAfterMs } from '#core/retry-after'
import { runs } from '../support/runs.ts'

const now = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }).map(instantFromMs)
const header = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double().map(String),
  fc.integer().map(String),
  fc.bigInt().map(String),
  fc.date({ noInvalidDate: false }).map((date) => date.toString()),
  fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  fc.constantFrom(null, undefined, '', '-0', '+5', '1e10', 'Infinity', '00000007'),
)

test('total, between a second and a day', () => {
  fc.assert(
    fc.property(header, now, (text, at) => {
      const ms = retryAfterMs(text, at)
      expect(ms === undefined || (Number.isInteger(ms) && ms >= retryAfterMinMs && ms <= retryAfterMaxMs)).toBe(true)
    }),
    runs(5_000),
  )
})

test('seconds are seconds', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 86_400 }), now, (seconds, at) => {
      expect(retryAfterMs(String(seconds), at)).toBe(seconds * 1_000)
    }),
    runs(1_000),
  )
})

test('a date says as much as the seconds until it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), fc.integer({ min: 1, max: 86_400 }), (at, seconds) => {
      const date = new Date((at + seconds) * 1_000).toUTCString()
      expect(retryAfterMs(date, instantFromMs(at * 1_000))).toBe(seconds * 1_000)
    }),
    runs(1_000),
  )
})
