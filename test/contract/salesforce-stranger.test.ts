// A server that is not our simulator: small, written from the documented requests and answers only, and saying no more
// than it must. No list of versions, no limits, no identity, describes with a handful of properties, an `instance_url`
// that leads nowhere, no references between the parts of a composite. With an address and a secret the connector works.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connector } from '../../connectors/salesforce/index.ts'
import { Settings } from '../../connectors/salesforce/settings.ts'
import { type CreateWrite, type Cursor, kind, linkKey, type Page, type Session } from '#spi'
import { handClock, testHost } from '../support/host.ts'

type Body = Record<string, unknown>
interface Answer {
  readonly status: number
  readonly body?: unknown
}

const rows = new Map<string, Body>()
const prefixes: Readonly<Record<string, string>> = {
  Account: '001',
  Contact: '003',
  Opportunity: '006',
  OpportunityContactRole: '00K',
}
let seconds = 0
let server: Server
let session: Session

const stamp = (): string => new Date(Date.UTC(2026, 10, 20, 9, 0, seconds)).toISOString().replace('Z', '+0000')
const error = (status: number, errorCode: string, message = ''): Answer => ({ status, body: [{ errorCode, message }] })

function save(type: string, id: string | null, fields: Body): Answer {
  const key = fields['PC_Referral_Id__c']
  const holder = [...rows].find(([, row]) => key !== undefined && row['PC_Referral_Id__c'] === key)?.[0]
  if (id === null && holder !== undefined)
    return error(
      400,
      'DUPLICATE_VALUE',
      `duplicate value found: PC_Referral_Id__c duplicates value on record with id: ${holder}`,
    )
  if (Object.values(fields).some((value) => String(value).startsWith('@{')))
    return error(400, 'MALFORMED_ID', 'id value of incorrect type')
  const own = id ?? `${prefixes[type]}B${String(rows.size).padStart(11, '0')}AAA`
  const audit = { Id: own, SystemModstamp: stamp(), LastModifiedDate: stamp() }
  rows.set(own, { ...rows.get(own), ...fields, ...audit })
  return id === null ? { status: 201, body: { id: own, success: true, errors: [] } } : { status: 204 }
}

function query(soql: string): Answer {
  const [, columns = '', type = '', where = ''] =
    /^SELECT (.+?) FROM (\w+)(?: WHERE (.+?))?(?: ORDER BY .+)?$/.exec(soql) ?? []
  if (!prefixes[type]) return error(400, 'INVALID_TYPE', `sObject type '${type}' is not supported.`)
  const [, field = '', sign = '', wanted = ''] = /^(\w+) (IN|>=|=) (.+)$/.exec(where) ?? []
  const found = [...rows.values()].filter((row) => {
    if (!String(row['Id']).startsWith(prefixes[type] ?? '')) return false
    if (where === '') return true
    const value = String(row[field])
    return sign === '>=' ? Date.parse(value) >= Date.parse(wanted) : wanted.includes(`'${value}'`)
  })
  const newest = soql.includes('LIMIT 1') ? found.slice(-1) : found
  const records = newest.map((row) => ({
    attributes: { type },
    ...Object.fromEntries(columns.split(', ').map((column) => [column, row[column] ?? null])),
  }))
  return { status: 200, body: { totalSize: records.length, done: true, records } }
}

function describeOf(type: string): Answer {
  if (!prefixes[type]) return error(404, 'NOT_FOUND')
  const plain = ['Id', 'Name', 'LastName', 'StageName', 'Email', 'Role', 'SystemModstamp', 'LastModifiedDate']
  const typed = [
    { name: 'Amount', type: 'currency' },
    { name: 'CloseDate', type: 'date' },
    { name: 'IsPrimary', type: 'boolean' },
    { name: 'PC_Referral_Id__c', type: 'string', unique: true, externalId: true },
    ...['AccountId', 'ContactId', 'OpportunityId'].map((name) => ({ name, type: 'reference' })),
  ]
  return { status: 200, body: { name: type, fields: [...plain.map((name) => ({ name, type: 'string' })), ...typed] } }
}

function answer(method: string, target: string, headers: Body, body: Body): Answer {
  const url = new URL(target, 'http://x')
  const [, type, id] = /^\/services\/data\/v67\.0\/sobjects\/(\w+)(?:\/(\w+))?$/.exec(url.pathname) ?? []
  const path = url.pathname.replace('/services/data/v67.0', '')
  if (path.startsWith('/query')) return query(url.searchParams.get('q') ?? '')
  if (type !== undefined && id === 'describe') return describeOf(type)
  if (type !== undefined && method === 'POST') return save(type, null, body)
  if (type !== undefined && id !== undefined && method === 'PATCH') {
    const since = headers['if-unmodified-since'] ?? headers['If-Unmodified-Since']
    const row = rows.get(id)
    if (!row) return error(404, 'NOT_FOUND')
    if (typeof since === 'string' && Date.parse(String(row['LastModifiedDate'])) > Date.parse(since))
      return { status: 412 }
    return save(type, id, body)
  }
  if (path === '/composite/sobjects' && method === 'POST') {
    const records = body['records'] as readonly (Body & { readonly attributes: { readonly type: string } })[]
    return {
      status: 200,
      body: records.map(({ attributes, ...fields }) => {
        const saved = save(attributes.type, null, fields)
        if (saved.status === 201) return saved.body
        const errors = (saved.body as readonly Body[]).map(({ errorCode, message }) => ({
          statusCode: errorCode,
          message,
          fields: [],
        }))
        return { success: false, errors }
      }),
    }
  }
  return error(404, 'NOT_FOUND')
}

function composite(body: Body): Answer {
  const parts = body['compositeRequest'] as readonly (Body & { readonly method: string; readonly url: string })[]
  const compositeResponse = parts.map((part) => {
    const { status, body: said } = answer(
      part.method,
      part.url,
      (part['httpHeaders'] ?? {}) as Body,
      (part['body'] ?? {}) as Body,
    )
    return { httpStatusCode: status, body: said ?? null, httpHeaders: {}, referenceId: part['referenceId'] }
  })
  return { status: 200, body: { compositeResponse } }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const piece of request) text += String(piece)
  return text
}

function reply(request: IncomingMessage, text: string): Answer {
  const target = request.url ?? ''
  if (target === '/services/oauth2/token')
    return new URLSearchParams(text).get('client_secret') === 'the-secret'
      ? { status: 200, body: { access_token: 'stranger-token', instance_url: 'https://nowhere.example' } }
      : { status: 400, body: { error: 'invalid_client' } }
  if (request.headers.authorization !== 'Bearer stranger-token') return error(401, 'INVALID_SESSION_ID')
  const body = (text === '' ? {} : JSON.parse(text)) as Body
  if (target === '/services/data/v67.0/composite') return composite(body)
  return answer(request.method ?? '', target, request.headers, body)
}

async function serveOne(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, body } = reply(request, await textOf(request))
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(body === undefined ? '' : JSON.stringify(body))
}

beforeAll(async () => {
  server = createServer((request, response) => void serveOne(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const settings = Settings.parse({
    url: 'https://fabrikam.my.salesforce.com',
    endpoint: url,
    authority: url,
    auth: { flow: 'clientCredentials', clientId: 'app', clientSecret: 'env:SECRET' },
  })
  expect(connector.origins(settings)).toEqual([url])
  session = await connector.open(
    settings,
    testHost({ origins: [url], clock: handClock(), env: { SECRET: 'the-secret' } }),
  )
})
afterAll(() => server.close())

const never = new AbortController().signal
const Opportunity = kind('Opportunity')
const shape = {
  kind: Opportunity,
  fields: ['Name', 'StageName', 'Amount', 'CloseDate', 'PC_Referral_Id__c', 'AccountId'],
}

function create(of: string, name: string, fields: CreateWrite['fields'], keyField: string | null = null): CreateWrite {
  return { do: 'create', kind: kind(of), key: linkKey(name), keyField, fields }
}

const deal = (n: number): readonly CreateWrite[] => [
  create('Account', `a${n}`, { Name: `Contoso ${n}` }),
  create('Contact', `c${n}`, { LastName: `Smith ${n}`, AccountId: { $write: linkKey(`a${n}`) } }),
  create(
    'Opportunity',
    `ref-${n}`,
    {
      Name: `Deal ${n}`,
      StageName: 'Qualification',
      Amount: '84000.10',
      CloseDate: '2026-12-18',
      PC_Referral_Id__c: `ref-${n}`,
      AccountId: { $write: linkKey(`a${n}`) },
    },
    'PC_Referral_Id__c',
  ),
  create('OpportunityContactRole', `r${n}`, {
    OpportunityId: { $write: linkKey(`ref-${n}`) },
    ContactId: { $write: linkKey(`c${n}`) },
    Role: 'Decision Maker',
    IsPrimary: true,
  }),
]

async function poll(since: Cursor | null) {
  const pages: Page[] = []
  for await (const page of session.changes([shape], since, never)) pages.push(page)
  return { records: pages.flatMap(({ records }) => records), next: pages.at(-1)?.next ?? null }
}

test('the whole way: look, poll, create, find, change, be refused, poll again', async () => {
  const probe = await session.probe([Opportunity, kind('Account')], never)
  expect(probe.kinds.map((each) => each.kind)).toEqual(['Opportunity', 'Account'])
  expect(probe.findings.find(({ level }) => level === 'error')?.code).toBeUndefined()

  const start = await poll(null)
  seconds += 2
  const receipts = await session.write([...deal(1), ...deal(2)], never)
  expect(receipts.map(({ outcome }) => outcome)).toEqual(Array<string>(8).fill('written'))
  const many = await session.write(Array.from({ length: 30 }, (_, n) => deal(n + 10)).flat(), never)
  expect(new Set(many.map(({ outcome }) => outcome))).toEqual(new Set(['written']))
  expect([...rows.values()].every((row) => !JSON.stringify(row).includes('@{'))).toBe(true)
  const [again] = await session.write(
    deal(1)
      .slice(2, 3)
      .map((write) => ({ ...write, fields: { ...write.fields, AccountId: null } })),
    never,
  )
  expect(again?.outcome).toBe('already-there')

  const [found] = await session.find([{ shape, by: { key: { field: 'PC_Referral_Id__c', value: 'ref-2' } } }], never)
  const [record] = found ?? []
  expect(record?.fields).toMatchObject({ Name: 'Deal 2', Amount: 84000.1 })
  if (!record) throw new Error('the deal is found')

  seconds += 2
  const change = {
    do: 'update',
    kind: Opportunity,
    id: record.id,
    expect: record.version,
    fields: { Amount: '1.5' },
  } as const
  expect(await session.write([change], never)).toMatchObject([{ outcome: 'written' }])
  expect(await session.write([change, change], never)).toMatchObject([{ outcome: 'stale' }, { outcome: 'stale' }])

  const { records } = await poll(start.next)
  expect(records.find(({ id }) => id === record.id)?.fields['Amount']).toBe(1.5)
  expect(records).toHaveLength(32)
})
