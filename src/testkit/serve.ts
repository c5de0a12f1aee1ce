// Serves a simulator over real HTTP on loopback, and breaks the wire on request: what happens between two machines
// (a cut, a stall, an answer lost after the vendor has committed) happens here, the same way for every vendor.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SimulatedAnswer, SimulatedCall, Simulator } from '#spi'

/** What the wire does to one call. */
export type WireFault =
  /** The connection ends before the vendor sees the request. */
  | { readonly do: 'cut-before' }
  /** The vendor does what was asked; its answer never arrives. */
  | { readonly do: 'cut-after' }
  /** The answer ends in the middle. `atByte` counts from the start of the body. */
  | { readonly do: 'cut-within'; readonly atByte: number }
  /** Headers arrive, then nothing more. */
  | { readonly do: 'stall' }
  | { readonly do: 'delay'; readonly ms: number }
  /** Somebody else answers; the vendor never sees the request. */
  | { readonly do: 'answer'; readonly answer: SimulatedAnswer }
  /** The vendor does what was asked; somebody else answers (a gateway's 502 after the commit). */
  | { readonly do: 'answer-after'; readonly answer: SimulatedAnswer }

export interface ServedCall extends SimulatedCall {
  readonly number: number
  readonly status: number | 'cut'
}

export interface Served {
  readonly url: string
  /** Every call in order, as the far side saw it. */
  readonly calls: readonly ServedCall[]
  /** Decides what happens to a call; undefined: nothing. Replaced at will. */
  breaks: (call: SimulatedCall, number: number) => WireFault | undefined
  close(): Promise<void>
}

export interface ServeOptions {
  readonly port?: number
  /** Calls remembered at most; the oldest are forgotten. */
  readonly callsMax?: number
  readonly bodyMax?: number
}

/** The simulator is made once its address is known, because its answers hold absolute links. */
export async function serve(make: (baseUrl: string) => Simulator, options: ServeOptions = {}): Promise<Served> {
  const { port = 0, callsMax = 100_000, bodyMax = 200 * 1024 * 1024 } = options
  const calls: ServedCall[] = []
  let number = 0
  let simulator: Simulator | undefined
  const served = { breaks: (() => undefined) as Served['breaks'] }

  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy())
  })
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = await callOf(request, url, bodyMax)
    number += 1
    const fault = served.breaks(call, number)
    const status = await deliver(fault, response, () => (simulator as Simulator).handle(call))
    calls.push({ ...call, number, status })
    if (calls.length > callsMax) calls.shift()
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  simulator = make(url)
  return Object.assign(served, {
    url,
    calls,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  })
}

async function callOf(request: IncomingMessage, base: string, bodyMax: number): Promise<SimulatedCall> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > bodyMax) throw new Error('body too large')
    pieces.push(piece)
  }
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '')
  return {
    method: request.method ?? 'GET',
    // Appended, not resolved: a path that begins with two slashes must not be taken for another host.
    url: new URL(`${base}${request.url ?? '/'}`),
    headers,
    body: Buffer.concat(pieces).toString('utf8'),
  }
}

async function deliver(
  fault: WireFault | undefined,
  response: ServerResponse,
  handle: () => Promise<SimulatedAnswer>,
): Promise<number | 'cut'> {
  if (fault?.do === 'cut-before') return cut(response)
  if (fault?.do === 'answer') return send(response, fault.answer)
  if (fault?.do === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.ms))
  const answer = await handle()
  if (fault?.do === 'cut-after') return cut(response)
  if (fault?.do === 'answer-after') return send(response, fault.answer)
  if (fault?.do === 'cut-within') return sendPart(response, answer, fault.atByte)
  if (fault?.do === 'stall') {
    response.writeHead(answer.status, {
      ...answer.headers,
      'content-length': String(Buffer.byteLength(answer.body) + 1),
    })
    response.flushHeaders()
    return 'cut'
  }
  return send(response, answer)
}

function cut(response: ServerResponse): 'cut' {
  response.socket?.resetAndDestroy()
  return 'cut'
}

function send(response: ServerResponse, answer: SimulatedAnswer): number {
  response.writeHead(answer.status, { ...answer.headers })
  response.end(answer.body)
  return answer.status
}

function sendPart(response: ServerResponse, answer: SimulatedAnswer, bytes: number): 'cut' {
  const body = Buffer.from(answer.body)
  response.writeHead(answer.status, { ...answer.headers, 'content-length': String(body.length) })
  response.write(body.subarray(0, bytes), () => response.socket?.resetAndDestroy())
  return 'cut'
}
