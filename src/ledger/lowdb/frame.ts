// One frame: a piece of a file that is whole or not there. It proves itself by a checksum, and its place by a chain
// that every frame continues from the one before.
//
//     mark 4 | body length 4 | chained length 4 | behind 4 | header crc 4 | body … | chain 32 | crc 4 | end mark 4
//
// The chain is drawn over the first part of the body. What comes after that part can be taken away later (a forgotten
// event) without breaking it. `behind` tells how far back the write that brought this frame began: see tail.ts.

import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { invariant } from '#core/invariant'

export const HEADER_BYTES = 20
export const CHAIN_BYTES = 32
const TRAILER_BYTES = CHAIN_BYTES + 8
export const FRAME_OVERHEAD = HEADER_BYTES + TRAILER_BYTES

/** Above any batch the ledger accepts; a length that says more is not a length. */
export const bodyMax = 128 * 1024 * 1024

// No byte of a mark comes near zero by losing a bit, so that a lost sector (zeros) and a flipped bit differ.
export const marks = { journal: Buffer.from('dbJ1'), history: Buffer.from('dbH1'), index: Buffer.from('dbX1') } as const
export type Mark = keyof typeof marks
const endMark = Buffer.from('end.')

export interface Frame {
  readonly body: Buffer
  readonly chained: Buffer
  readonly loose: Buffer
  readonly behind: number
  readonly chain: Buffer
  /** All of it, header and trailer included. */
  readonly size: number
}

export interface FrameParts {
  readonly mark: Mark
  readonly chained: readonly Buffer[]
  readonly loose?: readonly Buffer[]
  readonly previous: Buffer
  readonly behind?: number
}

export interface EncodedFrame {
  readonly bytes: Buffer
  readonly chain: Buffer
}

export function encodeFrame({ mark, chained, loose = [], previous, behind = 0 }: FrameParts): EncodedFrame {
  const chainedLength = lengthOf(chained)
  const length = chainedLength + lengthOf(loose)
  invariant(length <= bodyMax, 'a frame holds at most its bound')
  const header = Buffer.alloc(HEADER_BYTES)
  marks[mark].copy(header)
  header.writeUInt32LE(length, 4)
  header.writeUInt32LE(chainedLength, 8)
  header.writeUInt32LE(behind, 12)
  header.writeUInt32LE(crc32(header.subarray(0, 16)), 16)
  const chain = nextChain(previous, chained)
  const bytes = Buffer.concat([header, ...chained, ...loose, chain, Buffer.alloc(4), endMark])
  bytes.writeUInt32LE(crc32(bytes.subarray(HEADER_BYTES, -8)), bytes.length - 8)
  return { bytes, chain }
}

export const nextChain = (previous: Buffer, chained: readonly Buffer[]): Buffer =>
  hash('sha256', Buffer.concat([previous, ...chained]), 'buffer')

export type Decoded =
  | { readonly is: 'frame'; readonly frame: Frame }
  /** The bytes end before the frame does; `needs` is its size as far as that can be told. */
  | { readonly is: 'short'; readonly needs: number }
  | { readonly is: 'bad-header' }
  | { readonly is: 'bad-body'; readonly size: number }

export function decodeFrame(bytes: Buffer, at: number, mark: Mark): Decoded {
  if (bytes.length - at < HEADER_BYTES) return { is: 'short', needs: HEADER_BYTES }
  const header = bytes.subarray(at, at + HEADER_BYTES)
  const length = header.readUInt32LE(4)
  const chainedLength = header.readUInt32LE(8)
  const sound = header.subarray(0, 4).equals(marks[mark]) && header.readUInt32LE(16) === crc32(header.subarray(0, 16))
  if (!sound || length > bodyMax || chainedLength > length) return { is: 'bad-header' }
  const size = length + FRAME_OVERHEAD
  if (bytes.length - at < size) return { is: 'short', needs: size }
  const body = bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length)
  const chain = bytes.subarray(at + HEADER_BYTES + length, at + size - 8)
  const checked = bytes.subarray(at + HEADER_BYTES, at + size - 8)
  const whole = bytes.readUInt32LE(at + size - 8) === crc32(checked)
  if (!whole || !bytes.subarray(at + size - 4, at + size).equals(endMark)) return { is: 'bad-body', size }
  const [chained, loose] = [body.subarray(0, chainedLength), body.subarray(chainedLength)]
  return { is: 'frame', frame: { body, chained, loose, behind: header.readUInt32LE(12), chain, size } }
}

const lengthOf = (pieces: readonly Buffer[]): number => pieces.reduce((sum, piece) => sum + piece.length, 0)
