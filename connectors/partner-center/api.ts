// One function for each endpoint of the referrals API. Replies are parsed here and nowhere else. Reads throw the remedy;
// writes return what became of them, because a lost answer is not an error but something to be looked into.

import { z } from 'zod'
import {
  type HttpAnswer,
  type Instant,
  instantFromMs,
  isObject,
  type Json,
  type JsonOut,
  type Log,
  parseJson,
  type RecordId,
  stringifyJson,
  type SyncError,
} from '#spi'
import type { Call, Caller, Reply } from './call.ts'
import { envelope, lostAnswer, refusal, unreadable } from './faults.ts'
import { followed, referralsAt } from './links.ts'
import { parseReferral, type Referral } from './referral.ts'

export interface Api {
  first(query: Query, signal: AbortSignal): Promise<ListPage>
  next(link: string, signal: AbortSignal): Promise<ListPage>
  /** Null for a referral that is not there. Hidden ones are not there either, for this account. */
  read(id: RecordId, signal: AbortSignal): Promise<Referral | null>
  change(id: RecordId, change: Change, signal: AbortSignal): Promise<Written>
  create(body: NewBody, sent: readonly string[], signal: AbortSignal): Promise<Created>
}

/** Only what the documentation promises: two orders, and a filter of its forms. Page size is the server's. */
export interface Query {
  readonly orderBy?: 'updatedDateTime desc' | 'createdDateTime desc'
  readonly filter?: string
  readonly top?: number
}

export interface ListPage {
  readonly referrals: readonly Referral[]
  /** Entries that are no referral at all. */
  readonly unreadable: number
  readonly next: string | null
  readonly count: number | null
  /** The server's own time of the answer. */
  readonly servedAt: Instant | null
}

export interface Change {
  readonly operations: readonly Operation[]
  /** Null only where the server gives no eTag at all. */
  readonly ifMatch: string | null
  readonly moves: boolean
  readonly sent: readonly string[]
}

export interface Operation {
  readonly op: 'add' | 'replace'
  readonly path: string
  readonly value: JsonOut
}

export type NewBody = { readonly [name: string]: JsonOut }

export type Unwritten =
  | { readonly did: 'find it changed' }
  | { readonly did: 'lose the answer'; readonly error: SyncError }
  | { readonly did: 'get refused'; readonly error: SyncError }
/** The referral as it stands now, where the answer shows it. */
export type Written =
  Unwritten | { readonly did: 'write'; readonly referral: Referral | null; readonly eTag: string | null }
export type Created = Unwritten | { readonly did: 'write'; readonly referral: Referral }

export function openApi(endpoint: string, call: Caller, log: Log): Api {
  const base = referralsAt(endpoint)
  const list = async (url: string, signal: AbortSignal): Promise<ListPage> =>
    listPage(await call({ name: 'referrals.list', method: 'GET', url, does: 'read' }, signal))
  const first: Api['first'] = async (query, signal) => await list(`${base}${search(query)}`, signal)

  return {
    first,
    next: async (link, signal) => await list(followed(link, endpoint), signal),
    read: async (id, signal) => {
      const reply = await call({ name: 'referrals.read', method: 'GET', url: at(base, id), does: 'read' }, signal)
      const status = reply.is === 'answer' ? reply.answer.status : 0
      if (status === 404 || status === 410) return null
      // Forbidden may mean this one, or all of them: then nothing may be taken for missing.
      if (status === 403) {
        await first({ top: 1 }, signal)
        log.warn('partner-center.referral-hidden', { code: 'DB-1204', referral: id })
        return null
      }
      const { json, answer } = success(reply)
      const referral = parseReferral(json, answer.headers['etag'])
      if (!referral) throw unreadable(reply.asked, 'an answer without a referral')
      return referral
    },
    change: async (id, change, signal) => {
      const reply = await call(patch(at(base, id), change), signal)
      return arrived(reply, (answer) => {
        const header = answer.headers['etag']
        const shown = answer.body.trim() === '' ? {} : parseJson(answer.body)
        const referral = parseReferral(shown, header)
        if (referral) return { did: 'write', referral, eTag: referral.eTag }
        // A page of somebody else is no success; an answer without a referral is one, and says less.
        return isObject(shown) ? { did: 'write', referral: null, eTag: header ?? null } : null
      })
    },
    create: async (body, sent, signal) => {
      const post: Call = {
        name: 'referrals.create',
        method: 'POST',
        url: base,
        does: 'write',
        body: stringifyJson(body),
        sent,
      }
      return arrived(await call(post, signal), (answer) => {
        const referral = parseReferral(parseJson(answer.body), answer.headers['etag'])
        return referral && { did: 'write', referral }
      })
    },
  }
}

// Half a surrogate pair, as a name from elsewhere may hold one, has no place in an address.
const at = (base: string, id: RecordId): string => `${base}/${encodeURIComponent(id.toWellFormed())}`

function search({ orderBy, filter, top }: Query): string {
  const options = [
    top === undefined ? '' : `$top=${top}`,
    filter === undefined ? '' : `$filter=${encodeURIComponent(filter.toWellFormed())}`,
    orderBy === undefined ? '' : `$orderby=${encodeURIComponent(orderBy)}`,
  ].filter((option) => option !== '')
  return options.length === 0 ? '' : `?${options.join('&')}`
}

const patch = (url: string, { operations, ifMatch, moves, sent }: Change): Call => ({
  name: 'referrals.change',
  method: 'PATCH',
  url,
  does: moves ? 'move' : 'write',
  headers: { prefer: 'return=representation', ...(ifMatch === null ? {} : { 'if-match': ifMatch }) },
  body: stringifyJson(operations.map(({ op, path, value }) => ({ op, path, value: value ?? null }))),
  sent,
})

interface Success {
  readonly json: Json | undefined
  readonly answer: HttpAnswer
}

function success(reply: Reply): Success {
  if (reply.is !== 'answer') throw reply.error
  const { answer, asked } = reply
  if (answer.status < 200 || answer.status > 299) throw refusal(answer, asked)
  const json = parseJson(answer.body)
  if (json === undefined) throw unreadable(asked, 'an answer that is not JSON')
  return { json, answer }
}

const link = z.string().min(1).optional().catch(undefined)
const count = z
  .union([z.int().min(0), z.string().regex(/^\d{1,9}$/)])
  .optional()
  .catch(undefined)
const ListBody = z.object({
  value: z.array(z.custom<Json>()),
  '@odata.nextLink': link,
  '@odata.nextlink': link,
  'odata.nextLink': link,
  nextLink: link,
  '@odata.count': count,
})

function listPage(reply: Reply): ListPage {
  const { json, answer } = success(reply)
  const body = ListBody.safeParse(json)
  if (!body.success) throw unreadable(reply.asked, 'an answer without a list')
  const found = body.data.value.map((json) => parseReferral(json))
  const referrals = found.filter((referral) => referral !== null)
  const total = body.data['@odata.count']
  return {
    referrals,
    unreadable: found.length - referrals.length,
    next: nextIn(body.data),
    count: total === undefined ? null : Number(total),
    servedAt: servedAt(answer.headers['date']),
  }
}

function servedAt(header: string | undefined): Instant | null {
  const ms = Date.parse(header ?? '')
  return Number.isNaN(ms) ? null : instantFromMs(ms)
}

const nextIn = (body: z.infer<typeof ListBody>): string | null =>
  body['@odata.nextLink'] ?? body['@odata.nextlink'] ?? body['odata.nextLink'] ?? body.nextLink ?? null

/**
 * What became of a write. Anything after which it may have happened, and may not, is a lost answer; so is a success
 * that `read` cannot make sense of.
 */
function arrived<T>(reply: Reply, read: (answer: HttpAnswer) => T | null): T | Unwritten {
  if (reply.is === 'unsent') return { did: 'get refused', error: reply.error }
  const { asked } = reply
  if (reply.is === 'none')
    return reply.arrived
      ? { did: 'lose the answer', error: lostAnswer(reply.error, asked) }
      : { did: 'get refused', error: reply.error }
  const { answer } = reply
  if (answer.status >= 200 && answer.status < 300)
    return read(answer) ?? { did: 'lose the answer', error: lostAnswer(unreadable(asked, 'no referral in it'), asked) }
  if (isStale(answer)) return { did: 'find it changed' }
  const error = refusal(answer, asked)
  const mayHaveHappened = answer.status >= 500 && answer.status !== 501
  return mayHaveHappened ? { did: 'lose the answer', error: lostAnswer(error, asked) } : { did: 'get refused', error }
}

function isStale(answer: HttpAnswer): boolean {
  if (answer.status === 412) return true
  return answer.status === 409 && envelope(answer.body).codes.some((code) => staleCodes.has(code))
}
const staleCodes: ReadonlySet<string> = new Set(['resourceModified', 'preconditionFailed'])
