// Seals what the ledger writes down: AES-256-GCM, so that a file without its key is noise, and noise that was changed
// is noticed. The key comes from outside and is never stored. Fingerprints let equal texts be recognised without
// keeping them.

import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, randomBytes } from 'node:crypto'
import { FixConfig } from '#core/errors'

export interface Sealer {
  /** Names the key without telling anything of it. */
  readonly keyId: string
  /** `about` says what is sealed and where it stands; the same must be said to open it. */
  seal(plain: Buffer, about: Buffer): Buffer
  /** Undefined: another key, another place, or altered. */
  open(sealed: Buffer, about: Buffer): Buffer | undefined
  /** The same for the same text under the same key; says nothing without the key. */
  fingerprint(text: string): string
}

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const DRAWN_BYTES = 512 * NONCE_BYTES
const algorithm = 'aes-256-gcm'

// Random nonces are safe for some four thousand million seals under one key (NIST SP 800-38D); a ledger that made a
// thousand commits an hour would need centuries.
export function createSealer(key: Uint8Array, random: (size: number) => Buffer = drawn()): Sealer {
  if (key.byteLength !== KEY_BYTES) throw badKey(key.byteLength)
  const derived = (purpose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', key, 'dealbridge ledger', purpose, KEY_BYTES))
  // Made ready once: handing over bare bytes costs more than the sealing itself.
  const sealKey = createSecretKey(derived('seal'))
  const printKey = createSecretKey(derived('fingerprint'))
  return {
    keyId: derived('name').toString('hex').slice(0, 16),
    seal: (plain, about) => {
      const nonce = random(NONCE_BYTES)
      const cipher = createCipheriv(algorithm, sealKey, nonce, { authTagLength: TAG_BYTES }).setAAD(about)
      return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
    },
    open: (sealed, about) => {
      if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined
      const nonce = sealed.subarray(0, NONCE_BYTES)
      const tag = sealed.subarray(sealed.length - TAG_BYTES)
      const cipher = createDecipheriv(algorithm, sealKey, nonce, { authTagLength: TAG_BYTES })
      cipher.setAAD(about).setAuthTag(tag)
      const plain = cipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES))
      try {
        return Buffer.concat([plain, cipher.final()])
      } catch {
        return undefined
      }
    },
    fingerprint: (text) => createHmac('sha256', printKey).update(text).digest('hex').slice(0, 32),
  }
}

/** Random bytes, drawn many at a time: a few cost as much as some thousand. None is given out twice. */
function drawn(): (size: number) => Buffer {
  let left: Buffer = Buffer.alloc(0)
  return (size) => {
    if (left.length < size) left = randomBytes(DRAWN_BYTES)
    const some = left.subarray(0, size)
    left = left.subarray(size)
    return some
  }
}

/** Reads a key as people keep it: 32 bytes as 64 hexadecimal digits or in base64. */
export function parseSealKey(text: string): Buffer {
  const trimmed = text.trim()
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex')
  if (/^[0-9a-z+/_-]{43}=?$/i.test(trimmed)) return Buffer.from(trimmed, 'base64')
  throw badKey(trimmed.length)
}

const badKey = (length: number): FixConfig =>
  new FixConfig(
    `The ledger's key (store.encryptionKey) must be ${KEY_BYTES} bytes, written as 64 hexadecimal digits or in base64. ` +
      'Make one with: openssl rand -base64 32',
    { code: 'DB-4017', who: 'operations', facts: { length } },
  )
