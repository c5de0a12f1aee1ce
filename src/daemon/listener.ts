// The daemon's own door: a small HTTP server, on this computer unless the settings say otherwise. It reads a request to
// its end within bounds, asks each route in turn, and answers. What a route does is none of its business.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { RetryLater } from '#core/errors'
import { isLoopbackHost } from '#core/origin'
import type { Log } from '#spi'

export interface Call {
  readonly method: string
  /** Without its query. */
  readonly path: string
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Who asks, as the network shows it. */
  readonly from: string
}

export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

/** Undefined: not mine. */
export type Route = (call: Call) => Promise<Reply | undefined>

export interface Listener {
  readonly url: string
  close(): Promise<void>
}

export interface ListenOptions {
  readonly host: string
  readonly port: number
  readonly routes: readonly Route[]
  readonly log: Log
  /** Larger bodies than usual, for paths that begin so. */
  readonly generous?: { readonly path: string; readonly bodyMax: number }
}

/** Nothing a stranger sends has to be larger. */
const usualBodyMax = 256 * 1024
const headersMs = 10_000
const requestMs = 60_000

export async function listen({ host, port, ...how }: ListenOptions): Promise<Listener> {
  const server = createServer({ headersTimeout: headersMs, requestTimeout: requestMs }, (request, response) => {
    void serve(request, response, how)
  })
  await begin(server, host, port)
  const address = server.address() as AddressInfo
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return { url: `http://${shown}:${address.port}`, close: async () => await end(server) }
}

/** Addresses of this computer only. A name is looked up by nobody but `localhost`. */
export const isLoopback = (host: string): boolean => host === '::1' || isLoopbackHost(host)

async function begin(server: Server, host: string, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, resolve)
    })
  } catch (cause) {
    throw new RetryLater(
      `The address ${host}:${port} is taken by another program, or not this computer's. Choose another with http.listen.`,
      { code: 'DB-1108', cause },
    )
  }
}

async function end(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
    // Whoever still waits for an answer has had the whole time of the drain.
    server.closeAllConnections()
  })
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { routes, log, generous }: Omit<ListenOptions, 'host' | 'port'>,
): Promise<void> {
  try {
    const isGenerous = generous !== undefined && request.url?.startsWith(generous.path) === true
    const body = await bodyOf(request, isGenerous ? generous.bodyMax : usualBodyMax)
    if (body === null) return send(response, { status: 413, body: 'too large\n' })
    const call = callOf(request, body)
    for (const route of routes) {
      const reply = await route(call)
      if (reply) return send(response, reply)
    }
    send(response, { status: 404, body: 'not found\n' })
  } catch (error) {
    log.error('http.broke', { error })
    if (response.headersSent) response.destroy()
    else send(response, { status: 500, body: 'something broke\n' })
  }
}

function callOf(request: IncomingMessage, body: string): Call {
  // A target that is no path (`//host`, `http://host/`) must not be read as another address.
  const target = /^\/(?!\/)/.test(request.url ?? '') ? (request.url ?? '/') : '/'
  const url = new URL(target, 'http://localhost')
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '')
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers,
    body,
    from: request.socket.remoteAddress ?? '',
  }
}

async function bodyOf(request: IncomingMessage, bodyMax: number): Promise<string | null> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > bodyMax) return null
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

function send(response: ServerResponse, { status, headers = {}, body }: Reply): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  })
  response.end(body)
}
