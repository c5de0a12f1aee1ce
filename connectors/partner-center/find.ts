// Answers to questions about single referrals. An id is asked for directly. The API has no promised filter on the
// partner's own reference, so anything else is looked for among the most recent referrals, a bounded number of pages;
// all such questions share one reading.

import {
  at,
  type Criterion,
  type Json,
  type Log,
  type Question,
  recordId,
  type RecordId,
  type VendorRecord,
} from '#spi'
import type { Api } from './api.ts'
import { quoted } from './links.ts'
import { newNotes, pass } from './pass.ts'
import type { ReadOptions, Reader } from './reader.ts'
import type { Referral } from './referral.ts'

export interface Finder {
  find(questions: readonly Question[], signal: AbortSignal): Promise<readonly (readonly VendorRecord[])[]>
  /** The recent referrals that carry a reference. */
  byReference(reference: string, signal: AbortSignal): Promise<readonly Referral[]>
}

export interface FinderOptions {
  readonly api: Api
  readonly reader: Reader
  readonly log: Log
  readonly read: ReadOptions
}

/** How far back a search goes: with pages of a hundred, the last thousand deals that were made. */
export const searchPagesMax = 10
const atOnce = 4

export function openFinder({ api, reader, log, read }: FinderOptions): Finder {
  const toRecords = (referrals: readonly Referral[], signal: AbortSignal): Promise<readonly VendorRecord[]> =>
    reader.records(referrals, { ...read, everyKind: true }, signal)

  async function byId(id: RecordId, signal: AbortSignal): Promise<readonly Referral[]> {
    const referral = await api.read(id, signal)
    return referral ? [referral] : []
  }

  async function byFilter(field: string, value: string, signal: AbortSignal): Promise<readonly Referral[]> {
    const page = await api.first({ filter: `${field} eq ${quoted(value)}` }, signal)
    return page.referrals
  }

  /** One reading for all of them: each test collects what fits it. */
  async function amongRecent(tests: readonly Test[], signal: AbortSignal): Promise<readonly (readonly Referral[])[]> {
    const found = tests.map((): Referral[] => [])
    if (tests.length === 0) return found
    const query = { orderBy: 'createdDateTime desc' } as const
    const notes = newNotes()
    const toTheEnd = { floor: null, rest: () => ({ is: 'not now' as const }) }
    for await (const page of pass({ api, log, query, ...toTheEnd, signal, pagesMax: searchPagesMax }, notes)) {
      for (const [index, fits] of tests.entries()) found[index]?.push(...page.filter(fits))
      if (notes.pages >= searchPagesMax) {
        log.debug('partner-center.search-bound', { count: notes.pages })
        break
      }
    }
    return found
  }

  return {
    byReference: async (reference, signal) =>
      (await amongRecent([holds('externalReferenceId', reference)], signal))[0] ?? [],
    find: async (questions, signal) => {
      const searches = questions.flatMap((question) => searchOf(question) ?? [])
      const recent = amongRecent(searches, signal)
      // Whoever needs it sees its failure; a direct question that fails first must not leave it unseen.
      recent.catch(() => undefined)
      let next = 0
      const answers = questions.map((question): (() => Promise<readonly Referral[]>) => {
        const { by } = question
        if ('id' in by) return () => byId(by.id, signal)
        if ('key' in by && by.key.field === 'id') return () => byId(recordId(by.key.value), signal)
        if ('key' in by && by.key.field === 'engagementId') return () => byFilter('engagementId', by.key.value, signal)
        const index = next
        next += 1
        return async () => (await recent)[index] ?? []
      })
      const found = await inTurns(answers, atOnce)
      return await Promise.all(found.map((referrals) => toRecords(referrals, signal)))
    },
  }
}

type Test = (referral: Referral) => boolean

/** How to recognise an answer among recent referrals; undefined for a question that is asked directly. */
function searchOf({ by }: Question): Test | undefined {
  if ('id' in by) return undefined
  if ('match' in by) return (referral) => by.match.every((criterion) => fits(referral.body, criterion))
  if (by.key.field === 'id' || by.key.field === 'engagementId') return undefined
  return holds(by.key.field, by.key.value)
}

const holds =
  (field: string, value: string): Test =>
  ({ body }) =>
    texts(at(body, field)).includes(value.trim())

/** Generous: the caller compares again. */
function fits(body: Json, { field, value, compare }: Criterion): boolean {
  const found = texts(at(body, field))
  if (compare === 'exact') return found.includes(value.trim())
  const wanted = essence(value)
  return found.some((one) => essence(one).includes(wanted))
}

const essence = (value: string): string => value.toLowerCase().replaceAll(/[^\p{L}\p{N}@.]/gu, '')

function texts(value: Json | undefined): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => texts(item))
  return typeof value === 'string' || typeof value === 'number' ? [String(value).trim()] : []
}

/** A few at a time, results in order. */
async function inTurns<T>(works: readonly (() => Promise<T>)[], width: number): Promise<readonly T[]> {
  const results: T[] = []
  for (let start = 0; start < works.length; start += width)
    results.push(...(await Promise.all(works.slice(start, start + width).map((work) => work()))))
  return results
}
