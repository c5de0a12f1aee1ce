// Finds events of one part of the history: by number, and by the mark of their link. While a part grows this is kept
// in memory; once it is full it is written beside it, and read only when somebody asks. It holds nothing that the part
// does not tell, so a lost one is made again.

import { z } from 'zod'
import { decodeFrame, encodeFrame } from './frame.ts'
import { CHAIN_START } from '../event-record.ts'
import { parsedJson } from '../json.ts'

export interface Postings {
  readonly count: number
  /** Where the n-th event of the part begins. */
  offsetOf(n: number): number
  /** Which events have this mark, in order. */
  of(tag: string): readonly number[]
}

const TAG_BYTES = 8
const POSTING_BYTES = TAG_BYTES + 4

const About = z.object({ chain: z.string(), bytes: z.int(), count: z.int(), tagged: z.int() })

export class GrowingPostings implements Postings {
  readonly #offsets: number[] = []
  readonly #tags = new Map<string, number[]>()

  get count(): number {
    return this.#offsets.length
  }

  add(offset: number, tag: string | null): void {
    const n = this.#offsets.push(offset) - 1
    if (tag === null) return
    const known = this.#tags.get(tag)
    if (known) known.push(n)
    else this.#tags.set(tag, [n])
  }

  offsetOf(n: number): number {
    return this.#offsets[n] ?? 0
  }

  of(tag: string): readonly number[] {
    return this.#tags.get(tag) ?? []
  }

  /** `part` says to which state of which part this belongs. */
  encode(part: { readonly chain: string; readonly bytes: number }): Buffer {
    const offsets = Buffer.alloc(this.count * 4)
    this.#offsets.forEach((offset, n) => offsets.writeUInt32LE(offset, n * 4))
    const tagged = [...this.#tags]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([tag, list]) => list.map((n) => ({ tag, n })))
    const postings = Buffer.alloc(tagged.length * POSTING_BYTES)
    tagged.forEach(({ tag, n }, i) => {
      postings.write(tag, i * POSTING_BYTES, 'hex')
      postings.writeUInt32LE(n, i * POSTING_BYTES + TAG_BYTES)
    })
    const about: z.infer<typeof About> = { ...part, count: this.count, tagged: tagged.length }
    const chained = [Buffer.from(JSON.stringify(about))]
    return encodeFrame({ mark: 'index', chained, loose: [offsets, postings], previous: CHAIN_START }).bytes
  }
}

/** Undefined when it is not whole, or belongs to another state of the part. */
export function readPostings(
  bytes: Buffer,
  part: { readonly chain: string; readonly bytes: number },
): Postings | undefined {
  const found = decodeFrame(bytes, 0, 'index')
  if (found.is !== 'frame') return undefined
  const about = About.safeParse(parsedJson(found.frame.chained))
  if (!about.success || about.data.chain !== part.chain || about.data.bytes !== part.bytes) return undefined
  const { count, tagged } = about.data
  const postings = found.frame.loose.subarray(count * 4)
  if (postings.length !== tagged * POSTING_BYTES) return undefined
  return {
    count,
    offsetOf: (n) => found.frame.loose.readUInt32LE(n * 4),
    of: (tag) => postingsOf(postings, Buffer.from(tag, 'hex')),
  }
}

/** Sorted by mark, so the first is found by halving. */
function postingsOf(postings: Buffer, tag: Buffer): readonly number[] {
  const tagAt = (i: number): Buffer => postings.subarray(i * POSTING_BYTES, i * POSTING_BYTES + TAG_BYTES)
  let low = 0
  let high = postings.length / POSTING_BYTES
  while (low < high) {
    const middle = (low + high) >>> 1
    if (tagAt(middle).compare(tag) < 0) low = middle + 1
    else high = middle
  }
  const found: number[] = []
  for (let i = low; i * POSTING_BYTES < postings.length && tagAt(i).equals(tag); i += 1)
    found.push(postings.readUInt32LE(i * POSTING_BYTES + TAG_BYTES))
  return found
}
