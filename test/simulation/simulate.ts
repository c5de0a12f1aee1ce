// Tells the story of a seed and checks how it ended.

import { check, type Violation } from './checker/check.ts'
import type { History } from './history.ts'
import { storyOf, type Story } from './story.ts'
import { World, type Arranged } from './world.ts'

export interface Simulated {
  readonly history: History
  readonly violations: readonly Violation[]
}

export async function simulate(story: Story, arranged: Arranged = {}): Promise<Simulated> {
  const history = await new World(story, arranged).run()
  return { history, violations: check(history) }
}

export const simulateSeed = (seed: number, arranged: Arranged = {}): Promise<Simulated> =>
  simulate(storyOf(seed), arranged)
