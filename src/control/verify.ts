// The proof an owner can ask for at any time: every linked pair is read on both sides and compared, whatever the ledger
// believes and the streams of changes said. Nothing is written. It works slice by slice and steps aside for passes in
// between; what it gives back is counts, and the worst of the deals up to a bound.

import { apartIn, type Apart } from '#core/reconcile/apart'
import type { LinkKey } from '#core/model/ids'
import { later, type Instant } from '#core/model/instant'
import { planAll } from '#core/reconcile/plan-all'
import type { DealView } from '#core/reconcile/world'
import { frameOf } from '#engine/cycle'
import { wholeDeals } from '#engine/normalise'
import type { Pipeline } from '#engine/pipeline'
import { sweep } from '#engine/sweep'
import { readFact } from '#assembly/facts'
import type { Runner } from '#assembly/runner'
import type { PipelineVerified, Verified, VerifiedDeal, VerifiedField } from './answers.ts'
import { titleOf } from './deals.ts'
import { notebookOf } from './notebook.ts'
import type { VerifyRequest } from './requests.ts'
import type { How } from './sync.ts'
import { troubleOf } from './trouble.ts'

const shownByDefault = 100
/** A change this fresh may be on its way through a vendor's replicas and into the next pass. */
const settlingMs = 30 * 60_000

export async function verify(runners: readonly Runner[], request: VerifyRequest, how: How): Promise<Verified> {
  const pipelines: PipelineVerified[] = []
  for (const runner of runners) pipelines.push(await new Verification(runner, request, how).run())
  return { schema: 'dealbridge.verify/v1', pipelines }
}

const states = ['unexplained', 'held', 'due', 'rests'] as const
export type ApartState = (typeof states)[number]

class Verification {
  readonly #runner: Runner
  readonly #max: number
  readonly #how: How
  readonly #signal: AbortSignal
  readonly #counts = { pairs: 0, agree: 0, rests: 0, due: 0, held: 0, unexplained: 0, shared: 0 }
  /** The worst first; so that what is shown is not what happened to be read first. */
  readonly #deals: Record<ApartState, VerifiedDeal[]> = { unexplained: [], held: [], due: [], rests: [] }
  /** Changes made before this were seen by a pass that could write them; null where no pass writes. */
  #takenUpUntil: Instant | null = null

  constructor(runner: Runner, { max = shownByDefault }: VerifyRequest, how: How) {
    this.#runner = runner
    this.#max = max
    this.#how = how
    this.#signal = AbortSignal.any([how.ending.signal, how.ending.drain])
  }

  async run(): Promise<PipelineVerified> {
    const { clock } = this.#runner.machine
    const [at, began] = [clock.now(), clock.monotonicMs()]
    const { source, target, ledger, name } = this.#runner
    const labels = {
      source: source.settings.connector.source?.label ?? source.name,
      target: target.settings.connector.target?.label ?? target.name,
    }
    const done = (rest: Pick<PipelineVerified, 'history' | 'trouble'>): PipelineVerified => ({
      pipeline: name,
      ...labels,
      at,
      ms: Math.round(clock.monotonicMs() - began),
      counts: { ...this.#counts },
      deals: states.flatMap((state) => this.#deals[state]).slice(0, this.#max),
      ...rest,
    })
    try {
      await this.#compareAll()
      const { events, altered } = await ledger.verifyHistory()
      return done({ history: { events, altered: altered.length }, trouble: null })
    } catch (error) {
      this.#signal.throwIfAborted()
      return done({ history: null, trouble: troubleOf(error) })
    }
  }

  async #compareAll(): Promise<void> {
    const runner = this.#runner
    const pipeline = await runner.ready(this.#signal)
    this.#takenUpUntil = await takenUpUntil(runner, pipeline)
    const total = await runner.ledger.count('link')
    const slices = sweep(pipeline, this.#signal, { onlyLinked: true })[Symbol.asyncIterator]()
    try {
      for (;;) {
        // Not in the middle of a pass: half of what one does would look like a difference.
        const isLast = await runner.alone(async () => {
          const { done, value } = await slices.next()
          if (!done) await this.#slice(pipeline, value)
          return done === true
        })
        this.#how.tell?.({ pipeline: runner.name, system: 'pairs', done: this.#counts.pairs, total })
        if (isLast) return
      }
    } finally {
      await slices.return?.()
    }
  }

  async #slice(pipeline: Pipeline, views: readonly DealView[]): Promise<void> {
    const linked = views.filter(({ link }) => link?.record)
    const first = await this.#found(pipeline, linked)
    // Whatever nothing accounts for is read once more: it may have been changed between the two reads.
    const odd = linked.filter(({ link }) => link && worstOf(first.get(link.key)) === 'unexplained')
    const links = odd.flatMap(({ link }) => (link ? [link] : []))
    const again =
      links.length === 0 ? new Map() : await this.#found(pipeline, await wholeDeals(pipeline, { links }, this.#signal))
    for (const { link, facts } of linked)
      if (link) await this.#note({ link, title: facts?.title }, again.get(link.key) ?? first.get(link.key) ?? [])
    await this.#countShared(pipeline, linked)
  }

  async #found(
    pipeline: Pipeline,
    views: readonly DealView[],
  ): Promise<ReadonlyMap<LinkKey, readonly VerifiedField[]>> {
    const { ledger, clock, limits, mapping } = pipeline
    const now = clock.now()
    const plan = planAll(frameOf(pipeline, now), views, {
      limits,
      linked: await ledger.count('link'),
      read: { referrals: views.length, records: views.length },
      approved: { changes: true, outcomes: views.length },
    })
    return new Map(
      views.flatMap((view) => {
        const apart = apartIn({ mapping, view, plan, now })
        return view.link ? [[view.link.key, apart.map((one) => this.#shown(one, view))] as const] : []
      }),
    )
  }

  /** What could have been written by an earlier pass and was not is no longer on its way: nobody has taken it up. */
  #shown({ field, referral, crm, rule, account }: Apart, { link, ...sides }: DealView): VerifiedField {
    const changedAt = [sides.referral?.changedAt, sides.crm?.changedAt].flatMap((at) => (at ? [at] : [])).toSorted()
    const newest = changedAt.at(-1)
    const isOverlooked =
      account.is === 'due' &&
      link?.unfinished === undefined &&
      newest !== undefined &&
      this.#takenUpUntil !== null &&
      newest < this.#takenUpUntil
    return {
      field,
      referral,
      crm,
      rule: rule && `${rule.file}:${rule.line}`,
      state: isOverlooked ? 'unexplained' : account.is,
      why: isOverlooked ? 'no pass took it up' : account.is === 'rests' ? account.because : null,
      ...(account.is === 'held' ? { code: account.code, until: account.until } : { code: null, until: null }),
    }
  }

  async #note(
    { link, title }: { readonly link: NonNullable<DealView['link']>; readonly title: string | undefined },
    fields: readonly VerifiedField[],
  ): Promise<void> {
    this.#counts.pairs += 1
    const state = worstOf(fields)
    if (state === null) {
      this.#counts.agree += 1
      return
    }
    this.#counts[state] += 1
    const kept = this.#deals[state]
    if (kept.length >= this.#max) return
    const known = title ?? titleOf(this.#runner, await notebookOf(this.#runner), link)
    kept.push({ referral: link.referral, record: link.record, kind: link.kind, title: known, state, fields })
  }

  /** One record for two referrals, or two for one, would be the very thing that must not be. */
  async #countShared({ ledger }: Pipeline, views: readonly DealView[]): Promise<void> {
    const links = views.flatMap(({ link }) => (link?.record ? [{ ...link, id: link.record }] : []))
    const holders = await ledger.linksOf(links)
    this.#counts.shared += links.filter(({ key }, index) => holders[index]?.key !== key).length
  }
}

function worstOf(fields: readonly VerifiedField[] | undefined): ApartState | null {
  return states.find((state) => fields?.some((field) => field.state === state)) ?? null
}

/** Where nothing is written by itself, what is due waits for a person and is not overlooked. */
async function takenUpUntil(runner: Runner, { mode }: Pipeline): Promise<Instant | null> {
  const { lastRun } = await notebookOf(runner)
  const isAtWork = mode === 'auto' && (await readFact(runner.ledger, 'paused')) === null
  if (!isAtWork || !lastRun || (lastRun.result !== 'done' && lastRun.result !== 'held')) return null
  return later(lastRun.startedAt, -settlingMs)
}
