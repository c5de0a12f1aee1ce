// The Web API as this connector uses it: what is shared by reading, writing and probing, and one way to read pages of
// rows. Replies are parsed here, at the door.

import { z } from 'zod'
import {
  type Host,
  type HttpAnswer,
  type Instant,
  instantFromMs,
  isObject,
  type JsonObject,
  parseJson,
  type SyncError,
} from '#spi'
import { openAuth, type AuthSource } from './auth.ts'
import type { Operation } from './batch.ts'
import { openDoor } from './door.ts'
import { openExchange, type Exchange, type Outcome } from './exchange.ts'
import { errorFor, unreadable, vendorFault, type VendorFault } from './faults.ts'
import { openLimits, type Limits } from './limits.ts'
import { openLinks, type Links } from './links.ts'
import { openSchema, type Schema } from './schema.ts'
import { dataOrigin, type Settings } from './settings.ts'

export interface Api {
  readonly host: Host
  readonly settings: Settings
  readonly auth: AuthSource
  readonly limits: Limits
  readonly links: Links
  readonly exchange: Exchange
  readonly schema: Schema
  /** One page for each request, all in as few calls as can be. */
  pages(requests: readonly PageRequest[], how: ReadHow, signal: AbortSignal): Promise<readonly PageAnswer[]>
}

export interface ReadHow {
  readonly name: string
}

export interface PageRequest {
  /** After the API root, encoded: `opportunities?$select=…`, or what `links` made of a link. */
  readonly path: string
  readonly prefer?: readonly string[]
  /** Rows in a page; the most there can be, unless fewer will do. `$top` does not work beside it. */
  readonly rows?: number
}

export type PageAnswer =
  | {
      readonly is: 'page'
      readonly rows: readonly JsonObject[]
      /** A path again, where the next page is. */
      readonly next: string | null
      readonly delta: string | null
      /** The server's clock, where it says. */
      readonly at: Instant | null
    }
  | { readonly is: 'refused'; readonly fault: VendorFault; readonly error: SyncError }

export const pageSize = 5000

export function openApi(settings: Settings, host: Host): Api {
  const base = `/api/data/${settings.apiVersion}`
  const auth = openAuth(settings, host)
  const limits = openLimits(settings.limits, host)
  const links = openLinks(settings)
  const door = openDoor({ host, auth, limits, root: `${dataOrigin(settings)}${base}` })
  const exchange = openExchange({ door, host, base })
  const schema = openSchema({ exchange, host, language: settings.language })
  return {
    host,
    settings,
    auth,
    limits,
    links,
    exchange,
    schema,
    pages: async (requests, how, signal) => {
      const outcomes = await exchange(requests.map(operationOf), { ...how, writes: false }, signal)
      return outcomes.map((outcome) => pageFrom(outcome, { links, host }))
    },
  }
}

function operationOf({ path, prefer = [], rows = pageSize }: PageRequest): Operation {
  const preferences = [`odata.maxpagesize=${rows}`, ...prefer].join(',')
  return { method: 'GET', path, headers: { Prefer: preferences } }
}

const PageWire = z.object({
  value: z.array(z.unknown()),
  '@odata.nextLink': z.string().nullish(),
  '@odata.deltaLink': z.string().nullish(),
})

interface PageParts {
  readonly links: Links
  readonly host: Host
}

function pageFrom(outcome: Outcome, { links, host }: PageParts): PageAnswer {
  if (outcome.is !== 'answer') throw outcome.error
  const fault = vendorFault(outcome.answer)
  if (fault) return { is: 'refused', fault, error: errorFor(fault, { now: host.clock.now(), kind: null }) }
  const json = parseJson(outcome.answer.body)
  const page = PageWire.safeParse(json)
  if (!page.success) throw unreadable('a page of rows was expected', outcome.answer.headers)
  const { value, '@odata.nextLink': next, '@odata.deltaLink': delta } = page.data
  return {
    is: 'page',
    rows: value.filter(isRow),
    next: next ? links(next) : null,
    delta: delta ? links(delta) : null,
    at: dateOf(outcome.answer),
  }
}

const isRow = (value: unknown): value is JsonObject => isObject(value as JsonObject)

function dateOf({ headers }: HttpAnswer): Instant | null {
  const ms = Date.parse(headers['date'] ?? '')
  return Number.isNaN(ms) ? null : instantFromMs(ms)
}

/** The page, or the error that stands in its way. */
export function mustBePage(answer: PageAnswer): Extract<PageAnswer, { is: 'page' }> {
  if (answer.is === 'page') return answer
  throw answer.error
}

/** A literal of a filter, or a whole one, for use in an address. Half a surrogate pair has no place in one. */
export const encoded = (text: string): string => encodeURIComponent(text.toWellFormed())

/** Runs tasks a few at a time, as many as Dynamics takes gladly just now. The first failure is the answer. */
export async function inParallel<T>(tasks: readonly (() => Promise<T>)[], limits: Limits): Promise<readonly T[]> {
  const results: T[] = []
  for (let start = 0; start < tasks.length;) {
    const some = tasks.slice(start, start + limits.parallel)
    results.push(...(await Promise.all(some.map((task) => task()))))
    start += some.length
  }
  return results
}
