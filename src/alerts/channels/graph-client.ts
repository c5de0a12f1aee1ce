// Microsoft's Graph client on our own door. Of the library we use what it is made for: addresses and bodies of Graph. Its
// way to the network is replaced by one middleware, because on its own it would repeat a POST (a second mail), send a
// token to hosts it believes in, and could not be interrupted while it waits. It repeats nothing here; that is decided above.
//
// What Graph answers is judged here and not by the library, which loses the status of errors whose inner error is null.

import { Client, type Context, type Middleware } from '@microsoft/microsoft-graph-client'
import { type Host, type HttpAnswer, invariant } from '#spi'
import { sent } from './post.ts'
import type { Token } from './graph-token.ts'

export interface GraphParts {
  readonly channel: string
  readonly endpoint: string
  readonly http: Host['http']
  readonly token: Token
}

export interface Graph {
  /** The answer, whatever it says. A token that is refused is fetched anew, once. */
  post(path: string, body: object, signal: AbortSignal): Promise<HttpAnswer>
}

export function openGraph(parts: GraphParts): Graph {
  return {
    post: async (path, body, signal) => {
      const door = new OurDoor(parts, signal)
      const client = Client.initWithMiddleware({ baseUrl: parts.endpoint, defaultVersion: 'v1.0', middleware: door })
      try {
        await client.api(path).post(body)
      } catch (error) {
        if (door.answer === null) throw door.failure ?? error
      }
      invariant(door.answer, 'a call of the Graph client went through our door')
      return door.answer
    },
  }
}

/** One call. The library wraps what is thrown here into an error of its own, so both are kept for the caller. */
class OurDoor implements Middleware {
  readonly #parts: GraphParts
  readonly #signal: AbortSignal
  answer: HttpAnswer | null = null
  failure: unknown = null

  constructor(parts: GraphParts, signal: AbortSignal) {
    this.#parts = parts
    this.#signal = signal
  }

  async execute(context: Context): Promise<void> {
    try {
      const first = await this.#send(context, false)
      this.answer = first.status === 401 ? await this.#send(context, true) : first
    } catch (error) {
      this.failure = error
      throw error
    }
    context.response = new Response(null, { status: 204 })
  }

  async #send({ request, options }: Context, fresh: boolean): Promise<HttpAnswer> {
    const { channel, http, token } = this.#parts
    const url = typeof request === 'string' ? request : request.url
    const body = options?.body
    invariant(typeof body === 'string', 'the Graph client writes its bodies as text')
    const bearer = await token(fresh, this.#signal)
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      authorization: `Bearer ${bearer}`,
    }
    return await sent(http, { url, headers, body, name: 'alert.mail' }, { channel, signal: this.#signal })
  }
}
