// The one door to the network. Every connection gets its own, on an axios instance, and every rule holds for every
// vendor: own origins only, public addresses only, deadlines, a size limit, a pace, no secrets in errors or logs.
// It sends once. There is no retry here, no redirect is followed, and no status is an error: that is for whoever asked.

import http from 'node:http'
import https from 'node:https'
import { AxiosHeaders, create, type AxiosInstance, type AxiosResponse } from 'axios'
import type { Readable } from 'node:stream'
import { type Clock, type Http, type HttpAnswer, type HttpRequest, invariant, type Log, TransportFault } from '#spi'
import { isLoopbackHost } from '#core/origin'
import { allowList } from './allow-list.ts'
import { assertJson } from './content-type.ts'
import { startDeadline } from './deadline.ts'
import { faultOf } from './fault.ts'
import { assertNotPrivate, guardedLookup, type Resolve } from './name-lookup.ts'
import { pace, type PaceRules } from './pace.ts'
import { type ProxyAddress, TunnelAgent } from './proxy.ts'
import { redacted } from './redact.ts'
import { assertSize, readBody } from './size.ts'
import { tlsRules } from './tls.ts'
import { type CallMeter, startTrace } from './trace.ts'
import { watchWire } from './wire.ts'

export interface HttpOptions {
  /** The connection's name, for logs, metrics and messages. */
  readonly connection: string
  readonly origins: readonly string[]
  readonly clock: Clock
  readonly log: Log
  readonly metrics?: CallMeter
  readonly pace?: PaceRules
  readonly limits?: Partial<HttpLimits>
  /** The proxy that leads out, where the configuration names one. What stays on this machine never goes there. */
  readonly proxy?: ProxyAddress
  /** How names become addresses; the system's way unless a test says otherwise. */
  readonly resolve?: Resolve
}

export interface HttpLimits {
  readonly connectMs: number
  /** For a whole call, body included, unless the request asks for less or more. */
  readonly wholeMs: number
  readonly wholeMaxMs: number
  /** Of a decoded answer. */
  readonly answerBytesMax: number
  readonly requestBytesMax: number
  /** How long an unused connection is kept. Vendors end theirs too, and a call sent into that moment is lost. */
  readonly idleMs: number
}

export const httpLimits: HttpLimits = {
  connectMs: 10_000,
  wholeMs: 60_000,
  wholeMaxMs: 10 * 60_000,
  answerBytesMax: 32 * 1024 * 1024,
  requestBytesMax: 64 * 1024 * 1024,
  idleMs: 10_000,
}

export interface HttpDoor extends Http {
  /** Ends idle connections. Calls in flight go on. */
  close(): void
}

export function openHttp(options: HttpOptions): HttpDoor {
  const { connection, origins, clock, log, metrics, proxy, resolve } = options
  const limits = { ...httpLimits, ...options.limits }
  const rules = options.pace ?? { parallel: 4 }
  const allowed = allowList(connection, origins)
  const agents = openAgents(rules.parallel, limits, proxy)
  const client = openClient(limits)
  const gate = pace(rules, clock)
  const lookups = { public: guardedLookup('public', resolve), loopback: guardedLookup('loopback', resolve) }
  const traced = { connection, clock, log: log.with({ connection }), meter: metrics }

  async function exchange(url: URL, request: HttpRequest, caller: AbortSignal): Promise<Exchanged> {
    const wholeMs = Math.min(request.timeoutMs ?? limits.wholeMs, limits.wholeMaxMs)
    using deadline = startDeadline(limits.connectMs, wholeMs, caller)
    const wire = watchWire(url.protocol === 'https:', () => deadline.connected())
    try {
      assertNotPrivate(url)
      assertSize(request.body ?? '', limits.requestBytesMax)
      const response = await client.request<Readable>({
        method: request.method,
        url: url.href,
        headers: { ...request.headers },
        data: request.body,
        signal: deadline.signal,
        ...agents.for(url),
        lookup: lookups[isLoopbackHost(url.hostname) ? 'loopback' : 'public'],
        transport: wire.transport,
      })
      return await readAnswer(response, request, limits.answerBytesMax)
    } catch (error) {
      wire.end()
      throw faultOf(error, { sent: wire.sent(), signal: deadline.signal, caller, connection })
    }
  }

  return {
    send: async (request, signal) => {
      const trace = startTrace(request, traced)
      try {
        const url = allowed(request.url)
        assertHeaders(request.headers ?? {})
        const leave = await entered(gate.enter(signal))
        try {
          const { answer, bytes } = await exchange(url, request, signal)
          trace.answered(answer, bytes)
          return answer
        } finally {
          leave()
        }
      } catch (error) {
        trace.failed(error)
        throw error
      }
    },
    close: () => agents.close(),
  }
}

interface Agents {
  /** The connections that lead to an address: straight there, or through the proxy. */
  for(url: URL): { readonly httpAgent: http.Agent; readonly httpsAgent: https.Agent }
  close(): void
}

function openAgents(parallel: number, limits: HttpLimits, proxy: ProxyAddress | undefined): Agents {
  const keep = { keepAlive: true, maxSockets: parallel, maxFreeSockets: parallel, timeout: limits.idleMs }
  const httpAgent = new http.Agent(keep)
  const straight = new https.Agent({ ...keep, ...tlsRules })
  const outward = proxy ? new TunnelAgent(proxy, limits.connectMs, { ...keep, ...tlsRules }) : straight
  return {
    for: (url) => ({ httpAgent, httpsAgent: isLoopbackHost(url.hostname) ? straight : outward }),
    close: () => {
      for (const agent of [httpAgent, straight, outward]) agent.destroy()
    },
  }
}

function openClient(limits: HttpLimits): AxiosInstance {
  const client = create({
    adapter: 'http',
    // Not by axios, which would ask the environment: a proxy set there for somebody else must not see our calls.
    proxy: false,
    maxRedirects: 0,
    decompress: true,
    responseType: 'stream',
    maxBodyLength: limits.requestBytesMax,
    // Bodies are text that connectors wrote, and read, themselves.
    transformRequest: [],
    transformResponse: [],
    validateStatus: () => true,
  })
  client.defaults.headers.common = new AxiosHeaders({ 'User-Agent': 'dealbridge' })
  return client
}

interface Exchanged {
  readonly answer: HttpAnswer
  readonly bytes: number
}

async function readAnswer(
  response: AxiosResponse<Readable>,
  request: HttpRequest,
  bytesMax: number,
): Promise<Exchanged> {
  const headers = plainHeaders(response.headers)
  const { text, bytes } = await readBody(response.data, bytesMax, request.as)
  if (request.accept === 'json') assertJson(response.status, headers['content-type'], text)
  return { answer: { status: response.status, headers, body: text }, bytes }
}

function plainHeaders(headers: AxiosResponse['headers']): Record<string, string> {
  const lines = Object.entries(headers).map(([name, value]) => {
    return [name.toLowerCase(), Array.isArray(value) ? value.join(', ') : String(value)] as const
  })
  return Object.fromEntries(lines)
}

/** Headers that would let a request mean another host, or another length, than the one we looked at. */
const reserved = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'upgrade',
  'proxy-authorization',
])

function assertHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    invariant(!reserved.has(name.toLowerCase()), `the header ${name} is the door's own`)
    invariant(!/[\r\n\0]/.test(value), `the header ${name} is one line`)
  }
}

async function entered(turn: Promise<() => void>): Promise<() => void> {
  try {
    return await turn
  } catch (error) {
    throw new TransportFault('aborted', false, redacted(error))
  }
}
