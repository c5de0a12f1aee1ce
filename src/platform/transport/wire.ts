// Watches one call on the wire. Two facts come of it: when the connection stands (the connect deadline ends), and
// whether any byte of the request can have left. Only a request that never got a socket is known not to have been sent.

import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import https from 'node:https'

export interface Wire {
  /** What axios sends with. */
  readonly transport: {
    request(options: RequestOptions, answered: (answer: IncomingMessage) => void): ClientRequest
  }
  /** May the other side have seen any of it? */
  sent(): boolean
  /** Ends the connection, whatever is still on its way. */
  end(): void
}

export function watchWire(secure: boolean, connected: () => void): Wire {
  let sent = false
  let request: ClientRequest | undefined
  const stands = (): void => {
    sent = true
    connected()
  }
  return {
    sent: () => sent,
    end: () => request?.destroy(),
    transport: {
      request: (options, answered) => {
        const made = secure ? https.request(options, answered) : http.request(options, answered)
        made.once('socket', (socket) => {
          if (made.reusedSocket) stands()
          else socket.once(secure ? 'secureConnect' : 'connect', stands)
        })
        request = made
        return made
      },
    },
  }
}
