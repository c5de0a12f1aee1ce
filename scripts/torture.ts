// A campaign of kills, of any size: npm run torture -- --kills 1000 --seed 7 --beside 4 --suspend
//
// The same seed decides the same deeds and the same kinds of kills; at which instruction a kill arrives is up to the
// machine. Several worlds are tortured beside each other, since each of them waits most of its time. Ends with 1 when
// anything was violated.

import { parseArgs } from 'node:util'
import { campaign, type Campaign } from '../test/torture/campaign.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    beside: { type: 'string', default: '2' },
    suspend: { type: 'boolean', default: false },
  },
})
const [kills, seed, beside] = [Number(values.kills), Number(values.seed), Number(values.beside)]
const print = (line: string): void => void process.stdout.write(`${line}\n`)

/** One world of several; its kills are its share of all. */
const world = (number: number): Promise<Campaign> =>
  campaign({
    kills: Math.floor((kills * (number + 1)) / beside) - Math.floor((kills * number) / beside),
    seed: seed + number,
    suspends: values.suspend,
    say: (line) => print(`seed ${seed + number}: ${line}`),
  })

const began = Date.now()
print(`${kills} kills in ${beside} worlds, from seed ${seed}`)
const results = await Promise.all(Array.from({ length: beside }, (_, number) => world(number)))
const sum = (of: (result: Campaign) => number): number => results.reduce((all, result) => all + of(result), 0)
const violations = results.flatMap((result) => result.violations)
const moments = [...new Set(results.flatMap((result) => Object.keys(result.moments)))].toSorted()

print('')
for (const moment of moments) print(`  killed ${moment.padEnd(28)} ${sum((result) => result.moments[moment] ?? 0)}`)
print(`  people changed something            ${sum(({ deeds }) => deeds)} times`)
print(`  outcomes that arrived at Microsoft  ${sum(({ closes }) => closes)}`)
print(`  ${sum((result) => result.kills)} kills, ${((Date.now() - began) / 1_000).toFixed(0)} s`)
print(`  ${sum(({ waiting }) => waiting.length)} deals were apart for a reason that is told`)
for (const violation of violations) print(`\n✗ ${violation}`)
print(`  ${violations.length} violations`)
process.exitCode = violations.length === 0 ? 0 : 1
