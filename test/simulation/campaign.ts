// Runs many seeds, or one, or every known-bad variant of the engine:
//
//   npm run simulate -- --seeds 20000             seeds 1 to 20000, on two cores
//   npm run simulate -- --seeds 500 --from 7001   seeds 7001 to 7500
//   npm run simulate -- --seed 4711               one seed, told at length and made as small as it gets when it fails
//   npm run simulate -- --seed 4711 --variant no-if-match
//   npm run simulate -- --variants --seeds 400    how often each mistake is noticed
//   npm run simulate -- --troubles --seeds 40     each trouble alone, and every two of them, with so many seeds each
//   npm run simulate -- --pairs                   the engine dies twice, at every two moments of the four shortest stories
//
// Ends with 1 when a seed fails, or when a variant does not.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { dieAt, shortStories } from './crash-points.ts'
import { failedOf, seedsFrom, simulateMany } from './crowd.ts'
import { shrink } from './shrink.ts'
import { simulate } from './simulate.ts'
import { storyOf } from './story.ts'
import { tell } from './tell.ts'
import { encounters, nameOf, storyWith, troubles } from './troubles.ts'
import { variants } from './variants/list.ts'
import { replacementsOf, usesPatches } from './variants/variants.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '2000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    workers: { type: 'string', default: '2' },
    variant: { type: 'string' },
    variants: { type: 'boolean', default: false },
    pairs: { type: 'boolean', default: false },
    troubles: { type: 'boolean', default: false },
    /** Stop after so many failures; 0: never. */
    failures: { type: 'string', default: '0' },
  },
})
const [from, count, workers] = [Number(values.from), Number(values.seeds), Number(values.workers)]
const failuresMax = Number(values.failures) || Number.POSITIVE_INFINITY

/** So many failures are told; the others are counted. */
const tellsMax = 20

if (values.variants) await wrong()
else if (values.pairs) await pairs()
else if (values.troubles) await encountered(seedsFrom(from, count))
else if (values.seed === undefined) await many(seedsFrom(from, count))
// The engine's text is changed in another process only.
else if (values.variant !== undefined && usesPatches(values.variant)) await many([Number(values.seed)])
else await one(Number(values.seed))

async function one(seed: number): Promise<void> {
  const replacements = replacementsOf(values.variant)
  const { violations, history } = await simulate(storyOf(seed), replacements)
  const [first] = violations
  if (!first) {
    console.log(`seed ${seed}: no violation in ${history.passes.length} passes and ${history.attempts.length} writes.`)
    return
  }
  const small = await shrink(storyOf(seed), async (story) => {
    const found = await simulate(story, replacements)
    return found.violations.some(({ invariant }) => invariant === first.invariant)
  })
  const end = await simulate(small, replacements)
  console.log(JSON.stringify(small, null, 1))
  for (const { invariant, referral, what } of end.violations) console.log(`${invariant} ${referral}: ${what}`)
  const concerned = new Set(end.violations.map(({ referral }) => referral.toLowerCase()))
  const referral = small.referrals.find(({ id }) => concerned.has(id.toLowerCase()))
  if (referral) console.log(tell(end.history, referral.id))
  process.exitCode = 1
}

async function many(seeds: readonly number[]): Promise<void> {
  const began = performance.now()
  const { variant } = values
  const results = await simulateMany({ seeds, workers, variant, failuresMax })
  const failed = failedOf(results)
  const seconds = (performance.now() - began) / 1000
  for (const { seed, violations } of failed.slice(0, tellsMax)) {
    const [first] = violations
    console.log(`seed ${seed}: ${first?.invariant} ${first?.referral}: ${first?.what}`)
    console.log(`  npm run simulate -- --seed ${seed}${variant === undefined ? '' : ` --variant ${variant}`}`)
  }
  const rate = (results.length / seconds / workers).toFixed(1)
  console.log(
    `${failed.length} of ${results.length} seeds with violations; ${seconds.toFixed(0)} s, ${rate} seeds per second and core.`,
  )
  process.exitCode = failed.length > 0 ? 1 : 0
}

/** How often each mistake is noticed: by seeds, and by dying at each moment of the short stories. */
async function wrong(): Promise<void> {
  const missed: string[] = []
  console.log('| Variant | Mistake | Seeds | Moments | First |\n|---|---|---|---|---|')
  for (const { name, mistake } of variants) {
    const moments = await atMoments(name)
    const results = await simulateMany({ seeds: seedsFrom(from, count), workers, variant: name, failuresMax })
    const failed = failedOf(results)
    if (failed.length === 0 && moments.noticed === 0) missed.push(name)
    const first = [...failed.slice(0, 1).map(({ seed }) => `seed ${seed}`), ...(moments.first ? [moments.first] : [])]
    const told = [`${failed.length} of ${results.length}`, `${moments.noticed} of ${moments.moments}`, first.join('; ')]
    console.log(`| ${[name, mistake, ...told].join(' | ')} |`)
  }
  console.log(`\n${variants.length - missed.length} of ${variants.length} variants noticed. ${missed.join(', ')}`)
  process.exitCode = missed.length > 0 ? 1 : 0
}

async function atMoments(name: string): Promise<{ moments: number; noticed: number; first: string | null }> {
  const trial = fileURLToPath(new URL('variants/trial.ts', import.meta.url))
  const args = ['--disable-warning=ExperimentalWarning', trial, name, 'moments']
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout) as { moments: number; noticed: number; first: string | null }
}

/** Each trouble alone and with every other one, whatever else the seed's own dice would have brought. */
async function encountered(seeds: readonly number[]): Promise<void> {
  let [worlds, wrong] = [0, 0]
  for (const some of encounters)
    for (const seed of seeds) {
      const [first] = (await simulate(storyWith(seed, some))).violations
      worlds += 1
      if (!first) continue
      wrong += 1
      console.log(`${nameOf(some)}, seed ${seed}: ${first.invariant} ${first.referral}: ${first.what}`)
    }
  console.log(
    `${wrong} of ${worlds} worlds with violations; ${troubles.length} troubles, ${encounters.length} encounters.`,
  )
  process.exitCode = wrong > 0 ? 1 : 0
}

async function pairs(): Promise<void> {
  const stories = await Promise.all(shortStories.map(async (short) => ({ short, calm: await dieAt(short) })))
  let [deaths, wrong] = [0, 0]
  for (const { short, calm } of stories.toSorted((a, b) => a.calm.points - b.calm.points).slice(0, 4)) {
    for (let first = 0; first < calm.points; first += 1)
      for (let second = first + 1; second < calm.points; second += 1) {
        const { violations, end } = await dieAt(short, first, second)
        deaths += 1
        if (violations.length === 0 && JSON.stringify(end) === JSON.stringify(calm.end)) continue
        wrong += 1
        console.log(`${short.name}: ends differently when it dies at ${first} and at ${second}`)
      }
    console.log(`${short.name}: every two of ${calm.points} moments`)
  }
  console.log(`${wrong} of ${deaths} pairs ended differently.`)
  process.exitCode = wrong > 0 ? 1 : 0
}
