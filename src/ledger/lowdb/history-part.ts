// One part of the history: a file of events with its postings. Only the last part grows.

import { damaged, partMissing } from '../faults.ts'
import type { EncodedEvent } from './event-frame.ts'
import { headOf } from './event-frame.ts'
import { ifThere, readWhole, replaceWhole } from './files.ts'
import { bodyMax } from './frame.ts'
import type { Home } from './home.ts'
import { nameOf, type HistoryPart } from './manifest.ts'
import type { Place } from './places.ts'
import { GrowingPostings, readPostings, type Postings } from './postings.ts'
import { scanFrames } from './scan.ts'
import { Segment } from './segment.ts'

/** A part that is full: it is never written again, only replaced. */
export interface ClosedPart {
  readonly info: HistoryPart
  readonly segment: Segment
}

export async function openClosedPart(home: Home, info: HistoryPart, ledger: string): Promise<ClosedPart> {
  const segment = await Segment.open(home, nameOf.history(info.number, info.revision), { kind: 'history', ledger })
  const size = await segment.file.size()
  if (size < info.bytes) throw partMissing(home.directory, segment.name, 'is shorter than it was')
  if (size > info.bytes || segment.head.first !== info.first)
    throw damaged(home.directory, segment.name, 'is not as it was written')
  segment.bytes = size
  return { info, segment }
}

/** From the file beside it, or, where that is lost, from the part itself. */
export async function postingsOf(home: Home, { info, segment }: ClosedPart): Promise<Postings> {
  const name = nameOf.index(info.number, info.revision)
  const bytes = await ifThere(readWhole(home.files, `${home.directory}/${name}`, bodyMax))
  const known = bytes && readPostings(bytes, info)
  if (known) return known
  const grown = new GrowingPart(segment, info.first)
  await grown.grow()
  if (segment.bytes !== info.bytes) throw damaged(home.directory, segment.name, 'is not as it was written')
  // Kept for the next time, if there is room for it.
  await writePostings(home, info, grown.postings).catch(() => undefined)
  return grown.postings
}

export function writePostings(home: Home, info: HistoryPart, postings: GrowingPostings): Promise<void> {
  const { directory, files } = home
  return replaceWhole(files, { directory, name: nameOf.index(info.number, info.revision) }, postings.encode(info))
}

/** Where the n-th event of a part stands. */
export function eventPlace(
  { segment, count, bytes }: { readonly segment: Segment; readonly count: number; readonly bytes: number },
  postings: Postings,
  n: number,
): Place {
  const offset = postings.offsetOf(n)
  return { segment, offset, length: (n + 1 < count ? postings.offsetOf(n + 1) : bytes) - offset }
}

/** The part that events are added to. */
export class GrowingPart {
  readonly segment: Segment
  readonly first: number
  readonly postings = new GrowingPostings()
  chain: Buffer
  oldest = ''
  newest = ''

  constructor(segment: Segment, first: number) {
    this.segment = segment
    this.first = first
    this.chain = segment.head.after
  }

  /** The number the next event gets. */
  get next(): number {
    return this.first + this.postings.count
  }

  /** Takes in what the file holds, as far as it is whole and in order. */
  async grow(): Promise<void> {
    const { segment } = this
    const range = { mark: 'history', from: segment.from, to: await segment.file.size(), chain: this.chain } as const
    let broken: number | null = null
    const end = await scanFrames(segment.file, range, ({ chained, at, chain }) => {
      const head = headOf(chained)
      if (broken !== null || head?.number !== this.next) broken ??= at
      else this.note({ at: head.at, tag: head.tag, chain: Buffer.from(chain) }, at)
    })
    segment.bytes = broken ?? end.at
  }

  async append(events: readonly EncodedEvent[]): Promise<void> {
    let offset = this.segment.bytes
    await this.segment.append(Buffer.concat(events.map(({ bytes }) => bytes)))
    for (const event of events) {
      this.note(event, offset)
      offset += event.bytes.length
    }
  }

  isOlderThan(at: string): boolean {
    return this.postings.count > 0 && this.newest < at
  }

  info(): HistoryPart {
    const { segment, first, oldest, newest } = this
    const chain = this.chain.toString('hex')
    const { number } = segment.head
    return { number, revision: 0, bytes: segment.bytes, chain, first, events: this.postings.count, oldest, newest }
  }

  note({ at, tag, chain }: Pick<EncodedEvent, 'at' | 'tag' | 'chain'>, offset: number): void {
    this.postings.add(offset, tag)
    this.chain = chain
    if (this.oldest === '' || at < this.oldest) this.oldest = at
    if (at > this.newest) this.newest = at
  }
}
