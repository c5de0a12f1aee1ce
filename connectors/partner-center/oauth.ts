// Microsoft Entra's OAuth endpoints through the one door. The protocol is oauth4webapi's business; here it is told where
// the endpoints are and given our transport, and its errors are turned into remedies.

import * as oauth from 'oauth4webapi'
import {
  FixConfig,
  type Host,
  isObject,
  isSyncError,
  type Json,
  parseJson,
  RetryLater,
  retryAfterMs,
  later,
  SecretRef,
  type SyncError,
  TransportFault,
} from '#spi'
import { codes } from './codes.ts'
import { isLoopback, type Settings, type UserAuth } from './settings.ts'

/** A token is for one audience; the webhook API is another one than that of the referrals. */
export const audiences = {
  referrals: 'https://api.partner.microsoft.com',
  webhooks: 'https://api.partnercenter.microsoft.com',
} as const
export type Audience = keyof typeof audiences

/** `offline_access` is what makes Entra hand out a refresh token. An id token is not asked for: nobody would read it. */
export const scopeFor = (audience: Audience): string => `${audiences[audience]}/.default offline_access`

export interface Issuer {
  readonly server: oauth.AuthorizationServer
  readonly client: oauth.Client
  readonly clientAuth: oauth.ClientAuth
  readonly options: (signal: AbortSignal) => oauth.TokenEndpointRequestOptions
}

export async function issuerOf(settings: Settings, auth: UserAuth, host: Host): Promise<Issuer> {
  const base = `${settings.authority.replace(/\/+$/, '')}/${settings.tenant}`
  const secret = auth.clientSecret === undefined ? null : await host.secrets.read(auth.clientSecret)
  return {
    server: {
      issuer: `${base}/v2.0`,
      token_endpoint: `${base}/oauth2/v2.0/token`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
    },
    client: { client_id: await clientIdOf(auth, host) },
    clientAuth: secret === null ? oauth.None() : oauth.ClientSecretPost(secret),
    options: (signal) => ({
      signal,
      [oauth.customFetch]: fetchThrough(host),
      [oauth.allowInsecureRequests]: isLoopback(new URL(settings.authority)),
    }),
  }
}

async function clientIdOf(auth: UserAuth, host: Host): Promise<string> {
  const ref = SecretRef.safeParse(auth.clientId)
  return ref.success ? await host.secrets.read(ref.data) : auth.clientId
}

type Fetch = (url: string, options: oauth.CustomFetchOptions<string, URLSearchParams | undefined>) => Promise<Response>

function fetchThrough(host: Host): Fetch {
  return async (url, options) => {
    const headers = { ...options.headers, 'client-request-id': host.random.uuid() }
    const answer = await host.http.send(
      {
        method: 'POST',
        url,
        headers,
        ...(options.body === undefined ? {} : { body: options.body.toString() }),
        accept: 'any',
        timeoutMs: 30_000,
        name: 'token',
        writes: false,
      },
      options.signal ?? never,
    )
    if (answer.status === 429 || answer.status >= 500) throw outage(answer.headers['retry-after'], host)
    const json = { 'content-type': 'application/json' }
    return new Response(sanitized(answer.body), { status: answer.status, headers: json })
  }
}

const never = new AbortController().signal
const lifeMaxS = 24 * 60 * 60

/**
 * Only what is used is let in: no id token, whose issuer would have to be checked for nothing, and no lifetime that is
 * negative, absurd or no number. A token without a believable life is used once and then renewed.
 */
function sanitized(body: string): string {
  const parsed = parseJson(body)
  if (!isObject(parsed)) return body
  const { id_token: _unused, expires_in: life, ...rest } = parsed
  return JSON.stringify(life === undefined ? rest : { ...rest, expires_in: sane(life) })
}

function sane(life: Json): number {
  const seconds = typeof life === 'string' ? Number.parseFloat(life) : life
  return typeof seconds === 'number' && Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), lifeMaxS) : 0
}

function outage(retryAfter: string | undefined, host: Host): RetryLater {
  const ms = retryAfterMs(retryAfter, host.clock.now())
  return new RetryLater(`${codes['DB-1414']?.title}. Nothing is lost; it is tried again.`, {
    code: 'DB-1414',
    notBefore: ms === undefined ? undefined : later(host.clock.now(), ms),
  })
}

/** What the sign-in service said, in its own word; null when the failure was another one. */
export const oauthError = (error: unknown): string | null =>
  error instanceof oauth.ResponseBodyError ? error.error : null

/** These say that the sign-in itself is over: only a person can renew it. */
const signedOut: ReadonlySet<string> = new Set([
  'invalid_grant',
  'interaction_required',
  'login_required',
  'consent_required',
])
const passing: ReadonlySet<string> = new Set(['temporarily_unavailable', 'server_error'])

export const isSignedOut = (error: unknown): boolean => signedOut.has(oauthError(error) ?? '')

/** A failed token call as a remedy. `who` is the account that is to sign in, where the settings name it. */
export function tokenFault(error: unknown, who: string | undefined): SyncError {
  if (isSyncError(error)) return error
  const said = oauthError(error)
  const facts = { said: said ?? 'nothing readable' }
  if (isSignedOut(error)) {
    const person = who === undefined ? 'the account of this connection' : who
    return new FixConfig(
      `Microsoft no longer accepts the stored sign-in (${said}). Run "dealbridge connect sign-in" as ${person}; work resumes by itself.`,
      { code: 'DB-1411', facts, who: 'operations' },
    )
  }
  if (said !== null && !passing.has(said))
    return new FixConfig(
      `Microsoft does not accept the application of this connection (${said}). Check auth.clientId and auth.clientSecret.`,
      { code: 'DB-1413', facts, who: 'operations' },
    )
  const why = error instanceof TransportFault ? error.why : (said ?? 'its answer could not be read')
  return new RetryLater(`No token could be obtained just now: ${why}. It is tried again.`, {
    code: 'DB-1414',
    facts: { why },
    // The library's own error may hold the whole answer, tokens included: it is not kept as a cause.
  })
}
