// How a person signs in: with a code typed on another device, or in a browser on this computer (authorization code with
// PKCE). What comes of it is stored in the connection's vault; a running daemon notices within a minute. There is no
// password grant: it cannot satisfy multi-factor sign-in, and a password has no business here.

import * as oauth from 'oauth4webapi'
import {
  type BrowserSignIn,
  type DevicePrompt,
  FixConfig,
  type Host,
  instantFromMs,
  type KeptSignIn,
  later,
  msOf,
  type SignedIn,
  type SignInFacet,
  type SyncError,
} from '#spi'
import { current, keep, unusedLifeMs } from './credential.ts'
import { type Issuer, issuerOf, oauthError, scopeFor, tokenFault } from './oauth.ts'
import type { Settings, UserAuth } from './settings.ts'
import { accountIn } from './token.ts'

export const signIn: SignInFacet<Settings> = { device, browser, kept }

async function kept({ auth }: Settings, host: Host): Promise<KeptSignIn | null> {
  const credential = auth.flow === 'user' ? await current(host) : null
  return credential && { account: credential.account, until: credential.at && later(credential.at, unusedLifeMs) }
}

async function device(
  settings: Settings,
  host: Host,
  show: (prompt: DevicePrompt) => void,
  signal: AbortSignal,
): Promise<SignedIn> {
  const auth = userOf(settings)
  const issuer = await issuerOf(settings, auth, host)
  const { server, client, clientAuth, options } = issuer
  try {
    const parameters = { scope: scopeFor('referrals') }
    const asked = await oauth.deviceAuthorizationRequest(server, client, clientAuth, parameters, options(signal))
    const prompt = await oauth.processDeviceAuthorizationResponse(server, client, asked)
    const expiresMs = msOf(host.clock.now()) + Math.min(prompt.expires_in, waitMaxS) * 1_000
    show({ url: prompt.verification_uri, code: prompt.user_code, expiresAt: instantFromMs(expiresMs) })
    return await stored(await waited(issuer, prompt, host, signal), host, auth)
  } catch (error) {
    throw signInFault(error, auth, signal)
  }
}

/** A code that would be good for longer than this is not waited for. */
const waitMaxS = 30 * 60
const intervalS = 5

async function waited(
  { server, client, clientAuth, options }: Issuer,
  prompt: oauth.DeviceAuthorizationResponse,
  host: Host,
  signal: AbortSignal,
): Promise<oauth.TokenEndpointResponse> {
  const until = host.clock.monotonicMs() + Math.min(prompt.expires_in, waitMaxS) * 1_000
  let everyMs = Math.max(prompt.interval ?? intervalS, 1) * 1_000
  while (host.clock.monotonicMs() < until) {
    await host.clock.sleep(everyMs, signal)
    try {
      const answer = await oauth.deviceCodeGrantRequest(server, client, clientAuth, prompt.device_code, options(signal))
      return await oauth.processDeviceCodeResponse(server, client, answer)
    } catch (error) {
      const said = oauthError(error)
      if (said === 'slow_down') everyMs += 5_000
      else if (said !== 'authorization_pending') throw error
    }
  }
  throw unfinished('the code ran out')
}

async function browser(settings: Settings, host: Host, redirectUri: string): Promise<BrowserSignIn> {
  const auth = userOf(settings)
  const issuer = await issuerOf(settings, auth, host)
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const url = new URL(issuer.server.authorization_endpoint ?? '')
  const query = {
    client_id: issuer.client.client_id,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: scopeFor('referrals'),
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    ...(auth.signedInAs === undefined ? {} : { login_hint: auth.signedInAs }),
  }
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return {
    url: url.href,
    finish: (returned, signal) => finish({ returned, state, verifier, redirectUri }, issuer, auth, { host, signal }),
  }
}

interface Returned {
  readonly returned: URL
  readonly state: string
  readonly verifier: string
  readonly redirectUri: string
}

async function finish(
  { returned, state, verifier, redirectUri }: Returned,
  { server, client, clientAuth, options }: Issuer,
  auth: UserAuth,
  { host, signal }: { readonly host: Host; readonly signal: AbortSignal },
): Promise<SignedIn> {
  try {
    const parameters = belonging(() => oauth.validateAuthResponse(server, client, returned, state))
    const answer = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      clientAuth,
      parameters,
      redirectUri,
      verifier,
      options(signal),
    )
    return await stored(await oauth.processAuthorizationCodeResponse(server, client, answer), host, auth)
  } catch (error) {
    throw signInFault(error, auth, signal)
  }
}

/** An answer that does not belong to this sign-in (a stale tab, a forged link) is not an outage. */
function belonging(validate: () => URLSearchParams): URLSearchParams {
  try {
    return validate()
  } catch (error) {
    if (error instanceof oauth.AuthorizationResponseError) throw error
    throw unfinished('what came back does not belong to it')
  }
}

async function stored(granted: oauth.TokenEndpointResponse, host: Host, auth: UserAuth): Promise<SignedIn> {
  if (granted.refresh_token === undefined)
    throw new FixConfig(
      'Microsoft gave no lasting sign-in. Let the app registration use the permission offline_access, and sign in again.',
      { code: 'DB-1413' },
    )
  const account = accountIn(granted.access_token) ?? auth.signedInAs ?? null
  await keep(host, granted.refresh_token, account)
  return { account }
}

function userOf(settings: Settings): UserAuth {
  if (settings.auth.flow === 'user') return settings.auth
  throw new FixConfig('This connection is set to work without signing in (auth.flow: none).', { code: 'DB-1413' })
}

const givenUp: ReadonlySet<string> = new Set([
  'authorization_declined',
  'access_denied',
  'expired_token',
  'bad_verification_code',
])

function signInFault(error: unknown, auth: UserAuth, signal: AbortSignal): SyncError {
  if (signal.aborted) throw error
  const said = error instanceof oauth.AuthorizationResponseError ? error.error : oauthError(error)
  return said !== null && givenUp.has(said) ? unfinished(said) : tokenFault(error, auth.signedInAs)
}

const unfinished = (why: string): FixConfig =>
  new FixConfig(`The sign-in was not finished (${why}). Start it again.`, { code: 'DB-1416' })
