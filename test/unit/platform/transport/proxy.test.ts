// F44: out through the configured proxy, and through no other; the vendor still proves who it is.

import { createServer, type IncomingMessage } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect, type Server, type Socket } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { openLog } from '#platform/log'
import { openSecrets } from '#platform/secrets'
import { openHttp } from '#platform/transport/http'
import { proxyAddress } from '#platform/transport/proxy'
import { FixConfig, type HttpAnswer, TransportFault } from '#spi'
import { handClock } from '../../../support/host.ts'
import { authority, elsewhere, good, key } from './certificates.ts'

const before = getCACertificates()
beforeAll(() => setDefaultCACertificates([...before, authority]))
afterAll(() => setDefaultCACertificates(before))

const open = new Set<Server>()
const sockets = new Set<Socket>()
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  for (const server of open) server.close()
  open.clear()
  sockets.clear()
})

async function listening(server: Server): Promise<number> {
  open.add(server)
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

interface Scene {
  readonly asked: { readonly target: string; readonly signIn: string | undefined }[]
  readonly requests: IncomingMessage[]
  readonly vendor: number
  readonly proxy: string
  /** The connections that came to the proxy. */
  readonly callers: readonly Socket[]
}

/** A vendor, and a proxy that answers `status` to whoever wants a tunnel. */
async function scene(status: number | 'silence' = 200, cert = elsewhere): Promise<Scene> {
  const asked: Scene['asked'] = []
  const requests: IncomingMessage[] = []
  const callers: Socket[] = []
  const vendor = await listening(
    createTlsServer({ key, cert }, (request, response) => {
      requests.push(request)
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"vendor":true}')
    }).on('tlsClientError', () => undefined),
  )
  const proxy = createServer((_, response) => response.writeHead(500).end())
  proxy.on('connection', (socket) => void callers.push(socket))
  proxy.on('connect', (request: IncomingMessage, client: Socket) => {
    asked.push({ target: request.url ?? '', signIn: request.headers['proxy-authorization'] })
    if (status !== 200) client.on('end', () => client.end()).resume()
    if (status === 'silence') return
    if (status !== 200) {
      client.write(`HTTP/1.1 ${status} No\r\nContent-Type: application/json\r\n\r\n{}`)
      return
    }
    const there = connect(vendor, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      there.pipe(client).pipe(there)
    })
    there.on('error', () => client.destroy())
  })
  return { asked, requests, callers, vendor, proxy: `127.0.0.1:${await listening(proxy)}` }
}

interface Through {
  readonly origin: string
  readonly proxy: string
  readonly env?: Readonly<Record<string, string>>
}

function opened({ origin, proxy, env = {} }: Through, lines: string[] = []) {
  const clock = handClock()
  const log = openLog({
    clock,
    level: 'debug',
    format: 'json',
    destination: { write: (line) => void lines.push(line) },
  })
  const http = openHttp({
    connection: 'crm',
    origins: [origin],
    clock,
    log,
    proxy: proxyAddress(proxy, openSecrets({ clock, env })),
    resolve: async () => expect.fail('names are the proxy’s to look up'),
    limits: { connectMs: 200 },
  })
  const request = {
    method: 'POST',
    url: `${origin}/x`,
    body: '{}',
    name: 'test',
    writes: true,
    accept: 'json',
  } as const
  return async (): Promise<HttpAnswer> => await http.send(request, new AbortController().signal)
}

const thrown = async (run: Promise<unknown>): Promise<unknown> =>
  await run.then(
    () => expect.fail('an answer came'),
    (error: unknown) => error,
  )

describe('a tunnel', () => {
  test('leads to the vendor, and is kept', async () => {
    const { asked, requests, vendor, proxy } = await scene()
    const send = opened({ origin: `https://crm.example:${vendor}`, proxy: `http://${proxy}` })
    expect((await send()).body).toBe('{"vendor":true}')
    await send()
    expect(asked).toEqual([{ target: `crm.example:${vendor}`, signIn: undefined }])
    expect(requests.map(({ url, headers }) => [url, headers.host])).toEqual([
      ['/x', `crm.example:${vendor}`],
      ['/x', `crm.example:${vendor}`],
    ])
  })
  test('signs in with what the secret says, to the proxy only', async () => {
    const { asked, requests, vendor, proxy } = await scene()
    const lines: string[] = []
    const env = { PROXY: `http://me:p%40ss@${proxy}` }
    await opened({ origin: `https://crm.example:${vendor}`, proxy: 'env:PROXY', env }, lines)()
    expect(asked[0]?.signIn).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`)
    expect(requests[0]?.headers).not.toHaveProperty('proxy-authorization')
    expect(lines.join('')).not.toContain('p%40ss')
  })
  test.each([
    ['a name alone', 'me@', 'me:'],
    ['a password alone', ':p%40ss@', ':p@ss'],
    ['neither', '', null],
  ])('signs in with %s', async (_, user, words) => {
    const { asked, vendor, proxy } = await scene()
    await opened({ origin: `https://crm.example:${vendor}`, proxy: `http://${user}${proxy}` })()
    const signIn = words === null ? undefined : `Basic ${Buffer.from(words).toString('base64')}`
    expect(asked.map((one) => one.signIn)).toEqual([signIn])
  })
  test('proves nothing: the vendor must', async () => {
    const { requests, vendor, proxy } = await scene(200, good)
    const error = await thrown(opened({ origin: `https://crm.example:${vendor}`, proxy: `http://${proxy}` })())
    expect(error).toMatchObject({ why: 'tls', sent: false })
    expect(requests).toEqual([])
  })
})

describe('no tunnel', () => {
  test.each([
    [403, 'refused'],
    [502, 'refused'],
    ['silence', 'connect-timeout'],
  ] as const)('%s is no answer of the vendor', async (status, why) => {
    const { vendor, proxy, callers } = await scene(status)
    const error = await thrown(opened({ origin: `https://crm.example:${vendor}`, proxy: `http://${proxy}` })())
    expect(error).toBeInstanceOf(TransportFault)
    expect(error).toMatchObject({ why, sent: false })
    // And it is not kept waiting with a connection that leads nowhere.
    await vi.waitFor(() => expect(callers.map((socket) => socket.destroyed)).toEqual([true]))
  })
  test.each(['http://127.0.0.1:1', 'http://[::1]:1'])('nobody at %s', async (proxy) => {
    const error = await thrown(opened({ origin: 'https://crm.example', proxy })())
    expect(error).toMatchObject({ why: 'refused', sent: false })
  })
  test.each([
    ['a sign-in is wanted', 407, undefined],
    ['the secret holds no address', 200, 'hunter2'],
    ['the secret holds another kind of address', 200, 'socks5://hunter2@proxy.example'],
  ])('%s', async (_, status, address) => {
    const { vendor, proxy } = await scene(status)
    const env = { PROXY: address ?? `http://hunter2@${proxy}` }
    const error = await thrown(opened({ origin: `https://crm.example:${vendor}`, proxy: 'env:PROXY', env })())
    expect(error).toBeInstanceOf(FixConfig)
    expect(error).toMatchObject({ code: 'DB-1122' })
    expect(String(error)).not.toContain('hunter2')
  })
})

test('what stays on this computer does not go through it', async () => {
  const { asked, vendor } = await scene(200, good)
  const clock = handClock()
  const origin = `https://localhost:${vendor}`
  const log = openLog({ clock, destination: { write: () => undefined } })
  const proxy = async (): Promise<never> => expect.fail('not asked')
  const http = openHttp({ connection: 'crm', origins: [origin], clock, log, proxy })
  const request = { method: 'GET', url: `${origin}/x`, name: 'test', writes: false } as const
  expect((await http.send(request, new AbortController().signal)).status).toBe(200)
  expect(asked).toEqual([])
})
