// Reads events out of parts: all of them, or those of one link, without holding more than a few in memory.

import type { LinkKey } from '#core/model/ids'
import type { HistoryEvent } from '../entries.ts'
import { damaged } from '../faults.ts'
import { readEvent } from './event-frame.ts'
import { decodeFrame } from './frame.ts'
import { eventPlace } from './history-part.ts'
import { readPlaces } from './places.ts'
import type { Postings } from './postings.ts'
import type { Segment } from './segment.ts'

const CHUNK = 256

export interface ReadablePart {
  readonly segment: Segment
  readonly count: number
  readonly bytes: number
  readonly newest: string
  postings(): Promise<Postings>
}

export interface HistoryQuery {
  readonly directory: string
  readonly link: { readonly key: LinkKey; readonly tag: string } | null
  readonly since: string | undefined
  readonly last: number | undefined
}

/** Numbers of events in one part: a list, or a stretch of all of them. */
interface Pick {
  readonly part: ReadablePart
  readonly list: readonly number[] | null
  readonly from: number
  readonly to: number
}

export async function* readHistory(parts: readonly ReadablePart[], query: HistoryQuery): AsyncIterable<HistoryEvent> {
  for (const { segment } of parts) segment.hold()
  try {
    for (const pick of await picksOf(parts, query)) {
      const isOld = query.since !== undefined && pick.part.newest < query.since
      if (isOld || pick.from === pick.to) continue
      const postings = await pick.part.postings()
      for (let i = pick.from; i < pick.to; i += CHUNK) {
        const numbers = Array.from({ length: Math.min(CHUNK, pick.to - i) }, (_, n) => pick.list?.[i + n] ?? i + n)
        for (const event of await readEvents(pick.part, postings, numbers, query)) yield event
      }
    }
  } finally {
    for (const { segment } of parts) await segment.release()
  }
}

async function picksOf(parts: readonly ReadablePart[], { link, last }: HistoryQuery): Promise<readonly Pick[]> {
  const picks: Pick[] = []
  for (const part of parts) {
    const list = link && (await part.postings()).of(link.tag)
    picks.push({ part, list, from: 0, to: list?.length ?? part.count })
  }
  let skip = last === undefined ? 0 : picks.reduce((sum, { to }) => sum + to, 0) - last
  return picks.map((pick) => {
    const from = Math.min(pick.to, Math.max(0, skip))
    skip -= pick.to
    return { ...pick, from }
  })
}

async function readEvents(
  part: ReadablePart,
  postings: Postings,
  numbers: readonly number[],
  { directory, link, since }: HistoryQuery,
): Promise<readonly HistoryEvent[]> {
  const { segment } = part
  const places = numbers.map((n) => eventPlace(part, postings, n))
  const events = await readPlaces(places, (bytes) => {
    const found = decodeFrame(bytes, 0, 'history')
    const read = found.is === 'frame' ? readEvent(found.frame, segment.sealer) : undefined
    if (read === undefined) throw damaged(directory, segment.name, 'is not as it was written')
    return read.event
  })
  return events.filter((event) => {
    // A mark is short: another link may share it. Where the words are gone, the mark is all there is.
    const isOther = link !== null && event.link !== null && event.link !== link.key
    return !isOther && (since === undefined || event.at >= since)
  })
}
