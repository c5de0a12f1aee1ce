// The deals of the ledger as a list, narrowed and bounded.

import type { Link } from '#core/model/link'
import type { Runner } from '#assembly/runner'
import type { DealLine, DealList } from './answers.ts'
import { titleOf } from './deals.ts'
import { notebookOf, type Notebook } from './notebook.ts'
import type { ListRequest } from './requests.ts'
import { stateOf } from './states.ts'

const shownByDefault = 500

export async function listDeals(runners: readonly Runner[], request: ListRequest): Promise<DealList> {
  const { max = shownByDefault, state, text } = request
  const wanted = text?.toLowerCase()
  const deals: DealLine[] = []
  let total = 0
  for (const runner of runners) {
    const notebook = await notebookOf(runner)
    for await (const link of runner.ledger.all('link')) {
      if (state !== undefined && stateOf(link) !== state) continue
      const line = lineOf(runner, notebook, link)
      if (wanted !== undefined && !wordsOf(line).includes(wanted)) continue
      total += 1
      if (deals.length < max) deals.push(line)
    }
  }
  deals.sort((a, b) => (a.pipeline < b.pipeline ? -1 : a.pipeline > b.pipeline ? 1 : a.since < b.since ? 1 : -1))
  return { schema: 'dealbridge.referrals/v1', deals, total }
}

function lineOf(runner: Runner, notebook: Notebook, link: Link): DealLine {
  return {
    pipeline: runner.name,
    referral: link.referral,
    title: titleOf(runner, notebook, link),
    record: link.record,
    kind: link.kind,
    stage: link.base.standing?.stage ?? null,
    state: stateOf(link),
    since: link.since,
    waits: link.waiting,
  }
}

const wordsOf = ({ referral, title, record }: DealLine): string => `${referral} ${title} ${record ?? ''}`.toLowerCase()
