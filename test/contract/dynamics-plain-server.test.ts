// Not our simulator: a small server that does what the Web API's documents say and nothing beyond, in its own manner.
// It has no metadata, no change tracking, no bulk actions; it stops a batch at the first error. With nothing but its
// addresses and a secret configured, the connector must work there all the same.

import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connector } from '../../connectors/dynamics/index.ts'
import { kind, linkKey, pointer, recordId, type Session, type Write } from '#spi'
import { testHost } from '../support/host.ts'

type Row = Record<string, unknown>
const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

const signal = new AbortController().signal
const ids: Record<string, string> = {
  accounts: 'accountid',
  contacts: 'contactid',
  opportunities: 'opportunityid',
  leads: 'leadid',
  opportunitycloses: 'activityid',
}
const refuse = (status: number, code: string): Answer => ({ status, body: { error: { code, message: 'no' } } })

class PlainServer {
  readonly tables = new Map(Object.keys(ids).map((set) => [set, new Map<string, Row>()]))
  readonly asked: string[] = []
  #version = 100

  answer(method: string, path: string, headers: Row, body: string): Answer {
    this.asked.push(`${method} ${path.split('?')[0]}`)
    const local = decodeURIComponent(path).replace(/^.*\/api\/data\/v9\.2\//, '')
    if (local === 'WhoAmI')
      return { status: 200, body: { UserId: 'u', OrganizationId: 'plain-org', BusinessUnitId: 'b' } }
    if (method === 'POST' && /^(Win|Lose)Opportunity$/.test(local)) return this.#close(local, JSON.parse(body))
    const [, set = '', key] = /^(\w+)(?:\(([^)]*)\))?(?:\?|$)/.exec(local) ?? []
    const table = this.tables.get(set)
    if (!table || local.includes('Microsoft.Dynamics')) return refuse(404, '0x8006088a')
    if (method === 'GET') return { status: 200, body: { value: this.#found(set, table, local) } }
    return method === 'PATCH' ? this.#patch({ set, table, id: key ?? '', headers, body }) : refuse(405, '')
  }

  #patch({
    set,
    table,
    id,
    headers,
    body,
  }: {
    set: string
    table: Map<string, Row>
    id: string
    headers: Row
    body: string
  }): Answer {
    const row = table.get(id)
    if (row && headers['if-none-match'] === '*') return refuse(412, '')
    if (!row && headers['if-match'] !== undefined) return refuse(404, '0x80040217')
    const match = headers['if-match']
    if (row && match !== undefined && match !== '*' && match !== row['@odata.etag']) return refuse(412, '0x80060882')
    const sent = JSON.parse(body) as Row
    const twin = [...table.values()].find(
      (other) =>
        other !== row &&
        other['fab_pcreferralid'] !== undefined &&
        other['fab_pcreferralid'] === sent['fab_pcreferralid'],
    )
    if (twin) return refuse(412, '0x80060892')
    const made: Row = { statecode: 0, statuscode: 1, ...row, [ids[set] ?? '']: id }
    for (const [name, value] of Object.entries(sent)) {
      const bound = /^(\w+?)(?:_account|_contact)?@odata\.bind$/.exec(name)?.[1]
      if (bound === undefined) made[name] = value
      else {
        const [, other = '', otherId = ''] = /^\/?(\w+)\(([^)]+)\)$/.exec(text(value)) ?? []
        if (!this.tables.get(other)?.has(otherId) && other in ids) return refuse(404, '0x80040217')
        made[`_${bound}_value`] = otherId
      }
    }
    table.set(id, this.#stamped(made))
    return { status: 204, headers: { 'OData-EntityId': `https://plain/api/data/v9.2/${set}(${id})` } }
  }

  #stamped(row: Row): Row {
    this.#version += 1
    return { ...row, '@odata.etag': `W/"${this.#version}"`, modifiedon: '2026-11-20T14:00:00Z' }
  }

  #close(action: string, body: { Status: number; OpportunityClose: Row }): Answer {
    const id = /\(([^)]+)\)/.exec(text(body.OpportunityClose['opportunityid@odata.bind']))?.[1] ?? ''
    const deals = this.tables.get('opportunities')
    const deal = deals?.get(id)
    if (!deals || !deal) return refuse(404, '0x80040217')
    if (deal['statecode'] !== 0) return refuse(400, '0x80040515')
    const close = { ...body.OpportunityClose, createdon: '2026-11-20T14:00:01Z' }
    const statecode = action === 'WinOpportunity' ? 1 : 2
    deals.set(id, this.#stamped({ ...deal, statecode, statuscode: body.Status, Opportunity_OpportunityClose: [close] }))
    return { status: 204 }
  }

  /** Only what the documents show first: `eq`, `contains`, `and`, `or`, brackets. */
  #found(set: string, table: Map<string, Row>, local: string): readonly Row[] {
    const filter = /\$filter=([^&]*)/.exec(local)?.[1]
    const test = filter === undefined ? () => true : (row: Row) => passes(row, filter)
    return [...table.values()].filter(test).map((row) => ({ ...row, [ids[set] ?? '']: row[ids[set] ?? ''] }))
  }
}

/** Brackets are only ever around conditions joined by `and`. */
function passes(row: Row, filter: string): boolean {
  return filter.split(' or ').some((part) =>
    part
      .replace(/^\(|\)$/g, '')
      .split(' and ')
      .every((one) => holds(row, one)),
  )
}

function holds(row: Row, condition: string): boolean {
  const equal = /^(\w+) (eq|ge) (?:'(.*)'|(.*))$/.exec(condition.trim())
  if (equal) {
    const [, name = '', operator, quoted, bare] = equal
    const have = row[name] === null ? 'null' : text(row[name]).toLowerCase()
    const wanted = (quoted ?? bare ?? '').toLowerCase()
    return operator === 'eq' ? have === wanted : have >= wanted
  }
  const inside = /^contains\((\w+),'(.*)'\)?$/.exec(condition.trim())
  return (
    inside !== null &&
    text(row[inside[1] ?? ''])
      .toLowerCase()
      .includes((inside[2] ?? '').toLowerCase())
  )
}

// ── the wire ─────────────────────────────────────────────────────────────────────────────────────────────────

function multipart(plain: PlainServer, body: string, boundary: string): { status: number; text: string } {
  const parts = body.split(`--${boundary}`).slice(1, -1)
  let text = ''
  let status = 200
  for (const part of parts) {
    const inner = /boundary="?(changeset[^"\s]+)"?/.exec(part)?.[1]
    const requests = inner === undefined ? [part] : part.split(`--${inner}`).slice(1, -1)
    const answers = requests.map((request) => one(plain, request))
    const shown = answers.find((answer) => answer.status >= 400) ?? answers.at(-1)
    const printed = (answer: Answer): string =>
      `Content-Type: application/http\nContent-Transfer-Encoding: binary\n\n${http(answer)}\n`
    text +=
      inner === undefined || !shown || shown.status >= 400
        ? `--plain reply\n${printed(shown ?? { status: 500 })}`
        : `--plain reply\nContent-Type: multipart/mixed; boundary=set\n\n${answers.map((answer) => `--set\n${printed(answer)}`).join('')}--set--\n`
    if (shown && shown.status >= 400) {
      status = shown.status
      break
    }
  }
  return { status, text: `${text}--plain reply--` }
}

function one(plain: PlainServer, part: string): Answer {
  const [, method = '', path = '', rest = ''] =
    /(GET|POST|PATCH|DELETE) (\S+) HTTP\/1\.1\r\n([\s\S]*)$/.exec(part) ?? []
  const [head = '', ...body] = rest.split('\r\n\r\n')
  const headers = Object.fromEntries(
    head
      .split('\r\n')
      .filter(Boolean)
      .map((line) => [line.split(':')[0]?.toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  return plain.answer(method, path, headers, body.join('\r\n\r\n').trim())
}

const http = ({ status, body, headers = {} }: Answer): string =>
  [
    `HTTP/1.1 ${status} X`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === undefined ? [''] : ['Content-Type: application/json', '', JSON.stringify(body)]),
  ].join('\n')

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const piece of request) text += String(piece)
  return text
}

let plain: PlainServer
let server: Server
let session: Session

beforeEach(async () => {
  plain = new PlainServer()
  server = createServer((request, response) => {
    void textOf(request).then((body) => {
      const url = request.url ?? ''
      const send = (status: number, type: string, text: string): void =>
        void response.writeHead(status, { 'content-type': type }).end(text)
      if (url.endsWith('/oauth2/v2.0/token'))
        return send(200, 'application/json', '{"token_type":"Bearer","access_token":"plain","expires_in":3600}')
      if (request.headers.authorization !== 'Bearer plain') return send(401, 'text/plain', '')
      if (url.endsWith('/$batch')) {
        const boundary = /boundary="?([^"]+)"?/.exec(request.headers['content-type'] ?? '')?.[1] ?? ''
        const { status, text } = multipart(plain, body, boundary)
        return send(status, 'multipart/mixed; boundary="plain reply"', text)
      }
      const answer = plain.answer(request.method ?? '', url, request.headers, body)
      return send(answer.status, 'application/json', answer.body === undefined ? '' : JSON.stringify(answer.body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const auth = { flow: 'clientSecret', clientId: 'app', clientSecret: 'env:SECRET' }
  const settings = connector.settings.parse({ endpoint: url, authority: url, tenant: 'fabrikam.example', auth })
  session = await connector.open(settings, testHost({ origins: connector.origins(settings), env: { SECRET: 's' } }))
})
afterEach(async () => {
  await session.close()
  server.closeAllConnections()
  server.close()
})

const family = (key: string): Write[] => [
  {
    do: 'create',
    kind: kind('account'),
    key: linkKey(`${key}:account`),
    keyField: null,
    fields: { name: `Contoso ${key}` },
  },
  {
    do: 'create',
    kind: kind('contact'),
    key: linkKey(`${key}:contact`),
    keyField: null,
    fields: { lastname: 'Smith', parentcustomerid: pointer(linkKey(`${key}:account`)) },
  },
  {
    do: 'create',
    kind: kind('opportunity'),
    key: linkKey(key),
    keyField: 'fab_pcreferralid',
    fields: {
      fab_pcreferralid: key,
      name: `Deal ${key}`,
      estimatedvalue: '84000.5',
      salesstage: 'Develop',
      parentaccountid: pointer(linkKey(`${key}:account`)),
    },
  },
]
const deal = {
  kind: kind('opportunity'),
  fields: [
    'name',
    'estimatedvalue',
    'salesstage',
    'statecode',
    'statuscode',
    'fab_pcreferralid',
    'parentaccountid',
    'opportunityclose.actualrevenue',
  ],
}
const read = async (key: string) =>
  (await session.find([{ shape: deal, by: { key: { field: 'fab_pcreferralid', value: key } } }], signal))[0]?.[0]

test('a first load lands, and repeated it lands once', async () => {
  const batch = ['r-1', 'r-2', 'r-3'].flatMap(family)
  const first = await session.write(batch, signal)
  expect(first.map(({ outcome }) => outcome)).toEqual(Array(9).fill('written'))
  const again = await session.write(batch, signal)
  expect(again.map(({ outcome }) => outcome)).toEqual(Array(9).fill('already-there'))
  expect([...plain.tables.values()].map((table) => table.size)).toEqual([3, 3, 3, 0, 0])
  const record = await read('r-2')
  expect(record?.fields).toMatchObject({
    name: 'Deal r-2',
    estimatedvalue: '84000.5',
    salesstage: 'Develop',
    statecode: 'Open',
  })
  expect(first.find((receipt) => 'id' in receipt && receipt.id === record?.fields['parentaccountid'])).toBeDefined()
})

test('one bad row among good ones is the only one refused', async () => {
  await session.write(family('r-1'), signal)
  const accounts = plain.tables.get('accounts')
  const [known] = [...(accounts?.keys() ?? [])]
  const update = (id: string, expect: string | null): Write => ({
    do: 'update',
    kind: kind('account'),
    id: recordId(id),
    expect: expect as never,
    fields: { name: 'New' },
  })
  const receipts = await session.write(
    [update(known ?? '', 'W/"1"'), update('00000000-0000-4000-8000-000000000000', null), update(known ?? '', null)],
    signal,
  )
  expect(receipts.map(({ outcome }) => outcome)).toEqual(['stale', 'refused', 'written'])
})

test('a deal is won, and its close is read', async () => {
  await session.write(family('r-1'), signal)
  const before = await read('r-1')
  const fields = { statecode: 'Won', name: 'Signed', 'opportunityclose.actualrevenue': '80000' }
  const [receipt] = await session.write(
    [
      {
        do: 'update',
        kind: kind('opportunity'),
        id: before?.id ?? recordId(''),
        expect: before?.version ?? null,
        fields,
      },
    ],
    signal,
  )
  expect(receipt?.outcome).toBe('written')
  expect((await read('r-1'))?.fields).toMatchObject({
    name: 'Signed',
    statecode: 'Won',
    statuscode: 'Won',
    'opportunityclose.actualrevenue': '80000',
  })
})

test('changes are followed without change tracking', async () => {
  const look = async (since: string | null) => {
    const pages = []
    for await (const page of session.changes([deal], since as never, signal)) pages.push(page)
    return {
      next: pages.at(-1)?.next ?? '',
      names: pages.flatMap(({ records }) => records.map(({ fields }) => fields['name'])),
    }
  }
  await session.write(family('r-1'), signal)
  const start = await look(null)
  await session.write(family('r-2'), signal)
  const second = await look(start.next)
  expect(second.names).toContain('Deal r-2')
  expect((await look(second.next)).names).toEqual([])
})

test('a probe says who it is, and does without the rest', async () => {
  const probe = await session.probe([deal.kind], signal)
  expect(probe.organization).toBe('plain-org')
  expect(probe.kinds[0]?.fields.map(({ name }) => name)).toContain('salesstage')
})
