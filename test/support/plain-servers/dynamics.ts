// Dynamics 365 as the Web API's documentation shows it, for one small environment: client credentials, WhoAmI,
// definitions, rows, change tracking, `$batch` with change sets, CreateMultiple, and the two actions that close a deal.

import { randomUUID } from 'node:crypto'
import { definitionOf, detailsOf, tables as definitions, type Table } from './dynamics-tables.ts'
import { type Heard, listen, type PlainServer, type Said } from './listener.ts'
import { type Answers, type Asked, printBatch, readBatch } from './multipart.ts'
import { filterOf, orderOf, type Row } from './odata.ts'

export interface PlainDynamics {
  readonly api: PlainServer
  rows(kind: string): readonly Row[]
  /** A person saves a record: `statecode` and `statuscode` included. */
  edit(kind: string, id: string, columns: Row): void
  close(): Promise<void>
}

export const dynamicsSecrets = { D365_CLIENT_SECRET: 'dynamics-secret-of-the-app' }

const root = '/api/data/v9.2/'
const user = '0d0a1b2c-0001-4000-8000-000000000001'
const pageSize = 50

const refuse = (status: number, code: string, message: string): Said => ({ status, body: { error: { code, message } } })
const notThere = (segment: string): Said =>
  refuse(404, '0x80060888', `Resource not found for the segment '${segment}'.`)

interface Kept {
  readonly version: number
  readonly row: Row
}

export async function plainDynamics(): Promise<PlainDynamics> {
  const kept = new Map<string, Map<string, Kept>>(Object.keys(definitions).map((kind) => [kind, new Map()]))
  const pages = new Map<string, readonly Row[]>()
  let [version, token] = [1_000, '']
  for (const [id, code] of currencies)
    store('transactioncurrency', { transactioncurrencyid: id, isocurrencycode: code })

  const api = await listen((heard) => {
    if (heard.path === '/fabrikam.example/oauth2/v2.0/token') return grant(heard)
    if (heard.headers.authorization !== `Bearer ${token}` || token === '')
      return { status: 401, headers: { 'www-authenticate': 'Bearer authorization_uri=https://login.invalid' } }
    const said =
      heard.path === `${root}$batch` ? batch(heard) : resource(heard.method, heard.target, heard.headers, heard.body)
    return { ...said, headers: { 'odata-version': '4.0', 'x-ms-dop-hint': '4', ...said.headers } }
  })

  function grant({ body }: Heard): Said {
    const form = new URLSearchParams(body)
    const isOurs = form.get('client_secret') === dynamicsSecrets.D365_CLIENT_SECRET
    if (!isOurs || form.get('grant_type') !== 'client_credentials')
      return { status: 401, body: { error: 'invalid_client', error_description: 'AADSTS7000215: Invalid secret.' } }
    token = `dynamics-access-${randomUUID()}`
    return { status: 200, body: { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token: token } }
  }

  // ── several at once ────────────────────────────────────────────────────────────────────────────────────────

  function batch({ headers, body }: Heard): Said {
    const goesOn = String(headers['prefer'] ?? '').includes('odata.continue-on-error')
    const answers: Answers[] = []
    let status = 200
    for (const part of readBatch(headers['content-type'] ?? '', body)) {
      const answer = 'one' in part ? { one: asked(part.one) } : changeSet(part.set)
      answers.push(answer)
      if ('one' in answer && answer.one.status >= 400 && !goesOn) {
        ;({ status } = answer.one)
        break
      }
    }
    const printed = printBatch(answers, randomUUID())
    return { status, headers: { 'content-type': printed.type }, body: printed.body }
  }

  const asked = ({ method, target, headers, body }: Asked): Said => resource(method, target, headers, body)

  /** All of it or nothing: what was kept before is put back. */
  function changeSet(set: readonly Asked[]): Answers {
    const before = [...kept].map(([kind, rows]) => [kind, new Map(rows)] as const)
    const answers: { said: Said; contentId: string | null }[] = []
    for (const one of set) {
      const said = asked(one)
      if (said.status >= 400) {
        for (const [kind, rows] of before) kept.set(kind, rows)
        return { one: said }
      }
      answers.push({ said, contentId: one.contentId })
    }
    return { set: answers }
  }

  // ── one resource ───────────────────────────────────────────────────────────────────────────────────────────

  function resource(method: string, target: string, headers: Heard['headers'], body: string): Said {
    const { pathname, searchParams } = new URL(target, 'http://plain.invalid')
    const path = decodeURIComponent(pathname).slice(root.length)
    if (/^WhoAmI(?:\(\))?$/.test(path)) return { status: 200, body: whoAmI }
    if (path === 'RetrieveVersion()') return { status: 200, body: { Version: '9.2.26093.00100' } }
    if (path === 'WinOpportunity' || path === 'LoseOpportunity') return close(path === 'WinOpportunity' ? 1 : 2, body)
    const described = /^EntityDefinitions\(LogicalName='(\w+)'\)(?:\/Attributes\/([\w.]+))?$/.exec(path)
    if (described) return definition(described[1] ?? '', described[2])
    const [, set = '', id, action] = /^(\w+)(?:\(([^)]*)\))?(?:\/([\w.]+))?$/.exec(path) ?? []
    if (Object.hasOwn(lists, set) && id === undefined) return { status: 200, body: { value: lists[set] } }
    const found = Object.entries(definitions).find(([, table]) => table.set === set)
    if (!found) return notThere(set)
    const [kind, table] = found
    if (action === 'Microsoft.Dynamics.CRM.CreateMultiple' && method === 'POST') return createMany(kind, table, body)
    if (action !== undefined) return notThere(action)
    if (method === 'GET' && id === undefined) return list(kind, table, searchParams, headers)
    if (method === 'PATCH' && id !== undefined) return upsert(kind, id.toLowerCase(), headers, body)
    const one = id === undefined ? undefined : kept.get(kind)?.get(id.toLowerCase())
    if (method === 'GET') return one ? { status: 200, body: withTag(one) } : doesNotExist(kind, id ?? '')
    return refuse(405, '0x80060888', 'The method is not supported here.')
  }

  function definition(kind: string, cast: string | undefined): Said {
    const table = Object.hasOwn(definitions, kind) ? definitions[kind] : undefined
    if (!table) return refuse(404, '0x80060888', `Could not find an entity with the name '${kind}'.`)
    return { status: 200, body: cast === undefined ? definitionOf(kind, table) : detailsOf(table, cast) }
  }

  // ── reading ────────────────────────────────────────────────────────────────────────────────────────────────

  function list(kind: string, table: Table, query: URLSearchParams, headers: Heard['headers']): Said {
    const page = query.get('$skiptoken')
    const since = query.get('$deltatoken')
    const isTracking = String(headers['prefer'] ?? '').includes('odata.track-changes') || since !== null
    if (isTracking && !table.isTracked)
      return refuse(400, '0x80072491', 'Change tracking is not enabled for the entity.')
    const unsupported = ['$filter', '$orderby', '$expand', '$top'].find((name) => query.has(name))
    if (isTracking && unsupported !== undefined)
      return refuse(
        400,
        '0x80060888',
        `The "${unsupported.slice(1)}" query parameter isn't supported when Change Tracking is enabled.`,
      )
    const rows = page === null ? selected(kind, query, Number(since?.split('!')[0] ?? 0)) : (pages.get(page) ?? [])
    const [some, rest] = [rows.slice(0, pageSize), rows.slice(pageSize)]
    const more = rest.length > 0 ? { '@odata.nextLink': link(table, query, '$skiptoken', keep(rest)) } : {}
    const delta =
      isTracking && rest.length === 0
        ? { '@odata.deltaLink': link(table, query, '$deltatoken', `${version}!${utc()}`) }
        : {}
    const applied = isTracking ? { 'preference-applied': 'odata.track-changes' } : {}
    return {
      status: 200,
      headers: applied,
      body: { '@odata.context': `${api.url}${root}$metadata#${table.set}`, value: some, ...more, ...delta },
    }
  }

  function selected(kind: string, query: URLSearchParams, after: number): readonly Row[] {
    const passes = query.has('$filter') ? filterOf(query.get('$filter') ?? '') : () => true
    const select = query.get('$select')?.split(',')
    const rows = [...(kept.get(kind)?.values() ?? [])]
      .filter((one) => one.version > after && passes(one.row))
      .map((one) => withCloses(kind, one, query))
      .toSorted(orderOf(query.get('$orderby') ?? '@odata.etag'))
    const top = Number(query.get('$top') ?? Infinity)
    const always = ['@odata.etag', definitions[kind]?.id ?? '', 'Opportunity_OpportunityClose']
    const isWanted = (name: string): boolean => !select || select.includes(name) || always.includes(name)
    return rows.slice(0, top).map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => isWanted(name))))
  }

  function withCloses(kind: string, one: Kept, query: URLSearchParams): Row {
    if (kind !== 'opportunity' || !(query.get('$expand') ?? '').startsWith('Opportunity_OpportunityClose'))
      return withTag(one)
    const closes = [...(kept.get('opportunityclose')?.values() ?? [])].map(withTag)
    const own = closes.filter((close) => close['_opportunityid_value'] === one.row['opportunityid'])
    return { ...withTag(one), Opportunity_OpportunityClose: own.toReversed() }
  }

  function keep(rows: readonly Row[]): string {
    const name = `page-${pages.size + 1}`
    pages.set(name, rows)
    return name
  }

  function link(table: Table, query: URLSearchParams, name: string, value: string): string {
    const select = query.get('$select')
    const kept1 = select === null ? '' : `$select=${select}&`
    return `${api.url}${root}${table.set}?${kept1}${name}=${encodeURIComponent(value)}`
  }

  // ── writing ────────────────────────────────────────────────────────────────────────────────────────────────

  function upsert(kind: string, id: string, headers: Heard['headers'], body: string): Said {
    const before = kept.get(kind)?.get(id)
    const [match, noMatch] = [headers['if-match'], headers['if-none-match']]
    if (before && noMatch === '*') return refuse(412, '0x80040237', 'A record with matching key values already exists.')
    if (!before && match !== undefined) return doesNotExist(kind, id)
    if (before && match !== undefined && match !== '*' && match !== `W/"${before.version}"`)
      return refuse(
        412,
        '0x80060882',
        "The version of the existing record doesn't match the RowVersion property provided.",
      )
    return (
      save(kind, id, JSON.parse(body) as Row) ?? {
        status: 204,
        headers: { 'odata-entityid': `${api.url}${root}${definitions[kind]?.set}(${id})` },
      }
    )
  }

  function createMany(kind: string, table: Table, body: string): Said {
    const { Targets: targets } = JSON.parse(body) as { readonly Targets: readonly Row[] }
    const rows = new Map(kept.get(kind))
    const ids: string[] = []
    for (const { '@odata.type': type, [table.id]: given, ...columns } of targets) {
      const id = typeof given === 'string' ? given.toLowerCase() : randomUUID()
      const isTaken = kept.get(kind)?.has(id)
        ? refuse(412, '0x80040237', 'A record with matching key values already exists.')
        : null
      const fault =
        type === `Microsoft.Dynamics.CRM.${kind}`
          ? (isTaken ?? save(kind, id, columns))
          : refuse(400, '0x80048d19', 'A type is missing.')
      if (fault) {
        kept.set(kind, rows)
        return fault
      }
      ids.push(id)
    }
    return { status: 200, body: { '@odata.context': `${api.url}${root}$metadata#CreateMultipleResponse`, Ids: ids } }
  }

  /** Null when it is saved; otherwise why it is not. */
  function save(kind: string, id: string, given: Row): Said | null {
    const table = definitions[kind]
    const before = kept.get(kind)?.get(id)?.row
    const row: Row = before ?? { [table?.id ?? '']: id, ...beginnings[kind] }
    const next = { ...row }
    for (const [name, value] of Object.entries(given)) {
      const bound = bindingOf(name, value)
      const known = table?.columns.find((one) => one.name === (bound?.column ?? name))
      if (!known) return refuse(400, '0x80060888', `Could not find a property named '${name}' on type '${kind}'.`)
      if (name === 'statecode' && value !== 0)
        return refuse(400, '0x80100005', 'This message can not be used to set the state.')
      if (known.size !== null && typeof value === 'string' && value.length > known.size)
        return refuse(400, '0x80044331', `The length of the '${name}' attribute exceeded the maximum allowed length.`)
      const isChoice =
        known.options.length === 0 || value === null || known.options.some(([number]) => number === value)
      if (!isChoice) return refuse(400, '0x8004431a', `The value of '${name}' is outside the valid range.`)
      if (bound && !isThere(bound))
        return refuse(404, '0x80040217', `${bound.set} With Id = ${bound.id} Does Not Exist`)
      next[bound ? `_${bound.column}_value` : name] = bound ? bound.id : value
    }
    if (before && before['statecode'] !== 0 && given['statecode'] !== 0 && kind === 'opportunity')
      return refuse(400, '0x80040230', 'The record is closed and cannot be changed.')
    const twin = table?.keys.some(
      (key) =>
        next[key] != null &&
        [...(kept.get(kind)?.values() ?? [])].some((other) => other.row !== before && other.row[key] === next[key]),
    )
    if (twin === true) return refuse(412, '0x80060892', 'Entity Key violated.')
    store(kind, next)
    return null
  }

  function isThere({ set, id }: Bound): boolean {
    if (id === null || set === 'systemusers' || set === 'teams') return true
    const kind = Object.keys(definitions).find((name) => definitions[name]?.set === set)
    return kind !== undefined && kept.get(kind)?.has(id) === true
  }

  function close(state: number, body: string): Said {
    const { Status, OpportunityClose } = JSON.parse(body) as { Status: number; OpportunityClose: Row }
    const id = bindingOf('opportunityid@odata.bind', OpportunityClose['opportunityid@odata.bind'])?.id ?? ''
    const deal = kept.get('opportunity')?.get(id)?.row
    if (!deal) return doesNotExist('opportunity', id)
    if (deal['statecode'] !== 0) return refuse(400, '0x80040515', 'The opportunity is already closed.')
    const fault = save('opportunityclose', randomUUID(), OpportunityClose)
    if (fault) return fault
    const { actualrevenue = deal['estimatedvalue'], actualend = utc().slice(0, 10) } = OpportunityClose
    const status = Status === -1 ? (state === 1 ? 3 : 4) : Status
    store('opportunity', {
      ...deal,
      statecode: state,
      statuscode: status,
      actualvalue: actualrevenue,
      actualclosedate: actualend,
    })
    return { status: 204 }
  }

  function store(kind: string, row: Row): void {
    version += 1
    const told = { createdon: row['createdon'] ?? utc(), modifiedon: utc(), _modifiedby_value: user }
    kept.get(kind)?.set(String(row[definitions[kind]?.id ?? '']), { version, row: { ...row, ...told } })
  }

  return {
    api,
    rows: (kind) => [...(kept.get(kind)?.values() ?? [])].map(({ row }) => row),
    edit: (kind, id, columns) => store(kind, { ...kept.get(kind)?.get(id)?.row, ...columns }),
    close: () => api.close(),
  }
}

const utc = (): string => `${new Date().toISOString().slice(0, 19)}Z`
const withTag = ({ version, row }: Kept): Row => ({ '@odata.etag': `W/"${version}"`, ...row })
const doesNotExist = (kind: string, id: string): Said =>
  refuse(404, '0x80040217', `${kind} With Id = ${id} Does Not Exist`)

interface Bound {
  readonly column: string
  readonly set: string
  readonly id: string | null
}

/** `parentcustomerid_account@odata.bind` sets `_parentcustomerid_value`. */
function bindingOf(name: string, value: unknown): Bound | null {
  const [, property] = /^(\w+)@odata\.bind$/.exec(name) ?? []
  if (property === undefined) return null
  const [, set = '', id = ''] = /(\w+)\(([0-9a-fA-F-]+)\)$/.exec(String(value)) ?? []
  return { column: property.replace(/_(?:account|contact)$/, ''), set, id: value === null ? null : id.toLowerCase() }
}

const whoAmI = {
  BusinessUnitId: '0d0a1b2c-0002-4000-8000-000000000001',
  UserId: user,
  OrganizationId: '0d0a1b2c-0003-4000-8000-000000000001',
}

const currencies = [
  ['0d0a1b2c-0004-4000-8000-000000000001', 'USD'],
  ['0d0a1b2c-0004-4000-8000-000000000002', 'BRL'],
  ['0d0a1b2c-0004-4000-8000-000000000003', 'EUR'],
] as const

const team = (index: number, name: string): Row => ({
  teamid: `0d0a1b2c-0005-4000-8000-00000000000${index}`,
  name,
  teamtype: 0,
})
const person = (index: number, fullname: string, mail: string): Row => ({
  systemuserid: `0d0a1b2c-0001-4000-8000-00000000000${index}`,
  fullname,
  domainname: mail,
  internalemailaddress: mail,
  isdisabled: false,
})

/** Read only, and short. */
const lists: Readonly<Record<string, readonly Row[]>> = {
  systemusers: [
    person(1, 'dealbridge', 'dealbridge@fabrikam.example'),
    person(2, 'Inside sales', 'inside-sales@fabrikam.example'),
  ],
  teams: [team(1, 'Co-sell Brasil'), team(2, 'Co-sell Taiwan'), team(3, 'Co-sell desk')],
  organizations: [{ organizationid: whoAmI.OrganizationId, expirechangetrackingindays: 7 }],
}

/** What a new row has before anybody gives it anything. */
const beginnings: Readonly<Record<string, Row>> = {
  account: { statecode: 0, _ownerid_value: user },
  contact: { statecode: 0, _ownerid_value: user },
  opportunity: { statecode: 0, statuscode: 1, isrevenuesystemcalculated: false, _ownerid_value: user },
  opportunityclose: {},
  transactioncurrency: { statecode: 0 },
}
