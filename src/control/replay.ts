// Tries again what is held: the waits of the deals that are meant become due, and a pass plans them anew on today's
// data. Steps that were done are not repeated, because nothing is remembered of a plan but what came of it.

import type { Link } from '#core/model/link'
import type { Runner } from '#assembly/runner'
import type { LedgerChange } from '#ledger'
import type { Replayed } from './answers.ts'
import { notebookOf } from './notebook.ts'
import { pass } from './pass.ts'
import type { ReplayRequest } from './requests.ts'
import { ran, type How } from './sync.ts'

/** Made due in one commit. */
const commitMax = 500

export async function replay(runners: readonly Runner[], request: ReplayRequest, how: How): Promise<Replayed> {
  let deals = 0
  const runs = []
  for (const runner of runners) {
    const woken = await wake(runner, request)
    deals += woken
    if (woken === 0 || request.dryRun) continue
    const report = await pass(runner, { ...how.ending, tell: how.tell, who: request.who })
    runs.push(ran(runner, report, report.applied === null && report.result === 'done' ? 'observing' : report.result))
  }
  return { deals, runs }
}

async function wake(runner: Runner, request: ReplayRequest): Promise<number> {
  return await runner.alone(async () => {
    const now = runner.machine.clock.now()
    let changes: LedgerChange[] = []
    let count = 0
    for await (const link of runner.ledger.all('link')) {
      if (!isMeant(link, request)) continue
      if (request.dryRun) {
        count += 1
        continue
      }
      const waiting = link.waiting.map((wait) => (isHeld(wait, request) ? { ...wait, until: now } : wait))
      changes.push({ put: 'link', key: link.key, value: { ...link, waiting } })
      count += 1
      if (changes.length < commitMax) continue
      await runner.ledger.commit(changes)
      changes = []
    }
    if (changes.length > 0) await runner.ledger.commit(changes)
    ;(await notebookOf(runner)).recount()
    return count
  })
}

function isMeant(link: Link, { deal, ...request }: ReplayRequest): boolean {
  if (link.paused || (deal !== undefined && !link.key.startsWith(deal.toLowerCase()))) return false
  return link.waiting.some((wait) => isHeld(wait, request))
}

/** A question waits for its answer, and an outcome for its time: trying again settles neither. */
function isHeld(wait: Link['waiting'][number], { cause, since }: Pick<ReplayRequest, 'cause' | 'since'>): boolean {
  return (
    wait.for === 'problem' &&
    (cause === undefined || wait.code === cause) &&
    (since === undefined || wait.since >= since)
  )
}
