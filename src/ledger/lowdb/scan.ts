// Reads the frames of a file in order, as far as they are whole and continue one another.

import { HEADER_BYTES, decodeFrame, nextChain, type Decoded, type Frame, type Mark } from './frame.ts'
import type { OpenFile } from './files.ts'

const WINDOW_BYTES = 256 * 1024

export interface ScanRange {
  readonly mark: Mark
  readonly from: number
  readonly to: number
  /** The chain before the first frame. */
  readonly chain: Buffer
}

export interface ScanEnd {
  /** Where the last whole frame ends. */
  readonly at: number
  readonly chain: Buffer
  readonly why: 'end' | 'short' | 'bad-header' | 'bad-body' | 'bad-chain'
  /** The size of the frame that is not whole, where its header tells it. */
  readonly size: number | null
}

export interface Scanned extends Frame {
  readonly at: number
  readonly previous: Buffer
}

/** `visit` may not keep what it is shown: the next frames are read into the same memory. */
export async function scanFrames(
  file: OpenFile,
  { mark, from, to, chain }: ScanRange,
  visit: (frame: Scanned) => void,
): Promise<ScanEnd> {
  const window = new Window(file, to)
  let at = from
  let before = Buffer.from(chain)
  for (;;) {
    if (at === to) return { at, chain: before, why: 'end', size: null }
    const found = await decodedAt(window, at, mark)
    if (found.is !== 'frame') {
      const size = found.is === 'bad-body' ? found.size : found.is === 'short' ? found.needs : null
      return { at, chain: before, why: found.is, size }
    }
    const { frame } = found
    if (!nextChain(before, [frame.chained]).equals(frame.chain))
      return { at, chain: before, why: 'bad-chain', size: frame.size }
    visit({ ...frame, at, previous: before })
    before = Buffer.from(frame.chain)
    at += frame.size
  }
}

async function decodedAt(window: Window, at: number, mark: Mark): Promise<Decoded> {
  await window.show(at, HEADER_BYTES)
  const first = decodeFrame(window.bytes, at - window.at, mark)
  if (first.is !== 'short') return first
  await window.show(at, first.needs)
  return decodeFrame(window.bytes, at - window.at, mark)
}

/** A stretch of the file in memory. */
class Window {
  readonly #file: OpenFile
  readonly #end: number
  #memory = Buffer.allocUnsafe(WINDOW_BYTES)
  bytes = Buffer.alloc(0)
  at = 0

  constructor(file: OpenFile, end: number) {
    this.#file = file
    this.#end = end
  }

  /** Makes these bytes visible, as far as the file has them. */
  async show(from: number, length: number): Promise<void> {
    const wanted = Math.min(length, this.#end - from)
    if (from >= this.at && from + wanted <= this.at + this.bytes.length) return
    if (wanted > this.#memory.length) this.#memory = Buffer.allocUnsafe(wanted)
    const room = this.#memory.subarray(0, Math.min(this.#memory.length, this.#end - from))
    this.bytes = room.subarray(0, await this.#file.read(room, from))
    this.at = from
  }
}
