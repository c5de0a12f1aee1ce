import { crc32 } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bodyMax, decodeFrame, encodeFrame, FRAME_OVERHEAD, HEADER_BYTES, marks, nextChain } from '#ledger/lowdb/frame'
import { runs } from '../../support/runs.ts'

const previous = Buffer.alloc(32, 9)
const { bytes, chain } = encodeFrame({
  mark: 'journal',
  chained: [Buffer.from('Contoso'), Buffer.from(' buys')],
  loose: [Buffer.from(' three'), Buffer.from(' hundred seats')],
  previous,
  behind: 70,
})

/** The beginning of a frame, with a checksum that fits. */
function header({ length = 10, chained = 0 }): Buffer {
  const made = Buffer.alloc(HEADER_BYTES)
  marks.journal.copy(made)
  made.writeUInt32LE(length, 4)
  made.writeUInt32LE(chained, 8)
  made.writeUInt32LE(crc32(made.subarray(0, 16)), 16)
  return made
}

describe('a frame', () => {
  test('gives back what was put in it, wherever it stands', () => {
    const pieces = fc.array(
      fc.uint8Array({ maxLength: 40 }).map((piece) => Buffer.from(piece)),
      { maxLength: 3 },
    )
    fc.assert(
      fc.property(pieces, pieces, fc.nat(1000), fc.nat(30), (chained, loose, behind, at) => {
        const made = encodeFrame({ mark: 'history', chained, loose, previous, behind })
        const found = decodeFrame(Buffer.concat([Buffer.alloc(at, 1), made.bytes, Buffer.alloc(5, 1)]), at, 'history')
        const [one, other] = [Buffer.concat(chained), Buffer.concat(loose)]
        const frame = { body: Buffer.concat([one, other]), chained: one, loose: other, behind, chain: made.chain }
        expect(found).toEqual({ is: 'frame', frame: { ...frame, size: made.bytes.length } })
        expect(made.chain).toEqual(nextChain(previous, [one]))
      }),
      runs(1_000),
    )
  })

  test('needs nothing but what is chained, and began its own write unless it says otherwise', () => {
    const plain = encodeFrame({ mark: 'index', chained: [Buffer.from('a')], previous })
    const found = decodeFrame(plain.bytes, 0, 'index')
    expect(found).toMatchObject({ is: 'frame', frame: { loose: Buffer.alloc(0), behind: 0, size: FRAME_OVERHEAD + 1 } })
  })

  test('has a chain of its own, drawn over the chain before it and what is chained, and over nothing else', () => {
    const base = {
      mark: 'journal',
      chained: [Buffer.from('Contoso buys')],
      loose: [Buffer.from('x')],
      previous,
    } as const
    expect(encodeFrame(base).chain).toEqual(chain)
    expect(encodeFrame({ ...base, previous: Buffer.alloc(32) }).chain).not.toEqual(chain)
    expect(encodeFrame({ ...base, chained: [Buffer.from('Contoso sells')] }).chain).not.toEqual(chain)
  })

  test('is refused once any bit of it was changed: its header, or what stands behind that', () => {
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const altered = Buffer.from(bytes)
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit % 8))
      const inHeader = bit < HEADER_BYTES * 8
      expect(decodeFrame(altered, 0, 'journal'), `bit ${bit}`).toEqual(
        inHeader ? { is: 'bad-header' } : { is: 'bad-body', size: bytes.length },
      )
    }
  })

  test('that ends early says how long it is, as far as that can be told', () => {
    for (let length = 0; length < bytes.length; length += 1)
      expect(decodeFrame(bytes.subarray(0, length), 0, 'journal')).toEqual({
        is: 'short',
        needs: length < HEADER_BYTES ? HEADER_BYTES : bytes.length,
      })
    const later = Buffer.concat([Buffer.alloc(8), bytes.subarray(0, HEADER_BYTES - 1)])
    expect(decodeFrame(later, 8, 'journal')).toEqual({ is: 'short', needs: HEADER_BYTES })
  })

  const headers = [
    ['one of another sort of file', bytes, 'history', { is: 'bad-header' }],
    ['as long as may be', header({ length: bodyMax }), 'journal', { is: 'short', needs: bodyMax + FRAME_OVERHEAD }],
    ['longer than may be', header({ length: bodyMax + 1 }), 'journal', { is: 'bad-header' }],
    ['all of it chained', header({ length: 10, chained: 10 }), 'journal', { is: 'short', needs: 10 + FRAME_OVERHEAD }],
    ['more chained than there is', header({ length: 10, chained: 11 }), 'journal', { is: 'bad-header' }],
  ] as const
  for (const [name, given, mark, found] of headers)
    test(`a header that says ${name} is ${found.is}`, () => expect(decodeFrame(given, 0, mark)).toEqual(found))

  test('larger than may be is not made', () => {
    const large = Buffer.alloc(bodyMax + 1)
    expect(() => encodeFrame({ mark: 'journal', chained: [large], previous })).toThrow('at most its bound')
    const half = large.subarray(0, bodyMax / 2 + 1)
    expect(() => encodeFrame({ mark: 'journal', chained: [half], loose: [half], previous })).toThrow(
      'at most its bound',
    )
  })
})
