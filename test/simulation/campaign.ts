// Runs many seeds, or one:
//
//   npm run simulate -- --seeds 20000             seeds 1 to 20000, on two cores
//   npm run simulate -- --seeds 500 --from 7001   seeds 7001 to 7500
//   npm run simulate -- --seed 4711               one seed, told at length and made as small as it gets when it fails
//   npm run simulate -- --seed 4711 --variant no-if-match

import { fork } from 'node:child_process'
import { parseArgs } from 'node:util'
import { shrink } from './shrink.ts'
import { simulate } from './simulate.ts'
import { storyOf } from './story.ts'
import { tell } from './tell.ts'
import { replacementsOf, usesPatches } from './variants/variants.ts'
import type { Batch, BatchResult } from './worker.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '2000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    workers: { type: 'string', default: '2' },
    variant: { type: 'string' },
    /** Stop after so many failures; 0: never. */
    failures: { type: 'string', default: '0' },
  },
})

/** So many failures are told; the others are counted. */
const tellsMax = 20

if (values.seed !== undefined) await one(Number(values.seed))
else await many(Number(values.from), Number(values.seeds))

async function one(seed: number): Promise<void> {
  if (values.variant !== undefined && usesPatches(values.variant)) {
    // The engine's text is changed in another process only.
    await many(seed, 1)
    return
  }
  const replacements = replacementsOf(values.variant)
  const { violations, history } = await simulate(storyOf(seed), replacements)
  if (violations.length === 0) {
    console.log(`seed ${seed}: no violation in ${history.passes.length} passes and ${history.attempts.length} writes.`)
    return
  }
  const [first] = violations
  const small = await shrink(storyOf(seed), async (story) => {
    const found = await simulate(story, replacements)
    return found.violations.some(({ invariant }) => invariant === first?.invariant)
  })
  const end = await simulate(small, replacements)
  console.log(JSON.stringify(small, null, 1))
  for (const { invariant, referral, what } of end.violations) console.log(`${invariant} ${referral}: ${what}`)
  const referral = small.referrals.find(({ id }) =>
    end.violations.some((one) => one.referral.toLowerCase() === id.toLowerCase()),
  )
  if (referral) console.log(tell(end.history, referral.id))
  process.exitCode = 1
}

async function many(from: number, count: number): Promise<void> {
  const began = performance.now()
  const results = await inWorkers(from, count)
  const failed = results.filter(({ violations }) => violations.length > 0).toSorted((a, b) => a.seed - b.seed)
  const seconds = (performance.now() - began) / 1000
  const variant = values.variant === undefined ? '' : ` --variant ${values.variant}`
  for (const { seed, violations } of failed.slice(0, tellsMax)) {
    const [first] = violations
    console.log(`seed ${seed}: ${first?.invariant} ${first?.referral}: ${first?.what}`)
    console.log(`  npm run simulate -- --seed ${seed}${variant}`)
  }
  const rate = (results.length / seconds / Number(values.workers)).toFixed(1)
  console.log(
    `${failed.length} of ${results.length} seeds with violations; ${seconds.toFixed(0)} s, ${rate} seeds per second and core.`,
  )
  process.exitCode = failed.length > 0 ? 1 : 0
}

/** Every worker takes a batch at a time, so that none waits for another at the end. */
async function inWorkers(from: number, count: number): Promise<readonly BatchResult[]> {
  const results: BatchResult[] = []
  let next = from
  const failuresMax = Number(values.failures)
  const take = (): Batch | null => {
    const failures = results.filter(({ violations }) => violations.length > 0).length
    if (next >= from + count || (failuresMax > 0 && failures >= failuresMax)) return null
    const seeds = Array.from({ length: Math.min(25, from + count - next) }, (_, index) => next + index)
    next += seeds.length
    return { seeds, ...(values.variant === undefined ? {} : { variant: values.variant }) }
  }
  const workers = Array.from({ length: Math.min(Number(values.workers), Math.ceil(count / 25)) }, () =>
    serve(take, results),
  )
  await Promise.all(workers)
  return results
}

function serve(take: () => Batch | null, results: BatchResult[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const variant = values.variant === undefined ? {} : { SIMULATION_VARIANT: values.variant }
    const worker = fork(new URL('worker.ts', import.meta.url), { env: { ...process.env, ...variant } })
    const go = (): void => {
      const batch = take()
      if (batch) worker.send(batch)
      else worker.disconnect()
    }
    worker.on('message', (message) => {
      results.push(...(message as readonly BatchResult[]))
      go()
    })
    worker.on('error', reject)
    worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with ${code}`))))
    go()
  })
}
