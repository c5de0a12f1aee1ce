// Bookmarks in a vendor's stream of changes: what is written is read as the same, and any text at all is a bookmark, or
// none, or our own error; it never stops us otherwise.

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  readCursor as readDynamics,
  writeCursor as writeDynamics,
  type Place,
} from '../../connectors/dynamics/cursor.ts'
import { fingerprint, formatCursor, parseCursor, seenMax } from '../../connectors/partner-center/cursor.ts'
import { parseStamp } from '../../connectors/partner-center/stamps.ts'
import { readCursor as readSalesforce, writeCursor as writeSalesforce } from '../../connectors/salesforce/cursor.ts'
import { cursor, instantFromMs, isSyncError } from '#spi'
import { runs } from '../support/runs.ts'

const instant = fc.integer({ min: 0, max: 4_000_000_000_000 }).map((ms) => instantFromMs(ms))
const name = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => text !== '__proto__')

test('Dynamics: one place for each table', () => {
  const place = fc.oneof(
    fc.record({ is: fc.constant('delta' as const), link: fc.webUrl(), at: instant }),
    fc.record({ is: fc.constant('pass' as const), link: fc.option(fc.webUrl()), since: fc.option(instant) }),
    fc.record({
      is: fc.constant('clock' as const),
      since: fc.option(instant),
      link: fc.option(fc.webUrl()),
      upTo: fc.option(instant),
    }),
  ) satisfies fc.Arbitrary<Place>
  fc.assert(
    fc.property(fc.dictionary(name, place, { noNullPrototype: true }), (places) => {
      expect(readDynamics(writeDynamics(places))).toEqual(places)
    }),
    runs(1_000),
  )
})

test('Salesforce: how far each kind was read', () => {
  const bookmark = fc.record({
    session: name,
    page: fc.nat(),
    at: fc.dictionary(name, fc.option(instant)).map((at) => new Map(Object.entries(at))),
  })
  fc.assert(
    fc.property(bookmark, (one) => {
      expect(readSalesforce(writeSalesforce(one))).toEqual(one)
    }),
    runs(1_000),
  )
})

test('Partner Center: the newest stamp, and what was handed over since', () => {
  const stamp = instant.map((at) => parseStamp(at) ?? expect.fail('no stamp'))
  const mark = fc.record({ newest: stamp, shownSince: fc.option(instant), readAt: fc.option(instant) })
  fc.assert(
    fc.property(mark, fc.array(name, { maxLength: 2 * seenMax }), (one, states) => {
      const read = parseCursor(formatCursor(one, states))
      const seen = new Set(states.length > seenMax ? [] : states.map(fingerprint))
      expect(read).toEqual({ ...one, seen })
    }),
    runs(300),
  )
})

describe('any text as a bookmark', () => {
  const any = fc
    .oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.constantFrom('{"v":1}', '{"v":2}', 'null', '{"v":1,"places":{"a":{}}}', '{"v":1,"newest":"x"}'),
    )
    .map(cursor)
  test.each([
    ['Dynamics', readDynamics],
    ['Salesforce', readSalesforce],
    ['Partner Center', parseCursor],
  ] as const)('%s', (_, read) => {
    fc.assert(
      fc.property(any, (text) => {
        try {
          read(text)
        } catch (error) {
          expect(isSyncError(error)).toBe(true)
        }
      }),
      runs(1_000),
    )
  })
})
