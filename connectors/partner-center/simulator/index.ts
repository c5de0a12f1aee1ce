// A pretended Partner Center: the referrals API, the sign-in service and the webhook API on one address, written from
// Microsoft's documentation. It keeps its own time and never listens by itself. Must not import anything of the client.

import { type Desk, type SimulatedAnswer, type SimulatedCall, type Simulator, unreachable } from '#spi'
import { empty, type Headed, headers, invalid, json, notFound, refusal, Refused, throttled } from './answers.ts'
import { created } from './create.ts'
import { openDesk } from './desk.ts'
import { list } from './list.ts'
import { shown } from './oddities.ts'
import { documented, type PretendOptions, type Setting } from './options.ts'
import { patched } from './patch.ts'
import { type Held, Store } from './store.ts'
import { maySee, settle } from './time.ts'
import { type Caller, Tokens } from './tokens.ts'
import { Webhooks } from './webhooks.ts'

export type { Delivery, Knobs, Person, PretendOptions, SellerAct } from './options.ts'
export { seedCompany } from './company.ts'

/** What goes wrong with the next calls, each for so many calls. */
export type Mishap =
  | { readonly is: 'throttled'; readonly seconds: number }
  | { readonly is: 'unavailable'; readonly seconds?: number }
  /** The change is made; the gateway says that it gave up. */
  | { readonly is: 'gateway timeout after the change' }
  /** A write is refused as if somebody had been faster. */
  | { readonly is: 'stale eTag' }

export interface PretendedPartnerCenter extends Simulator {
  readonly tokens: Tokens
  readonly webhooks: Webhooks
  /** The next `times` calls of the referrals API go wrong in this way. */
  mishap(what: Mishap, times?: number): void
  /** How late the changes that follow reach the list. */
  setListLag(ms: number): void
}

export function partnerCenterSimulator(options: PretendOptions): PretendedPartnerCenter {
  const setting: Setting = { ...documented, ...options }
  const webhooks = new Webhooks(setting)
  const store: Store = new Store(setting, (held, what) => {
    webhooks.tell(held, what, store)
    // Calls go out after the change is there, as they would.
    queueMicrotask(() => void webhooks.deliver())
  })
  const tokens = new Tokens(setting)
  const mishaps: Mishap[] = []
  const parts: Parts = { setting, store, webhooks, tokens, mishaps }
  const desk: Desk = openDesk(store)
  return {
    name: 'partner-center',
    desk,
    tokens,
    webhooks,
    handle: async (call) => {
      settle(store, setting)
      const answer = answered(call, parts)
      void webhooks.deliver()
      return answer
    },
    tick: async () => {
      settle(store, setting)
      await webhooks.deliver()
    },
    mishap: (what, times = 1) => void mishaps.push(...Array.from({ length: times }, () => what)),
    setListLag: (ms) => {
      store.listLagMs = ms
    },
  }
}

interface Parts {
  readonly setting: Setting
  readonly store: Store
  readonly webhooks: Webhooks
  readonly tokens: Tokens
  readonly mishaps: Mishap[]
}

function answered(call: SimulatedCall, parts: Parts): SimulatedAnswer {
  const more = headers(parts.setting, call)
  try {
    return routed(call, parts, more)
  } catch (error) {
    if (error instanceof Refused) return refusal(error, more)
    throw error
  }
}

const referralsPath = /^\/v1\.0\/(?:engagements\/)?referrals(?:\/([^/]+))?\/?$/

function routed(call: SimulatedCall, parts: Parts, more: Headed): SimulatedAnswer {
  const { pathname } = call.url
  if (/\/oauth2\/v2\.0\/(token|devicecode|authorize)$/.test(pathname)) return parts.tokens.handle(call, more)
  if (pathname === '/certificates/webhook.cer') return parts.webhooks.certificate()
  const caller = parts.tokens.callerOf(call)
  if (!caller) throw new Refused(401, 'unauthenticated', 'The caller is not authenticated.')
  if (pathname.startsWith('/webhooks/v1/registration')) {
    assertApi(caller, 'webhooks', parts.setting)
    return parts.webhooks.handle(call, more)
  }
  const match = referralsPath.exec(pathname)
  if (!match) throw notFound()
  assertApi(caller, 'referrals', parts.setting)
  if (caller.person === null) throw new Refused(403, 'accessDenied', 'App-only access is not supported.')
  const [, id] = match
  return withMishap(call, parts, more, () =>
    onReferrals(call, id === undefined ? null : decodeURIComponent(id), { ...parts, caller }, more),
  )
}

function assertApi(caller: Caller, api: Caller['api'], { auth }: Setting): void {
  if (auth === 'required' && caller.api !== api)
    throw new Refused(401, 'unauthenticated', 'The token is for another audience.')
}

function withMishap(
  call: SimulatedCall,
  { mishaps }: Parts,
  more: Headed,
  answer: () => SimulatedAnswer,
): SimulatedAnswer {
  const writes = call.method !== 'GET'
  const [next] = mishaps
  const concernsWrites = next?.is === 'stale eTag' || next?.is === 'gateway timeout after the change'
  if (!next || (concernsWrites && !writes)) return answer()
  mishaps.shift()
  switch (next.is) {
    case 'throttled':
      return throttled(next.seconds, more)
    case 'unavailable':
      return refusal(new Refused(503, 'serviceNotAvailable', 'The service is not available.'), {
        ...more,
        ...(next.seconds === undefined ? {} : { 'retry-after': String(next.seconds) }),
      })
    case 'stale eTag':
      throw stale()
    case 'gateway timeout after the change':
      answer()
      return refusal(new Refused(504, 'generalException', 'The gateway did not get an answer in time.'), more)
    default:
      return unreachable(next)
  }
}

const stale = (): Refused =>
  new Refused(412, 'preconditionFailed', 'The eTag does not match.', { inner: 'resourceModified' })

interface On extends Parts {
  readonly caller: Caller
}

function onReferrals(call: SimulatedCall, id: string | null, on: On, more: Headed): SimulatedAnswer {
  const { setting, store } = on
  if (id === null) {
    if (call.method === 'GET') return listed(call, on, more)
    if (call.method === 'POST') return represented(201, created(call.body, store, setting), setting, more)
    throw new Refused(405, 'invalidRequest', 'The method is not allowed.')
  }
  const held = visible(id, on)
  if (call.method === 'GET') return represented(200, held, setting, more)
  if (call.method === 'PATCH') return changed(call, held, on, more)
  throw new Refused(405, 'invalidRequest', 'The method is not allowed.')
}

function listed(call: SimulatedCall, on: On, more: Headed): SimulatedAnswer {
  const { setting, store } = on
  const isEngagement = /engagementId/.test(call.url.searchParams.get('$filter') ?? '')
  const rows = store.listed().filter((body) => {
    const isOwn = body['organizationId'] === setting.organization.id
    return (isOwn || isEngagement || setting.copies === 'in every list') && isVisible(body, on)
  })
  return list({ query: call.url.searchParams, rows }, setting, more)
}

function isVisible(body: Held['body'], { caller }: On): boolean {
  return caller.person?.role === 'admin' || maySee(body, caller.person?.email ?? '')
}

function visible(id: string, on: On): Held {
  const held = on.store.get(id)
  if (!held) throw notFound()
  if (!isVisible(held.body, on)) throw new Refused(403, 'accessDenied', 'You may not see this referral.')
  return held
}

function changed(call: SimulatedCall, held: Held, { setting, store }: On, more: Headed): SimulatedAnswer {
  const type = call.headers['content-type'] ?? ''
  if (!/^application\/(json|json-patch\+json)\b/.test(type))
    throw new Refused(415, 'invalidRequest', 'The content type is not supported.')
  if (held.body['organizationId'] !== setting.organization.id)
    throw new Refused(403, 'accessDenied', 'This copy belongs to another organization.')
  const wanted = call.headers['if-match']
  if (setting.ifMatch === 'heeded' && wanted !== undefined && wanted !== '*' && wanted !== held.body['eTag'])
    throw stale()
  if (call.body.length > 1_000_000) throw invalid('The body is too large.')
  store.revise(held, patched(held.body, call.body, setting, store.stamp()))
  const represents = /return=representation/.test(call.headers['prefer'] ?? '')
  return represents ? represented(200, held, setting, more) : empty(204, more)
}

function represented(status: number, held: Held, setting: Setting, more: Headed): SimulatedAnswer {
  const { eTag } = held.body
  const header = setting.eTagHeader && typeof eTag === 'string' ? { etag: eTag } : {}
  const context = `${setting.baseUrl()}/v1.0/$metadata#Referrals/$entity`
  return json(status, { '@odata.context': context, ...shown(held.body, setting) }, { ...more, ...header })
}
