// A small HTTP server for servers that somebody else could have written: it knows node:http and nothing of ours. It
// remembers what it heard, and answers badly where a test wants it to.

import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Heard {
  readonly method: string
  /** As it was sent: path and query. */
  readonly target: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** What was answered; `cut` where nothing was. */
  status: number | 'cut'
}

export interface Said {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Anything but a text is sent as JSON. */
  readonly body?: unknown
}

/** Instead of the answer: another one, or none, before or after the request was carried out. */
export type Trouble = Said | 'cut before' | 'cut after'

export interface PlainServer {
  readonly url: string
  readonly heard: readonly Heard[]
  /** Asked for every request; undefined where nothing goes wrong. */
  trouble: (heard: Heard) => Trouble | undefined
  close(): Promise<void>
}

export async function listen(answer: (heard: Heard) => Said): Promise<PlainServer> {
  const heard: Heard[] = []
  const server = createServer((request, response) => {
    void serve(request, response).catch((error: unknown) => say(response, { status: 500, body: String(error) }))
  })
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const one = await hear(request)
    heard.push(one)
    const trouble = plain.trouble(one)
    const said = trouble === undefined || trouble === 'cut after' ? answer(one) : trouble
    if (trouble === 'cut after' || said === 'cut before') response.socket?.resetAndDestroy()
    else one.status = say(response, said)
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const plain: PlainServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    trouble: () => undefined,
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
  return plain
}

async function hear(request: IncomingMessage): Promise<Heard> {
  let body = ''
  request.setEncoding('utf8')
  for await (const piece of request) body += String(piece)
  const target = request.url ?? '/'
  const { pathname, searchParams } = new URL(target, 'http://plain.invalid')
  const { method = 'GET', headers } = request
  return { method, target, path: decodeURIComponent(pathname), query: searchParams, headers, body, status: 'cut' }
}

function say(response: ServerResponse, { status, headers = {}, body }: Said): number {
  const isText = typeof body === 'string'
  const type = body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }
  response.writeHead(status, { ...type, ...headers })
  response.end(body === undefined || isText ? body : JSON.stringify(body))
  return status
}

/** Once for each matching request, as often as said. */
export function times(
  count: number,
  matches: (heard: Heard) => boolean,
  trouble: Trouble,
): (heard: Heard) => Trouble | undefined {
  let left = count
  return (heard) => {
    if (left === 0 || !matches(heard)) return undefined
    left -= 1
    return trouble
  }
}
