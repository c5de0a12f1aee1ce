// The first stage: what changed on both sides since we last looked. Reads pages, keeps the newest state of each record,
// and hands on the bookmarks, which are kept last of all.

import type { Page } from '#spi'
import { Bug } from '#core/errors'
import { REFERRAL, type Cursor, type Kind, type RecordId } from '#core/model/ids'
import type { Shape, VendorRecord } from '#core/model/record'
import type { Party, Pipeline } from './pipeline.ts'
import { markedRecords } from './shared.ts'

/** A cycle that meets more pages than this has met a loop, not a customer. */
const pagesMax = 20_000

export interface Seen {
  readonly referrals: ReadonlyMap<RecordId, VendorRecord>
  /** By id, of the mapping's own kind. */
  readonly records: ReadonlyMap<RecordId, VendorRecord>
  /** Records of the mapping's kind that a changed satellite points to. */
  readonly touched: ReadonlySet<RecordId>
  readonly bookmarks: readonly { readonly stream: string; readonly cursor: Cursor; readonly moved: boolean }[]
}

export const streamOf = (pipeline: Pipeline, party: Party): string => `${pipeline.name}/${party.name}`

const referralShape: Shape = { kind: REFERRAL, fields: [] }

export async function read(pipeline: Pipeline, signal: AbortSignal): Promise<Seen> {
  const { source, target, mapping } = pipeline
  // Independent systems are asked at the same time; either failing ends the cycle before anything was planned.
  const begins = (await pipeline.ledger.get('bookmark', streamOf(pipeline, target))) === undefined
  const [left, right, marked] = await Promise.all([
    follow(pipeline, source, [referralShape], signal),
    follow(
      pipeline,
      target,
      mapping.shapes.filter(({ kind }) => isFollowed(pipeline, kind)),
      signal,
    ),
    // The stream of a CRM begins at the present moment; what was marked before then is asked for.
    begins ? markedRecords(pipeline, signal) : [],
  ])
  const satellites = target.traits.satellites ?? {}
  const touched = new Set<RecordId>()
  const records = new Map<RecordId, VendorRecord>(marked.map((record) => [record.id, record]))
  for (const record of right.records) {
    const satellite = Object.hasOwn(satellites, record.kind) ? satellites[record.kind] : undefined
    const of = satellite && record.fields[satellite.by]
    if (satellite?.of === mapping.record && typeof of === 'string') touched.add(of as RecordId)
    else if (isOurs(pipeline, record.kind)) records.set(record.id, record)
  }
  return {
    referrals: new Map(left.records.map((record) => [record.id, record])),
    records,
    touched,
    bookmarks: [left.bookmark, right.bookmark],
  }
}

/**
 * Accounts, contacts and currencies are looked up when a deal needs them: what happens to them otherwise concerns no
 * deal, and is not read.
 */
function isFollowed(pipeline: Pipeline, kind: Kind): boolean {
  const { satellites = {} } = pipeline.target.traits
  const satellite = Object.hasOwn(satellites, kind) ? satellites[kind] : undefined
  return isOurs(pipeline, kind) || satellite?.of === pipeline.mapping.record
}

const isOurs = ({ mapping }: Pipeline, kind: Kind): boolean => kind === mapping.record || kind === mapping.lead?.record

interface Followed {
  readonly records: readonly VendorRecord[]
  readonly bookmark: Seen['bookmarks'][number]
}

async function follow(
  pipeline: Pipeline,
  party: Party,
  shapes: readonly Shape[],
  signal: AbortSignal,
): Promise<Followed> {
  const stream = streamOf(pipeline, party)
  const since = (await pipeline.ledger.get('bookmark', stream))?.cursor ?? null
  // A page that fails is asked for again with the whole stream: the cursor has not moved, so nothing can be skipped.
  const pages = await party.line.ask(
    `${party.name}.changes`,
    () => collect(party.session.changes(shapes, since, signal)),
    signal,
  )
  const newest = new Map<string, VendorRecord>()
  for (const page of pages) for (const record of page.records) newest.set(`${record.kind}:${record.id}`, record)
  const cursor = pages.at(-1)?.next ?? since
  if (cursor === null) throw new Bug(`${party.name} answered without a cursor.`, { code: 'DB-9002' })
  return { records: [...newest.values()], bookmark: { stream, cursor, moved: cursor !== since } }
}

async function collect(stream: AsyncIterable<Page>): Promise<readonly Page[]> {
  const pages: Page[] = []
  for await (const page of stream) {
    pages.push(page)
    if (pages.length > pagesMax) throw new Bug('A stream of changes does not end.', { code: 'DB-9003' })
  }
  return pages
}
