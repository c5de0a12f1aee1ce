// From files to contents: the snapshot first, then every journal after it, each frame checked and each file's end held
// against the manifest. Whatever is not as it was written stops the start.

import { damaged, partMissing } from '../faults.ts'
import { decodeBatch, type DecodedBatch } from './batch.ts'
import { Contents } from './contents.ts'
import { encodedEventOf, type EncodedEvent } from './event-frame.ts'
import { HEADER_BYTES } from './frame.ts'
import type { Home } from './home.ts'
import { nameOf, type Manifest } from './manifest.ts'
import { scanFrames, type Scanned, type ScanEnd } from './scan.ts'
import { Segment, type SegmentHead } from './segment.ts'
import { judgeTail } from './tail.ts'

export interface Replayed {
  readonly contents: Contents
  /** The snapshot and the journals that are full, oldest first. */
  readonly closed: readonly Segment[]
  readonly active: Segment
  readonly chain: Buffer
  /** Of a last write that never became whole. */
  readonly cutBytes: number
  readonly lastEvent: number
  /** Events from the wanted number on, as the journal holds them. */
  readonly events: readonly EncodedEvent[]
}

/** `eventsFrom`: the number of the first event that the history lacks. Changes nothing. */
export async function replay(home: Home, manifest: Manifest, eventsFrom: number): Promise<Replayed> {
  return new Replay(home, manifest, eventsFrom).run()
}

class Replay {
  readonly #home: Home
  readonly #manifest: Manifest
  readonly #eventsFrom: number
  readonly #contents = new Contents()
  readonly #events: EncodedEvent[] = []
  #lastEvent: number

  constructor(home: Home, manifest: Manifest, eventsFrom: number) {
    this.#home = home
    this.#manifest = manifest
    this.#eventsFrom = eventsFrom
    this.#lastEvent = manifest.snapshot?.lastEvent ?? 0
  }

  async run(): Promise<Replayed> {
    const { snapshot, journal } = this.#manifest
    const closed: Segment[] = []
    if (snapshot) closed.push(await this.#whole('snapshot', snapshot))
    let after = snapshot?.after
    for (const written of journal.closed) {
      const segment = await this.#whole('journal', written)
      this.#mustFollow(segment, after)
      after = written.chain
      closed.push(segment)
    }
    const active = await this.#open('journal', journal.active.number)
    this.#mustFollow(active, after)
    const { chain, cutBytes } = await this.#last(active)
    const [contents, events, lastEvent] = [this.#contents, this.#events, this.#lastEvent]
    return { contents, closed, active, chain, cutBytes, lastEvent, events }
  }

  /** A file that must be exactly as the manifest says. */
  async #whole(kind: 'snapshot' | 'journal', written: Manifest['journal']['closed'][number]): Promise<Segment> {
    const segment = await this.#open(kind, written.number)
    const size = await segment.file.size()
    if (size < written.bytes) throw partMissing(this.#home.directory, segment.name, 'is shorter than it was')
    const end = await this.#scan(segment, size)
    // The chain tells that nothing in it was changed or is missing.
    if (size !== written.bytes || end.chain.toString('hex') !== written.chain) throw this.#damage(segment, end.at)
    segment.bytes = size
    return segment
  }

  /** The file that was being written: it may hold more than the manifest says, and may end in a torn write. */
  async #last(segment: Segment): Promise<{ chain: Buffer; cutBytes: number }> {
    const { active } = this.#manifest.journal
    const size = await segment.file.size()
    if (size < active.bytes) throw partMissing(this.#home.directory, segment.name, 'is shorter than it was')
    const known = await this.#scan(segment, active.bytes)
    if (known.chain.toString('hex') !== active.chain) throw this.#damage(segment, known.at)
    const end = await this.#scan(segment, size, known)
    const tail = active.clean && size > active.bytes ? 'damaged' : await judgeTail(segment.file, end, size)
    if (tail === 'damaged') throw this.#damage(segment, end.at)
    segment.bytes = end.at
    return { chain: end.chain, cutBytes: size - end.at }
  }

  #open(kind: SegmentHead['kind'] & ('snapshot' | 'journal'), number: number): Promise<Segment> {
    return Segment.open(this.#home, nameOf[kind](number), { kind, ledger: this.#manifest.ledger })
  }

  #scan(segment: Segment, to: number, from?: ScanEnd): Promise<ScanEnd> {
    const range = {
      mark: 'journal',
      from: from?.at ?? segment.from,
      to,
      chain: from?.chain ?? segment.head.after,
    } as const
    return scanFrames(segment.file, range, (frame) => this.#take(segment, frame))
  }

  #take(segment: Segment, frame: Scanned): void {
    const batch = decodeBatch(frame.body, frame.previous, segment.sealer)
    if (batch === undefined) throw this.#damage(segment, frame.at)
    this.#contents.apply(batch, segment, frame.at + HEADER_BYTES)
    this.#takeEvents(segment, frame, batch)
  }

  #takeEvents(segment: Segment, frame: Scanned, { events }: DecodedBatch): void {
    if (events.sizes.length === 0) return
    if (events.first !== this.#lastEvent + 1) throw this.#damage(segment, frame.at)
    let at = events.at
    for (const size of events.sizes) {
      this.#lastEvent += 1
      if (this.#lastEvent >= this.#eventsFrom) {
        const event = encodedEventOf(Buffer.from(frame.body.subarray(at, at + size)))
        if (event === undefined) throw this.#damage(segment, frame.at)
        this.#events.push({ ...event, chain: Buffer.from(event.chain) })
      }
      at += size
    }
  }

  #mustFollow(segment: Segment, after: string | undefined): void {
    if (after !== undefined && segment.head.after.toString('hex') !== after)
      throw damaged(this.#home.directory, segment.name, 'does not go on where the file before it ends')
  }

  #damage(segment: Segment, at: number): Error {
    return damaged(this.#home.directory, segment.name, `is not as it was written, at byte ${at}`)
  }
}
