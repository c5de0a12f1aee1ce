// A pretended Dynamics 365 Sales environment: the Dataverse Web API, its sign-in and its people, in memory. Written
// from the vendor's documentation and never from our own client; it must not import anything of the connector.

import {
  later,
  type Instant,
  type SimulatedAnswer,
  type SimulatedCall,
  type Simulator,
  type SimulatorOptions,
} from '#spi'
import { Access } from './access.ts'
import { answerBatch } from './batch.ts'
import type { Column, Key } from './columns.ts'
import { cleanTables } from './tables.ts'
import { people, seedCompany, type CompanySize } from './company.ts'
import { openDesk } from './desk.ts'
import { Engine, type PlugIn } from './engine.ts'
import { documentedLimits, Protection, type ProtectionRules } from './limits.ts'
import type { InnerAnswer } from './multipart.ts'
import { refusals, Refusal } from './refusals.ts'
import type { RequestContext, Service } from './context.ts'
import { answerRequest, refused } from './request.ts'
import { SignIn, type Client } from './sign-in.ts'
import { Weather } from './weather.ts'
import { World } from './world.ts'

export interface DynamicsKnobs {
  /** Who may sign in. None: nobody has to, as in the sandbox. */
  readonly clients?: readonly Client[]
  readonly tokenSeconds?: number
  readonly protection?: Partial<ProtectionRules>
  /** `seeded`: Fabrikam with its customers and deals. `empty`: its people only. `bare`: not even our columns. */
  readonly company?: CompanySize
  /** Closed records take no edits (on by default, as people know it). */
  readonly closedIsReadOnly?: boolean
  /** What each operation costs of the execution time limit. */
  readonly executionMs?: number
  /** CreateMultiple and its sisters exist. */
  readonly doesBulk?: boolean
  /** How many requests at once the service recommends. */
  readonly parallelHint?: number
  /** Hours between the sellers' clocks and UTC. */
  readonly sellersUtcOffsetHours?: number
  /** Held open until this resolves, to have several requests at once. */
  readonly before?: () => Promise<void>
}

export interface DynamicsSimulator extends Simulator {
  readonly weather: Weather
  readonly signIn: SignIn
  readonly protection: Protection
  readonly access: Access
  /** Business rules of the pretended customer. */
  readonly plugIns: PlugIn[]
  /** Rows written, as entitlement counts them. */
  operations(): number
  /** Every delta link given so far is too old now. */
  expireDeltaLinks(): void
  setTracking(kind: string, on: boolean): void
  setKey(kind: string, column: string, status: Key['status']): void
  /** An administrator at work on a table's columns. */
  customize(kind: string, work: (columns: Map<string, Column>) => void): void
}

export function dynamicsSimulator(options: SimulatorOptions & DynamicsKnobs): DynamicsSimulator {
  const world = new World(cleanTables(), options.now, options.random)
  const engine = new Engine(world, { closedIsReadOnly: options.closedIsReadOnly ?? true })
  const service: Service = {
    engine,
    access: new Access(),
    weather: new Weather(),
    tracking: { oldestVersion: 0, expireDays: 7 },
  }
  seedCompany({ world, engine, access: service.access, size: options.company ?? 'seeded' })
  if (options.doesBulk === false) for (const table of world.tables.values()) table.bulk = false
  const signIn = new SignIn({
    now: options.now,
    random: options.random,
    baseUrl: options.baseUrl,
    clients: options.clients ?? [],
    lifetimeSeconds: options.tokenSeconds ?? 3599,
  })
  const protection = new Protection({ ...documentedLimits, ...options.protection }, options.now)
  const door: Door = { service, signIn, protection, options, world }
  return {
    name: 'dynamics',
    handle: (call) => answer(door, call),
    tick: () => Promise.resolve(),
    desk: openDesk(engine, { user: people.seller, utcOffsetHours: options.sellersUtcOffsetHours ?? 0 }),
    weather: service.weather,
    signIn,
    protection,
    access: service.access,
    plugIns: engine.plugIns,
    operations: () => engine.operations,
    expireDeltaLinks: () => {
      service.tracking.oldestVersion = world.moveOn()
    },
    setTracking: (kind, on) => {
      world.table(kind).tracked = on
    },
    customize: (kind, work) => work(world.table(kind).columns),
    setKey: (kind, column, status) => {
      for (const key of world.table(kind).keys) if (key.columns.includes(column)) key.status = status
    },
  }
}

interface Door {
  readonly service: Service
  readonly signIn: SignIn
  readonly protection: Protection
  readonly options: SimulatorOptions & DynamicsKnobs
  readonly world: World
}

async function answer(door: Door, call: SimulatedCall): Promise<SimulatedAnswer> {
  const token = door.signIn.handle(call)
  if (token) return token
  try {
    const caller = callerOf(door, call)
    return await protectedAnswer(door, call, caller)
  } catch (error) {
    return refused(error)
  }
}

/** The system user behind the token. A token without one is genuine and opens nothing. */
function callerOf({ signIn, options }: Door, { headers }: SimulatedCall): string {
  if (!signIn.isRequired) return people.application
  const client = signIn.whose(headers['authorization'])
  if (client === 'refused') throw refusals.unauthorized(options.baseUrl())
  if (client.user === null) throw refusals.notMember()
  return client.user
}

async function protectedAnswer(door: Door, call: SimulatedCall, caller: string): Promise<SimulatedAnswer> {
  const { protection, options, service } = door
  const throttled = protection.enter(caller)
  if (throttled) {
    const { code, message, retryAfterSeconds } = throttled
    throw new Refusal(429, code, message, { 'retry-after': String(retryAfterSeconds) })
  }
  const before = service.engine.operations
  try {
    await options.before?.()
    return withHeaders(door, caller, perform(door, call, caller))
  } finally {
    const done = Math.max(1, service.engine.operations - before)
    protection.leave(caller, (options.executionMs ?? 5) * done)
  }
}

const apiRoot = /^\/api\/data\/v9\.[0-2](?=\/|$)/

function perform({ service, options, world }: Door, call: SimulatedCall, caller: string): InnerAnswer {
  const { pathname, search } = call.url
  const version = apiRoot.exec(pathname)?.[0]
  if (version === undefined) throw refusals.unknownSegment(pathname)
  const root = `${originOf(call, options)}${version}`
  const context: RequestContext = { service, caller, root, declared: new Map(), inBatch: false }
  if (call.method === 'POST' && pathname === `${version}/$batch`) {
    service.weather.strike({ method: 'POST', path: '$batch', body: call.body, inner: false })
    const { 'content-type': contentType, prefer } = call.headers
    return answerBatch(context, { contentType, prefer, body: call.body }, () => world.guid())
  }
  return answerRequest(context, {
    method: call.method,
    url: `${pathname}${search}`,
    headers: call.headers,
    body: call.body,
  })
}

/** Links in answers begin with the host the caller used. */
const originOf = ({ headers, url }: SimulatedCall, options: SimulatorOptions): string =>
  headers['host'] === undefined ? new URL(options.baseUrl()).origin : `${url.protocol}//${headers['host']}`

function withHeaders({ protection, options, world }: Door, caller: string, inner: InnerAnswer): SimulatedAnswer {
  const left = protection.remaining(caller)
  return {
    status: inner.status,
    body: inner.body,
    headers: {
      ...inner.headers,
      date: httpDate(options.now()),
      req_id: world.guid(),
      'x-ms-service-request-id': world.guid(),
      'x-ms-dop-hint': String(options.parallelHint ?? 4),
      'x-ms-ratelimit-burst-remaining-xrm-requests': String(left.requests),
      'x-ms-ratelimit-time-remaining-xrm-requests': String(left.seconds),
    },
  }
}

const httpDate = (now: Instant): string => new Date(later(now, 0)).toUTCString()

export { Refusal } from './refusals.ts'
export { storms } from './weather.ts'
export { people } from './company.ts'
export type { Client } from './sign-in.ts'
