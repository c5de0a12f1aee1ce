// What is stuck, by cause and not by deal: six deals held by one removed stage are one line.

import type { Codebook } from '#core/codes'
import type { Instant } from '#core/model/instant'
import type { Runner } from '#assembly/runner'
import type { ProblemGroup } from './answers.ts'
import { notebookOf } from './notebook.ts'
import { troubleOf } from './trouble.ts'

/** Different causes shown; a broken mapping can make one for each deal. */
const groupsMax = 200
const examplesMax = 5

interface Growing {
  readonly group: Omit<ProblemGroup, 'since' | 'count' | 'examples'>
  since: Instant
  count: number
  readonly examples: string[]
}

export async function problemGroups(runners: Iterable<Runner>, codes: Codebook): Promise<readonly ProblemGroup[]> {
  const groups: ProblemGroup[] = []
  for (const runner of runners) groups.push(...(await ofPipeline(runner, codes)), ...(await ofDeals(runner, codes)))
  return groups
}

async function ofPipeline(runner: Runner, codes: Codebook): Promise<readonly ProblemGroup[]> {
  const about = { pipeline: runner.name, what: 'pipeline', count: 1, examples: [] } as const
  const { trouble } = runner
  if (trouble) {
    const { code, message, who } = troubleOf(trouble.error)
    return [{ ...about, code, message, who, since: trouble.since, fix: codes[code]?.fix ?? null }]
  }
  const { stopped } = await notebookOf(runner)
  // Elsewhere nothing is written without a person anyway.
  if (!stopped || (await runner.mode()) !== 'auto') return []
  const { code, since } = stopped
  const { who = 'operations', fix = null } = codes[code] ?? {}
  return [{ ...about, code, message: `Nothing is written: ${stopped.message}`, who, since, fix }]
}

/** Most deals first. */
async function ofDeals(runner: Runner, codes: Codebook): Promise<readonly ProblemGroup[]> {
  const groups = new Map<string, Growing>()
  for await (const link of runner.ledger.all('link')) {
    if (link.paused) continue
    for (const wait of link.waiting) {
      if (wait.for === 'outcome') continue
      const { code, message, who, since } = wait
      const key = `${code} ${message}`
      const known = groups.get(key)
      if (!known && groups.size >= groupsMax) continue
      const growing = known ?? {
        group: { pipeline: runner.name, code, what: wait.for, message, who, fix: codes[code]?.fix ?? null },
        since,
        count: 0,
        examples: [],
      }
      growing.count += 1
      if (since < growing.since) growing.since = since
      if (growing.examples.length < examplesMax) growing.examples.push(link.referral.slice(0, 8))
      groups.set(key, growing)
    }
  }
  return [...groups.values()]
    .map(({ group, since, count, examples }) => ({ ...group, since, count, examples }))
    .sort((a, b) => b.count - a.count || (a.since < b.since ? -1 : 1))
}
