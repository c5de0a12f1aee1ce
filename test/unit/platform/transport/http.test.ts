import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serve, type Served, type WireFault } from '#testkit/serve'
import type { HttpRequest, SimulatedAnswer } from '#spi'
import { FixConfig, TransportFault } from '#spi'
import { testHost } from '../../../support/host.ts'

const ok: SimulatedAnswer = { status: 200, headers: { 'content-type': 'application/json' }, body: '{"a":1}' }
let served: Served
let answer: SimulatedAnswer = ok

beforeAll(async () => {
  served = await serve(() => ({
    name: 'echo',
    handle: async () => answer,
    tick: async () => undefined,
    desk: {
      all: () => [],
      read: () => undefined,
      add: () => {
        throw new Error('no desk')
      },
      edit: () => undefined,
      remove: () => undefined,
    },
  }))
})
afterAll(async () => served.close())

const never = new AbortController().signal
const get = (extra: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url: `${served.url}/x?$filter=secret`,
  name: 'test.read',
  writes: false,
  ...extra,
})

async function fault(run: Promise<unknown>): Promise<TransportFault> {
  const error = await run.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (error instanceof TransportFault) return error
  throw new Error('expected a transport fault', { cause: error })
}

function breaking(wire: WireFault | undefined): void {
  served.breaks = () => wire
}

describe('the door', () => {
  test('any status is an answer', async () => {
    const host = testHost({ origins: [served.url] })
    for (const status of [200, 204, 301, 302, 307, 308, 400, 401, 404, 412, 429, 500, 503]) {
      answer = { status, headers: { location: 'http://127.0.0.1:1/' }, body: '' }
      expect((await host.http.send(get(), never)).status).toBe(status)
    }
    answer = ok
  })
  test('a foreign origin is refused and nothing is sent', async () => {
    const host = testHost({ origins: [served.url] })
    const before = served.calls.length
    await expect(host.http.send(get({ url: 'http://127.0.0.1:9/' }), never)).rejects.toBeInstanceOf(FixConfig)
    expect(served.calls.length).toBe(before)
  })
  test('cut, stall and refusal', async () => {
    const host = testHost({ origins: [served.url], limits: { wholeMs: 300 } })
    for (const [wire, why] of [
      [{ do: 'cut-before' }, 'cut'],
      [{ do: 'cut-after' }, 'cut'],
      [{ do: 'cut-within', atByte: 3 }, 'cut'],
      [{ do: 'stall' }, 'timeout'],
    ] as const) {
      breaking(wire)
      expect(await fault(host.http.send(get(), never)), wire.do).toMatchObject({ why, sent: true })
    }
    breaking(undefined)
    expect((await host.http.send(get({ method: 'POST', body: '{}' }), never)).body).toBe('{"a":1}')
    expect(host.logLines.join('')).not.toContain('secret')
  })
  test('a closed port has seen nothing', async () => {
    const closed = createServer()
    await new Promise<void>((resolve) => void closed.listen(0, '127.0.0.1', resolve))
    const address = closed.address()
    const origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
    await new Promise((resolve) => closed.close(resolve))
    const host = testHost({ origins: [origin] })
    expect(await fault(host.http.send(get({ url: `${origin}/` }), never))).toMatchObject({
      why: 'refused',
      sent: false,
    })
  })
})
