// Nothing is missed: thousands of referrals with one stamp, rows edited between two pages, rows that appear minutes late,
// a server that orders equal stamps as it likes, and one whose clock steps back. Seeded, so that a failure can be replayed.
// `npm run nothing-missed` makes all two hundred runs with five thousand referrals each.

import { describe, expect, test } from 'vitest'
import { torture } from '../../../support/moving-list.ts'

describe('zero missed', () => {
  test('in 200 seeded runs, 5,000 referrals with one stamp in every tenth of them', { timeout: 120_000 }, async () => {
    const worst: number[] = []
    for (let seed = 1; seed <= 200; seed += 1) {
      const { missed } = await torture(seed, seed % 10 === 0 ? 5_000 : 250)
      if (missed > 0) worst.push(seed)
    }
    expect(worst).toEqual([])
  })

  test('the runs do bite: without an overlap worth the name, rows are missed', async () => {
    let missed = 0
    for (let seed = 1; seed <= 10; seed += 1) missed += (await torture(seed, 250, '1s')).missed
    expect(missed).toBeGreaterThan(0)
  })
})
