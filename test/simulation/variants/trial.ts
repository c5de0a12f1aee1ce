// A process of its own for one variant, since it may change the engine's own text.
//
//   node trial.ts no-intents            where it is known to be noticed: says what was violated
//   node trial.ts no-intents moments    at every moment of every short story: says at how many, and where first

import { noticed } from './noticed.ts'
import { patchSources } from './patch.ts'

const [name = '', wide] = process.argv.slice(2)
patchSources(name)
const { simulate, simulateSeed } = await import('../simulate.ts')
const { shortStories } = await import('../crash-points.ts')
const { replacementsOf } = await import('./variants.ts')

const wrong = replacementsOf(name)
console.log(JSON.stringify(wide === 'moments' ? await atEveryMoment() : await whereKnown()))

async function whereKnown(): Promise<readonly string[]> {
  const where = noticed[name]
  if (!where) return []
  const { violations } =
    'seed' in where ? await simulateSeed(where.seed, wrong) : await diesIn(where.story, where.moment)
  return violations.map(({ invariant, referral, what }) => `${invariant} ${referral}: ${what}`)
}

async function diesIn(story: string, moment: number | null) {
  const short = shortStories.find((one) => one.name === story)
  if (!short) throw new Error(`There is no short story "${story}".`)
  let passed = 0
  return await simulate(short.story, { ...wrong, dies: () => passed++ === moment })
}

interface Told {
  readonly moments: number
  readonly noticed: number
  readonly first: string | null
}

async function atEveryMoment(): Promise<Told> {
  const found: string[] = []
  let moments = 0
  for (const { name: story, story: told } of shortStories) {
    let points = 0
    await simulate(told, { ...wrong, dies: () => points++ < 0 })
    for (let moment = 0; moment < points; moment += 1) {
      const { violations } = await diesIn(story, moment)
      if (violations.length > 0) found.push(`${story}, ${moment}`)
    }
    moments += points
  }
  return { moments, noticed: found.length, first: found[0] ?? null }
}
