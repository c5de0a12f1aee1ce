// Against a server that is not our simulator: the documented API and nothing more, as somebody else would write it. Two
// processes of theirs, a token service and the API, known to the connector only by `authority`, `endpoint` and secrets.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connector } from '../../connectors/partner-center/index.ts'
import { type JsonObject, linkKey, recordId, REFERRAL, type Session, type VendorRecord } from '#spi'
import { testHost, type TestHost } from '../support/host.ts'

interface Heard {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

const still = new AbortController().signal
let rows: JsonObject[] = []
let heard: Heard[] = []
let servers: Server[] = []
let api = ''
let authority = ''
let refreshes = 0

async function listen(answer: (heard: Heard, response: ServerResponse) => void): Promise<string> {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece: Buffer) => (body += piece.toString()))
    request.on('end', () => {
      const one = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body }
      heard.push(one)
      answer(one, response)
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function send(response: ServerResponse, status: number, body?: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(body === undefined ? undefined : JSON.stringify(body))
}

/** Refresh tokens are handed out once and not replaced; numbers come as text. */
function token({ path, body }: Heard, response: ServerResponse): void {
  const form = new URLSearchParams(body)
  const known = path === '/contoso-partner.example/oauth2/v2.0/token' && form.get('refresh_token') === 'given-once'
  if (!known || form.get('client_id') !== 'an-app') return send(response, 400, { error: 'invalid_grant' })
  refreshes += 1
  send(response, 200, {
    token_type: 'Bearer',
    expires_in: '3600',
    access_token: `opaque-${refreshes}`,
    id_token: 'not.a.token',
  })
}

const base = '/v1.0/engagements/referrals'

function referrals({ method, path, headers, body }: Heard, response: ServerResponse): void {
  if (!/^Bearer opaque-\d+$/.test(headers.authorization ?? ''))
    return send(response, 401, { error: { code: 'unAuthorized', message: 'no' } })
  const url = new URL(path, 'http://x')
  const id = url.pathname.slice(base.length + 1)
  const row = rows.find((one) => one['id'] === id)
  if (method === 'GET' && url.pathname === base) return list(url.searchParams, response)
  if (method === 'POST' && url.pathname === base) return create(JSON.parse(body) as JsonObject, response)
  if (!row) return send(response, 404, { error: { code: 'itemNotFound', message: 'no' } })
  if (method === 'GET') return send(response, 200, row)
  if (headers['if-match'] !== row['eTag'])
    return send(response, 412, { error: { code: 'preconditionFailed', message: 'no' } })
  let next: JsonObject = row
  for (const { path: at, value } of JSON.parse(body) as { path: string; value: string }[])
    next = put(next, at.slice(1).split('/'), value)
  rows[rows.indexOf(row)] = stamped(next)
  response.writeHead(204).end()
}

/** Two to a page, and the documentation's own odd link to the next one. */
function list(query: URLSearchParams, response: ServerResponse): void {
  const sorted = rows.toSorted((a, b) => ((a['updatedDateTime'] ?? '') > (b['updatedDateTime'] ?? '') ? -1 : 1))
  const from = Number(query.get('$skiptoken') ?? 0)
  const more = from + 2 < sorted.length
  send(response, 200, {
    value: sorted.slice(from, from + 2),
    ...(more ? { '@odata.nextLink': `http://api.partner.microsoft.com/v1.0/referrals?$skiptoken=${from + 2}` } : {}),
  })
}

function create(given: JsonObject, response: ServerResponse): void {
  const made = stamped({
    ...given,
    id: `made-${rows.length}`,
    engagementId: `e-${rows.length}`,
    status: 'Active',
    substatus: 'Accepted',
  })
  rows.push(made)
  send(response, 200, made)
}

let ticks = 0
const stamped = (row: JsonObject): JsonObject => {
  ticks += 1
  const at = new Date(Date.UTC(2026, 10, 20, 8) + ticks * 1_000).toISOString()
  return { createdDateTime: at, ...row, updatedDateTime: at.replace('Z', '1234Z'), eTag: `"${ticks}-5bf4967d0000"` }
}

function put(row: JsonObject, [head = '', ...rest]: string[], value: string): JsonObject {
  const inner = (row[head] ?? {}) as JsonObject
  return { ...row, [head]: rest.length === 0 ? value : put(inner, rest, value) }
}

const lead = (id: string): JsonObject =>
  stamped({
    id,
    name: `Deal ${id}`,
    status: 'New',
    substatus: 'Pending',
    type: 'Independent',
    qualification: 'Direct',
    details: { dealValue: 1 },
  })

async function open(): Promise<{ session: Session; host: TestHost }> {
  const settings = connector.settings.parse({
    tenant: 'contoso-partner.example',
    endpoint: api,
    authority,
    auth: { flow: 'user', clientId: 'an-app', refreshToken: 'env:REFRESH' },
  })
  const host = testHost({ origins: connector.origins(settings), env: { REFRESH: 'given-once' } })
  return { session: await connector.open(settings, host), host }
}

async function all(session: Session): Promise<readonly VendorRecord[]> {
  const records: VendorRecord[] = []
  for await (const page of session.changes([], null, still)) records.push(...page.records)
  return records
}

beforeEach(async () => {
  rows = ['a', 'b', 'c', 'd', 'e'].map(lead)
  heard = []
  servers = []
  refreshes = 0
  api = await listen(referrals)
  authority = await listen(token)
})
afterEach(async () => {
  for (const server of servers) await new Promise<void>((resolve) => server.close(() => resolve()))
})

describe('with nothing but an endpoint, an authority and secrets', () => {
  test('it signs in, follows the odd links to the end, and reads every referral', async () => {
    const { session } = await open()
    const records = await all(session)
    expect(records.map(({ id }) => id).toSorted()).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(records[0]?.fields['ref']).toMatchObject({ kind: 'lead', stage: 'New', needsAnswer: true })
    expect(refreshes).toBe(1)
    // Every call of theirs came to the endpoint of the settings, and says who asks.
    for (const { headers, path } of heard.slice(1)) {
      expect(path.startsWith(base)).toBe(true)
      expect(headers['client-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    }
  })

  test('it accepts, edits and closes, learning the new eTag by looking', async () => {
    const { session } = await open()
    const find = async (): Promise<VendorRecord> => {
      const [[found] = []] = await session.find(
        [{ shape: { kind: REFERRAL, fields: [] }, by: { id: recordId('a') } }],
        still,
      )
      if (!found) throw new Error('gone')
      return found
    }
    const write = async (fields: JsonObject): Promise<unknown> => {
      const { version } = await find()
      return (
        await session.write([{ do: 'update', kind: REFERRAL, id: recordId('a'), expect: version, fields }], still)
      )[0]
    }
    const accept = { ...connector.source?.moves.Accepted, 'details.dealValue': '84000', salesStage: 'Qualified' }
    expect(await write(accept)).toEqual({ outcome: 'written', id: 'a', version: null })
    expect((await find()).fields).toMatchObject({
      salesStage: 'Qualified',
      ref: { stage: 'Accepted', step: 'Qualified' },
    })
    expect(await write({ ...connector.source?.moves.Won })).toMatchObject({ outcome: 'written' })
    expect((await find()).fields['ref']).toMatchObject({ stage: 'Won' })
    const stale = {
      do: 'update',
      kind: REFERRAL,
      id: recordId('b'),
      expect: (await find()).version,
      fields: { name: 'x' },
    } as const
    expect(await session.write([stale], still)).toEqual([{ outcome: 'stale' }])
  })

  test('it makes a deal once, however often it is asked to', async () => {
    const { session } = await open()
    const fields = {
      externalReferenceId: '006Qy00000Abf90',
      name: 'Azure migration',
      'customerProfile.name': 'Contoso AG',
      'customerProfile.address.country': 'DE',
      'details.dealValue': '84000',
      'details.currency': 'EUR',
      'details.closingDateTime': '2026-12-18',
    }
    const create = {
      do: 'create',
      kind: REFERRAL,
      key: linkKey('006qy00000abf90'),
      keyField: 'externalReferenceId',
      fields,
    } as const
    expect(await session.write([create, create], still)).toMatchObject([
      { outcome: 'written' },
      { outcome: 'already-there' },
    ])
    expect(rows).toHaveLength(6)
  })

  test('a poll with nothing new reads to where it was, and brings nothing', async () => {
    const { session } = await open()
    let next = null
    for await (const page of session.changes([], null, still)) ({ next } = page)
    const records: VendorRecord[] = []
    for await (const page of session.changes([], next, still)) records.push(...page.records)
    expect(records).toEqual([])
  })
})
