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
  const whole = wholeFrames(tail)
  if (whole.some(({ from, behind }) => from - behind > 0)) return 'damaged'
  const [next] = whole
  if (end.why === 'short' && next === undefined) return 'torn'
  const frameSize = end.why === 'bad-header' ? HEADER_BYTES : (end.size ?? tail.length)
  return hasHole(tail.subarray(0, Math.min(frameSize, next?.from ?? tail.length)), end.at) ? 'torn' : 'damaged'
}

/** The whole frames that follow, wherever they stand. */
function wholeFrames(tail: Buffer): readonly { readonly from: number; readonly behind: number }[] {
  const frames: { from: number; behind: number }[] = []
  let from = tail.indexOf(marks.journal, 1)
  while (from !== -1) {
    const found = decodeFrame(tail, from, 'journal')
    if (found.is === 'frame') frames.push({ from, behind: found.frame.behind })
    from = tail.indexOf(marks.journal, from + (found.is === 'frame' ? found.frame.size : 1))
  }
  return frames
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
