// jsforce behind our one door. jsforce builds URLs, carries the token, renews it once for all callers and reads error
// bodies; it never opens a socket here. Its own transport dies with the process when an answer is cut short, follows
// redirects with the token in hand, retries by itself and ignores deadlines, so each call brings a transport of ours.
// `_transport` of Connection and OAuth2 are not in its manual: the version is pinned, and a test holds them.

import { PassThrough } from 'node:stream'
import type { HttpRequest, HttpResponse } from 'jsforce'
import { Transport } from 'jsforce/lib/transport.js'
import { StreamPromise } from 'jsforce/lib/util/promise.js'
import { type Http, type HttpAnswer, type HttpRequest as DoorRequest, invariant } from '#spi'

export interface Passage {
  readonly http: Http
  readonly signal: AbortSignal
  readonly name: string
  readonly writes: boolean
  readonly timeoutMs?: number
}

/** Attempts of one call: the first, and one more with a renewed token. jsforce itself would go on for ever. */
const attemptsMax = 2

/** The transport of one call. It remembers the last answer, which jsforce's own results do not hold. */
export class DoorTransport extends Transport {
  answer: HttpAnswer | undefined
  #attempts = 0
  readonly #passage: Passage

  constructor(passage: Passage) {
    super()
    this.#passage = passage
  }

  override httpRequest(request: HttpRequest): StreamPromise<HttpResponse> {
    return StreamPromise.create(() => ({ stream: new PassThrough(), promise: this.#send(request) }))
  }

  async #send(request: HttpRequest): Promise<HttpResponse> {
    const { http, signal, ...rest } = this.#passage
    this.#attempts += 1
    const body = request.body ?? undefined
    invariant(body === undefined || typeof body === 'string', 'every body is text')
    const sent: DoorRequest = {
      ...rest,
      method: methodOf(request.method),
      url: request.url,
      headers: headersOf(request),
      ...(body === undefined ? {} : { body }),
      accept: 'json',
    }
    this.answer = undefined
    const answer = await http.send(sent, signal)
    this.answer = answer
    return this.#forJsforce(answer)
  }

  /** A success is read by us, digit by digit; jsforce need only know that it was one. A second 401 ends the matter. */
  #forJsforce(answer: HttpAnswer): HttpResponse {
    const { status, headers, body } = answer
    const isOver = status === 401 && this.#attempts >= attemptsMax
    if (status < 400 || isOver) return { statusCode: 204, headers: {}, body: '' }
    return { statusCode: status, headers, body }
  }
}

/** For the token endpoint: jsforce reads the whole answer there. */
export class TokenTransport extends Transport {
  answer: HttpAnswer | undefined
  readonly #passage: Passage

  constructor(passage: Passage) {
    super()
    this.#passage = passage
  }

  override httpRequest(request: HttpRequest): StreamPromise<HttpResponse> {
    return StreamPromise.create(() => ({ stream: new PassThrough(), promise: this.#send(request) }))
  }

  async #send(request: HttpRequest): Promise<HttpResponse> {
    const { http, signal, ...rest } = this.#passage
    invariant(typeof request.body === 'string', 'a token is asked for with a form')
    const headers = headersOf(request)
    const sent: DoorRequest = { ...rest, method: 'POST', url: request.url, headers, body: request.body, accept: 'json' }
    const answer = await http.send(sent, signal)
    this.answer = answer
    return { statusCode: answer.status, headers: answer.headers, body: answer.body }
  }
}

/** The length is the wire's business: jsforce keeps a stale one when it sends again. */
function headersOf(request: HttpRequest): Readonly<Record<string, string>> {
  const named = Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const)
  return Object.fromEntries([['accept', 'application/json'], ...named.filter(([name]) => name !== 'content-length')])
}

function methodOf(method: string): DoorRequest['method'] {
  const known = (['GET', 'POST', 'PATCH', 'PUT', 'DELETE'] as const).find((each) => each === method)
  invariant(known, 'a method the door knows')
  return known
}
