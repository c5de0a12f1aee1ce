// The signature of one call: which headers carry it, and whether it holds for exactly these characters.

import { createVerify, type KeyObject } from 'node:crypto'
import type { PushRequest } from '#spi'

export interface Signed {
  readonly signature: string
  readonly certificateUrl: string
  readonly digest: string
}

export type Signature =
  | { readonly ok: true; readonly signed: Signed }
  | { readonly ok: false; readonly status: 400 | 401; readonly why: string }

/** SHA-1 is not among them, nor is "none". */
const digests: Readonly<Record<string, string>> = {
  'rsa-sha256': 'RSA-SHA256',
  'rsa-sha384': 'RSA-SHA384',
  'rsa-sha512': 'RSA-SHA512',
}

export function signatureOf({ headers }: PushRequest): Signature {
  const given = headers['x-ms-signature'] ?? headers['authorization'] ?? ''
  const signature = /^Signature\s+([A-Za-z0-9+/=_-]{16,4096})$/i.exec(given.trim())?.[1]
  if (signature === undefined) return { ok: false, status: 401, why: 'there is no signature' }
  const certificateUrl = headers['x-ms-certificate-url']?.trim() ?? ''
  const algorithm = headers['x-ms-signature-algorithm']?.trim().toLowerCase() ?? ''
  if (certificateUrl === '') return { ok: false, status: 400, why: 'there is no certificate address' }
  if (algorithm === '') return { ok: false, status: 400, why: 'there is no signature algorithm' }
  const digest = Object.hasOwn(digests, algorithm) ? digests[algorithm] : undefined
  if (digest === undefined) return { ok: false, status: 401, why: 'the signature algorithm is not accepted' }
  return { ok: true, signed: { signature, certificateUrl, digest } }
}

export function holds({ signature, digest }: Signed, body: string, key: KeyObject): boolean {
  try {
    return key.asymmetricKeyType === 'rsa' && createVerify(digest).update(body, 'utf8').verify(key, signature, 'base64')
  } catch {
    return false
  }
}
