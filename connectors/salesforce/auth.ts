// Getting a token, and getting a new one when it is refused. Salesforce does not say how long a token lives, so it is
// used until it is refused; a refused renewal is not asked for again within a minute.

import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { OAuth2 } from 'jsforce'
import { z } from 'zod'
import {
  FixConfig,
  type Host,
  type Instant,
  isSyncError,
  later,
  msOf,
  SecretRef,
  type SyncError,
  TransportFault,
} from '#spi'
import { TokenTransport } from './door.ts'
import { failureOf, fix, pause, strangeAnswer, transportFailure } from './faults.ts'
import { audienceOf, type Settings, tokenOrigin } from './settings.ts'

const Grant = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).optional(),
  /** Tells who signed in: `…/id/<org>/<user>`. Not every server sends it. */
  id: z.string().optional(),
  instance_url: z.string().optional(),
})
type Grant = z.infer<typeof Grant>

export interface SignedIn {
  readonly token: string
  readonly userId: string | null
  readonly organizationId: string | null
  /** Where Salesforce says the org is. */
  readonly instanceUrl: string | null
}

type Flow = Exclude<Settings['auth'], { readonly flow: 'none' }>

const restMs = 60_000
const assertionMs = 3 * 60_000
/** A clock further off than this would make a signed sign-in look expired or not yet valid. */
const skewMs = 60_000
const vaulted = 'salesforce-refresh-token'

export class SignIn {
  readonly #settings: Settings
  readonly #host: Host
  #refusal: { readonly error: SyncError; readonly until: number } | null = null
  /** How far the server's clock is ahead of ours, once that has mattered. */
  #aheadMs = 0

  constructor(settings: Settings, host: Host) {
    this.#settings = settings
    this.#host = host
  }

  /** A new token. `fresh`: the last one was refused, so secrets are read anew. Null where nobody signs in. */
  async renew(fresh: boolean, signal: AbortSignal): Promise<SignedIn | null> {
    const { auth } = this.#settings
    if (auth.flow === 'none') return null
    const refusal = this.#refusal
    if (refusal && refusal.until > this.#host.clock.monotonicMs()) throw refusal.error
    try {
      const grant = await this.#ask(auth, fresh, signal)
      this.#refusal = null
      const [organizationId = null, userId = null] = grant.id?.split('/').slice(-2) ?? []
      return { token: grant.access_token, userId, organizationId, instanceUrl: grant.instance_url ?? null }
    } catch (error) {
      // A token answer of an unknown shape and a lost one pass by themselves; only a refusal has to rest.
      if (error instanceof FixConfig) this.rest(error)
      throw error
    }
  }

  /** Nothing is asked for during the next minute: not even a new token helped. */
  rest(error: SyncError): void {
    this.#refusal = { error, until: this.#host.clock.monotonicMs() + restMs }
  }

  #ask(auth: Flow, fresh: boolean, signal: AbortSignal): Promise<Grant> {
    if (auth.flow === 'clientCredentials') return this.#withSecret(auth, fresh, signal)
    return auth.flow === 'jwt' ? this.#withKey(auth, fresh, signal) : this.#withRefreshToken(auth, fresh, signal)
  }

  async #withSecret(
    auth: Extract<Flow, { flow: 'clientCredentials' }>,
    fresh: boolean,
    signal: AbortSignal,
  ): Promise<Grant> {
    const secret = await this.#host.secrets.read(auth.clientSecret, { fresh })
    const client = { client_id: await this.#clientId(auth.clientId, fresh), client_secret: secret }
    return this.#request({ grant_type: 'client_credentials', ...client }, 'DB-1421', signal)
  }

  async #withKey(auth: Extract<Flow, { flow: 'jwt' }>, fresh: boolean, signal: AbortSignal): Promise<Grant> {
    const key = privateKeyOf(await this.#host.secrets.read(auth.privateKey, { fresh }))
    const issuer = await this.#clientId(auth.clientId, fresh)
    const attempt = (): Promise<Grant> => {
      const expires = Math.floor((msOf(this.#host.clock.now()) + this.#aheadMs + assertionMs) / 1_000)
      const claims = { iss: issuer, sub: auth.username, aud: audienceOf(this.#settings), exp: expires }
      const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: signed(claims, key) }
      return this.#request(form, 'DB-1422', signal)
    }
    const before = this.#aheadMs
    try {
      return await attempt()
    } catch (error) {
      // The commonest cause of a refusal is a clock that is off; the answer's own date tells by how much.
      if (!(error instanceof FixConfig) || Math.abs(this.#aheadMs - before) < skewMs) throw error
      return attempt()
    }
  }

  /** The newest token we know, then the one it replaced, then the configured one: whichever is still accepted. */
  async #withRefreshToken(
    auth: Extract<Flow, { flow: 'refreshToken' }>,
    fresh: boolean,
    signal: AbortSignal,
  ): Promise<Grant> {
    const { vault, secrets } = this.#host
    const secret = auth.clientSecret === undefined ? undefined : await secrets.read(auth.clientSecret, { fresh })
    const client_id = await this.#clientId(auth.clientId, fresh)
    const client = { client_id, ...(secret === undefined ? {} : { client_secret: secret }) }
    const known = [
      await vault.get(vaulted),
      await vault.previous(vaulted),
      await secrets.read(auth.refreshToken, { fresh }),
    ]
    const candidates = [...new Set(known.filter((token) => token !== null))]
    let refused: unknown
    for (const refresh_token of candidates) {
      try {
        const grant = await this.#request({ grant_type: 'refresh_token', refresh_token, ...client }, 'DB-1423', signal)
        // A rotated token is on disk before the session it came with is used: a crash must not lock us out.
        const next = grant.refresh_token ?? refresh_token
        if (next !== (known[0] ?? known.at(-1))) await vault.put(vaulted, next)
        return grant
      } catch (error) {
        if (!(error instanceof FixConfig)) throw error
        refused = error
      }
    }
    throw refused
  }

  /** A consumer key is no secret, but may be kept where the secrets are. */
  async #clientId(text: string, fresh: boolean): Promise<string> {
    const reference = SecretRef.safeParse(text)
    return reference.success ? this.#host.secrets.read(reference.data, { fresh }) : text
  }

  async #request(
    form: Readonly<Record<string, string>> & { readonly grant_type: string },
    refusedCode: 'DB-1421' | 'DB-1422' | 'DB-1423',
    signal: AbortSignal,
  ): Promise<Grant> {
    const passage = { http: this.#host.http, signal, name: 'token', writes: false } as const
    const transport = new TokenTransport(passage)
    const oauth2 = Object.assign(new OAuth2({ loginUrl: tokenOrigin(this.#settings) }), { _transport: transport })
    try {
      const read = Grant.safeParse(await oauth2.requestToken({ ...form }))
      if (read.success) return read.data
    } catch (error) {
      this.#noteClock(transport)
      throw this.#refused(error, transport, refusedCode)
    }
    this.#noteClock(transport)
    const status = transport.answer?.status ?? 0
    throw (failureOf({ status, errors: [], retryAfter: undefined, now: this.#now() }) ?? strangeAnswer(status)).error
  }

  #refused(error: unknown, { answer }: TokenTransport, code: 'DB-1421' | 'DB-1422' | 'DB-1423'): unknown {
    if (isSyncError(error)) return error
    if (error instanceof TransportFault) return transportFailure(error).error
    if (!answer || !(error instanceof Error)) return error
    const retryAfter = answer.headers['retry-after']
    const busy = error.name === 'rate_limit_exceeded' || error.name === 'server_error'
    if (busy) return pause('DB-1309', answer.status, later(this.#now(), restMs))
    // jsforce names its error after the OAuth error; a status without one is an outage or a stranger.
    if (answer.status !== 400 && answer.status !== 401 && answer.status !== 403)
      return (
        failureOf({ status: answer.status, errors: [], retryAfter, now: this.#now() }) ?? strangeAnswer(answer.status)
      ).error
    return fix(code, answer.status)
  }

  #noteClock({ answer }: TokenTransport): void {
    const date = Date.parse(answer?.headers['date'] ?? '')
    if (!Number.isNaN(date)) this.#aheadMs = date - msOf(this.#now())
  }

  #now(): Instant {
    return this.#host.clock.now()
  }
}

function privateKeyOf(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyType === 'rsa') return key
  } catch {
    // Reported below, without the reason: it may quote the key.
  }
  throw fix('DB-1425', 0)
}

function signed(claims: Readonly<Record<string, string | number>>, key: KeyObject): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`
}
