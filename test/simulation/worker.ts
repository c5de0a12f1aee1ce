// One process of a campaign: is given seeds, answers with what was violated in each.

import type { Violation } from './checker/check.ts'
import { patchSources } from './variants/patch.ts'
import type { simulate as Simulate } from './simulate.ts'
import type { replacementsOf as ReplacementsOf } from './variants/variants.ts'

export interface Batch {
  readonly seeds: readonly number[]
  readonly variant?: string
}

export interface BatchResult {
  readonly seed: number
  readonly violations: readonly Violation[]
}

// A variant may change the engine's own text, so nothing of it may be loaded before.
await patchSources(process.env['SIMULATION_VARIANT'])
const { simulate } = (await import('./simulate.ts')) as { simulate: typeof Simulate }
const { storyOf } = await import('./story.ts')
const { replacementsOf } = (await import('./variants/variants.ts')) as { replacementsOf: typeof ReplacementsOf }

process.on('message', (batch: Batch) => {
  void answer(batch).then((results) => process.send?.(results))
})

async function answer({ seeds, variant }: Batch): Promise<readonly BatchResult[]> {
  const results: BatchResult[] = []
  for (const seed of seeds) {
    const { violations } = await simulate(storyOf(seed), replacementsOf(variant))
    results.push({ seed, violations: violations.slice(0, 5) })
  }
  return results
}
