import { describe, expect, test } from 'vitest'
import { encodeFrame, HEADER_BYTES } from '#ledger/lowdb/frame'
import { scanFrames } from '#ledger/lowdb/scan'
import { judgeTail, type Tail } from '#ledger/lowdb/tail'
import { SimDisk } from './sim-disk.ts'

// A journal whose last whole frame ends at byte 300, and a write of 1660 bytes behind it: its frame fills the rest of
// the first sector, two whole ones and a part of the last.
const start = Buffer.alloc(32, 1)
const first = encodeFrame({ mark: 'journal', chained: [Buffer.alloc(240, 'a')], previous: start })
const at = first.bytes.length
const write = encodeFrame({ mark: 'journal', chained: [Buffer.alloc(1600, 'b')], previous: first.chain }).bytes
const [toEdge, sector] = [512 - at, 512]

const frame = (text: string, previous: Buffer, behind = 0): Buffer =>
  encodeFrame({ mark: 'journal', chained: [Buffer.from(text)], previous, behind }).bytes
const zeroed = (bytes: Buffer, from: number, to: number): Buffer => Buffer.from(bytes).fill(0, from, to)
const changed = (bytes: Buffer, byte: number): Buffer => {
  const copy = Buffer.from(bytes)
  copy[byte] = (copy[byte] ?? 0) ^ 1
  return copy
}
const withHole = zeroed(write, toEdge, toEdge + sector)
const noise = Buffer.alloc(100, 'x')

async function judged(tail: Buffer): Promise<Tail> {
  const disk = new SimDisk()
  disk.put('/journal', Buffer.concat([first.bytes, tail]))
  const [file, size] = [await disk.open('/journal', 'read'), at + tail.length]
  const range = { mark: 'journal', from: 0, to: size, chain: start } as const
  return judgeTail(file, await scanFrames(file, range, () => undefined), size)
}

describe('F79: what stands behind the last whole frame of a journal', () => {
  const rows: readonly (readonly [Tail, string, Buffer])[] = [
    ['none', 'nothing', Buffer.alloc(0)],
    ['none', 'another whole frame', write],
    ['torn', 'the first bytes of a header', write.subarray(0, 5)],
    ['torn', 'a frame without its end', write.subarray(0, -1)],
    ['torn', 'a frame that ends within its second sector', write.subarray(0, 700)],
    ['torn', 'zeros, as a file that grew without its bytes has them', Buffer.alloc(1300)],
    ['torn', 'a frame without its first sector', zeroed(write, 0, toEdge)],
    ['torn', 'a frame without one sector of its middle', withHole],
    ['torn', 'a frame without its last sector', zeroed(write, toEdge + 2 * sector, write.length)],
    [
      'torn',
      'a frame with a hole, and a mark that begins none',
      Buffer.concat([withHole, Buffer.from('dbJ1 dbJ1'), noise]),
    ],
    ['damaged', 'noise', noise],
    ['damaged', 'noise, and then zeros', Buffer.concat([noise, Buffer.alloc(2000)])],
    ['damaged', 'a frame with a header that was changed', changed(write, 5)],
    ['damaged', 'a frame with a body that was changed', changed(write, HEADER_BYTES + 9)],
    [
      'damaged',
      'a changed frame with zeros behind it',
      Buffer.concat([changed(write, HEADER_BYTES + 9), Buffer.alloc(2000)]),
    ],
    [
      'damaged',
      'as many zeros as a sector has, but not from edge to edge',
      zeroed(write, toEdge + 1, toEdge + 1 + sector),
    ],
    ['damaged', 'zeros up to the edge of a sector, but not from the one before', zeroed(write, 1, toEdge)],
    [
      'damaged',
      'zeros in the last sector, but not up to the end',
      zeroed(write, toEdge + 2 * sector, write.length - 1),
    ],
    ['damaged', 'zeros from the edge of a sector, but not up to the next', zeroed(write, toEdge, toEdge + sector - 20)],
    ['damaged', 'a whole frame that continues another journal', frame('c', start)],
    ['damaged', 'the same, with zeros in it', frame('c'.repeat(200) + '\0'.repeat(1200), start)],
  ]
  for (const [tail, name, bytes] of rows)
    test(`${name} is ${tail === 'none' ? 'no tail' : tail}`, async () => expect(await judged(bytes)).toBe(tail))
})

describe('F79: a hole with whole frames behind it', () => {
  const next = (behind: number): Buffer => Buffer.concat([withHole, frame('c', start, behind)])
  const [behind] = [write.length]
  const long = Buffer.concat([
    encodeFrame({ mark: 'journal', chained: [noise, noise], previous: start }).bytes.subarray(0, 60),
  ])
  const rows: readonly (readonly [Tail, string, Buffer])[] = [
    ['torn', 'of the write that began with it', next(behind)],
    ['torn', 'of a write that began before it', next(behind + at)],
    ['damaged', 'of the write after it: that one was made because this one was on the disk', next(0)],
    ['damaged', 'of a write that began within it', next(behind - 1)],
    [
      'damaged',
      'of its own write, and one of the next',
      Buffer.concat([next(behind), frame('d', start, 61), frame('e', start)]),
    ],
    [
      'damaged',
      'of its own write, though nothing is missing before them',
      Buffer.concat([long, frame('c', start, 60)]),
    ],
  ]
  for (const [tail, name, bytes] of rows)
    test(`${name}, is ${tail}`, async () => expect(await judged(bytes)).toBe(tail))

  test('is not looked for in more than one write can hold', async () => {
    const disk = new SimDisk()
    disk.put('/journal', first.bytes)
    const end = { at, chain: first.chain, why: 'short', size: 20 } as const
    const size = at + 256 * 1024 * 1024 + 1
    expect(await judgeTail(await disk.open('/journal', 'read'), end, size)).toBe('damaged')
  })
})
