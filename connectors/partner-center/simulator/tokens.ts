// The sign-in service: refresh tokens that are replaced at every use, device codes, authorization codes with PKCE. A
// person answers at the desk. The password grant is refused, as multi-factor sign-in refuses it.

import { createHash } from 'node:crypto'
import { type Instant, later, msOf, type SimulatedAnswer, type SimulatedCall } from '#spi'
import { guid, type Headed, json } from './answers.ts'
import type { Person, Setting } from './options.ts'

export type Api = 'referrals' | 'webhooks'

export interface Caller {
  readonly person: Person | null
  readonly api: Api
}

interface Access extends Caller {
  readonly until: Instant
}
interface Waiting {
  readonly deviceCode: string
  readonly until: Instant
  person: Person | null
  declined: boolean
}
interface Code {
  readonly person: Person
  readonly challenge: string
  readonly redirectUri: string
}

const audiences: Readonly<Record<string, Api>> = {
  'https://api.partner.microsoft.com': 'referrals',
  'https://api.partnercenter.microsoft.com': 'webhooks',
}

export class Tokens {
  private readonly setting: Setting
  private readonly access = new Map<string, Access>()
  /** Every refresh token that works, and whose it is. */
  readonly refresh = new Map<string, Person>()
  private readonly devices = new Map<string, Waiting>()
  private readonly codes = new Map<string, Code>()
  /** Calls of the token endpoint, for tests. */
  asked = 0

  constructor(setting: Setting) {
    this.setting = setting
    for (const person of setting.people)
      if (person.refreshToken !== undefined) this.refresh.set(person.refreshToken, person)
  }

  /** Undefined: no token, or one that does not count. */
  callerOf(call: SimulatedCall): Caller | undefined {
    if (this.setting.auth === 'off') return { person: this.setting.people[0] ?? null, api: 'referrals' }
    const token = /^Bearer (.+)$/.exec(call.headers['authorization'] ?? '')?.[1]
    const found = token === undefined ? undefined : this.access.get(token)
    return found && found.until > this.setting.now() ? found : undefined
  }

  /** Ends everybody's sign-in, as an expired password does. */
  revokeAll(): void {
    this.refresh.clear()
    this.access.clear()
  }

  /** Access tokens stop working; signing in anew is not needed. */
  expireAccess(): void {
    this.access.clear()
  }

  /** A person types a code, at the desk. */
  approve(userCode: string, email: string): boolean {
    const waiting = this.devices.get(userCode)
    const person = this.setting.people.find((one) => one.email === email)
    if (!waiting || !person) return false
    waiting.person = person
    return true
  }

  decline(userCode: string): void {
    const waiting = this.devices.get(userCode)
    if (waiting) waiting.declined = true
  }

  handle(call: SimulatedCall, more: Headed): SimulatedAnswer {
    const path = call.url.pathname
    if (path.endsWith('/authorize')) return this.authorize(call.url.searchParams)
    const form = new URLSearchParams(call.body)
    if (path.endsWith('/devicecode')) return this.deviceCode(more)
    this.asked += 1
    const denied = this.clientFault(call, form)
    if (denied !== null) return fault(denied, more)
    const granted = this.grant(form)
    return typeof granted === 'string' ? fault(granted, more) : json(200, granted, more)
  }

  private clientFault(call: SimulatedCall, form: URLSearchParams): string | null {
    const basic = /^Basic (.+)$/.exec(call.headers['authorization'] ?? '')?.[1]
    const [user, password] = basic === undefined ? [] : Buffer.from(basic, 'base64').toString('utf8').split(':')
    if ((form.get('client_id') ?? user) !== this.setting.clientId) return 'unauthorized_client'
    const secret = form.get('client_secret') ?? password ?? null
    return this.setting.clientSecret !== null && secret !== this.setting.clientSecret ? 'invalid_client' : null
  }

  private grant(form: URLSearchParams): Readonly<Record<string, string | number>> | string {
    const scope = form.get('scope') ?? `${Object.keys(audiences)[0]}/.default`
    const api = Object.entries(audiences).find(([audience]) => scope.startsWith(audience))?.[1]
    if (!api) return 'invalid_scope'
    const type = form.get('grant_type')
    if (type === 'password') return 'interaction_required'
    if (type === 'client_credentials') return this.tokens(null, api)
    const person = this.personFor(type, form)
    return typeof person === 'string' ? person : this.tokens(person, api)
  }

  private personFor(type: string | null, form: URLSearchParams): Person | string {
    switch (type ?? '') {
      case 'refresh_token': {
        const token = form.get('refresh_token') ?? ''
        const person = this.refresh.get(token)
        if (this.setting.rotation === 'strict') this.refresh.delete(token)
        return person ?? 'invalid_grant'
      }
      case 'urn:ietf:params:oauth:grant-type:device_code':
        return this.devicePerson(form.get('device_code') ?? '')
      case 'authorization_code':
        return this.codePerson(form)
      default:
        return 'unsupported_grant_type'
    }
  }

  private devicePerson(deviceCode: string): Person | string {
    const [userCode, waiting] = [...this.devices].find(([, one]) => one.deviceCode === deviceCode) ?? []
    if (userCode === undefined || !waiting) return 'bad_verification_code'
    if (waiting.declined) return 'authorization_declined'
    if (waiting.until <= this.setting.now()) return 'expired_token'
    if (!waiting.person) return 'authorization_pending'
    this.devices.delete(userCode)
    return waiting.person
  }

  private codePerson(form: URLSearchParams): Person | string {
    const text = form.get('code') ?? ''
    const code = this.codes.get(text)
    this.codes.delete(text)
    const proof = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    return code?.challenge === proof && code.redirectUri === form.get('redirect_uri') ? code.person : 'invalid_grant'
  }

  private tokens(person: Person | null, api: Api): Readonly<Record<string, string | number>> {
    const { accessTokenLifeS: life } = this.setting
    const until = later(this.setting.now(), Math.max(life, 0) * 1_000)
    const token = this.accessToken(person, until)
    this.access.set(token, { person, api, until })
    const common = { token_type: 'Bearer', expires_in: life, access_token: token }
    if (person === null) return common
    const refresh = `refresh-${guid(this.setting)}`
    this.refresh.set(refresh, person)
    return { ...common, refresh_token: refresh }
  }

  /** It looks like one of Microsoft's; nobody but us can check its signature, and we look it up instead. */
  private accessToken(person: Person | null, until: Instant): string {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = { exp: msOf(until) / 1_000, jti: guid(this.setting), ...(person ? { upn: person.email } : {}) }
    return `${part({ alg: 'none' })}.${part(claims)}.pretended`
  }

  private deviceCode(more: Headed): SimulatedAnswer {
    const userCode = guid(this.setting).slice(0, 8).toUpperCase()
    const life = 15 * 60
    const until = later(this.setting.now(), life * 1_000)
    const deviceCode = guid(this.setting)
    this.devices.set(userCode, { deviceCode, until, person: null, declined: false })
    const verification_uri = `${this.setting.baseUrl()}/device`
    const answer = { user_code: userCode, device_code: deviceCode, verification_uri, expires_in: life, interval: 5 }
    return json(200, answer, more)
  }

  /** The first person of the company agrees at once. */
  private authorize(query: URLSearchParams): SimulatedAnswer {
    const redirectUri = query.get('redirect_uri') ?? ''
    const back = URL.parse(redirectUri)
    const [person] = this.setting.people
    if (!back || !person || query.get('code_challenge_method') !== 'S256') return fault('invalid_request', {})
    const code = guid(this.setting)
    this.codes.set(code, { person, challenge: query.get('code_challenge') ?? '', redirectUri })
    back.searchParams.set('code', code)
    back.searchParams.set('state', query.get('state') ?? '')
    return { status: 302, headers: { location: back.href }, body: '' }
  }
}

const fault = (error: string, more: Headed): SimulatedAnswer =>
  json(
    error === 'invalid_client' || error === 'unauthorized_client' ? 401 : 400,
    { error, error_description: `${error} (pretended)` },
    more,
  )
