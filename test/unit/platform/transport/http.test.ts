import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { createGzip, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type CallMeter } from '#platform/transport/trace'
import { openHttp, type HttpOptions } from '#platform/transport/http'
import { FixConfig, type Http, type HttpRequest, type Log, TransportFault } from '#spi'
import { handClock, testHost } from '../../../support/host.ts'

const open: Server[] = []
const sockets = new Set<Socket>()
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  for (const server of open.splice(0)) server.close()
  sockets.clear()
  vi.unstubAllEnvs()
})

async function listening(server: Server): Promise<string> {
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  open.push(server)
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

const serving = async (listener: RequestListener): Promise<string> =>
  `http://${await listening(createServer(listener))}`

const json = { 'content-type': 'application/json; charset=utf-8' }
const never = new AbortController().signal
const ask = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url,
  name: 'deals.list',
  writes: false,
  accept: 'json',
  ...more,
})

const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => silent,
}
const door = (origin: string, more: Partial<HttpOptions> = {}): Http =>
  openHttp({ connection: 'crm', origins: [origin], clock: handClock(), log: silent, ...more })

async function thrown(run: Promise<unknown>): Promise<unknown> {
  return await run.then(
    () => expect.fail('an answer came'),
    (error: unknown) => error,
  )
}

describe('an answer', () => {
  test.each([200, 201, 204, 300, 301, 302, 304, 307, 308, 400, 401, 403, 404, 409, 412, 428, 429, 500, 502, 503])(
    'is an answer whatever its status: %i (F17)',
    async (status) => {
      let calls = 0
      const origin = await serving((_, response) => {
        calls += 1
        response.writeHead(status, { ...json, location: '/elsewhere', 'Retry-After': '7' }).end()
      })
      const answer = await door(origin).send(ask(`${origin}/`), never)
      expect(answer.status).toBe(status)
      expect(answer.headers['retry-after']).toBe('7')
      expect(calls).toBe(1)
    },
  )
  test('carries its body as text, unpacked, without a byte order mark', async () => {
    const origin = await serving((request, response) => {
      expect(request.headers['accept-encoding']).toContain('gzip')
      response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(gzipSync('\uFEFF{"größe":84000.00}'))
    })
    expect((await door(origin).send(ask(`${origin}/`), never)).body).toBe('{"größe":84000.00}')
  })
  test('comes to what was sent, and to nothing more', async () => {
    const seen: unknown[] = []
    const origin = await serving((request, response) => {
      let body = ''
      request.on('data', (piece: Buffer) => (body += piece.toString()))
      request.on('end', () => {
        seen.push([request.method, request.url, body, request.headers])
        response.writeHead(200, json).end('{}')
      })
    })
    await door(origin).send(
      ask(`${origin}/x?$filter=a%20b#part`, {
        method: 'PATCH',
        body: '{"a":1.50}',
        headers: { 'Content-Type': 'application/json', 'If-Match': '"1"', Authorization: 'Bearer t' },
      }),
      never,
    )
    const [[method, url, body, headers]] = seen as [unknown[]]
    expect([method, url, body]).toEqual(['PATCH', '/x?$filter=a%20b', '{"a":1.50}'])
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'if-match': '"1"',
      authorization: 'Bearer t',
      'user-agent': 'dealbridge',
    })
    expect(headers).not.toHaveProperty('accept')
  })
  test('that is a login page is none where JSON was asked for (F13)', async () => {
    const origin = await serving((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    )
    expect(await thrown(door(origin).send(ask(`${origin}/`), never))).toMatchObject({ why: 'not-json', sent: true })
    expect((await door(origin).send(ask(`${origin}/`, { accept: 'any' }), never)).body).toBe('<html>')
  })
  test.each([
    ['application/json', true],
    ['application/json;odata.metadata=minimal', true],
    ['application/problem+json', true],
    ['APPLICATION/JSON', true],
    ['text/plain', false],
    ['application/jsonp', false],
    ['', false],
    ['text/html; of=application/json', false],
    [undefined, false],
  ])('of type %j is JSON: %s', async (type, isJson) => {
    const origin = await serving((_, response) =>
      response.writeHead(200, type === undefined ? {} : { 'content-type': type }).end('{}'),
    )
    const outcome = await door(origin)
      .send(ask(`${origin}/`), never)
      .then(
        () => true,
        (error: unknown) => error,
      )
    if (isJson) expect(outcome).toBe(true)
    else expect(outcome).toMatchObject({ why: 'not-json' })
  })
  test('that refuses may be of any type, and one without a body of none', async () => {
    const origin = await serving((request, response) => {
      if (request.url === '/empty') response.writeHead(204).end()
      else if (request.url === '/choose')
        response.writeHead(300, { 'content-type': 'text/html' }).end('<h1>several</h1>')
      else response.writeHead(503, { 'content-type': 'text/html' }).end('<h1>busy</h1>')
    })
    expect((await door(origin).send(ask(`${origin}/`), never)).body).toBe('<h1>busy</h1>')
    expect((await door(origin).send(ask(`${origin}/choose`), never)).body).toBe('<h1>several</h1>')
    expect((await door(origin).send(ask(`${origin}/empty`), never)).body).toBe('')
  })
})

test('an answer that is no text is handed on as it came', async () => {
  const bytes = Buffer.from([0, 255, 254, 10])
  const origin = await serving((_, response) => response.writeHead(200).end(bytes))
  const answer = await door(origin).send(ask(`${origin}/`, { accept: 'any', as: 'base64' }), never)
  expect(answer.body).toBe(bytes.toString('base64'))
})

describe('no answer, and whether the vendor may have seen the request', () => {
  test('nobody listens (F3)', async () => {
    const origin = await serving(() => undefined)
    open.splice(0).forEach((server) => server.close())
    expect(await thrown(door(origin).send(ask(`${origin}/`), never))).toMatchObject({ why: 'refused', sent: false })
  })
  test('the name does not exist (F1)', async () => {
    const resolve = async (): Promise<never> => {
      throw Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' })
    }
    const error = await thrown(door('https://crm.example', { resolve }).send(ask('https://crm.example/'), never))
    expect(error).toMatchObject({ why: 'name-not-found', sent: false })
  })
  test.each(['10.1.2.3', '169.254.169.254', '127.0.0.1', '::1', 'fd00::1', '::ffff:10.0.0.1'])(
    'the name leads to %s (F2)',
    async (address) => {
      const resolve = async () => [{ address, family: address.includes(':') ? (6 as const) : (4 as const) }]
      const error = await thrown(door('https://crm.example', { resolve }).send(ask('https://crm.example/'), never))
      expect(error).toBeInstanceOf(FixConfig)
      expect(error).toMatchObject({ code: 'DB-1121', facts: { connection: 'crm' } })
    },
  )
  test.each(['https://10.1.2.3', 'https://192.168.0.1:8443', 'https://[fd00::1]', 'https://169.254.169.254'])(
    'the address is written as %s (F2)',
    async (origin) => {
      expect(await thrown(door(origin).send(ask(`${origin}/`), never))).toMatchObject({ code: 'DB-1121' })
    },
  )
  test('the connection is never made (F4)', async () => {
    const resolve = async (): Promise<never> => await new Promise(() => undefined)
    const http = door('https://crm.example', { resolve, limits: { connectMs: 30 } })
    expect(await thrown(http.send(ask('https://crm.example/'), never))).toMatchObject({
      why: 'connect-timeout',
      sent: false,
    })
  })
  test('the handshake never ends (F4)', async () => {
    const origin = `https://${await listening(createTcpServer(() => undefined))}`
    const http = door(origin, { limits: { connectMs: 30 } })
    expect(await thrown(http.send(ask(`${origin}/`), never))).toMatchObject({ why: 'connect-timeout', sent: false })
  })
  test('the server speaks something else', async () => {
    const origin = `https://${await listening(createTcpServer((socket) => socket.end('SSH-2.0-x\r\n')))}`
    expect(await thrown(door(origin).send(ask(`${origin}/`), never))).toMatchObject({ why: 'tls', sent: false })
  })
  test('nothing comes back', async () => {
    const origin = await serving(() => undefined)
    const http = door(origin, { limits: { wholeMs: 100 } })
    expect(await thrown(http.send(ask(`${origin}/`), never))).toMatchObject({ why: 'timeout', sent: true })
  })
  test('a byte at a time (F11)', async () => {
    const origin = await serving((_, response) => {
      response.writeHead(200, json)
      const drip = setInterval(() => response.write(' '), 5)
      response.on('close', () => clearInterval(drip))
    })
    expect(await thrown(door(origin).send(ask(`${origin}/`, { timeoutMs: 60 }), never))).toMatchObject({
      why: 'timeout',
      sent: true,
    })
  })
  test.each<[string, RequestListener]>([
    ['before the answer', (request) => request.socket.destroy()],
    [
      'in the middle of a counted body (F10)',
      (_, response) =>
        response.writeHead(200, { ...json, 'content-length': 99 }).write('{"a', () => response.socket?.destroy()),
    ],
    [
      'in the middle of a chunked body',
      (_, response) => response.writeHead(200, json).write('{"a', () => response.socket?.destroy()),
    ],
    [
      'in the middle of a packed body',
      (_, response) =>
        response
          .writeHead(200, { ...json, 'content-encoding': 'gzip', 'content-length': 999 })
          .write(gzipSync('{"a":1}'), () => response.socket?.destroy()),
    ],
    [
      'with a body that does not unpack',
      (_, response) => response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end('not gzip'),
    ],
  ])('cut %s', async (_, listener) => {
    const origin = await serving(listener)
    expect(await thrown(door(origin).send(ask(`${origin}/`, { method: 'POST', body: '{}' }), never))).toMatchObject({
      why: 'cut',
      sent: true,
    })
  })
  test('not HTTP', async () => {
    const origin = `http://${await listening(createTcpServer((socket) => socket.end('hello\r\n\r\n')))}`
    expect(await thrown(door(origin).send(ask(`${origin}/`), never))).toMatchObject({ why: 'cut', sent: true })
  })
  test('a kept connection that died meanwhile is not tried again (F45)', async () => {
    let calls = 0
    const origin = await serving((request, response) => {
      calls += 1
      if (calls === 1) return response.writeHead(200, json).end('{}')
      return request.socket.resetAndDestroy()
    })
    const http = door(origin)
    await http.send(ask(`${origin}/`), never)
    const error = await thrown(http.send(ask(`${origin}/`, { method: 'POST', body: '{}', writes: true }), never))
    expect(error).toMatchObject({ why: 'cut', sent: true })
    expect(calls).toBe(2)
  })
  test('a login page in answer to a long upload: the rest of it is not sent', async () => {
    const origin = await serving((request, response) => {
      request.socket.pause()
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')
    })
    const upload = ask(`${origin}/`, { method: 'POST', body: 'x'.repeat(16 * 1024 * 1024) })
    expect(await thrown(door(origin).send(upload, never))).toMatchObject({ why: 'not-json', sent: true })
    for (const socket of sockets) socket.resume()
    await vi.waitFor(() => expect([...sockets].every((socket) => socket.destroyed)).toBe(true))
  })
  test('given up by the caller, before and after', async () => {
    const origin = await serving(() => undefined)
    expect(await thrown(door(origin).send(ask(`${origin}/`), AbortSignal.abort()))).toMatchObject({
      why: 'aborted',
      sent: false,
    })
    const caller = new AbortController()
    const running = thrown(door(origin).send(ask(`${origin}/`), caller.signal))
    await vi.waitFor(() => expect(sockets.size).toBe(1))
    await new Promise((resolve) => setTimeout(resolve, 20))
    caller.abort()
    expect(await running).toMatchObject({ why: 'aborted', sent: true })
  })
})

describe('size (F12)', () => {
  const small = { limits: { answerBytesMax: 1_000 } }
  const zeros = Buffer.alloc(65_536)
  test.each<[string, RequestListener]>([
    ['a long body', (_, response) => response.writeHead(200, json).end('x'.repeat(1_001))],
    ['a refusal with a long body', (_, response) => response.writeHead(500).end('x'.repeat(1_001))],
    [
      'zeros packed without end',
      (_, response) => {
        response.writeHead(200, { ...json, 'content-encoding': 'gzip' })
        const bomb = createGzip()
        bomb.pipe(response)
        const more = (): void => {
          while (!response.destroyed && bomb.write(zeros));
        }
        bomb.on('drain', more)
        more()
      },
    ],
  ])('%s is cut off, and its connection ended', async (_, listener) => {
    const origin = await serving(listener)
    expect(await thrown(door(origin, small).send(ask(`${origin}/`), never))).toMatchObject({
      why: 'too-large',
      sent: true,
    })
    await vi.waitFor(() => expect([...sockets].every((socket) => socket.destroyed)).toBe(true))
  })
  test('a body that never ends', async () => {
    const origin = await serving((_, response) => {
      response.writeHead(200, json)
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      }
      response.on('drain', more)
      more()
    })
    expect(await thrown(door(origin, small).send(ask(`${origin}/`), never))).toMatchObject({ why: 'too-large' })
  })
  test('headers that never end', async () => {
    const origin = await serving((_, response) => {
      for (let i = 0; i < 2_000; i += 1) response.setHeader(`x-${i}`, 'y'.repeat(20))
      response.end()
    })
    expect(await thrown(door(origin).send(ask(`${origin}/`), never))).toMatchObject({ why: 'too-large' })
  })
  test('a request that is too long does not leave', async () => {
    let calls = 0
    const origin = await serving((_, response) => {
      calls += 1
      response.end()
    })
    const http = door(origin, { limits: { requestBytesMax: 3 } })
    const error = await thrown(http.send(ask(`${origin}/`, { method: 'POST', body: 'äää' }), never))
    expect(error).toMatchObject({ why: 'too-large', sent: false })
    expect(calls).toBe(0)
  })
  test('what fits exactly passes, there and back', async () => {
    const origin = await serving((_, response) => response.writeHead(200, json).end('x'.repeat(1_000)))
    const http = door(origin, { limits: { answerBytesMax: 1_000, requestBytesMax: 6 } })
    const answer = await http.send(ask(`${origin}/`, { method: 'POST', body: 'äää' }), never)
    expect(answer.body).toHaveLength(1_000)
  })
  test('a few megabytes pass, there and back, where nobody set a limit', async () => {
    const text = 'x'.repeat(3_000_000)
    const origin = await serving((request, response) => {
      response.writeHead(200, json)
      request.pipe(response)
    })
    const answer = await door(origin).send(ask(`${origin}/`, { method: 'POST', body: text }), never)
    expect(answer.body === text).toBe(true)
  })
})

describe('where it goes', () => {
  test('only to its own origins, and a redirect is not followed (F18)', async () => {
    let calls = 0
    const foreign = await serving((_, response) => {
      calls += 1
      response.end()
    })
    const origin = await serving((_, response) => response.writeHead(307, { location: `${foreign}/steal` }).end())
    const http = door(origin)
    const answer = await http.send(ask(`${origin}/`, { method: 'PATCH', body: '{}' }), never)
    expect(answer.headers['location']).toBe(`${foreign}/steal`)
    const error = await thrown(http.send(ask(answer.headers['location'] ?? ''), never))
    expect(error).toMatchObject({ code: 'DB-1120', facts: { connection: 'crm', refused: foreign } })
    expect(calls).toBe(0)
  })
  test('never through a proxy of the environment (F44)', async () => {
    let calls = 0
    const proxy = await serving((_, response) => {
      calls += 1
      response.end()
    })
    for (const name of ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY']) vi.stubEnv(name, proxy)
    vi.stubEnv('NODE_USE_ENV_PROXY', '1')
    const origin = await serving((_, response) => response.writeHead(200, json).end('{}'))
    expect((await door(origin).send(ask(`${origin}/`), never)).status).toBe(200)
    expect(calls).toBe(0)
  })
  test.each(['Host', 'content-length', 'Transfer-Encoding', 'connection', 'Proxy-Authorization'])(
    'the header %s is not the caller’s',
    async (name) => {
      const origin = await serving((_, response) => response.end())
      await expect(door(origin).send(ask(`${origin}/`, { headers: { [name]: 'x' } }), never)).rejects.toThrow(
        'invariant',
      )
    },
  )
  test('a header is one line (F128)', async () => {
    const origin = await serving((_, response) => response.end())
    const split = ask(`${origin}/`, { headers: { 'X-Name': 'a\r\nAuthorization: Bearer x' } })
    await expect(door(origin).send(split, never)).rejects.toThrow('invariant')
  })
  test('an origin that is not one is a bug', () => {
    for (const origin of [
      'http://crm.example',
      'https://crm.example/',
      'crm.example',
      'https://a@crm.example',
      'ftp://x',
    ])
      expect(() => door(origin)).toThrow('invariant')
  })
})

describe('pace', () => {
  test('never more at a time than allowed; connections are kept', async () => {
    let now = 0
    let most = 0
    const origin = await serving((_, response) => {
      now += 1
      most = Math.max(most, now)
      setTimeout(() => {
        now -= 1
        response.writeHead(200, json).end('{}')
      }, 5)
    })
    const http = door(origin, { pace: { parallel: 3 } })
    await Promise.all(Array.from({ length: 20 }, async () => await http.send(ask(`${origin}/`), never)))
    expect(most).toBe(3)
    expect(sockets.size).toBe(3)
  })
})

test('an unused connection is not kept for long, a used one as long as its call takes', async () => {
  const origin = await serving((_, response) => setTimeout(() => response.writeHead(200, json).end('{}'), 60))
  const http = door(origin, { limits: { idleMs: 20 } })
  expect((await http.send(ask(`${origin}/`), never)).status).toBe(200)
  await vi.waitFor(() => expect([...sockets].every((socket) => socket.destroyed)).toBe(true))
})

test('closed, it keeps no connection', async () => {
  const origin = await serving((_, response) => response.writeHead(200, json).end('{}'))
  const http = openHttp({ connection: 'crm', origins: [origin], clock: handClock(), log: silent })
  await http.send(ask(`${origin}/`), never)
  expect([...sockets].map((socket) => socket.destroyed)).toEqual([false])
  http.close()
  await vi.waitFor(() => expect([...sockets].map((socket) => socket.destroyed)).toEqual([true]))
})

describe('what is written down', () => {
  const canary = 'CANARY-7f3a'
  test('one event for each call: name, status, time, the vendor’s own id; no address, header or body', async () => {
    const origin = await serving((_, response) =>
      response.writeHead(200, { ...json, 'x-ms-request-id': 'req-1' }).end(`{"a":"${canary}"}`),
    )
    const host = testHost({ origins: [origin] })
    await host.http.send(
      ask(`${origin}/${canary}?q=${canary}`, {
        method: 'POST',
        body: canary,
        headers: { Authorization: `Bearer ${canary}` },
      }),
      never,
    )
    expect(host.logLines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        level: 'debug',
        time: '2026-11-20T14:00:00.000Z',
        connection: 'test',
        call: 'deals.list',
        status: 200,
        ms: 0,
        bytes: 19,
        requestId: 'req-1',
        event: 'http.answered',
      },
    ])
  })
  test('of a failed call its class and code only (F129, I41)', async () => {
    const origin = await serving((request) => request.socket.destroy())
    const host = testHost({ origins: [origin] })
    const request = ask(`${origin}/?q=${canary}`, {
      method: 'POST',
      body: canary,
      headers: { Authorization: `Bearer ${canary}` },
    })
    const error = await thrown(host.http.send(request, never))
    expect(error).toBeInstanceOf(TransportFault)
    expect(host.logLines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      {
        level: 'warn',
        event: 'http.failed',
        call: 'deals.list',
        ms: 0,
        error: { class: 'TransportFault', code: 'cut' },
      },
    ])
    host.log.error('deals.failed', { error })
    const everything = `${host.logLines.join('')}${deepText(error)}`
    expect(everything).toContain('ECONNRESET')
    expect(everything).not.toContain(canary)
  })
  test('of a refused address its origin only', async () => {
    const host = testHost({ origins: ['https://crm.example'] })
    const error = await thrown(host.http.send(ask(`https://evil.example/${canary}?t=${canary}`), never))
    host.log.error('deals.failed', { error })
    expect(`${host.logLines.join('')}${deepText(error)}`).not.toContain(canary)
  })
  test('and counted', async () => {
    const origin = await serving((request, response) =>
      request.url === '/bad' ? request.socket.destroy() : response.writeHead(404).end(),
    )
    const counted: unknown[] = []
    const metrics: CallMeter = {
      call: ({ outcome, call, connection, ms }) => void counted.push([connection, call, outcome, ms]),
    }
    // Each look at the clock takes a millisecond.
    let looks = 1_000
    const clock = { ...handClock(), monotonicMs: () => (looks += 1) }
    const http = door(origin, { metrics, clock })
    await http.send(ask(`${origin}/`), never)
    await thrown(http.send(ask(`${origin}/bad`), never))
    await thrown(http.send(ask('https://evil.example/'), never))
    expect(counted).toEqual([
      ['crm', 'deals.list', '4xx', 1],
      ['crm', 'deals.list', 'cut', 1],
      ['crm', 'deals.list', 'not-allowed', 1],
    ])
  })
})

/** Everything an error carries, hidden and inherited, causes included. */
function deepText(value: unknown, depth = 0): string {
  if (depth > 6 || typeof value !== 'object' || value === null) return String(value)
  return Object.getOwnPropertyNames(value)
    .map((name) => `${name}=${deepText((value as Record<string, unknown>)[name], depth + 1)}`)
    .join('\n')
}
