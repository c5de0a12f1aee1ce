// Calls from Partner Center, believed only with a signature that Microsoft vouches for, and then only as a hint: a call
// causes a look at one referral and never a write. Losing every call changes nothing but how soon we look. Must not
// listen by itself: the daemon owns the door and hands over what came through it.

import { type Host, type Push, type PushFacet, type PushVerdict, REFERRAL } from '#spi'
import { openAuth } from '../auth.ts'
import { openCaller } from '../call.ts'
import type { Settings } from '../settings.ts'
import { openCertificates } from './certificates.ts'
import { parseEvent, TEST_EVENT, type WebhookEvent } from './event.ts'
import { openRegistrations } from './registration.ts'
import { holds, signatureOf } from './signature.ts'
import { distrust, microsoftAnchors, normalFingerprint, parseCertificates, type Trust } from './trust.ts'

export const push: PushFacet<Settings> = {
  open: (settings, host) => (settings.webhook ? openPush(settings, settings.webhook, host) : null),
}

type WebhookSettings = NonNullable<Settings['webhook']>

/** A genuine call is a few hundred characters. */
const bodyMax = 64 * 1024
const repeatsMax = 10_000

function openPush(settings: Settings, webhook: WebhookSettings, host: Host): Push {
  const registrations = openRegistrations(settings.webhookEndpoint, openCaller(host, openAuth(settings, host)), host)
  const certificates = openCertificates(host, webhook.certificateOrigins)
  const isRepeated = rememberRepeats()
  let trust: Promise<Trust> | undefined

  return {
    address: webhook.url ?? null,
    ...registrations,
    verifyAndRead: async (request, signal) => {
      if (request.body.length > bodyMax) return refused(413, 'the call is too large')
      const signature = signatureOf(request)
      if (!signature.ok) return refused(signature.status, signature.why)
      const { signed } = signature
      const fetched = await certificates.at(signed.certificateUrl, signal)
      if (!fetched.ok) return refused(fetched.passing ? 503 : 401, fetched.why)
      trust ??= trustFrom(webhook, host)
      const why = distrust(fetched.chain, await trust, host.clock.now())
      if (why !== null) return refused(401, why)
      const [signer] = fetched.chain
      if (!signer || !holds(signed, request.body, signer.publicKey)) return refused(401, 'the signature does not hold')
      const event = parseEvent(request.body)
      return event ? believed(event, isRepeated(event.key)) : refused(400, 'the call says nothing readable')
    },
  }
}

async function trustFrom({ trustAnchors, fingerprints }: WebhookSettings, host: Host): Promise<Trust> {
  const own =
    trustAnchors === undefined ? undefined : parseCertificates(Buffer.from(await host.secrets.read(trustAnchors)))
  return {
    anchors: trustAnchors === undefined ? microsoftAnchors() : (own ?? []),
    fingerprints: fingerprints ? new Set(fingerprints.map(normalFingerprint)) : null,
  }
}

function believed(event: WebhookEvent, repeated: boolean): PushVerdict {
  const test = event.name === TEST_EVENT
  const { id, at } = event
  const hint =
    test || repeated || id === null ? null : { kind: REFERRAL, id, at, related: event.name.startsWith('related-') }
  return { genuine: true, status: 200, hint, test }
}

const refused = (status: 400 | 401 | 413 | 503, why: string): PushVerdict => ({
  genuine: false,
  status,
  code: 'DB-1214',
  why,
})

/** The last ones only: a call repeated after that leads to one look too many, which is harmless. */
function rememberRepeats(): (key: string) => boolean {
  const known = new Set<string>()
  return (key) => {
    if (known.has(key)) return true
    known.add(key)
    const [oldest] = known
    if (known.size > repeatsMax && oldest !== undefined) known.delete(oldest)
    return false
  }
}
