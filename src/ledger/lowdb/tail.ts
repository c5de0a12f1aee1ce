// The end of the journal after a crash. A write that was under way was never acknowledged, and may be there in part:
// such a tail is cut. Anything else that does not read is damage. Telling the two apart:
//
// - Storage loses a write in whole sectors. What is missing at the end was never there (the file is shorter), and what
//   is missing inside reads as zeros up to a sector's edge. A frame in which no such hole is found was changed, not torn.
// - Everything written together is made durable together. Each frame tells where its write began (`behind`): a whole
//   frame after the hole proves that the hole is damage, unless both belong to one write.

import { decodeFrame, marks, HEADER_BYTES } from './frame.ts'
import type { OpenFile } from './files.ts'
import type { ScanEnd } from './scan.ts'

const SECTOR_BYTES = 512

/** A journal is not longer than this beyond its last whole frame: one group of batches. */
const TAIL_BYTES_MAX = 256 * 1024 * 1024

export type Tail = 'none' | 'torn' | 'damaged'

export async function judgeTail(file: OpenFile, end: ScanEnd, size: number): Promise<Tail> {
  if (end.at === size) return 'none'
  if (end.why === 'bad-chain' || size - end.at > TAIL_BYTES_MAX) return 'damaged'
  const tail = Buffer.alloc(size - end.at)
  await file.read(tail, end.at)
  const next = nextWhole(tail, end.at)
  if (next !== undefined && next.writeBegan > end.at) return 'damaged'
  const fileEndsEarly = end.why === 'short' && next === undefined
  if (fileEndsEarly) return 'torn'
  const frameEnd = end.why === 'bad-header' || end.size === null ? (next?.at ?? size) : end.at + end.size
  const looked = end.why === 'bad-header' ? Math.min(frameEnd, end.at + HEADER_BYTES) : Math.min(frameEnd, size)
  return hasHole(tail.subarray(0, looked - end.at), end.at) ? 'torn' : 'damaged'
}

/** The first whole frame that follows, wherever it stands. */
function nextWhole(tail: Buffer, at: number) {
  for (let from = tail.indexOf(marks.journal, 1); from !== -1; from = tail.indexOf(marks.journal, from + 1)) {
    const found = decodeFrame(tail, from, 'journal')
    if (found.is === 'frame') return { at: at + from, writeBegan: at + from - found.frame.behind }
  }
  return undefined
}

/** Zeros from the beginning or a sector's edge up to the next edge or the end. */
function hasHole(bytes: Buffer, at: number): boolean {
  let from = 0
  while (from < bytes.length) {
    const to = Math.min(bytes.length, from + SECTOR_BYTES - ((at + from) % SECTOR_BYTES))
    if (bytes.subarray(from, to).every((byte) => byte === 0)) return true
    from = to
  }
  return false
}
