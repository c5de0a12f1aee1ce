// Moving over: finds the records that already belong to referrals (linked by another connector, by their key, or found by
// the mapping's own tries), shows the pairs, and links those a person agrees to. Nothing is written to either side; what
// differs is settled by the next pass, by the same rules as always.

import { apartIn } from '#core/reconcile/apart'
import type { Link } from '#core/model/link'
import { textOf } from '#core/model/json'
import type { DealView } from '#core/reconcile/world'
import type { Plan } from '#core/reconcile/plan'
import type { LedgerChange, NewEvent } from '#ledger'
import type { Runner } from '#assembly/runner'
import type { Adopted, FoundPair } from './answers.ts'
import { notebookOf } from './notebook.ts'
import { look } from './pass.ts'
import type { AdoptRequest } from './requests.ts'
import type { How } from './sync.ts'

/** Linked in one commit. */
const commitMax = 200

export async function adopt(runners: readonly Runner[], request: AdoptRequest, how: How): Promise<Adopted> {
  const pairs: FoundPair[] = []
  let linked = 0
  for (const runner of runners) {
    const found = await pairsOf(runner, how)
    const wanted = found.filter(
      ({ link }) => request.only === undefined || link.key.startsWith(request.only.toLowerCase()),
    )
    pairs.push(...wanted.map(({ pair }) => pair))
    if (request.link)
      linked += await keep(
        runner,
        wanted.map(({ link }) => link),
        request.who,
      )
  }
  return { schema: 'dealbridge.adopt/v1', pairs, linked }
}

interface Found {
  readonly link: Link
  readonly pair: FoundPair
}

async function pairsOf(runner: Runner, { ending, tell }: How): Promise<readonly Found[]> {
  const views = new Map<string, DealView>()
  const report = await look(runner, {
    ...ending,
    tell,
    everything: true,
    seen: (seen) => {
      for (const view of seen) if (view.referral && !view.link?.record) views.set(view.referral.id, view)
    },
  })
  if (report.error) throw report.error
  const { plan } = report
  if (!plan) return []
  // What has changed is looked at once for itself and once among all the others.
  return [...new Map(plan.links.map((link) => [link.key, link])).values()].flatMap((link) => {
    const view = views.get(link.referral)
    return view && link.record ? [{ link, pair: pairOf(runner, { view, link, plan }) }] : []
  })
}

function pairOf(
  { name, mapping, machine }: Runner,
  { view, link, plan }: { readonly view: DealView; readonly link: Link; readonly plan: Plan },
): FoundPair {
  const candidates = view.found?.match.flat() ?? []
  const crm = candidates.find(({ id }) => id === link.record) ?? null
  const keyField = mapping?.match.keyField ?? null
  const isKeyed = keyField !== null && crm !== null && textOf(crm.fields[keyField]).toLowerCase() === link.key
  const apart = mapping && crm ? apartIn({ mapping, view: { ...view, link, crm }, plan, now: machine.clock.now() }) : []
  return {
    pipeline: name,
    referral: link.referral,
    title: view.facts?.title ?? '',
    record: link.record ?? '',
    kind: link.kind,
    by: isKeyed ? 'key' : 'search',
    differs: apart.map(({ field }) => field),
  }
}

async function keep(runner: Runner, links: readonly Link[], who: string): Promise<number> {
  return await runner.alone(async () => {
    const { ledger, machine } = runner
    const at = machine.clock.now()
    let count = 0
    for (let start = 0; start < links.length; start += commitMax) {
      const piece = links.slice(start, start + commitMax)
      const known = await ledger.getMany(
        'link',
        piece.map(({ key }) => key),
      )
      // Somebody may have linked it meanwhile; that counts.
      const fresh = piece.filter((_, index) => !known[index]?.record)
      await ledger.commit(
        fresh.map((link): LedgerChange => ({ put: 'link', key: link.key, value: { ...link, unfinished: at } })),
        fresh.map((link) => adoptedEvent(link, who, at)),
      )
      count += fresh.length
    }
    ;(await notebookOf(runner)).recount()
    return count
  })
}

const adoptedEvent = ({ key, kind, record }: Link, who: string, at: NewEvent['at']): NewEvent => ({
  at,
  event: 'adopted',
  link: key,
  run: null,
  who,
  change: null,
  code: null,
  details: { kind, record },
})
