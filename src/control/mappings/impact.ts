// What another mapping would change on everything that is linked already. Both sides of every deal are read once, and
// planned twice: under the mapping that works now and under the other one. What only the second wants is the impact.
// Nothing is written, and nothing of the plans is kept but numbers.

import type { LinkKey } from '#core/model/ids'
import type { Mapping } from '#core/mapping/mapping'
import type { Shape } from '#core/model/record'
import { alwaysFine } from '#core/reconcile/limits'
import { planAll } from '#core/reconcile/plan-all'
import { isOutcome, type Change, type Plan } from '#core/reconcile/plan'
import type { DealView } from '#core/reconcile/world'
import { frameOf } from '#engine/cycle'
import type { Pipeline } from '#engine/pipeline'
import { sweep } from '#engine/sweep'
import type { Tell } from '../control.ts'
import type { Impact } from './answers.ts'

export interface ImpactOf {
  readonly pipeline: Pipeline
  /** The mapping that works now. */
  readonly now: Mapping
  readonly other: Mapping
  readonly signal: AbortSignal
  readonly tell?: Tell | undefined
}

export async function impactOf({ pipeline, now, other, signal, tell }: ImpactOf): Promise<Impact> {
  const tally = new Tally(pipeline)
  const total = await pipeline.ledger.count('link')
  const reading: Pipeline = { ...pipeline, mapping: { ...other, shapes: together(now.shapes, other.shapes) } }
  for await (const views of sweep(reading, signal)) {
    const linked = views.filter(({ link }) => link?.record != null)
    const before = planned(pipeline, now, isAlike(now, other) ? linked : linked.map(unsearched))
    tally.add(linked.length, { before, after: planned(pipeline, other, linked) })
    const unlinked = views.filter(({ link }) => link?.record == null)
    tally.create(planned(pipeline, other, unlinked))
    tell?.({ pipeline: pipeline.name, system: pipeline.target.name, done: Math.min(tally.linked, total), total })
  }
  return tally.impact()
}

/** Every field that either of them looks at. */
function together(a: readonly Shape[], b: readonly Shape[]): readonly Shape[] {
  const kinds = [...new Set([...b, ...a].map(({ kind }) => kind))]
  return kinds.map((kind) => ({
    kind,
    fields: [...new Set([...a, ...b].flatMap((shape) => (shape.kind === kind ? shape.fields : [])))],
  }))
}

/** The CRM's answers belong to the searches of the other mapping; they fit this one where it searches alike. */
const isAlike = (a: Mapping, b: Mapping): boolean =>
  a.match.tries.length === b.match.tries.length &&
  a.lookups.map(({ name, tries }) => `${name} ${tries.length}`).join() ===
    b.lookups.map(({ name, tries }) => `${name} ${tries.length}`).join()

const unsearched = (view: DealView): DealView => ({ ...view, found: null })

const noLimits = {
  perRun: Infinity,
  shareOfLinked: 1,
  creates: Infinity,
  outcomes: Infinity,
  vanished: { count: Infinity, share: 1 },
} as const

function planned(pipeline: Pipeline, mapping: Mapping, views: readonly DealView[]): Plan {
  return planAll(frameOf({ ...pipeline, mapping }, pipeline.clock.now()), views, {
    limits: noLimits,
    linked: views.length,
    read: { referrals: views.length, records: views.length },
    approved: { changes: true, outcomes: Infinity },
  })
}

interface Plans {
  readonly before: Plan
  readonly after: Plan
}

class Tally {
  linked = 0
  #creates = 0
  #outcomes = 0
  #crmWrites = 0
  #referralWrites = 0
  readonly #deals = new Set<LinkKey>()
  readonly #refused = new Set<LinkKey>()
  readonly #codes = new Set<string>()
  readonly #fields = new Map<string, number>()
  readonly #pipeline: Pipeline

  constructor(pipeline: Pipeline) {
    this.#pipeline = pipeline
  }

  add(linked: number, { before, after }: Plans): void {
    this.linked += linked
    const known = new Set(before.changes.filter(isWritten).flatMap(written))
    for (const change of after.changes.filter(isWritten)) {
      const news = written(change).filter((one) => !known.has(one))
      if (news.length > 0) this.#count(change, known)
    }
    this.#refusals(before, after)
  }

  create({ changes }: Plan): void {
    const made = changes.filter(({ settles, state }) => settles.becomes === 'record' && state === 'ready').length
    this.#creates += made
    this.#crmWrites += made
  }

  #count(change: Change, known: ReadonlySet<string>): void {
    this.#deals.add(change.link)
    if (isOutcome(change)) this.#outcomes += 1
    if (change.side === 'crm') this.#crmWrites += 1
    else this.#referralWrites += 1
    for (const { path, theirs } of change.fields) {
      if (known.has(mark(change, path, theirs))) continue
      this.#fields.set(path, (this.#fields.get(path) ?? 0) + 1)
    }
  }

  #refusals(before: Plan, after: Plan): void {
    const known = new Set(stuckIn(before).map(({ link, code }) => `${link} ${code}`))
    for (const { link, code } of stuckIn(after)) {
      if (known.has(`${link} ${code}`)) continue
      this.#refused.add(link)
      this.#codes.add(code)
    }
  }

  impact(): Impact {
    const { source, target } = this.#pipeline
    const calls = (writes: number, batchMax: number): number => Math.ceil(writes / Math.max(1, batchMax))
    return {
      linked: this.linked,
      deals: this.#deals.size,
      fields: [...this.#fields]
        .map(([name, count]) => ({ name, count }))
        .toSorted((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1)),
      outcomes: this.#outcomes,
      refusals: this.#refused.size,
      refusalCodes: [...this.#codes].toSorted(),
      creates: this.#creates,
      calls: calls(this.#crmWrites, target.traits.batchMax) + calls(this.#referralWrites, source.traits.batchMax),
      waits: this.#deals.size > alwaysFine,
    }
  }
}

/** What waits for its time will be written when it comes. */
const isWritten = ({ state }: Change): boolean => state === 'ready' || state === 'held'

const mark = ({ link, side, kind }: Change, path: string, value: unknown): string =>
  JSON.stringify([link, side, kind, path, value])

const written = (change: Change): readonly string[] =>
  change.fields.map(({ path, theirs }) => mark(change, path, theirs))

function stuckIn({ changes, links }: Plan): readonly { readonly link: LinkKey; readonly code: string }[] {
  return [
    ...changes.flatMap(({ link, state, why }) => (state === 'refused' && why ? [{ link, code: why.code }] : [])),
    ...links.flatMap(({ key, waiting }) =>
      waiting.filter((wait) => wait.for === 'problem').map(({ code }) => ({ link: key, code })),
    ),
  ]
}
