// Obtains access tokens and renews them. One renewal at a time, whoever asks; a failed one is not repeated within a
// minute unless somebody has signed in meanwhile, which is noticed by itself.
//
//   token() ──► fresh enough? ── yes ──► use it
//                  │ no
//                  ▼
//   renew: newest refresh token ──► refused? the one before ──► refused? the one in the settings ──► sign in again
//                  │ granted
//                  ▼
//   a new refresh token is stored ──► only then is the access token used

import * as oauth from 'oauth4webapi'
import { FixConfig, type Host, isSyncError, msOf, RetryLater, type SyncError } from '#spi'
import { candidates, type Credential, current, keep } from './credential.ts'
import { type Audience, isSignedOut, issuerOf, scopeFor, tokenFault } from './oauth.ts'
import type { Settings, UserAuth } from './settings.ts'

export interface Auth {
  /** Null where the connection needs no sign-in. */
  token(audience: Audience): Promise<string | null>
  /** After a 401: a token other than the refused one. */
  renewed(audience: Audience, refused: string): Promise<string | null>
  /** A fresh token was refused too: nobody asks again for a minute. */
  distrust(audience: Audience, because: SyncError): Promise<void>
  close(): void
}

interface AccessToken {
  readonly text: string
  readonly usableUntil: number
}

/** Renewed this long before it ends, or at half of a short life. */
const renewBeforeMs = 5 * 60_000
/** For a token that does not say how long it lives. */
const assumedLifeS = 5 * 60

export function openAuth(settings: Settings, host: Host): Auth {
  const { auth } = settings
  if (auth.flow === 'user') return openUserAuth(settings, auth, host)
  return {
    token: async () => null,
    renewed: async () => null,
    distrust: async () => undefined,
    close: () => undefined,
  }
}

function openUserAuth(settings: Settings, auth: UserAuth, host: Host): Auth {
  const { clock } = host
  const tokens = new Map<Audience, AccessToken>()
  const failures = rememberFailures(host)
  const closed = new AbortController()
  const inLine = oneAtATime()

  async function renew(audience: Audience): Promise<string> {
    await failures.assertNone(audience)
    try {
      const granted = await grant(settings, auth, host, { audience, signal: closed.signal })
      const life = (granted.expires_in ?? assumedLifeS) * 1_000
      const usableUntil = clock.monotonicMs() + life - Math.min(renewBeforeMs, life / 2)
      tokens.set(audience, { text: granted.access_token, usableUntil })
      return granted.access_token
    } catch (error) {
      const fault = tokenFault(error, auth.signedInAs)
      if (fault instanceof FixConfig) await failures.remember(audience, fault)
      if (fault instanceof RetryLater && fault.notBefore !== undefined) await failures.remember(audience, fault)
      throw fault
    }
  }

  const usable = (audience: Audience): string | undefined => {
    const token = tokens.get(audience)
    return token && clock.monotonicMs() < token.usableUntil ? token.text : undefined
  }

  return {
    token: async (audience) =>
      usable(audience) ?? (await inLine(async () => usable(audience) ?? (await renew(audience)))),
    renewed: (audience, refused) =>
      inLine(async () => {
        const known = tokens.get(audience)
        if (known && known.text !== refused) return known.text
        tokens.delete(audience)
        return await renew(audience)
      }),
    distrust: async (audience, because) => {
      tokens.delete(audience)
      await failures.remember(audience, because)
    },
    close: () => closed.abort(),
  }
}

/** Renewals stand in line, because each one may replace the refresh token that the next one needs. */
function oneAtATime(): (work: () => Promise<string>) => Promise<string> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work, work)
    last = mine.catch(() => undefined)
    return mine
  }
}

interface Failures {
  /** Throws the last failure again while trying would be in vain. */
  assertNone(audience: Audience): Promise<void>
  remember(audience: Audience, error: SyncError): Promise<void>
}

const quietMs = 60_000

function rememberFailures(host: Host): Failures {
  // With each failure, the refresh token that was tried: another one in the vault means that somebody signed in.
  const failed = new Map<
    Audience,
    { readonly error: SyncError; readonly until: number; readonly tried: string | null }
  >()
  const stored = async (): Promise<string | null> => (await current(host))?.token ?? null
  return {
    assertNone: async (audience) => {
      const failure = failed.get(audience)
      if (failure && host.clock.monotonicMs() < failure.until && failure.tried === (await stored())) throw failure.error
      failed.delete(audience)
    },
    remember: async (audience, error) => {
      // Where the service named a time itself, exactly that long.
      const named = error instanceof RetryLater && error.notBefore !== undefined ? error.notBefore : null
      const waitMs = named === null ? quietMs : msOf(named) - msOf(host.clock.now())
      failed.set(audience, { error, until: host.clock.monotonicMs() + waitMs, tried: await stored() })
    },
  }
}

interface GrantFor {
  readonly audience: Audience
  readonly signal: AbortSignal
}

/** Tries what there is, best first. The token of a successful answer is stored before the answer is used. */
async function grant(
  settings: Settings,
  auth: UserAuth,
  host: Host,
  { audience, signal }: GrantFor,
): Promise<oauth.TokenEndpointResponse> {
  let refused: unknown = null
  for await (const credential of candidates(auth, host)) {
    try {
      const granted = await refresh(credential, settings, auth, { host, audience, signal })
      const changed = granted.refresh_token !== undefined && granted.refresh_token !== credential.token
      if (changed || refused !== null || isOld(credential, host))
        await keep(host, granted.refresh_token ?? credential.token, credential.account)
      return granted
    } catch (error) {
      if (isSyncError(error) || !isSignedOut(error)) throw error
      refused ??= error
    }
  }
  throw refused ?? nobody(auth)
}

/** A credential that is renewed by use says so from time to time, so that its remaining life can be shown. */
const isOld = ({ at }: Credential, host: Host): boolean =>
  at === null || Date.parse(host.clock.now()) - Date.parse(at) > 24 * 60 * 60 * 1_000

interface RefreshWith extends GrantFor {
  readonly host: Host
}

async function refresh(
  credential: Credential,
  settings: Settings,
  auth: UserAuth,
  { host, audience, signal }: RefreshWith,
): Promise<oauth.TokenEndpointResponse> {
  const { server, client, clientAuth, options } = await issuerOf(settings, auth, host)
  const response = await oauth.refreshTokenGrantRequest(server, client, clientAuth, credential.token, {
    ...options(signal),
    additionalParameters: { scope: scopeFor(audience) },
  })
  return await oauth.processRefreshTokenResponse(server, client, response)
}

function nobody(auth: UserAuth): FixConfig {
  const who = auth.signedInAs === undefined ? '' : ` as ${auth.signedInAs}`
  return new FixConfig(`Nobody has signed in to Partner Center yet. Run "dealbridge connect sign-in"${who}.`, {
    code: 'DB-1412',
    who: 'operations',
  })
}
