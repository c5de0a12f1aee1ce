// Reads many places of files at once. Places near each other come in one read, so that going through everything costs
// few large reads, and looking at a handful costs a handful.

import type { Segment } from './segment.ts'

export interface Place {
  readonly segment: Segment
  readonly offset: number
  readonly length: number
}

const GAP_BYTES_MAX = 16 * 1024
const READ_BYTES_MAX = 1024 * 1024
const READS_AT_ONCE = 8

interface Stretch {
  readonly segment: Segment
  readonly from: number
  to: number
  readonly wanted: { readonly order: number; readonly place: Place }[]
}

/** In the order asked for. The files stay open meanwhile, even if the ledger lets go of them. */
export async function readPlaces(places: readonly Place[]): Promise<readonly Buffer[]> {
  const found: Buffer[] = Array.from(places, () => Buffer.alloc(0))
  for (const { segment } of places) segment.hold()
  try {
    const stretches = stretchesOf(places)
    for (let i = 0; i < stretches.length; i += READS_AT_ONCE)
      await Promise.all(stretches.slice(i, i + READS_AT_ONCE).map((stretch) => readStretch(stretch, found)))
  } finally {
    for (const { segment } of places) await segment.release()
  }
  return found
}

function stretchesOf(places: readonly Place[]): readonly Stretch[] {
  const wanted = places.map((place, order) => ({ place, order }))
  wanted.sort((a, b) => compareNames(a.place, b.place) || a.place.offset - b.place.offset)
  const stretches: Stretch[] = []
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

async function readStretch({ segment, from, to, wanted }: Stretch, found: Buffer[]): Promise<void> {
  const bytes = await segment.read(from, to - from)
  for (const { order, place } of wanted)
    found[order] = bytes.subarray(place.offset - from, place.offset - from + place.length)
}

const compareNames = (a: Place, b: Place): number =>
  a.segment === b.segment ? 0 : a.segment.name < b.segment.name ? -1 : 1
