import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSealer, parseSealKey } from '#ledger/seal'
import { refusal } from './store.ts'
import { runs } from '../../support/runs.ts'

const key = Buffer.alloc(32, 1)
const sealer = createSealer(key)
const about = Buffer.from('link\nreferral-1')

describe('a seal', () => {
  test('opens to what was sealed, in its place and with its key only', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const plain = Buffer.from(bytes)
        const sealed = sealer.seal(plain, about)
        expect(sealer.open(sealed, about)).toEqual(plain)
        expect(createSealer(key).open(sealed, about)).toEqual(plain)
        expect(sealer.open(sealed, Buffer.from('link\nreferral-2'))).toBeUndefined()
        expect(createSealer(Buffer.alloc(32, 2)).open(sealed, about)).toBeUndefined()
      }),
      runs(1_000),
    )
  })

  test('does not open once any bit of it was changed or any byte is missing', () => {
    const sealed = sealer.seal(Buffer.from('Contoso'), about)
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const altered = Buffer.from(sealed)
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit % 8))
      expect(sealer.open(altered, about)).toBeUndefined()
    }
    for (let length = 0; length < sealed.length; length += 1)
      expect(sealer.open(sealed.subarray(0, length), about)).toBeUndefined()
  })

  test('is never the same twice, and shows nothing of what it holds', () => {
    const seals = Array.from({ length: 50 }, () => sealer.seal(Buffer.from('Contoso'), about))
    expect(new Set(seals.map((sealed) => sealed.toString('hex'))).size).toBe(50)
    expect(seals.some((sealed) => sealed.includes('Contoso'))).toBe(false)
  })

  test('names its key, and prints equal texts alike, without showing either', () => {
    const other = createSealer(Buffer.alloc(32, 2))
    expect(sealer.keyId).toMatch(/^[0-9a-f]{16}$/)
    expect(sealer.keyId).not.toBe(other.keyId)
    expect(sealer.fingerprint('ann@contoso.example')).toMatch(/^[0-9a-f]{32}$/)
    expect(sealer.fingerprint('ann@contoso.example')).toBe(createSealer(key).fingerprint('ann@contoso.example'))
    expect(sealer.fingerprint('ann@contoso.example')).not.toBe(other.fingerprint('ann@contoso.example'))
    expect(sealer.fingerprint('ann@contoso.example')).not.toBe(sealer.fingerprint('bob@contoso.example'))
  })
})

describe('a key as people keep it', () => {
  const accepted: readonly (readonly [string, string])[] = [
    ['hexadecimal', key.toString('hex')],
    ['hexadecimal in capitals', 'AB'.repeat(32)],
    ['base64', key.toString('base64')],
    ['base64 for URLs', Buffer.alloc(32, 255).toString('base64url')],
    ['with a line break after it', `${key.toString('base64')}\n`],
  ]
  for (const [name, text] of accepted) test(`${name} is read`, () => expect(parseSealKey(text).length).toBe(32))

  const refused: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['a password', 'correct horse battery staple'],
    ['half a key', key.toString('hex').slice(0, 32)],
    ['a key in base64 and more', `${key.toString('base64')}AAAA`],
    ['more, and then a key in base64', `AAAA${key.toString('base64')}`],
    ['a key in hexadecimal and more', `${key.toString('hex')}00`],
    ['more, and then a key in hexadecimal', `00${key.toString('hex')}`],
  ]
  for (const [name, text] of refused)
    test(`${name} is refused, without being repeated`, async () => {
      const error = await (async () => parseSealKey(text))().catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'DB-4017' })
      if (text !== '') expect(String(error)).not.toContain(text)
    })

  test('a buffer of another length is refused', async () => {
    expect(await refusal((async () => createSealer(Buffer.alloc(16)))())).toBe('DB-4017')
  })
})
