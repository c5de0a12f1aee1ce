// A signing certificate under a root of its own, made on the spot: webhook calls are signed for real, by a company that
// only calls itself Microsoft. Just as much of X.509 as that takes.

import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { type Instant, later } from '#spi'

export interface Signer {
  readonly privateKey: KeyObject
  /** The signer's certificate, and its root's. */
  readonly certificatePem: string
  readonly rootPem: string
}

const year = 365 * 24 * 60 * 60 * 1_000

export function makeSigner(now: Instant, organization = 'Microsoft Corporation'): Signer {
  const root = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const leaf = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const valid = { from: later(now, -year), to: later(now, 10 * year) }
  const rootName = nameOf(organization, 'Pretended Root')
  const certificate = (subject: Buffer, key: KeyObject, isRoot: boolean): string =>
    pem(signed({ subject, issuer: rootName, key, isRoot, ...valid }, root.privateKey))
  return {
    privateKey: leaf.privateKey,
    certificatePem: certificate(nameOf(organization, 'Pretended Webhook Signing'), leaf.publicKey, false),
    rootPem: certificate(rootName, root.publicKey, true),
  }
}

interface Parts {
  readonly subject: Buffer
  readonly issuer: Buffer
  readonly key: KeyObject
  readonly isRoot: boolean
  readonly from: Instant
  readonly to: Instant
}

function signed({ subject, issuer, key, isRoot, from, to }: Parts, by: KeyObject): Buffer {
  const version = der(0xa0, der(0x02, Buffer.from([2])))
  const serial = der(0x02, Buffer.from([isRoot ? 1 : 2]))
  const validity = sequence(time(from), time(to))
  const publicKey = key.export({ type: 'spki', format: 'der' })
  const mayIssue = sequence(...(isRoot ? [der(0x01, Buffer.from([0xff]))] : []))
  const constraints = sequence(oid('551d13'), der(0x01, Buffer.from([0xff])), der(0x04, mayIssue))
  const extensions = der(0xa3, sequence(constraints))
  const body = sequence(version, serial, rsaSha256, issuer, validity, subject, publicKey, extensions)
  const signature = createSign('RSA-SHA256').update(body).sign(by)
  return sequence(body, rsaSha256, der(0x03, Buffer.concat([Buffer.from([0]), signature])))
}

function der(tag: number, content: Buffer): Buffer {
  const size = content.length
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, Buffer.concat(parts))
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'))
const rsaSha256 = sequence(oid('2a864886f70d01010b'), der(0x05, Buffer.alloc(0)))

/** Organization and common name. */
function nameOf(organization: string, common: string): Buffer {
  const part = (id: string, text: string): Buffer => der(0x31, sequence(oid(id), der(0x0c, Buffer.from(text))))
  return sequence(part('55040a', organization), part('550403', common))
}

/** `20261120140000Z`: the form that any year fits in. */
const time = (at: Instant): Buffer => der(0x18, Buffer.from(`${at.slice(0, 19).replaceAll(/[-T:]/g, '')}Z`))

const pem = (bytes: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`
