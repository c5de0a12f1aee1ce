// The kill campaign in its short form. Of any size: npm run torture -- --kills 1000

import { expect, test } from 'vitest'
import { campaign } from './campaign.ts'

const kills = 6

test(
  `I1 to I18, F64 to F68: killed ${kills} times at writes and between them, both sides still agree in the end`,
  {
    timeout: 300_000,
  },
  async () => {
    const result = await campaign({ kills, seed: 4 })
    expect(result.violations).toEqual([])
    expect(result.kills).toBe(kills)
  },
)
