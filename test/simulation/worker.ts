// One process of a campaign: is given seeds, answers with what was violated in each. Its only argument is the name of a
// variant, if the engine is to be wrong.

import type { Violation } from './checker/check.ts'
import { patchSources } from './variants/patch.ts'

export interface Batch {
  readonly seeds: readonly number[]
}

export interface BatchResult {
  readonly seed: number
  readonly violations: readonly Violation[]
}

/** Told of each seed; whoever wants to know more runs it alone. */
const violationsMax = 5

const [variant] = process.argv.slice(2)
// A variant may change the engine's own text, so nothing of it may be loaded before.
patchSources(variant)
const { simulate } = await import('./simulate.ts')
const { storyOf } = await import('./story.ts')
const { replacementsOf } = await import('./variants/variants.ts')

process.on('message', (batch: Batch) => {
  void answer(batch).then((results) => process.send?.(results))
})

async function answer({ seeds }: Batch): Promise<readonly BatchResult[]> {
  const results: BatchResult[] = []
  for (const seed of seeds) {
    const { violations } = await simulate(storyOf(seed), replacementsOf(variant))
    results.push({ seed, violations: violations.slice(0, violationsMax) })
  }
  return results
}
