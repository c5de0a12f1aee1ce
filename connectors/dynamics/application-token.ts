// A token for an application, by its secret or by its certificate. The protocol is oauth4webapi's business; here it is
// told where the endpoint is and given our transport.

import { createPrivateKey, type webcrypto, X509Certificate } from 'node:crypto'
import * as oauth from 'oauth4webapi'
import { FixConfig, type Host, isObject, msOf, parseJson, SecretRef } from '#spi'
import type { Grant, Granted } from './grant.ts'
import { audienceOf, isLoopback, type Auth, type Settings } from './settings.ts'
import { tenantOf } from './tenant.ts'
import { outage } from './token-fault.ts'

type ApplicationAuth = Extract<Auth, { flow: 'clientSecret' | 'certificate' }>

export function applicationToken(settings: Settings, auth: ApplicationAuth, host: Host): Grant {
  const scope = `${audienceOf(settings)}/.default`
  let known = settings.tenant
  return async (fresh, signal): Promise<Granted> => {
    known ??= await tenantOf(settings, host, signal)
    const server = serverOf(settings, known)
    const client: oauth.Client = { client_id: await idOf(auth.clientId, host) }
    const proof = await proofOf(auth, server, { host, fresh })
    const response = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      proof,
      { scope },
      {
        signal,
        [oauth.customFetch]: fetchThrough(host),
        [oauth.allowInsecureRequests]: isLoopback(new URL(settings.authority)),
      },
    )
    const granted = await oauth.processClientCredentialsResponse(server, client, response)
    return { token: granted.access_token, lifeSeconds: granted.expires_in }
  }
}

function serverOf({ authority }: Settings, tenant: string): oauth.AuthorizationServer {
  const base = `${authority.replace(/\/+$/, '')}/${tenant}`
  return { issuer: `${base}/v2.0`, token_endpoint: `${base}/oauth2/v2.0/token` }
}

/** A client id may be kept where secrets are, so that one file serves several environments. */
export async function idOf(clientId: string, host: Host): Promise<string> {
  const ref = SecretRef.safeParse(clientId)
  return ref.success ? await host.secrets.read(ref.data) : clientId
}

interface ProofFrom {
  readonly host: Host
  readonly fresh: boolean
}

async function proofOf(
  auth: ApplicationAuth,
  server: oauth.AuthorizationServer,
  { host, fresh }: ProofFrom,
): Promise<oauth.ClientAuth> {
  if (auth.flow === 'clientSecret') return oauth.ClientSecretPost(await host.secrets.read(auth.clientSecret, { fresh }))
  const [certificate, key] = await Promise.all([
    host.secrets.read(auth.certificate, { fresh }),
    host.secrets.read(auth.privateKey, { fresh }),
  ])
  const thumbprint = thumbprintOf(certificate)
  return oauth.PrivateKeyJwt(signingKey(key), {
    // Entra finds the certificate by its thumbprint and wants its own token endpoint as the audience.
    [oauth.modifyAssertion]: (header, payload) => {
      header['x5t#S256'] = thumbprint
      payload['aud'] = server.token_endpoint ?? ''
      // By the host's clock, like everything else.
      const now = Math.floor(msOf(host.clock.now()) / 1000)
      Object.assign(payload, { iat: now, nbf: now, exp: now + assertionSeconds })
    },
  })
}

const assertionSeconds = 300

const badCertificate = (what: string, cause: unknown): FixConfig =>
  new FixConfig(
    `The ${what} of the Dynamics connection cannot be read: it must be PEM, the key RSA and without a password.`,
    {
      code: 'DB-1501',
      cause,
      who: 'operations',
    },
  )

function thumbprintOf(pem: string): string {
  try {
    return Buffer.from(new X509Certificate(pem).fingerprint256.replaceAll(':', ''), 'hex').toString('base64url')
  } catch (error) {
    throw badCertificate('certificate', error instanceof Error ? error.name : undefined)
  }
}

function signingKey(pem: string): webcrypto.CryptoKey {
  try {
    return createPrivateKey(pem).toCryptoKey({ name: 'RSA-PSS', hash: 'SHA-256' }, false, ['sign'])
  } catch (error) {
    throw badCertificate('private key', error instanceof Error ? error.name : undefined)
  }
}

/** The day the certificate ends, for `check`. Null where there is none, or none that can be read. */
export async function certificateEnd(settings: Settings, host: Host): Promise<Date | null> {
  if (settings.auth.flow !== 'certificate') return null
  try {
    return new X509Certificate(await host.secrets.read(settings.auth.certificate)).validToDate
  } catch {
    return null
  }
}

type Fetch = (url: string, options: oauth.CustomFetchOptions<string, URLSearchParams | undefined>) => Promise<Response>

function fetchThrough(host: Host): Fetch {
  return async (url, options) => {
    const answer = await host.http.send(
      {
        method: 'POST',
        url,
        headers: options.headers,
        ...(options.body === undefined ? {} : { body: options.body.toString() }),
        accept: 'any',
        timeoutMs: 30_000,
        name: 'token',
        writes: false,
      },
      options.signal ?? never,
    )
    if (answer.status === 429 || answer.status >= 500) throw outage(answer.headers['retry-after'], host)
    return new Response(sanitized(answer.body), {
      status: answer.status,
      headers: { 'content-type': 'application/json' },
    })
  }
}

/** A life that is no number of seconds is left out: the token counts, and is renewed early. */
function sanitized(body: string): string {
  const parsed = parseJson(body)
  if (!isObject(parsed)) return body
  const { expires_in: life, ...rest } = parsed
  const seconds = Number(life)
  return JSON.stringify(Number.isFinite(seconds) && seconds > 0 ? { ...rest, expires_in: seconds } : rest)
}

const never = new AbortController().signal
