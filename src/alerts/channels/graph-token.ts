// A token for the application that sends mail: client credentials against Entra, kept until shortly before it ends.

import * as oauth from 'oauth4webapi'
import {
  type Clock,
  FixConfig,
  type Host,
  type Instant,
  isList,
  isObject,
  later,
  parseJson,
  SecretRef,
  stringifyJson,
} from '#spi'
import { isLoopbackHost } from '#core/origin'
import type { GraphMail } from '#settings/schema/alerts'
import { assertTaken, sent } from './post.ts'

export type Token = (fresh: boolean, signal: AbortSignal) => Promise<string>

export interface TokenParts {
  readonly channel: string
  readonly settings: GraphMail
  readonly host: Pick<Host, 'http' | 'secrets'> & { readonly clock: Clock }
}

/** Renewed so long before it ends: a mail takes its time. */
const earlyMs = 2 * 60_000
const usualLifeSeconds = 300

export function graphToken({ channel, settings, host }: TokenParts): Token {
  let kept: { readonly token: string; readonly until: Instant } | null = null
  const { authority, tenant, endpoint, auth } = settings
  const base = `${authority.replace(/\/+$/, '')}/${tenant}`
  const server: oauth.AuthorizationServer = { issuer: `${base}/v2.0`, token_endpoint: `${base}/oauth2/v2.0/token` }

  async function granted(fresh: boolean, signal: AbortSignal): Promise<oauth.TokenEndpointResponse> {
    const secret = await host.secrets.read(auth.clientSecret, { fresh })
    const client: oauth.Client = { client_id: await clientIdOf(auth.clientId, host) }
    const scope = `${new URL(endpoint).origin}/.default`
    const response = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      oauth.ClientSecretPost(secret),
      { scope },
      {
        signal,
        [oauth.customFetch]: async (url, options) => await through(url, options, signal),
        [oauth.allowInsecureRequests]: isLoopbackHost(new URL(authority).hostname),
      },
    )
    return await oauth.processClientCredentialsResponse(server, client, response)
  }

  async function through(
    url: string,
    { headers, body }: oauth.CustomFetchOptions<string, URLSearchParams | undefined>,
    signal: AbortSignal,
  ): Promise<Response> {
    const request = { url, headers, body: body?.toString() ?? '', name: 'alert.token' }
    const answer = await sent(host.http, request, { channel, signal })
    if (answer.status === 429 || answer.status >= 500) assertTaken(answer, channel, host.clock.now())
    return new Response(plainLife(answer.body), {
      status: answer.status,
      headers: { 'content-type': 'application/json' },
    })
  }

  async function renewed(fresh: boolean, signal: AbortSignal): Promise<oauth.TokenEndpointResponse> {
    try {
      return await granted(fresh, signal)
    } catch (error) {
      if (!isRefusal(error)) throw error
      if (fresh) throw refused(channel)
      // The secret may have been rotated since it was read.
      return await renewed(true, signal)
    }
  }

  return async (fresh, signal) => {
    if (kept && !fresh && kept.until > host.clock.now()) return kept.token
    const { access_token: token, expires_in: life = usualLifeSeconds } = await renewed(fresh, signal)
    kept = { token, until: later(host.clock.now(), Math.max(0, life * 1_000 - earlyMs)) }
    return token
  }
}

const clientIdOf = async (clientId: string, { secrets }: Pick<Host, 'secrets'>): Promise<string> => {
  const ref = SecretRef.safeParse(clientId)
  return ref.success ? await secrets.read(ref.data) : clientId
}

/** A life that is no number is left out, so that the token counts; whatever is no object is no token. */
function plainLife(body: string): string {
  const parsed = parseJson(body)
  if (!isObject(parsed) || isList(parsed)) return '{}'
  const { expires_in: life, ...rest } = parsed
  const seconds = Number(life)
  return stringifyJson(Number.isFinite(seconds) && seconds > 0 ? { ...rest, expires_in: seconds } : rest)
}

/** What the protocol's library says of a refusal holds the vendor's words; only that there was one is passed on. */
const isRefusal = (error: unknown): boolean =>
  error instanceof oauth.ResponseBodyError ||
  error instanceof oauth.WWWAuthenticateChallengeError ||
  error instanceof oauth.OperationProcessingError

const refused = (channel: string): FixConfig =>
  new FixConfig(`Microsoft does not accept the application of the alert channel "${channel}".`, {
    code: 'DB-1704',
    who: 'operations',
  })
