// Up to 25 requests in one: `/composite`. The envelope answers 200 whatever became of its parts. Parts may refer to the
// answers of earlier ones; where collation is left on, parts that refer to nothing may run in another order.

import { isList, isObject, type Json, type JsonObject, type JsonOut, own, parseJson, stringifyJson } from '#spi'
import { type Reply, Refusal, ok, refusalReply, refuse } from '../answers.ts'
import { type Inner, type Visit, objectBody, partsOfPath } from './visit.ts'

const partsMax = 25
const bulkyMax = 5

interface Part {
  readonly referenceId: string
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Json | undefined
}

export type Perform = (visit: Visit, inner: Inner) => Reply

export function composite(visit: Visit, inner: Inner, perform: Perform): Reply {
  const body = objectBody(inner)
  const parts = partsOf(own(body, 'compositeRequest'))
  const replies = new Map<string, Reply>()
  const back = own(body, 'allOrNone') === true ? visit.org.savepoint() : undefined
  for (const part of inOrder(parts, own(body, 'collateSubrequests') !== false))
    replies.set(part.referenceId, one(visit, part, replies, perform))
  if (back && [...replies.values()].some((reply) => reply.status >= 400)) {
    back()
    for (const [name, reply] of replies) if (reply.status < 400) replies.set(name, refusalReply(halted))
  }
  return ok({ compositeResponse: parts.map((part) => resultOf(part, replies.get(part.referenceId))) })
}

const halted = refuse(
  400,
  'PROCESSING_HALTED',
  'The transaction was rolled back since another operation in the same transaction failed.',
)

function resultOf(part: Part, reply: Reply | undefined): JsonOut {
  return {
    body: reply?.body ?? null,
    httpHeaders: reply?.headers ?? {},
    httpStatusCode: reply?.status ?? 500,
    referenceId: part.referenceId,
  }
}

function partsOf(list: Json | undefined): readonly Part[] {
  if (!isList(list)) throw refuse(400, 'JSON_PARSER_ERROR', 'compositeRequest is required')
  const parts = list.map((item) => partOf(item))
  if (parts.length > partsMax)
    throw refuse(400, 'INVALID_INPUT', `Limit of ${partsMax} subrequests exceeded: ${parts.length}`)
  const bulky = parts.filter((part) => /\/(?:query|queryAll|composite\/sobjects)(?:[/?]|$)/i.test(part.url))
  if (bulky.length > bulkyMax)
    throw refuse(400, 'INVALID_INPUT', `Limit of ${bulkyMax} sObject Collections and query subrequests exceeded`)
  if (new Set(parts.map((part) => part.referenceId)).size < parts.length)
    throw refuse(400, 'INVALID_INPUT', 'Duplicate reference id')
  return parts
}

function partOf(item: Json): Part {
  if (!isObject(item)) throw refuse(400, 'JSON_PARSER_ERROR', 'a subrequest is an object')
  const referenceId = own(item, 'referenceId')
  const method = own(item, 'method')
  const url = own(item, 'url')
  if (typeof referenceId !== 'string' || !/^\w+$/.test(referenceId))
    throw refuse(400, 'INVALID_INPUT', 'referenceId must be letters, digits and underscores')
  if (typeof method !== 'string' || typeof url !== 'string')
    throw refuse(400, 'INVALID_INPUT', 'method and url are required')
  const headers = own(item, 'httpHeaders')
  return { referenceId, method, url, headers: isObject(headers) ? lowerCased(headers) : {}, body: own(item, 'body') }
}

function lowerCased(headers: JsonObject): Readonly<Record<string, string>> {
  const named = Object.entries(headers).map(([name, value]) => [
    name.toLowerCase(),
    typeof value === 'string' ? value : '',
  ])
  const forbidden = named.find(([name]) => name === 'accept' || name === 'authorization' || name === 'content-type')
  if (forbidden) throw refuse(400, 'INVALID_INPUT', `header ${forbidden[0] ?? ''} is not allowed in a subrequest`)
  return Object.fromEntries(named) as Readonly<Record<string, string>>
}

/** Runs of parts that depend on nothing may be collated; here that turns them round, so that nobody relies on luck. */
function inOrder(parts: readonly Part[], collated: boolean): readonly Part[] {
  if (!collated) return parts
  const ordered: Part[] = []
  let run: Part[] = []
  for (const part of parts) {
    const free = Object.keys(part.headers).length === 0 && !refers(part)
    if (free) run = [part, ...run]
    else {
      ordered.push(...run, part)
      run = []
    }
  }
  return [...ordered, ...run]
}

const reference = /@\{(\w+)((?:\.\w+|\[\d+\])+)\}/g

function refers(part: Part): boolean {
  const text = part.url + (part.body === undefined ? '' : stringifyJson(part.body))
  return text.search(reference) !== -1
}

function one(visit: Visit, part: Part, earlier: ReadonlyMap<string, Reply>, perform: Perform): Reply {
  try {
    const resolve = (text: string) => resolved(visit, text, earlier)
    const url = new URL(resolve(part.url), 'https://org.example')
    const path = partsOfPath(url.pathname)
    if (path[0] !== 'services' || path[1] !== 'data')
      throw refuse(404, 'NOT_FOUND', 'The requested resource does not exist')
    const body = part.body === undefined ? undefined : parseJson(resolve(stringifyJson(part.body)))
    const inner = { method: part.method, path: path.slice(3), query: url.searchParams, headers: part.headers, body }
    return perform(visit, inner)
  } catch (error) {
    if (error instanceof Refusal) return refusalReply(error)
    throw error
  }
}

/** Fills in what earlier answers said. Only plain values can be referred to. */
function resolved(visit: Visit, text: string, earlier: ReadonlyMap<string, Reply>): string {
  return text.replace(reference, (_, name: string, path: string) => {
    const reply = earlier.get(name)
    let here: JsonOut = reply && reply.status < 400 ? asRead(reply.body) : undefined
    const intoList = path.startsWith('[') && !visit.org.knobs.collectionReferences
    for (const step of path.match(/\w+/g) ?? []) here = stepInto(here, step)
    if (!intoList && isPlain(here)) return JSON.stringify(String(here)).slice(1, -1)
    throw refuse(400, 'PROCESSING_HALTED', `Invalid reference specified. No value for ${name}${path} found in ${name}`)
  })
}

const isPlain = (value: JsonOut): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

const asRead = (body: JsonOut): Json | undefined => (body === undefined ? undefined : parseJson(stringifyJson(body)))

function stepInto(value: JsonOut, step: string): JsonOut {
  if (Array.isArray(value)) return (value as readonly JsonOut[])[Number(step)]
  return isObject(value as Json) ? own(value as JsonObject, step) : undefined
}
