// One request of the Web API, alone or inside a batch: which handler it belongs to, and what is true of every answer.

import { writeWire } from './cells.ts'
import { localPart } from './addresses.ts'
import type { ParsedRequest, Reply, RequestContext } from './context.ts'
import { answerDefinitions } from './definitions.ts'
import { callAction } from './actions.ts'
import { answerRows } from './rows.ts'
import { refusals, Refusal } from './refusals.ts'
import { splitOutside } from './query.ts'
import type { InnerAnswer, InnerRequest } from './multipart.ts'

/** Never throws: a refusal is an answer, and anything else is the service's own fault. */
export function answerRequest(context: RequestContext, request: InnerRequest): InnerAnswer {
  try {
    const parsed = parseRequest(context, request)
    context.service.weather.strike({
      method: request.method,
      path: parsed.segments.join('/'),
      body: request.body,
      inner: context.inBatch,
    })
    return written(route(context, parsed))
  } catch (error) {
    return refused(error)
  }
}

function parseRequest(context: RequestContext, request: InnerRequest): ParsedRequest {
  const url = followDollar(context, request.url)
  const local = localPart(url)
  const cut = findQuery(local)
  const path = decodePath(cut < 0 ? local : local.slice(0, cut))
  return {
    ...request,
    segments: splitOutside(path.replace(/\/$/, ''), '/'),
    search: cut < 0 ? '' : local.slice(cut),
    prefer: preferences(request.headers['prefer']),
  }
}

/** A question mark inside a quoted key is not where the query begins. */
function findQuery(text: string): number {
  const [before = ''] = splitOutside(text, '?')
  return before.length === text.length ? -1 : before.length
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw refusals.parser('Bad Request - Error in query syntax.')
  }
}

function followDollar({ declared }: RequestContext, url: string): string {
  const found = /^\/?\$(\w+)(.*)$/s.exec(url)
  if (!found || found[1] === 'metadata' || found[1] === 'batch') return url
  const known = declared.get(found[1] ?? '')
  if (known === undefined)
    throw refusals.parser(`Content-ID Reference: '$${found[1]}' does not exist in the batch context.`)
  return `${known}${found[2] ?? ''}`
}

/** `Prefer: return=representation, odata.maxpagesize=5` */
export function preferences(header: string | undefined): ReadonlyMap<string, string> {
  const parts = splitOutside((header ?? '').replaceAll('"', "'"), ',').map((part) => part.trim())
  return new Map(
    parts.filter(Boolean).map((part) => {
      const [name = '', value = ''] = part.split('=')
      return [name.toLowerCase(), value.replaceAll("'", '')]
    }),
  )
}

function route(context: RequestContext, request: ParsedRequest): Reply {
  const [head = ''] = request.segments
  if (head.startsWith('EntityDefinitions')) return answerDefinitions(context, request)
  if (head === '$metadata') return { status: 200, body: '<edmx:Edmx Version="4.0" />' }
  if (request.method === 'POST' && head === '$batch') throw refusals.parser('Nested batches are not supported.')
  return callAction(context, request) ?? answerRows(context, request)
}

function written({ status, body, headers = {} }: Reply): InnerAnswer {
  const common = { 'odata-version': '4.0', ...headers }
  if (body === undefined) return { status, headers: common, body: '' }
  return {
    status,
    headers: { 'content-type': 'application/json; odata.metadata=minimal', ...common },
    body: writeWire(body),
  }
}

export function refused(error: unknown): InnerAnswer {
  const known = error instanceof Refusal ? error : undefined
  if (known && known.code === '' && known.message === '')
    return { status: known.status, headers: known.headers, body: '' }
  const code = known?.code ?? '0x80040216'
  const message = known?.message ?? `An unexpected error occurred. ${error instanceof Error ? error.message : ''}`
  return {
    status: known?.status ?? 500,
    headers: {
      'content-type': 'application/json; odata.metadata=minimal',
      'odata-version': '4.0',
      req_id: '00000000-0000-4000-8000-000000000000',
      ...known?.headers,
    },
    body: writeWire({ error: { code, message } }),
  }
}
