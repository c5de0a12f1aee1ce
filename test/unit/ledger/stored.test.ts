import { describe, expect, test } from 'vitest'
import type { LedgerChange } from '#ledger'
import { fromStored, limits, toStored } from '#ledger/stored'
import { sampleLink } from '#testkit/ledger-samples'
import { facetsOf } from '#ledger/link-index'
import { fact, refusal } from './store.ts'

/** A fact whose text is so long. */
const ofLength = (length: number, key = 'a'): LedgerChange => ({
  put: 'fact',
  key,
  value: { text: 'x'.repeat(length - '{"text":""}'.length) },
})
const code = (work: () => unknown): Promise<string | undefined> => refusal((async () => work())())
const drops = (count: number): LedgerChange[] => Array.from({ length: count }, () => ({ drop: 'fact', key: 'a' }))

describe('a commit keeps to its bounds', () => {
  const { keyLength, valueLength, batchChanges } = limits
  const four = [1, 2, 3, 4].map((n) => ofLength(valueLength, `f${n}`))
  const rows: readonly (readonly [string, readonly LedgerChange[], readonly LedgerChange[]])[] = [
    ['of a key', [fact('k'.repeat(keyLength), 1)], [fact('k'.repeat(keyLength + 1), 1)]],
    [
      'of a key that is dropped',
      [{ drop: 'fact', key: 'k'.repeat(keyLength) }],
      [{ drop: 'fact', key: 'k'.repeat(keyLength + 1) }],
    ],
    ['of a value', [ofLength(valueLength)], [ofLength(valueLength + 1)]],
    ['of all its values', [...four, { drop: 'fact', key: 'f1' }], [...four, ofLength(12)]],
    ['of how many changes', drops(batchChanges), drops(batchChanges + 1)],
  ]
  for (const [name, most, more] of rows)
    test(name, async () => {
      expect(toStored(most)).toHaveLength(most.length)
      expect(await code(() => toStored(more))).toBe('DB-4015')
    })
})

describe('an entry', () => {
  test('is stored as text, with what can be known of a link without reading it', () => {
    const link = sampleLink(1)
    expect(toStored([{ put: 'link', key: link.key, value: link }, fact('a', 1), { drop: 'fact', key: 'b' }])).toEqual([
      { do: 'put', table: 'link', key: link.key, text: JSON.stringify(link), facets: facetsOf(link) },
      { do: 'put', table: 'fact', key: 'a', text: '{"n":1}', facets: { record: null, due: null } },
      { do: 'drop', table: 'fact', key: 'b' },
    ])
    expect(fromStored('link', link.key, JSON.stringify(link))).toEqual(link)
  })

  const strangers = [
    ['no JSON', '{"cursor":'],
    ['something else', '[]'],
    ['a part of it only', '{"cursor":"7"}'],
  ] as const
  for (const [name, text] of strangers)
    test(`that comes back as ${name} is refused`, async () =>
      expect(await code(() => fromStored('bookmark', 'referral', text))).toBe('DB-4011'))
})
