import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeBatch, encodeBatch, sealedPut, storedTables, type BatchChange } from '#ledger/lowdb/batch'
import { createSealer } from '#ledger/seal'
import { runs } from '../../support/runs.ts'

const seal = createSealer(Buffer.alloc(32, 4))
const place = Buffer.alloc(32, 1)

const change = (sealer: typeof seal | null): fc.Arbitrary<BatchChange> =>
  fc.oneof(
    fc
      .record({
        table: fc.constantFrom(...storedTables),
        key: fc.string(),
        facets: fc.record({ record: fc.option(fc.string()), due: fc.option(fc.integer()) }),
        plain: fc.uint8Array({ maxLength: 50 }),
      })
      .map(({ plain, ...put }) => sealedPut(put, Buffer.from(plain), sealer)),
    fc.record({ do: fc.constant('drop' as const), table: fc.constantFrom(...storedTables), key: fc.string() }),
  )
const frames = fc.array(
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  { maxLength: 3 },
)

describe('a commit as bytes', () => {
  for (const sealer of [null, seal])
    test(`tells what it changes, where each value stands, and its events: ${sealer ? 'sealed' : 'unsealed'}`, () => {
      fc.assert(
        fc.property(fc.array(change(sealer), { maxLength: 6 }), frames, fc.nat(), (changes, events, first) => {
          const { pieces, changes: placed } = encodeBatch({ changes, events: { first, frames: events } }, place, sealer)
          const body = Buffer.concat(pieces)
          const read = decodeBatch(body, place, sealer)
          expect(read?.changes).toEqual(placed)
          const again = read?.changes.map((one) => {
            if (one.do === 'drop') return one
            const { at, length, ...rest } = one
            return { ...rest, value: body.subarray(at, at + length) }
          })
          expect(again).toEqual(changes)
          const { first: number, sizes, at } = read?.events ?? expect.fail()
          expect([number, sizes]).toEqual([first, events.map(({ length }) => length)])
          expect(body.subarray(at)).toEqual(Buffer.concat(events))
        }),
        runs(1_000),
      )
    })
})

describe('what is not a commit, or not here, is refused', () => {
  const put = sealedPut({ table: 'fact', key: 'a', facets: { record: null, due: null } }, Buffer.from('{}'), seal)
  const batch = { changes: [put], events: { first: 1, frames: [Buffer.from('event')] } }
  const body = Buffer.concat(encodeBatch(batch, place, seal).pieces)
  const open = Buffer.concat(encodeBatch(batch, place, null).pieces)
  const other = createSealer(Buffer.alloc(32, 5))
  const rows = [
    ['nothing', Buffer.alloc(0), place, null],
    ['less than a length', Buffer.alloc(3), place, null],
    ['no index', Buffer.alloc(4), place, null],
    ['a part of one', open.subarray(0, 20), place, null],
    ['one byte too few', open.subarray(0, -1), place, null],
    ['one byte too many', Buffer.concat([open, Buffer.alloc(1)]), place, null],
    [
      'a table that there is not',
      Buffer.from(open.toString('latin1').replace('"fact"', '"fict"'), 'latin1'),
      place,
      null,
    ],
    ['sealed to another place', body, Buffer.alloc(32, 2), seal],
    ['sealed with another key', body, place, other],
    ['sealed, read without a key', body, place, null],
  ] as const
  for (const [name, bytes, previous, sealer] of rows)
    test(name, () => expect(decodeBatch(bytes, previous, sealer)).toBeUndefined())
  test('while the same is read in its place with its key', () => {
    expect(decodeBatch(body, place, seal)?.changes).toHaveLength(1)
    expect(decodeBatch(open, place, null)?.changes).toHaveLength(1)
  })
})
