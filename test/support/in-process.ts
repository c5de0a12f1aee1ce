// A pretended vendor without a network between: for tests that make thousands of calls and are not about the wire.

import type { Http, HttpAnswer, HttpRequest, Simulator } from '#spi'

export async function handled(simulator: Simulator, request: HttpRequest): Promise<HttpAnswer> {
  const { method, url, headers = {}, body = '' } = request
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  return await simulator.handle({ method, url: new URL(url), headers: lower, body })
}

export const inProcess = (simulator: Simulator): Http => ({
  send: async (request, signal) => {
    signal.throwIfAborted()
    return await handled(simulator, request)
  },
})
