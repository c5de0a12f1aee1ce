import { describe, expect, test } from 'vitest'
import { dieAt, shortStories } from './crash-points.ts'

describe.each(shortStories)('$name', (short) => {
  test('ends as it should', async () => {
    const { end, violations } = await dieAt(short)
    expect(violations).toEqual([])
    expect(end.referrals[0]).toMatchObject(short.ends?.referral ?? {})
    expect(end.deals[0]).toMatchObject(short.ends?.deal ?? {})
  })

  test(
    'F64, F65, F66, F67: and in the same way when the process dies at any one moment of it',
    { timeout: 120_000 },
    async () => {
      const calm = await dieAt(short)
      expect(calm.points).toBeGreaterThan(20)
      for (let moment = 0; moment < calm.points; moment += 1) {
        const { end, violations } = await dieAt(short, moment)
        expect({ moment, violations }).toEqual({ moment, violations: [] })
        if (short.ends) expect({ moment, end }).toEqual({ moment, end: calm.end })
      }
    },
  )
})
