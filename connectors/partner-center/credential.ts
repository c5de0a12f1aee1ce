// The refresh token as it is kept. Partner Center's sign-in service may replace it at every use; the new one is on disk
// before anything else happens, and the vault still has the one before it, in case the new one turns out to be refused.

import { z } from 'zod'
import { type Host, type Instant, parseInstant, parseJson } from '#spi'
import type { UserAuth } from './settings.ts'

const entry = 'refresh-token'
/** What Microsoft says of a sign-in that nobody uses. */
export const unusedLifeMs = 90 * 24 * 60 * 60 * 1_000

const Kept = z.object({ token: z.string().min(1), at: z.string(), account: z.string().nullable().catch(null) })

export interface Credential {
  readonly token: string
  /** When it was obtained or last renewed; null when that is not known. */
  readonly at: Instant | null
  readonly account: string | null
}

export async function keep(host: Host, token: string, account: string | null): Promise<void> {
  await host.vault.put(entry, JSON.stringify({ token, at: host.clock.now(), account }))
}

export async function current(host: Host): Promise<Credential | null> {
  return read(await host.vault.get(entry))
}

/**
 * What to try, best first: the newest; the one it replaced; the one in the settings, which an operator may have put
 * there a minute ago. None twice. The last is read only when it is needed, and may be gone by then.
 */
export async function* candidates(auth: UserAuth, host: Host): AsyncGenerator<Credential> {
  const seen = new Set<string>()
  for (const stored of [() => host.vault.get(entry), () => host.vault.previous(entry)]) {
    const credential = read(await stored())
    if (credential && !seen.has(credential.token)) {
      seen.add(credential.token)
      yield credential
    }
  }
  const first = await firstOne(auth, host, seen.size > 0)
  if (first && !seen.has(first.token)) {
    seen.add(first.token)
    yield first
  }
  // Another process of ours may have renewed it while we were asking.
  const meanwhile = await current(host)
  if (meanwhile && !seen.has(meanwhile.token)) yield meanwhile
}

async function firstOne(auth: UserAuth, host: Host, mayBeGone: boolean): Promise<Credential | null> {
  if (auth.refreshToken === undefined) return null
  try {
    return read(await host.secrets.read(auth.refreshToken, { fresh: true }))
  } catch (error) {
    if (mayBeGone) return null
    throw error
  }
}

/** Our own form, or a bare token that somebody put there by hand. */
function read(stored: string | null): Credential | null {
  if (stored === null || stored.trim() === '') return null
  const kept = Kept.safeParse(parseJson(stored))
  if (!kept.success) return { token: stored.trim(), at: null, account: null }
  return { token: kept.data.token, at: parseInstant(kept.data.at) ?? null, account: kept.data.account }
}
