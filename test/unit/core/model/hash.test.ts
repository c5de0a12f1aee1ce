import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { hashOf } from '#core/model/hash'

test.each(['', 'abc', 'x'.repeat(55), 'x'.repeat(56), 'x'.repeat(64), 'Grüße 👩‍👩‍👧 '.repeat(500)])(
  'agrees with the platform: %#',
  (text) => {
    expect(hashOf(text)).toBe(createHash('sha256').update(text).digest('hex'))
  },
)
