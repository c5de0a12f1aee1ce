import { describe, expect, test } from 'vitest'
import { encodeFrame } from '#ledger/lowdb/frame'
import { scanFrames, type ScanEnd, type ScanRange } from '#ledger/lowdb/scan'
import { SimDisk } from './sim-disk.ts'

const start = Buffer.alloc(32, 1)
const KiB = 1024

interface Seen {
  readonly at: number
  readonly text: string
  readonly previous: string
}

/** Frames that hold so many bytes each, one after the other and continuing one another. */
function written(lengths: readonly number[], previous = start) {
  let chain: Buffer = previous
  let at = 0
  const frames = lengths.map((length, n) => {
    const frame = encodeFrame({ mark: 'journal', chained: [Buffer.alloc(length, 97 + n)], previous: chain })
    const seen: Seen = { at, text: String.fromCodePoint(97 + n).repeat(length), previous: chain.toString('hex') }
    chain = frame.chain
    at += frame.bytes.length
    return { bytes: frame.bytes, seen, end: { at, chain: frame.chain } }
  })
  return {
    bytes: Buffer.concat(frames.map((frame) => frame.bytes)),
    seen: frames.map(({ seen }) => seen),
    frames,
    chain,
  }
}

async function scanned(bytes: Buffer, range: Partial<ScanRange> = {}) {
  const disk = new SimDisk()
  disk.put('/file', bytes)
  let reads = 0
  disk.breaks = (operation) => void (reads += operation === 'read' ? 1 : 0)
  const seen: Seen[] = []
  const end: ScanEnd = await scanFrames(
    await disk.open('/file', 'read'),
    { mark: 'journal', from: 0, to: bytes.length, chain: start, ...range },
    ({ at, body, previous }) => seen.push({ at, text: body.toString('latin1'), previous: previous.toString('hex') }),
  )
  return { seen, end, reads }
}

describe('the frames of a file', () => {
  const sizes = [
    ['none', []],
    ['a few', [3, 0, 200, 17]],
    ['more than is read at once', Array.from({ length: 20 }, () => 30 * KiB)],
    ['some larger than what is read at once', [10, 300 * KiB, 5, 700 * KiB, 300 * KiB, 1]],
  ] as const
  for (const [name, lengths] of sizes)
    test(`are shown in order, each with its place and the chain before it: ${name}`, async () => {
      const { bytes, seen, chain } = written(lengths)
      expect(await scanned(bytes)).toMatchObject({ seen, end: { at: bytes.length, chain, why: 'end', size: null } })
    })

  test('come in few large reads', async () => {
    const { bytes } = written(Array.from({ length: 20 }, () => 30 * KiB))
    expect((await scanned(bytes)).reads).toBeLessThan(5)
    expect((await scanned(written(Array.from({ length: 20 }, () => 100)).bytes)).reads).toBe(1)
  })

  test('are read from where one is told to, up to where one is told to', async () => {
    const { bytes, seen, frames } = written([10, 20, 30, 40])
    const [first, , third] = frames.map(({ end }) => end)
    const range = { from: first!.at, chain: first!.chain, to: third!.at }
    expect(await scanned(bytes, range)).toMatchObject({ seen: seen.slice(1, 3), end: { ...third!, why: 'end' } })
    // What lies behind the end is not looked at, even if it would make the last frame whole.
    const { end } = await scanned(bytes, { ...range, to: third!.at - 1 })
    expect(end).toEqual({ ...frames[1]!.end, why: 'short', size: 90 })
  })
})

describe('reading ends where the file is not as it was written, and says why', () => {
  const { bytes, seen, frames } = written([10, 20, 30])
  const [one, two] = frames.map(({ end }) => end)
  const flipped = (at: number): Buffer => {
    const copy = Buffer.from(bytes)
    copy[at] = (copy[at] ?? 0) ^ 1
    return copy
  }
  const rows: readonly { name: string; given: Buffer; whole: number; end: ScanEnd }[] = [
    {
      name: 'it ends within a header',
      given: bytes.subarray(0, two!.at + 5),
      whole: 2,
      end: { ...two!, why: 'short', size: 20 },
    },
    { name: 'it ends within a body', given: bytes.subarray(0, -1), whole: 2, end: { ...two!, why: 'short', size: 90 } },
    {
      name: 'a header was changed',
      given: flipped(two!.at + 5),
      whole: 2,
      end: { ...two!, why: 'bad-header', size: null },
    },
    { name: 'a body was changed', given: flipped(one!.at + 25), whole: 1, end: { ...one!, why: 'bad-body', size: 80 } },
    {
      name: 'a frame is missing',
      given: Buffer.concat([bytes.subarray(0, one!.at), bytes.subarray(two!.at)]),
      whole: 1,
      end: { ...one!, why: 'bad-chain', size: 90 },
    },
  ]
  for (const { name, given, whole, end } of rows)
    test(name, async () => expect(await scanned(given)).toMatchObject({ seen: seen.slice(0, whole), end }))
})
