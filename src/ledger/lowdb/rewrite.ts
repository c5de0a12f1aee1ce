// Writes a part of the history anew: without the words of deals that were forgotten, and under the current key. The
// chain is not touched by either, so what was never meant to change can still be shown not to have changed.

import { damaged } from '../faults.ts'
import { readEvent } from './event-frame.ts'
import { decodeFrame, encodeFrame, type Frame } from './frame.ts'
import { eventPlace, postingsOf, writePostings, type ClosedPart } from './history-part.ts'
import type { Home } from './home.ts'
import { nameOf } from './manifest.ts'
import { readPlaces } from './places.ts'
import { GrowingPostings, type Postings } from './postings.ts'
import { Segment } from './segment.ts'

const CHUNK = 256

/** The marks of deals whose words must go. */
export type Tags = ReadonlySet<string>

/** Does this part hold words of these deals, or stand under another key? */
export async function needsRewrite(home: Home, part: ClosedPart, tags: Tags): Promise<boolean> {
  if (part.segment.head.key !== home.keys.currentId) return true
  if (tags.size === 0) return false
  const postings = await postingsOf(home, part)
  return [...tags].some((tag) => postings.of(tag).length > 0)
}

/** The same events in another file; the old one stays as it is. */
export async function rewritePart(home: Home, part: ClosedPart, tags: Tags, signal: AbortSignal): Promise<ClosedPart> {
  const { number, revision, events } = part.info
  const head = { ...part.segment.head, key: home.keys.currentId }
  const segment = await Segment.create(home, nameOf.history(number, revision + 1), head)
  try {
    const rewriting = new Rewriting(home, part, segment, tags)
    const old = await postingsOf(home, part)
    for (let from = 0; from < events; from += CHUNK) {
      signal.throwIfAborted()
      await rewriting.copy(old, from, Math.min(events, from + CHUNK))
    }
    await segment.sync()
    const info = { ...part.info, revision: revision + 1, bytes: segment.bytes }
    await writePostings(home, info, rewriting.postings)
    return { info, segment }
  } catch (error) {
    await segment.release()
    throw error
  }
}

class Rewriting {
  readonly postings = new GrowingPostings()
  readonly #home: Home
  readonly #part: ClosedPart
  readonly #to: Segment
  readonly #tags: Tags
  #previous: Buffer

  constructor(home: Home, part: ClosedPart, to: Segment, tags: Tags) {
    this.#home = home
    this.#part = part
    this.#to = to
    this.#tags = tags
    this.#previous = to.head.after
  }

  async copy(old: Postings, from: number, to: number): Promise<void> {
    const { segment, info } = this.#part
    const part = { segment, count: info.events, bytes: info.bytes }
    const places = Array.from({ length: to - from }, (_, i) => eventPlace(part, old, from + i))
    let at = this.#to.bytes
    const frames: Buffer[] = []
    for (const bytes of await readPlaces(places, (read) => Buffer.from(read))) {
      const frame = this.#again(bytes, at)
      frames.push(frame)
      at += frame.length
    }
    await this.#to.append(Buffer.concat(frames))
  }

  #again(bytes: Buffer, at: number): Buffer {
    const found = decodeFrame(bytes, 0, 'history')
    const { segment } = this.#part
    const read = found.is === 'frame' ? readEvent(found.frame, segment.sealer) : undefined
    if (found.is !== 'frame' || read === undefined)
      throw damaged(this.#home.directory, segment.name, 'is not as it was written')
    const { tag, event } = read.head
    // The event that tells of the forgetting carries the mark too; it has nothing to hide.
    const isForgotten = tag !== null && event !== 'forgot' && this.#tags.has(tag)
    const loose = isForgotten || read.plain === null ? [] : [this.#sealed(found.frame, read.plain)]
    const again = encodeFrame({ mark: 'history', chained: [found.frame.chained], loose, previous: this.#previous })
    this.postings.add(at, tag)
    this.#previous = again.chain
    return again.bytes
  }

  #sealed(frame: Frame, plain: Buffer): Buffer {
    const { sealer } = this.#to
    if (sealer === this.#part.segment.sealer) return frame.loose
    return sealer ? sealer.seal(plain, frame.chain) : plain
  }
}
