// Connectors that take a bad day of the network wrongly, each with the checks that find it.

import { cursor, type HttpAnswer, recordId, RetryLater } from '#spi'
import { error, sending, told, type Wrong } from './wrong-ways.ts'

const never = new AbortController().signal

export const wrongOnTheWire: readonly Wrong[] = [
  {
    does: 'takes an unreadable page for an empty one',
    found: ['half an answer', 'an outage is waited for'],
    session: (session) => ({
      ...session,
      changes: async function* (shapes, since, signal) {
        try {
          yield* session.changes(shapes, since, signal)
        } catch {
          yield { records: [], next: since ?? cursor('0') }
        }
      },
      find: async (questions, signal) => await session.find(questions, signal).catch(() => questions.map(() => [])),
    }),
  },
  {
    does: 'takes a lost answer for a refusal',
    found: ['an update whose answer is lost', 'a creation whose answer is lost', 'a write that is under way'],
    ...told((receipt) => (receipt.outcome === 'unknown' ? { outcome: 'refused', error } : receipt)),
  },
  {
    does: 'takes a lost answer for a success',
    found: ['an update whose answer is lost', 'an update that may never have arrived', 'a creation that never arrived'],
    ...told((receipt, write) =>
      receipt.outcome === 'unknown'
        ? { outcome: 'written', id: write.do === 'update' ? write.id : recordId('deal-1'), version: null }
        : receipt,
    ),
  },
  {
    does: 'sends a write again by itself',
    found: ['an update whose answer is lost', 'a creation whose answer is lost'],
    ...sending((host) => async (request, signal) => {
      try {
        const answer = await host.http.send(request, signal)
        return request.writes && answer.status >= 500 ? await host.http.send(request, signal) : answer
      } catch (cause) {
        if (!request.writes || signal.aborted) throw cause
        return await host.http.send(request, signal)
      }
    }),
  },
  {
    does: 'does not say how long the vendor wants it to wait',
    found: ['a vendor that asks for a pause', 'a write that is turned away'],
    ...sending((host) => async (request, signal) => {
      const answer = await host.http.send(request, signal)
      return { ...answer, headers: { ...answer.headers, 'retry-after': 'soon' } }
    }),
  },
  {
    does: 'takes a sign-out for an outage',
    found: ['signed out for good'],
    ...sending((host) => async (request, signal) => {
      const answer = await host.http.send(request, signal)
      return answer.status === 401 ? { ...answer, status: 503 } : answer
    }),
  },
  {
    does: 'signs in once and never again',
    found: ['a sign-in that has ended'],
    ...sending((host) => {
      let over: HttpAnswer | undefined
      return async (request, signal) => {
        const answer = over ?? (await host.http.send(request, signal))
        if (answer.status === 401) over = answer
        return answer
      }
    }),
  },
  {
    does: 'takes what never left for lost',
    found: ['where nobody listens'],
    ...told((receipt) =>
      receipt.outcome === 'refused' && receipt.error.remedy === 'retry-later' ? { outcome: 'unknown', error } : receipt,
    ),
  },
  {
    does: 'asks on and on when it is signed out',
    found: ['signed out for good'],
    ...sending((host) => async (request, signal) => {
      let answer = await host.http.send(request, signal)
      for (let time = 0; time < 9 && answer.status === 401; time += 1) answer = await host.http.send(request, signal)
      return answer
    }),
  },
  {
    does: 'follows redirects, token in hand',
    found: ['a redirect to another host'],
    ...sending((host) => async (request, signal) => {
      const answer = await host.http.send(request, signal)
      const { location } = answer.headers
      if (location === undefined) return answer
      const followed = await fetch(location, { headers: { ...request.headers } })
      return { status: followed.status, headers: {}, body: await followed.text() }
    }),
  },
  {
    does: 'does not hear that it is stopped',
    found: ['whoever has stopped'],
    session: (session) => ({
      ...session,
      probe: async (kinds) => await session.probe(kinds, never),
      changes: (shapes, since) => session.changes(shapes, since, never),
      find: async (questions) => await session.find(questions, never),
      write: async (batch) => await session.write(batch, never),
    }),
  },
  {
    does: 'says of a stop that the vendor failed',
    found: ['whoever has stopped', 'whoever stops while'],
    session: (session) => ({
      ...session,
      find: async (questions, signal) => await session.find(questions, signal).catch(() => Promise.reject(error)),
    }),
  },
  {
    does: 'tells its key and its customers in errors',
    found: ['no error and no line'],
    ...told((receipt, write) =>
      'error' in receipt
        ? { ...receipt, error: new RetryLater(`Cannot write ${JSON.stringify(write)}`, { code: 'DB-1602' }) }
        : receipt,
    ),
  },
  {
    does: 'tidies up what it does not know',
    found: ['there is no delete'],
    ...sending((host) => async (request, signal) => {
      const answer = await host.http.send(request, signal)
      const { url, method } = request
      if (method === 'PATCH') await host.http.send({ ...request, method: 'DELETE', url: `${url}-old` }, signal)
      return answer
    }),
  },
]
