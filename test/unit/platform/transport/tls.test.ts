// F43: a server that cannot prove who it is gets no byte of a request, and there is no switch that changes it.

import { createServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { TransportFault } from '#spi'
import { testHost } from '../../../support/host.ts'
import { authority, elsewhere, expired, good, key, selfSigned } from './certificates.ts'

const before = getCACertificates()
beforeAll(() => setDefaultCACertificates([...before, authority]))
afterAll(() => setDefaultCACertificates(before))
afterEach(() => vi.unstubAllEnvs())

interface Attempt {
  readonly requests: number
  readonly connections: number
  readonly outcome: number | TransportFault
}

async function attempt(options: ServerOptions, times = 1): Promise<Attempt> {
  let requests = 0
  let connections = 0
  const server = createServer({ key, ...options }, (_, response) => {
    requests += 1
    response.end('{}')
  })
  server.on('tlsClientError', () => undefined)
  server.on('secureConnection', () => (connections += 1))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const origin = `https://localhost:${(server.address() as AddressInfo).port}`
  const { http } = testHost({ origins: [origin] })
  const request = { method: 'POST', url: `${origin}/`, body: '{}', name: 'test', writes: true } as const
  const once = async (): Promise<Attempt['outcome']> =>
    await http.send(request, new AbortController().signal).then(
      ({ status }) => status,
      (error: unknown) => (error instanceof TransportFault ? error : Promise.reject(error as Error)),
    )
  let outcome = await once()
  for (let again = 1; again < times; again += 1) outcome = await once()
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
  return { requests, connections, outcome }
}

describe('who a server is', () => {
  test('a certificate of a known authority for this name', async () => {
    expect(await attempt({ cert: good })).toEqual({ requests: 1, connections: 1, outcome: 200 })
  })
  test.each([
    ['expired', { cert: expired }],
    ['for another name', { cert: elsewhere }],
    ['signed by itself', { cert: selfSigned }],
  ])('a certificate %s', async (_, options) => {
    const { requests, outcome } = await attempt(options)
    expect(requests).toBe(0)
    expect(outcome).toMatchObject({ why: 'tls', sent: false })
  })
  test('and no variable of the environment makes it believed', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    expect(await attempt({ cert: selfSigned })).toMatchObject({ requests: 0, outcome: { why: 'tls', sent: false } })
  })
  test('is asked once for as long as the connection is kept', async () => {
    expect(await attempt({ cert: good }, 3)).toEqual({ requests: 3, connections: 1, outcome: 200 })
  })
  test.each(['TLSv1', 'TLSv1.1'] as const)('%s is too old', async (version) => {
    const old = { cert: good, minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' } as const
    expect(await attempt(old)).toMatchObject({ requests: 0, outcome: { why: 'tls', sent: false } })
  })
  test('TLS 1.2 is not', async () => {
    expect(await attempt({ cert: good, maxVersion: 'TLSv1.2' })).toMatchObject({ requests: 1, outcome: 200 })
  })
})
