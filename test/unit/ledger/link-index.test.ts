import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { msOf } from '#core/model/instant'
import type { Link } from '#core/model/link'
import { facetsOf, LinkIndex, recordName, type Indexed } from '#ledger/link-index'
import { minute, OPPORTUNITY, sampleLink, sampleRecord, waitingUntil } from '#testkit/ledger-samples'
import { runs } from '../../support/runs.ts'

const record = (n: number) => ({ kind: OPPORTUNITY, id: sampleRecord(n) })

describe('what is known of a link without reading it', () => {
  const waiting = [waitingUntil(minute(9)), waitingUntil(null), waitingUntil(minute(5))]
  const rows: readonly (readonly [string, Partial<Link>, number | null])[] = [
    ['nothing to wait for', {}, null],
    ['several times: the soonest', { waiting }, 5],
    ['a person only', { waiting: [waitingUntil(null)] }, null],
    ['unfinished work', { unfinished: minute(7) }, 7],
    ['unfinished work and something later', { unfinished: minute(3), waiting }, 3],
    ['paused, whatever it waits for', { waiting, paused: true }, null],
    ['no longer paused', { waiting, paused: false }, 5],
  ]
  for (const [name, changes, due] of rows)
    test(`when it is due: ${name}`, () =>
      expect(facetsOf(sampleLink(1, changes))).toEqual({
        record: recordName(record(1)),
        due: due === null ? null : msOf(minute(due)),
      }))

  test('which record it holds, if any', () => {
    expect(facetsOf(sampleLink(1, { record: null })).record).toBeNull()
    expect(recordName(record(1))).not.toBe(recordName(record(2)))
  })
})

describe('an index of links', () => {
  const members = fc.array(
    fc.record({ record: fc.option(fc.nat(3)), due: fc.option(fc.nat(12)), leaves: fc.boolean() }),
    { maxLength: 60, size: 'max' },
  )

  test('finds by record and by time what a list would find, whoever has come and gone', () => {
    fc.assert(
      fc.property(members, fc.nat(12), fc.nat(70), (list, now, max) => {
        const index = new LinkIndex<Indexed>()
        const links = list.map(({ record: held, due, leaves }, n) => ({
          leaves,
          link: {
            key: `k${String((n * 37) % 61).padStart(2, '0')}`,
            record: held === null ? null : recordName(record(held)),
            due: due === null ? null : msOf(minute(due)),
            seat: -1,
          },
        }))
        for (const { link } of links) index.add(link)
        for (const { link, leaves } of links) if (leaves) index.remove(link)
        const left = links.flatMap(({ link, leaves }) => (leaves ? [] : [link])).toSorted(byKey)
        for (const n of [0, 1, 2, 3, 4])
          expect(index.holder(record(n))).toBe(left.find((link) => link.record === recordName(record(n))))
        const isDue = (link: Indexed): boolean => link.due !== null && link.due <= msOf(minute(now))
        const due = left.filter(isDue).toSorted((a, b) => (a.due ?? 0) - (b.due ?? 0) || byKey(a, b))
        expect(index.due(minute(now), max)).toEqual(due.slice(0, max))
        expect(index.due(minute(now), 99)).toEqual(due)
      }),
      runs(1_000),
    )
  })

  test('has nothing due at a time that is none', () => {
    const index = new LinkIndex<Indexed>()
    index.add({ key: 'a', record: null, due: 0, seat: -1 })
    expect(index.due('yesterday', 9)).toEqual([])
    expect(index.due(minute(0), 9)).toHaveLength(1)
  })
})

const byKey = (a: Indexed, b: Indexed): number => (a.key < b.key ? -1 : 1)
