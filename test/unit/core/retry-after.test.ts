// F34: whatever a server asks for, the wait is sane.

import { describe, expect, test } from 'vitest'
import { instantFromMs } from '#core/model/instant'
import { retryAfterMs } from '#core/retry-after'

const now = instantFromMs(Date.UTC(2026, 10, 20, 14))
const day = 86_400_000

describe('an answer between a second and a day', () => {
  test.each<[string, number]>([
    ['7', 7_000],
    [' 7 ', 7_000],
    ['1.5', 1_500],
    ['1.25', 1_250],
    ['0', 1_000],
    ['0.2', 1_000],
    ['-5', 1_000],
    ['86400', day],
    ['86401', day],
    ['10000000000', day],
    ['9'.repeat(30), day],
    ['Fri, 20 Nov 2026 14:00:30 GMT', 30_000],
    ['Friday, 20-Nov-26 14:00:30 GMT', 30_000],
    ['Fri Nov 20 14:00:30 2026', 30_000],
    ['Fri, 20 Nov 2026 13:00:00 GMT', 1_000],
    ['Fri, 20 Nov 2099 14:00:00 GMT', day],
  ])('%s', (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms)
  })
})

describe('no answer', () => {
  test.each([
    undefined,
    null,
    '',
    ' ',
    'abc',
    '1e10',
    'Infinity',
    'NaN',
    '7 s',
    '7,8',
    '0x10',
    '2026-11-20',
    'not before Fri, 20 Nov 2026 14:00:30 GMT',
    'not before Friday, 20-Nov-26 14:00:30 GMT',
    'not before Fri Nov 20 14:00:30 2026',
    'Fri, 20 Nov 2026 14:00:30 GMT (or so)',
    'Friday, 20-Nov-26 14:00:30 GMT (or so)',
    'Fri Nov 20 14:00:30 2026 (or so)',
    'Fri, 99 Xyz 2026 14:00:00 GMT',
    '9'.repeat(31),
  ])('%j', (header) => {
    expect(retryAfterMs(header, now)).toBeUndefined()
  })
})
