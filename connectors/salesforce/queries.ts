// Several queries in one call, and their further pages.

import { z } from 'zod'
import { isObject, type JsonObject } from '#spi'
import { type Answer, type Api, bulkyMax, type Manner, type Request } from './api.ts'
import { CallFailure, fix, pause, strangeAnswer, type VendorError } from './faults.ts'

export interface Ask {
  /** A query, or the address of a further page. */
  readonly from: { readonly soql: string; readonly withDeleted: boolean } | { readonly page: string }
}

export interface Rows {
  readonly records: readonly JsonObject[]
  /** The address of the next page; null after the last one. */
  readonly next: string | null
}

const Result = z.object({
  records: z.array(z.custom<JsonObject>((value) => isObject(value as JsonObject))),
  done: z.boolean().default(true),
  nextRecordsUrl: z.string().nullish(),
})

/** One answer for each, in the same order. An error is an answer too: one bad query must not hide the others. */
export async function askAll(
  api: Api,
  asks: readonly Ask[],
  manner: Manner,
): Promise<readonly (Rows | readonly VendorError[])[]> {
  const answers: (Rows | readonly VendorError[])[] = []
  for (let start = 0; start < asks.length; start += bulkyMax) {
    const requests = asks.slice(start, start + bulkyMax).map((ask) => requestOf(ask))
    const got = await api.together(requests, manner)
    // A refusal of the envelope says nothing about the queries in it: each goes by itself.
    const isRefused = got.some((answer) => answer?.isEnvelope)
    const each = isRefused ? await Promise.all(requests.map((one) => api.together([one], manner))) : [got]
    answers.push(...each.flat().map((answer) => rowsOf(answer)))
  }
  return answers
}

function requestOf({ from }: Ask): Request {
  if ('page' in from) return { method: 'GET', path: from.page }
  const resource = from.withDeleted ? 'queryAll' : 'query'
  // Half a surrogate pair, as a name from elsewhere may hold one, has no place in an address.
  return { method: 'GET', path: `/${resource}?q=${encodeURIComponent(from.soql.toWellFormed())}` }
}

function rowsOf(answer: Answer | null): Rows | readonly VendorError[] {
  if (!answer) throw strangeAnswer(200)
  if (answer.status >= 400 && answer.errors.length > 0) return answer.errors
  const read = Result.safeParse(answer.json)
  if (!read.success || answer.status >= 300) throw strangeAnswer(answer.status)
  const { records, done, nextRecordsUrl } = read.data
  if (done) return { records, next: null }
  // A result that says it goes on and not where would be a silent truncation.
  if (typeof nextRecordsUrl !== 'string') throw strangeAnswer(answer.status)
  return { records, next: pathOf(nextRecordsUrl) }
}

/** Only the path of a link is followed, on the org's own host, and only where query pages are. */
function pathOf(link: string): string {
  const url = URL.parse(link, 'https://org.invalid')
  if (!url || !/^\/services\/data\/v\d+\.0\/query(?:All)?\/[\w-]+$/.test(url.pathname)) throw strangeAnswer(200)
  return url.pathname
}

export const isRows = (answer: Rows | readonly VendorError[]): answer is Rows => !Array.isArray(answer)

export const says = (errors: readonly VendorError[], ...codes: readonly string[]): boolean =>
  errors.some((error) => codes.includes(error.code))

/** A query that was refused as a whole, as a remedy. */
export function refusedQuery(errors: readonly VendorError[]): CallFailure {
  const passing = [
    'QUERY_TIMEOUT',
    'REQUEST_RUNNING_TOO_LONG',
    'UNKNOWN_EXCEPTION',
    'OPERATION_TOO_LARGE',
    'INVALID_QUERY_LOCATOR',
  ]
  if (says(errors, ...passing)) return new CallFailure(pause('DB-1302', 400, undefined), 'no')
  if (says(errors, 'INVALID_TYPE', 'INSUFFICIENT_ACCESS', 'INSUFFICIENT_ACCESS_OR_READONLY'))
    return new CallFailure(fix('DB-1312', 400), 'no')
  return new CallFailure(fix('DB-1316', 400), 'no')
}
