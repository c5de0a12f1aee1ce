// Serves the pretended environment for one test file, with a clock that stands until a test turns it.

import {
  dynamicsSimulator,
  type DynamicsKnobs,
  type DynamicsSimulator,
} from '../../../../connectors/dynamics/simulator/index.ts'
import { type Instant, instantFromMs } from '#spi'
import { serve, type Served } from '#testkit/serve'
import { handClock, seededRandom, type HandClock } from '../../../support/host.ts'

export interface Pretended {
  readonly served: Served
  readonly vendor: DynamicsSimulator
  readonly clock: HandClock
  readonly url: string
  /** `http://…/api/data/v9.2` */
  readonly api: string
  /** Plain requests, beside any client. */
  ask(method: string, path: string, options?: Ask): Promise<Told>
  close(): Promise<void>
}

export interface Ask {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export interface Told {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // oxlint-disable-next-line typescript/no-explicit-any -- answers are looked at, not typed, in tests
  readonly json: any
}

export async function pretend(knobs: DynamicsKnobs = {}, start?: Instant): Promise<Pretended> {
  const clock = handClock(start ?? instantFromMs(Date.UTC(2026, 10, 20, 14)))
  let vendor: DynamicsSimulator | undefined
  const served = await serve((baseUrl) => {
    vendor = dynamicsSimulator({
      now: () => clock.now(),
      random: () => seeded.next(),
      baseUrl: () => baseUrl,
      ...knobs,
    })
    return vendor
  })
  if (!vendor) throw new Error('the simulator is made when its address is known')
  const api = `${served.url}/api/data/v9.2`
  return {
    served,
    vendor,
    clock,
    url: served.url,
    api,
    ask: (method, path, options) => ask(`${api}/${path}`, method, options),
    close: () => served.close(),
  }
}

const seeded = seededRandom(7)

async function ask(url: string, method: string, { headers = {}, body }: Ask = {}): Promise<Told> {
  const text = typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(body)
  const answer = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(text === undefined ? {} : { body: text }),
  })
  const told = await answer.text()
  const isJson = answer.headers.get('content-type')?.includes('json') === true
  return { status: answer.status, headers: answer.headers, text: told, json: isJson ? JSON.parse(told) : undefined }
}
