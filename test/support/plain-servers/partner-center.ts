// Partner Center as its documentation shows it, and not a bit more: a token service and the referrals API. Lists are
// paged with the documentation's own odd links, changes are JSON Patch with `add` and `replace`, closed is closed.

import { randomUUID } from 'node:crypto'
import { type Heard, listen, type PlainServer, type Said } from './listener.ts'

type Json = string | number | boolean | null | Json[] | { [name: string]: Json }
export type Referral = { [name: string]: Json }

export interface PlainPartnerCenter {
  readonly api: PlainServer
  readonly tokens: PlainServer
  /** Referrals by id, as they are now. */
  readonly referrals: ReadonlyMap<string, Referral>
  /** A new one arrives; what is not given is as usual. */
  arrive(given?: Referral): string
  /** Somebody changes it in the portal: `details/dealValue`. */
  edit(id: string, path: string, value: Json): void
  /** From now on every token given out so far is refused. */
  expireTokens(): void
  close(): Promise<void>
}

const base = '/v1.0/engagements/referrals'
const pageSize = 3
const clientSecret = 'pc-secret-of-the-app'
const firstRefreshToken = 'pc-refresh-token-given-once'
/** What the daemon is told through its environment. */
export const partnerCenterSecrets = { PC_CLIENT_SECRET: clientSecret, PC_REFRESH_TOKEN: firstRefreshToken }

export async function plainPartnerCenter(): Promise<PlainPartnerCenter> {
  const referrals = new Map<string, Referral>()
  const accepted = new Set<string>()
  const refreshTokens = new Set([firstRefreshToken])
  let pages = 0
  const lists = new Map<string, readonly Referral[]>()

  const tokens = await listen(({ method, path, body }) => {
    const form = new URLSearchParams(body)
    if (method !== 'POST' || path !== '/contoso.example/oauth2/v2.0/token') return { status: 404 }
    const isKnown = form.get('grant_type') === 'refresh_token' && refreshTokens.has(form.get('refresh_token') ?? '')
    if (!isKnown) return { status: 400, body: { error: 'invalid_grant', error_description: 'AADSTS70000: no.' } }
    if (form.get('client_secret') !== clientSecret) return { status: 401, body: { error: 'invalid_client' } }
    const [token, refresh] = [`pc-access-${randomUUID()}`, `pc-refresh-${randomUUID()}`]
    accepted.add(token)
    refreshTokens.add(refresh)
    const scope = form.get('scope')
    const body1 = { token_type: 'Bearer', scope, expires_in: 3599, ext_expires_in: 3599, access_token: token }
    return { status: 200, body: { ...body1, refresh_token: refresh } }
  })

  const api = await listen((heard) => {
    const { method, path } = heard
    if (!accepted.has((heard.headers.authorization ?? '').replace(/^Bearer /, '')))
      return refuse(401, 'unauthenticated', 'Access token is missing or invalid.')
    if (method === 'GET' && path === base) return list(heard)
    const referral = path.startsWith(`${base}/`) ? referrals.get(path.slice(base.length + 1)) : undefined
    if (!referral) return refuse(404, 'itemNotFound', 'The referral was not found.')
    if (method === 'GET') return { status: 200, headers: tagOf(referral), body: referral }
    return method === 'PATCH' ? patch(referral, heard) : refuse(405, 'invalidRequest', 'Method not allowed.')
  })

  function list({ query }: Heard): Said {
    const skip = query.get('$skiptoken')
    const rows = skip === null ? listed(query) : (lists.get(skip) ?? [])
    const size = Math.min(pageSize, Number(query.get('$top') ?? pageSize))
    const [page, rest] = [rows.slice(0, size), query.has('$top') ? [] : rows.slice(size)]
    pages += 1
    if (rest.length > 0) lists.set(`p${pages}`, rest)
    // Plain http and no /engagements: so the documentation prints it.
    const next = `http://api.partner.microsoft.com/v1.0/referrals?$skiptoken=p${pages}`
    const context = 'http://api.partner.microsoft.com/v1.0/$metadata#Referrals'
    const more = rest.length > 0 ? { '@odata.nextLink': next } : {}
    return { status: 200, body: { '@odata.context': context, '@odata.count': page.length, value: page, ...more } }
  }

  function listed(query: URLSearchParams): readonly Referral[] {
    const [name = 'updatedDateTime', direction = 'asc'] = (query.get('$orderby') ?? '').split(' ').filter(Boolean)
    const sign = direction === 'desc' ? -1 : 1
    const stamp = (row: Referral): string => text(row[name])
    return [...referrals.values()].toSorted((a, b) => sign * (stamp(a) < stamp(b) ? -1 : stamp(a) > stamp(b) ? 1 : 0))
  }

  function patch(referral: Referral, { headers, body }: Heard): Said {
    const match = headers['if-match']
    if (match !== undefined && match !== referral['eTag'])
      return refuse(412, 'preconditionFailed', 'The eTag does not match.')
    if (referral['status'] === 'Closed') return refuse(400, 'invalidRequest', 'A closed referral cannot be changed.')
    const operations = JSON.parse(body) as readonly { op: string; path: string; value: Json }[]
    if (operations.some(({ op }) => op !== 'add' && op !== 'replace'))
      return refuse(400, 'invalidRequest', 'Only add and replace are supported.')
    const next = structuredClone(referral)
    for (const { path, value } of operations) put(next, path.slice(1).split('/'), value)
    if (!isAllowed(referral, next)) return refuse(400, 'invalidRequest', 'The status change is not allowed.')
    const kept = store(next)
    const wantsIt = String(headers['prefer'] ?? '').includes('return=representation')
    return wantsIt ? { status: 200, headers: tagOf(kept), body: kept } : { status: 204 }
  }

  function store(referral: Referral): Referral {
    const stamped = { ...referral, updatedDateTime: now(), eTag: `"${randomUUID()}"` }
    referrals.set(text(referral['id']), stamped)
    return stamped
  }

  return {
    api,
    tokens,
    referrals,
    arrive: (given = {}) => {
      const id = randomUUID()
      store({ ...usual(id), createdDateTime: now(), ...given })
      return id
    },
    edit: (id, path, value) => {
      const referral = structuredClone(referrals.get(id) ?? {})
      put(referral, path.split('/'), value)
      store(referral)
    },
    expireTokens: () => accepted.clear(),
    close: async () => void (await Promise.all([api.close(), tokens.close()])),
  }
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
const tagOf = (referral: Referral): Record<string, string> => ({ etag: text(referral['eTag']) })
const refuse = (status: number, code: string, message: string): Said => ({ status, body: { error: { code, message } } })

let ticks = 0
/** Seven decimals, and never the same one twice. */
function now(): string {
  ticks = (ticks + 1) % 10_000
  return new Date().toISOString().replace('Z', `${String(ticks).padStart(4, '0')}Z`)
}

/** The pairs of the documentation's table, and no way out of Closed. */
const substatuses: Readonly<Record<string, readonly string[]>> = {
  New: ['Pending', 'Received'],
  Active: ['Accepted'],
  Closed: ['Won', 'Lost', 'Declined', 'Expired', 'Error'],
}

function isAllowed(before: Referral, after: Referral): boolean {
  const [from, to] = [text(before['status']), text(after['status'])]
  const isPair = substatuses[to]?.includes(text(after['substatus'])) ?? false
  return isPair && !(from === 'Active' && to === 'New')
}

function put(target: Json[] | Referral, [head = '', ...rest]: readonly string[], value: Json): void {
  if (Array.isArray(target)) {
    if (head === '-') target.push(value)
    else target[Number(head)] = value
    return
  }
  if (rest.length === 0) target[head] = value
  else {
    const inner = target[head]
    const next = typeof inner === 'object' && inner !== null ? inner : {}
    target[head] = next
    put(next, rest, value)
  }
}

/** A co-sell deal of a customer in Germany, not answered yet. */
function usual(id: string): Referral {
  const expires = new Date(Date.now() + 14 * 86_400_000).toISOString().slice(0, 10)
  return {
    id,
    engagementId: randomUUID(),
    name: 'Azure migration',
    externalReferenceId: '',
    organizationId: '8d2f1c84-6a0f-4b46-9b7e-6b8f3f1c2a10',
    organizationName: 'Fabrikam',
    expirationDateTime: `${expires}T00:00:00Z`,
    status: 'New',
    substatus: 'Pending',
    statusReason: null,
    qualification: 'SalesQualified',
    type: 'Shared',
    direction: 'Incoming',
    campaignId: null,
    salesStage: null,
    target: [{ type: 'SolutionProfile', id: 'SOL-00001-ABC' }],
    customerProfile: {
      name: 'Contoso AG',
      size: '251to1000employees',
      address: { addressLine1: 'Am Kai 4', city: 'Hamburg', state: null, postalCode: '20457', country: 'DE' },
      team: [
        { firstName: 'Sue', lastName: 'Smith', phoneNumber: '+49 40 123456', email: `sue.smith.${id}@contoso.example` },
      ],
      ids: [],
    },
    consent: { consentToToShareInfoWithOthers: true, consentToContact: true },
    details: {
      notes: 'Two data centres.',
      dealValue: 84000,
      currency: 'EUR',
      closingDateTime: new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 19) + 'Z',
      requirements: { industries: [], products: [], services: [], solutions: [], additionalRequirements: {} },
    },
    team: [],
    inviteContext: { notes: null, invitedBy: { organizationId: 'msft', organizationName: 'Microsoft' } },
    registrations: [],
  }
}
