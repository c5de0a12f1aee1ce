// The full comparison: every referral the source still shows, and the record of every link among them, whatever the
// streams of changes said. It finds what polling cannot (a change that became visible hours late, a row of the mapping
// that is new), and it is what `verify` reads with. Page by page, so that its size is not the company's.

import type { Page } from '#spi'
import { linkKey, REFERRAL, type LinkKey } from '#core/model/ids'
import type { VendorRecord } from '#core/model/record'
import type { DealView } from '#core/reconcile/world'
import { wholeDeals } from './normalise.ts'
import type { Pipeline } from './pipeline.ts'
import { markedRecords } from './shared.ts'

/** Links the source did not list are asked for one by one: this many in a sweep, the rest in the next. */
const unlistedMax = 500
const sliceMax = 500

export interface SweepOptions {
  /** Only referrals that have a record, and every one of those, however many the source does not list. */
  readonly onlyLinked?: boolean
}

/** Views of all deals, both sides read afresh, in slices. */
export async function* sweep(
  pipeline: Pipeline,
  signal: AbortSignal,
  { onlyLinked = false }: SweepOptions = {},
): AsyncIterable<readonly DealView[]> {
  const listed = new Set<LinkKey>()
  for await (const page of pagesOf(pipeline, signal)) {
    for (let start = 0; start < page.records.length; start += sliceMax) {
      const slice = page.records.slice(start, start + sliceMax).filter((record) => !listed.has(linkKey(record.id)))
      for (const record of slice) listed.add(linkKey(record.id))
      const referrals = onlyLinked ? await linkedAmong(pipeline, slice) : slice
      if (referrals.length > 0) yield await wholeDeals(pipeline, { referrals }, signal)
    }
  }
  yield* unlisted(pipeline, { listed, max: onlyLinked ? Infinity : unlistedMax }, signal)
  const marked = onlyLinked ? [] : await markedRecords(pipeline, signal)
  if (marked.length > 0) yield await wholeDeals(pipeline, { marked }, signal)
}

async function linkedAmong({ ledger }: Pipeline, referrals: readonly VendorRecord[]): Promise<readonly VendorRecord[]> {
  const links = await ledger.getMany(
    'link',
    referrals.map(({ id }) => linkKey(id)),
  )
  return referrals.filter((_, index) => links[index]?.record)
}

/** Each page through the line, so that a vendor that asked for a pause has it. */
async function* pagesOf({ source }: Pipeline, signal: AbortSignal): AsyncIterable<Page> {
  const pages = source.session.changes([{ kind: REFERRAL, fields: [] }], null, signal)[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { done, value } = await source.line.once(async () => await pages.next(), signal)
      if (done) return
      yield value
    }
  } finally {
    await pages.return?.()
  }
}

/** Older than the source lists, or gone from it. */
async function* unlisted(
  pipeline: Pipeline,
  { listed, max }: { readonly listed: ReadonlySet<LinkKey>; readonly max: number },
  signal: AbortSignal,
): AsyncIterable<readonly DealView[]> {
  let links = []
  let count = 0
  for await (const link of pipeline.ledger.all('link')) {
    if (listed.has(link.key) || link.record === null || link.unshared) continue
    links.push(link)
    count += 1
    if (links.length === sliceMax || count === max) {
      yield await wholeDeals(pipeline, { links }, signal)
      links = []
    }
    if (count === max) return
  }
  if (links.length > 0) yield await wholeDeals(pipeline, { links }, signal)
}
