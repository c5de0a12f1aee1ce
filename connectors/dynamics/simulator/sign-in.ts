// Tokens: the pretended Entra ID (client secret, certificate), the managed identity endpoint of a machine, and what
// the organization makes of a token. Where no client is registered nobody has to sign in.

import { createPublicKey, verify } from 'node:crypto'
import { later, msOf, type Instant, type SimulatedAnswer, type SimulatedCall } from '#spi'

export interface Client {
  readonly id: string
  readonly secret?: string
  /** PEM of the public certificate, for a client that signs an assertion. */
  readonly certificate?: string
  /** The application user in the organization; none: a token that opens nothing. */
  readonly user: string | null
}

export interface SignInOptions {
  readonly now: () => Instant
  readonly random: () => number
  readonly baseUrl: () => string
  readonly clients: readonly Client[]
  /** How long a token lives, as told and as kept. */
  readonly lifetimeSeconds: number
}

interface Issued {
  readonly client: Client
  readonly until: Instant
}

export class SignIn {
  readonly #options: SignInOptions
  readonly #issued = new Map<string, Issued>()
  readonly clients: Client[]
  /** What the next answers say of a token's life, however odd. */
  expiresIn: number | undefined
  tokensGiven = 0

  constructor(options: SignInOptions) {
    this.#options = options
    this.clients = [...options.clients]
  }

  get isRequired(): boolean {
    return this.clients.length > 0
  }

  /** Undefined when the call is not about tokens. */
  handle(call: SimulatedCall): SimulatedAnswer | undefined {
    const { pathname } = call.url
    const token = /^\/([\w.-]+)\/oauth2\/v2\.0\/token$/.exec(pathname)
    if (token && call.method === 'POST') return this.#token(token[1] ?? '', new URLSearchParams(call.body))
    if (pathname.endsWith('/.well-known/openid-configuration')) return this.#discovery(pathname.split('/')[1] ?? '')
    if (pathname === '/msi/token') return this.#identity(call, 'x-identity-header')
    if (pathname === '/metadata/identity/oauth2/token') return this.#identity(call, 'metadata')
    return undefined
  }

  /** Whose token this is; `refused` when it is none of ours or too old. */
  whose(authorization: string | undefined): Client | 'refused' {
    const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1]
    const issued = this.#issued.get(token ?? '')
    return issued && this.#options.now() < issued.until ? issued.client : 'refused'
  }

  /** Every token given so far stops working. */
  revokeAll(): void {
    this.#issued.clear()
  }

  #discovery(tenant: string): SimulatedAnswer {
    const root = `${this.#options.baseUrl()}/${tenant}`
    return json(200, {
      issuer: `${root}/v2.0`,
      token_endpoint: `${root}/oauth2/v2.0/token`,
      authorization_endpoint: `${root}/oauth2/v2.0/authorize`,
      jwks_uri: `${root}/discovery/v2.0/keys`,
    })
  }

  #token(tenant: string, form: URLSearchParams): SimulatedAnswer {
    if (form.get('grant_type') !== 'client_credentials')
      return denied(400, 'unsupported_grant_type', 70003, 'The app requested an unsupported grant type.')
    if (!/^https?:\/\/\S+\/\.default$/.test(form.get('scope') ?? ''))
      return denied(400, 'invalid_scope', 70011, 'The provided value for scope is not valid.')
    const client = this.clients.find((one) => one.id === form.get('client_id'))
    if (!client) return denied(400, 'unauthorized_client', 700016, 'Application was not found in the directory.')
    const assertion = form.get('client_assertion')
    if (assertion !== null) {
      return this.#signedBy(client, assertion, tenant)
        ? this.#issue(client)
        : denied(
            401,
            'invalid_client',
            700027,
            'The certificate with identifier used to sign the client assertion is not registered.',
          )
    }
    if (client.secret === undefined || form.get('client_secret') !== client.secret)
      return denied(401, 'invalid_client', 7000215, 'Invalid client secret provided.')
    return this.#issue(client)
  }

  #signedBy(client: Client, assertion: string, tenant: string): boolean {
    const [head = '', body = '', signature = ''] = assertion.split('.')
    const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as Record<string, unknown>
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>
    const audience = `${this.#options.baseUrl()}/${tenant}/oauth2/v2.0/token`
    const now = msOf(this.#options.now()) / 1000
    if (client.certificate === undefined || header['alg'] !== 'PS256' || typeof header['x5t#S256'] !== 'string')
      return false
    if (claims['iss'] !== client.id || claims['sub'] !== client.id || claims['aud'] !== audience) return false
    if (Number(claims['exp']) < now || typeof claims['jti'] !== 'string') return false
    const key = { key: createPublicKey(client.certificate), padding: 6, saltLength: 32 }
    return verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))
  }

  /** A machine's own identity: plain http, and a header that no browser would send. */
  #identity(call: SimulatedCall, header: string): SimulatedAnswer {
    const client = this.clients.find((one) => one.id === (call.url.searchParams.get('client_id') ?? one.id))
    if (call.headers[header] === undefined || call.url.searchParams.get('resource') === null || !client)
      return json(400, { error: 'invalid_request', error_description: 'Required metadata header not specified' })
    const { access_token: token, expires_in: life } = JSON.parse(this.#issue(client).body) as {
      access_token: string
      expires_in: number
    }
    const expires = Math.floor(msOf(this.#options.now()) / 1000) + life
    const resource = call.url.searchParams.get('resource')
    return json(200, {
      access_token: token,
      expires_on: String(expires),
      resource,
      token_type: 'Bearer',
      client_id: client.id,
    })
  }

  #issue(client: Client): SimulatedAnswer {
    const digits = Array.from({ length: 32 }, () => Math.floor(this.#options.random() * 16).toString(16)).join('')
    const token = `sim.${digits}`
    this.#issued.set(token, { client, until: later(this.#options.now(), this.#options.lifetimeSeconds * 1000) })
    this.tokensGiven += 1
    const life = this.expiresIn ?? this.#options.lifetimeSeconds
    return json(200, { token_type: 'Bearer', expires_in: life, ext_expires_in: life, access_token: token })
  }
}

const json = (status: number, body: object): SimulatedAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(body),
})

const denied = (status: number, error: string, code: number, words: string): SimulatedAnswer =>
  json(status, {
    error,
    error_description: `AADSTS${code}: ${words}`,
    error_codes: [code],
    trace_id: '00000000-0000-0000-0000-000000000000',
    correlation_id: '00000000-0000-0000-0000-000000000000',
    error_uri: `https://login.microsoftonline.com/error?code=${code}`,
  })
