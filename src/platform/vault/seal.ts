// Seals one secret with AES-256-GCM. The seal covers the name too, so a file put in another's place does not open.

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { FixConfig } from '#spi'

export const Sealed = z.strictObject({
  sealed: z.literal('aes-256-gcm'),
  /** Names the key, and tells nothing of it. */
  key: z.string(),
  salt: z.base64(),
  nonce: z.base64(),
  tag: z.base64(),
  text: z.base64(),
})
export type Sealed = z.infer<typeof Sealed>

const keyBytes = 32

/** A key as people keep it: 32 bytes as 64 hexadecimal digits, or in base64. */
export function parseKey(text: string): Uint8Array {
  const trimmed = text.trim()
  const isHex = /^[0-9a-f]{64}$/i.test(trimmed)
  const key = Buffer.from(trimmed, isHex ? 'hex' : 'base64')
  if (key.length === keyBytes && (isHex || /^[0-9a-z+/=_-]+$/i.test(trimmed))) return key
  throw new FixConfig(
    `The key of the vault must be ${keyBytes} bytes, written as 64 hexadecimal digits or in base64. ` +
      'Make one with: openssl rand -base64 32',
    { code: 'DB-1405' },
  )
}

export function sealText(text: string, key: Uint8Array, name: string): Sealed {
  const salt = randomBytes(16)
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', sealKey(key, salt), nonce).setAAD(Buffer.from(name))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return {
    sealed: 'aes-256-gcm',
    key: keyName(key),
    salt: salt.toString('base64'),
    nonce: nonce.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
    text: sealed.toString('base64'),
  }
}

export const isSealedWith = (sealed: Sealed, key: Uint8Array): boolean => sealed.key === keyName(key)

export function openSealed(sealed: Sealed, key: Uint8Array, name: string): string {
  if (!isSealedWith(sealed, key)) throw wrongKey(name)
  const salt = Buffer.from(sealed.salt, 'base64')
  const nonce = Buffer.from(sealed.nonce, 'base64')
  try {
    const cipher = createDecipheriv('aes-256-gcm', sealKey(key, salt), nonce, { authTagLength: 16 })
    cipher.setAAD(Buffer.from(name)).setAuthTag(Buffer.from(sealed.tag, 'base64'))
    return Buffer.concat([cipher.update(Buffer.from(sealed.text, 'base64')), cipher.final()]).toString('utf8')
  } catch {
    throw altered(name)
  }
}

/** A key of its own for every seal, so that no nonce can ever be used twice with one. */
const sealKey = (key: Uint8Array, salt: Uint8Array): Buffer =>
  Buffer.from(hkdfSync('sha256', key, salt, 'dealbridge vault', keyBytes))

const keyName = (key: Uint8Array): string =>
  Buffer.from(hkdfSync('sha256', key, 'dealbridge vault', 'name', 8)).toString('hex')

const wrongKey = (name: string): FixConfig =>
  new FixConfig(
    `The secret "${name}" was sealed with another key than the one configured now. Set store.encryptionKey back, or ` +
      'sign in anew: dealbridge connect sign-in.',
    { code: 'DB-1405' },
  )

const altered = (name: string): FixConfig =>
  new FixConfig(
    `The secret "${name}" was altered in its file, and does not open. Restore the file, or sign in anew: ` +
      'dealbridge connect sign-in.',
    { code: 'DB-1406' },
  )
