// Is anything ever missed? Lists of referrals that all share one stamp, edited while they are read, with updates that
// appear two minutes late, read as the connector reads them: how many rows were never got in their last state.
//
//   npm run nothing-missed                              200 seeds, 5,000 referrals each
//   npm run nothing-missed -- --seeds N --referrals M --from SEED

import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { torture } from '../test/support/moving-list.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    referrals: { type: 'string', default: '5000' },
    from: { type: 'string', default: '1' },
  },
})
const [seeds, referrals, from] = [Number(values.seeds), Number(values.referrals), Number(values.from)]
const began = performance.now()
let [missed, delivered] = [0, 0]
for (let seed = from; seed < from + seeds; seed += 1) {
  const run = await torture(seed, referrals)
  missed += run.missed
  delivered += run.delivered
  if (run.missed > 0) console.log(`seed ${seed}: ${run.missed} missed`)
}
const seconds = ((performance.now() - began) / 1_000).toFixed(0)
console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`)
console.log(
  `${seeds} runs of ${referrals} referrals with one stamp: ${delivered} records handed over, ${missed} missed; ${seconds} s`,
)
if (missed > 0) process.exitCode = 1
