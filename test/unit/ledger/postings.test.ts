import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeFrame, decodeFrame } from '#ledger/lowdb/frame'
import { GrowingPostings, readPostings } from '#ledger/lowdb/postings'
import { runs } from '../../support/runs.ts'

const part = { chain: 'c0ffee', bytes: 1234 }
const tags = ['00000000000000ff', '0a0b0c0d0e0f1011', '7f00000000000000', 'a000000000000001', 'ffffffffffffffff']
const unknown = ['0000000000000000', '0a0b0c0d0e0f1012', 'a000000000000000', 'fffffffffffffff0']

function grown(list: readonly (string | null)[]): GrowingPostings {
  const postings = new GrowingPostings()
  list.forEach((tag, n) => postings.add(100 + n * 60, tag))
  return postings
}

describe('postings', () => {
  test('find events by number and by mark, the same while they grow and once they were written', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.constantFrom(...tags)), { maxLength: 30 }), (list) => {
        const growing = grown(list)
        const read = readPostings(growing.encode(part), part)
        for (const postings of [growing, read]) {
          expect(postings?.count).toBe(list.length)
          expect(list.map((_, n) => postings?.offsetOf(n))).toEqual(list.map((_, n) => 100 + n * 60))
          for (const tag of [...tags, ...unknown])
            expect(postings?.of(tag)).toEqual(list.flatMap((one, n) => (one === tag ? [n] : [])))
        }
      }),
      runs(1_000),
    )
  })
})

describe('written postings are made again', () => {
  const whole = grown(['7f00000000000000', null, 'ffffffffffffffff']).encode(part)
  const decoded = decodeFrame(whole, 0, 'index')
  const { chained, loose } = decoded.is === 'frame' ? decoded.frame : expect.fail()
  const previous = Buffer.alloc(32)
  const rows: readonly (readonly [string, Buffer])[] = [
    ['when they are cut short', whole.subarray(0, -1)],
    [
      'when they are of another sort',
      encodeFrame({ mark: 'history', chained: [chained], loose: [loose], previous }).bytes,
    ],
    [
      'when they say nothing of themselves',
      encodeFrame({ mark: 'index', chained: [], loose: [loose], previous }).bytes,
    ],
    [
      'when one is missing',
      encodeFrame({ mark: 'index', chained: [chained], loose: [loose.subarray(12)], previous }).bytes,
    ],
    ['when they belong to another state of the part', grown([]).encode({ ...part, chain: 'beef' })],
    ['when they belong to a shorter part', grown([]).encode({ ...part, bytes: 1233 })],
  ]
  for (const [name, bytes] of rows) test(name, () => expect(readPostings(bytes, part)).toBeUndefined())
})
