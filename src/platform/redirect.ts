// Waits on this computer for a browser to come back from a sign-in: one address on loopback, one visit, then it is gone.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Redirect {
  /** Where the browser is to be sent back to. */
  readonly uri: string
  /** The address it came back with, query included. */
  returned(signal: AbortSignal): Promise<URL>
  close(): void
}

const page = 'You can close this window and go back to the terminal.\n'

export async function openRedirect(): Promise<Redirect> {
  const visit = Promise.withResolvers<URL>()
  const server = createServer((request, response) => {
    const url = URL.parse(request.url ?? '/', uri)
    // A browser also asks for an icon; only what carries an answer counts.
    if (url && (url.searchParams.has('code') || url.searchParams.has('error'))) visit.resolve(url)
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(page)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const uri = `http://localhost:${(server.address() as AddressInfo).port}/`
  return {
    uri,
    returned: async (signal) => {
      const stopped = Promise.withResolvers<URL>()
      signal.addEventListener('abort', () => stopped.reject(signal.reason), { once: true })
      return await Promise.race([visit.promise, stopped.promise])
    },
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
