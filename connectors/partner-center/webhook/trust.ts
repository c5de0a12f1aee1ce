// Is a certificate one that Partner Center signs with? Its chain must end at a trusted root, its issuer must be
// Microsoft, it must be valid now, and if fingerprints are pinned it must have one of them. Pure: nothing is fetched.

import { X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import { type Instant, msOf } from '#spi'

const chainMax = 6
const issuerMust = /(?:^|\n)O=Microsoft Corporation(?:\n|$)/

export interface Trust {
  readonly anchors: readonly X509Certificate[]
  /** SHA-256, in lower case without colons; null: any that the chain vouches for. */
  readonly fingerprints: ReadonlySet<string> | null
}

/** PEM, one or several; or DER. Undefined when it is neither. The first one is the signer's. */
export function parseCertificates(bytes: Buffer): readonly X509Certificate[] | undefined {
  const text = bytes.toString('latin1')
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []
  try {
    return blocks.length > 0
      ? blocks.slice(0, chainMax).map((block) => new X509Certificate(block))
      : [new X509Certificate(bytes)]
  } catch {
    return undefined
  }
}

/** The roots under which Microsoft issues. Node brings them along; they are chosen by their names. */
export function microsoftAnchors(): readonly X509Certificate[] {
  const issuers = /O=Microsoft Corporation|CN=DigiCert Global Root G[23]|CN=Baltimore CyberTrust Root/
  return rootCertificates.map((pem) => new X509Certificate(pem)).filter(({ subject }) => issuers.test(subject))
}

/** Null when trusted; otherwise why not. */
export function distrust(chain: readonly X509Certificate[], trust: Trust, now: Instant): string | null {
  const [signer] = chain
  if (!signer) return 'there is no certificate'
  if (!isValidAt(signer, now)) return 'the certificate is not valid now'
  if (!issuerMust.test(signer.issuer)) return 'the certificate was not issued by Microsoft'
  if (trust.fingerprints && !trust.fingerprints.has(fingerprintOf(signer)))
    return 'the certificate is not one of those pinned'
  return reachesAnchor(signer, chain.slice(1), trust.anchors, now)
    ? null
    : 'no trusted root vouches for the certificate'
}

function reachesAnchor(
  signer: X509Certificate,
  others: readonly X509Certificate[],
  anchors: readonly X509Certificate[],
  now: Instant,
): boolean {
  let current = signer
  for (let step = 0; step < chainMax; step += 1) {
    if (anchors.some((anchor) => isValidAt(anchor, now) && isIssuedBy(current, anchor))) return true
    const next = others.find((other) => other.ca && isValidAt(other, now) && isIssuedBy(current, other))
    if (!next || next === current) return false
    current = next
  }
  return false
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
  } catch {
    return false
  }
}

function isValidAt({ validFrom, validTo }: X509Certificate, now: Instant): boolean {
  const at = msOf(now)
  return Date.parse(validFrom) <= at && at <= Date.parse(validTo)
}

export const normalFingerprint = (text: string): string => text.replaceAll(':', '').toLowerCase()
const fingerprintOf = ({ fingerprint256 }: X509Certificate): string => normalFingerprint(fingerprint256)
