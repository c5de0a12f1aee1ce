// A company's proxy, where one is configured. It is asked for a tunnel to the vendor's host and port, and sees no more
// than those: TLS begins inside the tunnel. What the proxy itself answers is never taken for the vendor's answer.

import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { callbackify } from 'node:util'
import { type ConnectionOptions, connect as startTls } from 'node:tls'
import { FixConfig, SecretRef, type Secrets } from '#spi'
import { tlsRules } from './tls.ts'

/** Where the proxy is, read when it is needed: the address may hold a password, and so be a secret. */
export type ProxyAddress = () => Promise<string>

export const proxyAddress = (setting: string, secrets: Secrets): ProxyAddress => {
  const ref = SecretRef.safeParse(setting)
  return async () => (ref.success ? await secrets.read(ref.data) : setting)
}

/** The proxy was reached, and gave no tunnel. Nothing was sent to the vendor. */
export class NoTunnel extends Error {
  readonly code = 'NO_TUNNEL'
}

type Done = (error: Error | null, socket: Duplex) => void

/** An agent whose connections go through the proxy, and are kept and reused like any other. */
export class TunnelAgent extends https.Agent {
  readonly #proxy: ProxyAddress
  readonly #connectMs: number

  constructor(proxy: ProxyAddress, connectMs: number, options: https.AgentOptions) {
    super(options)
    this.#proxy = proxy
    this.#connectMs = connectMs
  }

  override createConnection(options: https.RequestOptions, done?: Done): undefined {
    const opened = callbackify(async () => startTls({ ...inTunnel(options), socket: await this.#tunnel(options) }))
    // Node looks at the socket only where there is no error; its types want one all the same.
    opened((error, socket) => done?.(error, socket))
  }

  async #tunnel({ host, port }: https.RequestOptions): Promise<Socket> {
    const proxy = parseProxy(await this.#proxy())
    const target = `${host ?? ''}:${port ?? 443}`
    return await new Promise((resolve, reject) => {
      const request = http.request({
        method: 'CONNECT',
        host: proxy.hostname.replace(/[[\]]/g, ''),
        port: proxy.port || 80,
        path: target,
        headers: { host: target, ...signIn(proxy) },
        agent: false,
        timeout: this.#connectMs,
      })
      request.once('connect', (answer: IncomingMessage, socket: Socket) => {
        if (answer.statusCode === 200) return resolve(socket)
        socket.destroy()
        return reject(answer.statusCode === 407 ? wantsSignIn() : new NoTunnel('the proxy gave no tunnel'))
      })
      request.once('timeout', () => request.destroy(new NoTunnel('the proxy does not answer')))
      request.once('error', reject)
      request.end()
    })
  }
}

/** The vendor proves itself inside the tunnel as it would without one. */
const inTunnel = ({ servername }: https.RequestOptions): ConnectionOptions => ({ ...tlsRules, servername })

/** An address that cannot be read is shown to nobody: it may hold a password. */
function parseProxy(text: string): URL {
  const url = URL.parse(text)
  if (url?.protocol === 'http:') return url
  throw new FixConfig('"network.proxy" does not lead to an address like http://proxy.fabrikam.example:3128.', {
    code: 'DB-1122',
  })
}

function signIn({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '' && password === '') return {}
  const words = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(words).toString('base64')}` }
}

const wantsSignIn = (): FixConfig =>
  new FixConfig(
    'The proxy of "network.proxy" wants a name and a password, or refuses the ones it was given. Keep the whole ' +
      'address with both in a secret, and write env:NAME or file:PATH.',
    { code: 'DB-1122' },
  )
