// Fuzzes for as long as one likes:
//
//   npm run fuzz                                            every target, a minute each
//   npm run fuzz -- --target mapping --seconds 600 --seed 7
//   npm run fuzz -- --keep                                  and keeps what reaches something new in test/corpus/fuzz
//
// What breaks something is made small and kept as test/corpus/fuzz/<target>/found-…, where every test run tries it from
// then on. Ends with 1 when anything was found.

import { parseArgs } from 'node:util'
import { keepFound, keepReaching } from './corpus.ts'
import { targets } from './targets/list.ts'
import { type Told, watched } from './watch.ts'

const { values } = parseArgs({
  options: {
    target: { type: 'string', multiple: true },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
  },
})

const names = values.target ?? Object.keys(targets)
const unknown = names.find((name) => !Object.hasOwn(targets, name))
if (unknown !== undefined) {
  console.error(`There is no target "${unknown}". There are: ${Object.keys(targets).join(', ')}.`)
  process.exit(2)
}
const until = { seconds: Number(values.seconds) }
// A thread for each, so that one that never ends does not keep the others waiting.
for (const name of names)
  await watched({ names: [name], seed: Number(values.seed), until, smallest: values.keep }, tell)

function tell({ name, faults, executions, ms, blocks, reaching }: Told): void {
  if (executions !== undefined && ms !== undefined)
    console.log(
      `${name}: ${executions} executions, ${Math.round(executions / (ms / 1_000))} per second, ${blocks} blocks`,
    )
  for (const { what, input } of faults) console.log(`  ${what}\n    ${keepFound(name, input)}`)
  if (faults.length > 0) process.exitCode = 1
  if (values.keep && reaching) keepReaching(name, reaching)
}
