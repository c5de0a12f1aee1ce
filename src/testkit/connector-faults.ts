// What goes wrong between a connector and its vendor, for the connector suite: the same faults for everyone.

import { recordId, type SimulatedAnswer, type SimulatedCall, type Simulator } from '#spi'
import { type ConnectorSubject, given, type SubjectWire } from './connector-subject.ts'
import { serve, type Served, type WireFault } from './serve.ts'

export const wireOf = ({ wire }: ConnectorSubject): SubjectWire => given(wire, 'wire')

export const isData = (subject: ConnectorSubject) => (call: SimulatedCall) =>
  wireOf(subject).isRead(call) || wireOf(subject).isWrite(call)

/** Does something while the wire breaks certain calls. */
export async function during<T>(
  subject: ConnectorSubject,
  which: (call: SimulatedCall) => boolean,
  fault: WireFault,
  work: () => Promise<T>,
): Promise<T> {
  const { served } = wireOf(subject)
  served.breaks = (call) => (which(call) ? fault : undefined)
  try {
    return await work()
  } finally {
    served.breaks = () => undefined
  }
}

const html = (status: number): SimulatedAnswer => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: '<html><body>Bad gateway</body></html>',
})
const json = (status: number, body: string): SimulatedAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body,
})

/** The vendor has done it, and the answer says nothing of that. */
export const lostAfter: readonly WireFault[] = [
  { do: 'cut-after' },
  { do: 'answer-after', answer: html(502) },
  { do: 'answer-after', answer: html(504) },
]

/** No page, though some of it calls itself one. */
export const unreadable: readonly WireFault[] = [
  { do: 'cut-within', atByte: 0 },
  { do: 'cut-within', atByte: 1 },
  { do: 'cut-within', atByte: 40 },
  { do: 'answer', answer: json(200, '{"value":[{"id":"1","records":[{') },
  { do: 'answer', answer: json(200, '') },
  { do: 'answer', answer: html(200) },
]

export const outages: readonly WireFault[] = [
  { do: 'cut-before' },
  { do: 'cut-after' },
  { do: 'answer', answer: html(502) },
  { do: 'answer', answer: html(503) },
  { do: 'answer', answer: json(500, '') },
]

export const customer = 'Quagga Holdings'

/** Refusals that say back what they were told, as vendors do. */
export const echoes: readonly WireFault[] = [400, 403, 404, 409, 412, 422, 500, 503].map((status) => {
  const error = { code: 'X_1', errorCode: 'X_1', message: `${customer} is no name.` }
  return { do: 'answer', answer: json(status, JSON.stringify({ error, ...error })) }
})

export async function openStranger(): Promise<Served> {
  const answers: Simulator = {
    name: 'somebody else',
    handle: () => Promise.resolve(json(200, '{"value":[]}')),
    tick: () => Promise.resolve(),
    desk: {
      all: () => [],
      read: () => undefined,
      add: () => recordId(''),
      edit: () => undefined,
      remove: () => undefined,
    },
  }
  return await serve(() => answers)
}
