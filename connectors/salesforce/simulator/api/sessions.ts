// Sign-in: the token endpoint with the three grants an unattended client may use, and the sessions it gives out.
// A session ends some time after its last use, or at once when somebody ends it.

import { createVerify } from 'node:crypto'
import { isObject, type JsonObject, own, parseJson } from '#spi'
import { type Reply, ok } from '../answers.ts'
import type { Org } from '../org.ts'

export interface Client {
  readonly id: string
  readonly secret: string
  /** For a signed request (JWT): the certificate registered with the app, and the user it may act for. */
  readonly publicKey?: string
  readonly username?: string
  readonly refreshToken?: string
}

export interface SessionOptions {
  readonly org: Org
  readonly random: () => number
  /** `open`: nobody needs to sign in, for stories in which signing in plays no part. */
  readonly signIn: Client | 'open'
  readonly userId: string
  readonly organizationId: string
  readonly baseUrl: () => string
}

export class Sessions {
  readonly #options: SessionOptions
  readonly #live = new Map<string, number>()
  #refreshToken: string
  #issued = 0

  constructor(options: SessionOptions) {
    this.#options = options
    this.#refreshToken = options.signIn === 'open' ? '' : (options.signIn.refreshToken ?? '')
  }

  /** Every session ends now; the next call of each client is answered 401. */
  endAll(): void {
    this.#live.clear()
  }

  accepts(authorization: string | undefined): boolean {
    if (this.#options.signIn === 'open') return true
    const { knobs } = this.#options.org
    const token = /^(?:Bearer|OAuth) (.+)$/.exec(authorization ?? '')?.[1] ?? ''
    const until = this.#live.get(token)
    const now = this.#options.org.nowMs()
    if (knobs.sessionsRefused || until === undefined || until <= now) return false
    this.#live.set(token, now + knobs.sessionMs)
    return true
  }

  token(form: URLSearchParams): Reply {
    const refusal = this.#options.org.knobs.tokenError ?? this.#refusal(form)
    if (refusal !== null) return ok({ error: refusal, error_description: descriptions[refusal] ?? refusal }, 400)
    this.#issued += 1
    const token = `${this.#options.organizationId.slice(0, 15)}!AQ${this.#issued}.${this.#secret()}`
    this.#live.set(token, this.#options.org.nowMs() + this.#options.org.knobs.sessionMs)
    return ok({ ...this.#grant(token), ...this.#rotated(form) })
  }

  introspect(form: URLSearchParams): Reply {
    const until = this.#live.get(form.get('token') ?? '')
    const active = until !== undefined && until > this.#options.org.nowMs()
    return ok(active ? { active, exp: Math.floor(until / 1_000), token_type: 'access_token' } : { active })
  }

  revoke(form: URLSearchParams): Reply {
    this.#live.delete(form.get('token') ?? '')
    return ok({})
  }

  #grant(token: string): JsonObject {
    const { org, baseUrl, organizationId, userId } = this.#options
    return {
      access_token: token,
      signature: this.#secret(),
      scope: 'api',
      instance_url: org.knobs.instanceUrl ?? baseUrl(),
      id: `${baseUrl()}/id/${organizationId}/${userId}`,
      token_type: 'Bearer',
      issued_at: String(org.nowMs()),
    }
  }

  #rotated(form: URLSearchParams): JsonObject {
    if (form.get('grant_type') !== 'refresh_token' || !this.#options.org.knobs.rotatesRefreshTokens) return {}
    this.#refreshToken = `5Aep${this.#secret()}`
    return { refresh_token: this.#refreshToken }
  }

  #refusal(form: URLSearchParams): string | null {
    const { signIn } = this.#options
    if (signIn === 'open') return null
    const grant = form.get('grant_type')
    if (grant === 'urn:ietf:params:oauth:grant-type:jwt-bearer')
      return this.#assertion(form.get('assertion') ?? '', signIn)
    if (form.get('client_id') !== signIn.id) return 'invalid_client_id'
    if (grant === 'client_credentials') return form.get('client_secret') === signIn.secret ? null : 'invalid_client'
    if (grant !== 'refresh_token') return 'unsupported_grant_type'
    return this.#refreshToken !== '' && form.get('refresh_token') === this.#refreshToken ? null : 'invalid_grant'
  }

  #assertion(assertion: string, client: Client): string | null {
    const [header = '', claims = '', signature = ''] = assertion.split('.')
    const verify = createVerify('RSA-SHA256').update(`${header}.${claims}`)
    if (!client.publicKey || !verify.verify(client.publicKey, signature, 'base64url')) return 'invalid_grant'
    const read = parseJson(Buffer.from(claims, 'base64url').toString('utf8'))
    if (!isObject(read)) return 'invalid_request'
    const expires = own(read, 'exp')
    const seconds = this.#options.org.nowMs() / 1_000
    const inTime = typeof expires === 'number' && expires > seconds && expires <= seconds + 310
    const known = own(read, 'iss') === client.id && own(read, 'sub') === client.username
    return inTime && known && typeof own(read, 'aud') === 'string' ? null : 'invalid_grant'
  }

  #secret(): string {
    return Array.from({ length: 4 }, () => this.#options.random().toString(36).slice(2, 10).padEnd(8, '0')).join('')
  }
}

const descriptions: Readonly<Record<string, string>> = {
  invalid_grant: 'user hasn’t approved this consumer',
  invalid_client: 'invalid client credentials',
  invalid_client_id: 'client identifier invalid',
  unsupported_grant_type: 'grant type not supported',
  inactive_user: 'user is inactive',
  rate_limit_exceeded: 'login rate exceeded',
}
