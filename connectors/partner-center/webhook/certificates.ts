// Fetches signing certificates: only from the places in the settings, small, rarely, and once for many calls. Anybody may
// call our address and name a certificate; what they name is never a reason to go somewhere.

import type { X509Certificate } from 'node:crypto'
import type { Host } from '#spi'
import { parseCertificates } from './trust.ts'

export type Fetched =
  | { readonly ok: true; readonly chain: readonly X509Certificate[] }
  | { readonly ok: false; readonly why: string; readonly passing: boolean }

const keptMs = 24 * 60 * 60 * 1_000
const failedMs = 60_000
const keptMax = 16
/** New addresses within a minute; a genuine sender has one or two. */
const freshMax = 4

export interface Certificates {
  at(url: string, signal: AbortSignal): Promise<Fetched>
}

export function openCertificates(host: Host, origins: readonly string[]): Certificates {
  const allowed = new Set(origins.map((url) => new URL(url).origin))
  const kept = new Map<string, { readonly fetched: Promise<Fetched>; until: number }>()
  let fetches: number[] = []

  async function fetched(url: string, signal: AbortSignal): Promise<Fetched> {
    try {
      const request = {
        name: 'webhook.certificate',
        method: 'GET',
        url,
        accept: 'any',
        as: 'base64',
        timeoutMs: 10_000,
        writes: false,
      } as const
      const answer = await host.http.send(request, signal)
      if (answer.status !== 200) return { ok: false, why: 'the certificate could not be fetched', passing: true }
      const chain = parseCertificates(Buffer.from(answer.body, 'base64'))
      return chain ? { ok: true, chain } : { ok: false, why: 'what was fetched is no certificate', passing: false }
    } catch {
      return { ok: false, why: 'the certificate could not be fetched', passing: true }
    }
  }

  return {
    at: async (url, signal) => {
      const parsed = URL.parse(url)
      if (!parsed || !allowed.has(parsed.origin) || parsed.username !== '' || url.length > 1_000) {
        host.log.warn('partner-center.certificate-elsewhere', { code: 'DB-1214', at: parsed?.origin ?? 'unreadable' })
        return {
          ok: false,
          why: 'the certificate is at a place that is not in webhook.certificateOrigins',
          passing: false,
        }
      }
      const now = host.clock.monotonicMs()
      const known = kept.get(parsed.href)
      if (known && now < known.until) return await known.fetched
      fetches = fetches.filter((at) => at > now - failedMs)
      if (fetches.length >= freshMax) return { ok: false, why: 'too many certificates were named', passing: true }
      fetches.push(now)
      const entry = { fetched: fetched(parsed.href, signal), until: now + keptMs }
      kept.delete(parsed.href)
      kept.set(parsed.href, entry)
      const [oldest] = kept.keys()
      if (kept.size > keptMax && oldest !== undefined) kept.delete(oldest)
      const result = await entry.fetched
      if (!result.ok) entry.until = now + failedMs
      return result
    },
  }
}
