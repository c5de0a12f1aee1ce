// Reads many places of files at once. Places near each other come in one read, so that going through everything costs
// few large reads, and looking at a handful costs a handful. The memory read into is used again and again.

import type { Segment } from './segment.ts'

export interface Place {
  readonly segment: Segment
  readonly offset: number
  readonly length: number
}

const GAP_BYTES_MAX = 4 * 1024
const READ_BYTES_MAX = 128 * 1024
const READS_AT_ONCE = 4

interface Wanted<P> {
  readonly order: number
  readonly place: P
}

interface Stretch<P> {
  readonly segment: Segment
  readonly from: number
  to: number
  readonly wanted: Wanted<P>[]
}

/**
 * What `take` makes of each place, in the order asked for. It may not keep the bytes it is shown. The files stay open
 * meanwhile, even if the ledger lets go of them.
 */
export async function readPlaces<P extends Place, T>(
  places: readonly P[],
  take: (bytes: Buffer, place: P) => T,
): Promise<readonly T[]> {
  const found = new Map<number, T>()
  for (const { segment } of places) segment.hold()
  try {
    const stretches = stretchesOf(places)
    const lane = async (): Promise<void> => {
      for (let next = stretches.pop(); next !== undefined; next = stretches.pop())
        await readStretch(next, (bytes, { order, place }) => found.set(order, take(bytes, place)))
    }
    await Promise.all(Array.from({ length: Math.min(READS_AT_ONCE, stretches.length) }, lane))
  } finally {
    for (const { segment } of places) await segment.release()
  }
  return [...found].toSorted(([a], [b]) => a - b).map(([, value]) => value)
}

function stretchesOf<P extends Place>(places: readonly P[]): Stretch<P>[] {
  const wanted = places.map((place, order) => ({ place, order }))
  wanted.sort((a, b) => compareNames(a.place, b.place) || a.place.offset - b.place.offset)
  const stretches: Stretch<P>[] = []
  for (const one of wanted) {
    const { segment, offset, length } = one.place
    const last = stretches.at(-1)
    const near = last && last.segment === segment && offset - last.to <= GAP_BYTES_MAX
    if (near && offset + length - last.from <= READ_BYTES_MAX) {
      last.to = Math.max(last.to, offset + length)
      last.wanted.push(one)
    } else stretches.push({ segment, from: offset, to: offset + length, wanted: [one] })
  }
  return stretches
}

async function readStretch<P extends Place>(
  { segment, from, to, wanted }: Stretch<P>,
  take: (bytes: Buffer, one: Wanted<P>) => void,
): Promise<void> {
  const length = to - from
  const memory = (length <= READ_BYTES_MAX ? spare.pop() : undefined) ?? Buffer.alloc(Math.max(length, READ_BYTES_MAX))
  try {
    const bytes = memory.subarray(0, await segment.file.read(memory.subarray(0, length), from))
    for (const one of wanted) {
      const at = one.place.offset - from
      take(bytes.subarray(at, at + one.place.length), one)
    }
  } finally {
    if (memory.length === READ_BYTES_MAX && spare.length < SPARE_MAX) spare.push(memory)
  }
}

/** Shared by all ledgers of the process, and never more than this. */
const spare: Buffer[] = []
const SPARE_MAX = 2 * READS_AT_ONCE

const compareNames = (a: Place, b: Place): number =>
  a.segment === b.segment ? 0 : a.segment.name < b.segment.name ? -1 : 1
