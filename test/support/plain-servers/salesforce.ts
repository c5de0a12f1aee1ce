// Salesforce as its REST guide shows it, for one small org: client credentials, versions, describe, queries, rows,
// collections and composites. Nothing that a save does in a real org beyond the documented: required fields, lengths,
// restricted choices, unique keys, and a stage that decides what is closed.

import { randomUUID } from 'node:crypto'
import { type Heard, listen, type PlainServer, type Said } from './listener.ts'
import { described, type Field, objects, people, stages } from './salesforce-objects.ts'
import { parseSoql, type Row, valueAt } from './soql.ts'

export interface PlainSalesforce {
  readonly api: PlainServer
  rows(object: string): readonly Row[]
  /** A person saves a record: they are not asked for conditions. */
  edit(id: string, fields: Row): void
  expireTokens(): void
  close(): Promise<void>
}

export const salesforceSecrets = { SF_CLIENT_ID: 'sf-consumer-key', SF_CLIENT_SECRET: 'sf-consumer-secret' }

const version = '/services/data/v67.0'
const prefixes: Readonly<Record<string, string>> = {
  Account: '001',
  Contact: '003',
  Opportunity: '006',
  OpportunityContactRole: '00K',
  User: '005',
}
const pageSize = 200
const [ourselves, organization] = [withSuffix('005B0000000OUR1'), withSuffix('00DB0000000PLN1')]

const refuse = (status: number, errorCode: string, message: string, fields: readonly string[] = []): Said => ({
  status,
  body: [{ message, errorCode, fields }],
})

export async function plainSalesforce(): Promise<PlainSalesforce> {
  const tables = new Map<string, Map<string, Row>>(Object.keys(objects).map((name) => [name, new Map()]))
  const cursors = new Map<string, { readonly rest: readonly Row[]; readonly total: number }>()
  const accepted = new Set<string>()
  let [made, calls] = [0, 0]
  const rowsOf = (object: string): readonly Row[] => [...(tables.get(object)?.values() ?? [])]

  const api = await listen((heard) => {
    if (heard.path === '/services/oauth2/token') return token(heard)
    if (heard.path === '/services/data') return { status: 200, body: versions }
    if (!accepted.has((heard.headers.authorization ?? '').replace(/^(?:Bearer|OAuth) /, '')))
      return refuse(401, 'INVALID_SESSION_ID', 'Session expired or invalid')
    calls += 1
    const said = isComposite(heard) ? composite(JSON.parse(heard.body) as Composite) : resource(heard)
    return { ...said, headers: { ...said.headers, 'sforce-limit-info': `api-usage=${calls}/100000` } }
  })

  function token({ body }: Heard): Said {
    const form = new URLSearchParams(body)
    if (form.get('grant_type') !== 'client_credentials')
      return { status: 400, body: { error: 'unsupported_grant_type', error_description: 'grant type not supported' } }
    const isOurs = form.get('client_id') === 'sf-consumer-key' && form.get('client_secret') === 'sf-consumer-secret'
    if (!isOurs)
      return { status: 400, body: { error: 'invalid_client', error_description: 'invalid client credentials' } }
    const access = `00DB0000000PLN1!${randomUUID()}`
    accepted.add(access)
    const id = `${api.url}/id/${organization}/${ourselves}`
    const issued = { signature: 'c2lnbmF0dXJl', scope: 'api', instance_url: api.url, id, issued_at: String(Date.now()) }
    return { status: 200, body: { access_token: access, token_type: 'Bearer', ...issued } }
  }

  // ── one resource ───────────────────────────────────────────────────────────────────────────────────────────

  type Asked = Pick<Heard, 'method' | 'path' | 'query' | 'headers' | 'body'>

  function resource({ method, path, query, headers, body }: Asked): Said {
    const below = path.slice(version.length)
    if (!path.startsWith(version)) return refuse(404, 'NOT_FOUND', 'The requested resource does not exist')
    if (below === '/limits') return { status: 200, body: { DailyApiRequests: { Max: 100_000, Remaining: 99_000 } } }
    if (below === '/query' || below === '/queryAll') return select(query.get('q') ?? '')
    if (below.startsWith('/query/') || below.startsWith('/queryAll/')) return nextPage(below.split('/')[2] ?? '')
    if (below === '/composite/sobjects') return collection(method, JSON.parse(body) as Collection)
    const [, , object = '', id] = below.split('/')
    const fields = objects[object]
    if (!fields || !below.startsWith('/sobjects/'))
      return refuse(404, 'NOT_FOUND', 'The requested resource does not exist')
    if (id === 'describe') return { status: 200, body: described(object, fields) }
    if (method === 'POST') return create(object, JSON.parse(body) as Row)
    if (method === 'PATCH' && id !== undefined) return update(object, id, JSON.parse(body) as Row, headers)
    return refuse(405, 'METHOD_NOT_ALLOWED', 'HTTP Method not allowed')
  }

  // ── reading ────────────────────────────────────────────────────────────────────────────────────────────────

  function select(soql: string): Said {
    try {
      const { fields, object, passes, inOrder, limit } = parseSoql(soql)
      const rows = setup[object] ?? (tables.has(object) ? rowsOf(object).map((row) => withParents(object, row)) : null)
      if (!rows) return refuse(400, 'INVALID_TYPE', `sObject type '${object}' is not supported.`)
      const unknown = fields.find((name) => !isField(object, name))
      if (unknown) return refuse(400, 'INVALID_FIELD', `No such column '${unknown}' on entity '${object}'.`)
      const found = rows.filter(passes).toSorted(inOrder).slice(0, limit)
      return page(
        found.map((row) => shown(object, fields, row)),
        found.length,
      )
    } catch (error) {
      return refuse(400, 'MALFORMED_QUERY', String(error))
    }
  }

  function page(rows: readonly Row[], totalSize: number): Said {
    const records = rows.slice(0, pageSize)
    if (rows.length <= pageSize) return { status: 200, body: { totalSize, done: true, records } }
    const cursor = `01gB0000000PLN1-${cursors.size}`
    cursors.set(cursor, { rest: rows.slice(pageSize), total: totalSize })
    return { status: 200, body: { totalSize, done: false, nextRecordsUrl: `${version}/query/${cursor}`, records } }
  }

  function nextPage(cursor: string): Said {
    const found = cursors.get(cursor)
    return found ? page(found.rest, found.total) : refuse(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator')
  }

  function withParents(object: string, row: Row): Row {
    const parents = (objects[object] ?? []).flatMap(({ name, to }) => {
      const parent = to === null ? undefined : tables.get(to)?.get(String(row[name]))
      return to === null ? [] : [[name.replace(/Id$/, ''), parent ?? null] as const]
    })
    return { ...row, ...Object.fromEntries(parents) }
  }

  // ── writing ────────────────────────────────────────────────────────────────────────────────────────────────

  function create(object: string, given: Row): Said {
    const fault = faultOf(object, given, null)
    if (fault) return fault
    made += 1
    const id = withSuffix(`${prefixes[object]}B0000000${String(made).padStart(4, '0')}`)
    store(object, { Id: id, CreatedDate: stamp(), IsDeleted: false, ...defaults(object), ...given })
    return { status: 201, body: { id, success: true, errors: [] } }
  }

  function update(object: string, id: string, given: Row, headers: Heard['headers']): Said {
    const row = tables.get(object)?.get(id)
    if (!row) return refuse(404, 'NOT_FOUND', 'Provided external ID field does not exist or is not accessible')
    const since = headers['if-unmodified-since']
    const modified = Date.parse(String(row['LastModifiedDate']).replace('+0000', 'Z'))
    if (since !== undefined && modified > Date.parse(since)) return { status: 412 }
    const fault = faultOf(object, given, row)
    if (fault) return fault
    store(object, { ...row, ...given })
    return { status: 204 }
  }

  function store(object: string, row: Row): void {
    const at = stamp()
    const told = { LastModifiedDate: at, SystemModstamp: at, LastModifiedById: ourselves }
    const stage = stages.find(({ name }) => name === row['StageName'])
    const outcome = stage ? { IsClosed: stage.isClosed, IsWon: stage.isWon } : {}
    tables.get(object)?.set(String(row['Id']), { ...row, ...outcome, ...told })
  }

  /** The first thing that keeps a record from being saved. */
  function faultOf(object: string, given: Row, before: Row | null): Said | null {
    const fields = objects[object] ?? []
    for (const [name, value] of Object.entries(given)) {
      const field = fields.find((one) => one.name === name)
      if (!field) return refuse(400, 'INVALID_FIELD', `No such column '${name}' on sobject of type ${object}`)
      if (field.readOnly) return refuse(400, 'INVALID_FIELD_FOR_INSERT_UPDATE', `Unable to write: ${name}`, [name])
      const fault = faultIn(field, value)
      if (fault) return fault
      const holder = field.unique && value !== null && rowsOf(object).find((row) => row[name] === value)
      if (holder && holder['Id'] !== before?.['Id']) return duplicate(name, String(holder['Id']))
    }
    const missing = fields.filter(({ name, required }) => required && { ...before, ...given }[name] == null)
    const names = missing.map(({ name }) => name)
    if (names.length === 0) return null
    return refuse(400, 'REQUIRED_FIELD_MISSING', `Required fields are missing: [${names.join(', ')}]`, names)
  }

  function faultIn({ name, type, length, restricted, values, to }: Field, value: unknown): Said | null {
    const text = String(value)
    if (value === null) return null
    if (type === 'string' && text.length > length)
      return refuse(400, 'STRING_TOO_LONG', `${name}: data value too large (max length=${length})`, [name])
    if (restricted && !values.includes(text))
      return refuse(400, 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', `bad value for restricted picklist`, [name])
    if (type === 'date' && !/^\d{4}-\d\d-\d\d$/.test(text))
      return refuse(400, 'JSON_PARSER_ERROR', 'not a date', [name])
    if (type === 'currency' && typeof value !== 'number')
      return refuse(400, 'JSON_PARSER_ERROR', 'not a number', [name])
    const isKnown = to === null || (to === 'User' ? userIds.has(text) : tables.get(to)?.has(text))
    return isKnown ? null : refuse(400, 'INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', [name])
  }

  interface Collection {
    readonly allOrNone?: boolean
    readonly records: readonly (Row & { readonly attributes: { readonly type: string } })[]
  }

  function collection(method: string, { records }: Collection): Said {
    if (records.length > 200) return refuse(400, 'INVALID_INPUT', 'record limit reached')
    const results = records.map(({ attributes: { type }, id, ...fields }) => {
      const said = method === 'POST' ? create(type, fields) : update(type, String(id), fields, {})
      if (said.status < 300) return said.body ?? { id, success: true, errors: [] }
      const errors = (said.body as Row[]).map(({ errorCode, message, fields: names }) => {
        return { statusCode: errorCode, message, fields: names }
      })
      return { success: false, errors }
    })
    return { status: 200, body: results }
  }

  // ── several at once ────────────────────────────────────────────────────────────────────────────────────────

  interface Composite {
    readonly compositeRequest: readonly {
      readonly method: string
      readonly url: string
      readonly referenceId: string
      readonly httpHeaders?: Readonly<Record<string, string>>
      readonly body?: unknown
    }[]
  }

  function composite({ compositeRequest }: Composite): Said {
    if (compositeRequest.length > 25) return refuse(400, 'LIMIT_EXCEEDED', 'at most 25 subrequests')
    const results = new Map<string, unknown>()
    const compositeResponse = compositeRequest.map(({ method, url, referenceId, httpHeaders = {}, body }) => {
      const filled = filledIn(JSON.stringify(body ?? null), results)
      const { pathname, searchParams } = new URL(url, 'http://plain.invalid')
      const headers = Object.fromEntries(
        Object.entries(httpHeaders).map(([name, value]) => [name.toLowerCase(), value]),
      )
      const asked = { method, path: decodeURIComponent(pathname), query: searchParams, headers, body: filled ?? '' }
      const said = filled === null ? halted : resource(asked)
      if (said.status < 300) results.set(referenceId, said.body)
      return { body: said.body ?? null, httpHeaders: {}, httpStatusCode: said.status, referenceId }
    })
    return { status: 200, body: { compositeResponse } }
  }

  return {
    api,
    rows: rowsOf,
    edit: (id, fields) => {
      const object = Object.keys(prefixes).find((name) => id.startsWith(prefixes[name] ?? '-')) ?? ''
      store(object, { ...tables.get(object)?.get(id), ...fields })
    },
    expireTokens: () => accepted.clear(),
    close: () => api.close(),
  }
}

const isComposite = ({ path }: Heard): boolean => path === `${version}/composite`
const versions = [
  { label: "Spring '26", url: '/services/data/v66.0', version: '66.0' },
  { label: "Summer '26", url: '/services/data/v67.0', version: '67.0' },
]
const halted = refuse(400, 'PROCESSING_HALTED', 'Invalid reference specified. No value found')

const duplicate = (name: string, holder: string): Said =>
  refuse(400, 'DUPLICATE_VALUE', `duplicate value found: ${name} duplicates value on record with id: ${holder}`)

/** `@{p0.id}`, `@{p0[3].id}`; null where one of them leads to nothing. */
function filledIn(text: string, results: ReadonlyMap<string, unknown>): string | null {
  let isWhole = true
  const filled = text.replaceAll(/@\{(\w+)(?:\[(\d+)\])?\.id\}/g, (_, name: string, index?: string) => {
    const result = results.get(name)
    const one = index === undefined ? result : (result as readonly unknown[] | undefined)?.[Number(index)]
    const id = (one as { readonly id?: string } | undefined)?.id
    isWhole &&= id !== undefined
    return id ?? ''
  })
  return isWhole ? filled : null
}

const setup: Readonly<Record<string, readonly Row[]>> = {
  Organization: [{ Id: organization, Name: 'Fabrikam', OrganizationType: 'Enterprise Edition', IsSandbox: false }],
  OpportunityStage: stages.map(({ name, isClosed, isWon }, index) => ({
    Id: `01JB000000${index}`,
    ApiName: name,
    MasterLabel: name,
    IsActive: true,
    IsClosed: isClosed,
    IsWon: isWon,
    SortOrder: index + 1,
  })),
  User: [['dealbridge', 'dealbridge@fabrikam.example'] as const, ...people].map(([name, email], index) => ({
    Id: index === 0 ? ourselves : withSuffix(`005B0000000U${String(index).padStart(3, '0')}`),
    Name: name,
    Username: email,
    Email: email,
    IsActive: true,
    UserType: 'Standard',
  })),
  BusinessProcess: [{ Name: 'Default', TableEnumOrId: 'Opportunity', IsActive: true }],
}
const userIds: ReadonlySet<string> = new Set((setup['User'] ?? []).map(({ Id }) => String(Id)))

const defaults = (object: string): Row =>
  object === 'Opportunity' ? { OwnerId: ourselves, HasOpportunityLineItem: false, Probability: 10 } : {}

function isField(object: string, path: string): boolean {
  const [head = '', ...rest] = path.split('.')
  const fields = objects[object]
  if (!fields) return true
  if (rest.length === 0) return fields.some(({ name }) => name === head)
  const link = fields.find(({ name, to }) => to !== null && name === `${head}Id`)
  return link?.to != null && isField(link.to, rest.join('.'))
}

function shown(object: string, fields: readonly string[], row: Row): Row {
  const out: Row = { attributes: { type: object, url: `${version}/sobjects/${object}/${String(row['Id'])}` } }
  for (const path of fields) {
    const [head = '', ...rest] = path.split('.')
    if (rest.length === 0) out[head] = row[head] ?? null
    else out[head] = row[head] == null ? null : { ...(out[head] as Row), [rest.join('.')]: valueAt(row, path) }
  }
  return out
}

/** Whole seconds, and the offset without a colon. */
const stamp = (): string => `${new Date().toISOString().slice(0, 19)}.000+0000`

/** The three check characters: each tells which of five characters are capitals. */
function withSuffix(short: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'
  const suffix = [0, 5, 10].map((start) => {
    const capitals = Array.from(short.slice(start, start + 5), (char) => char >= 'A' && char <= 'Z')
    return letters[capitals.reduce((sum, isCapital, index) => sum + (isCapital ? 2 ** index : 0), 0)] ?? ''
  })
  return short + suffix.join('')
}
