// The oracle of edits (I9, I10, I11, I12, I14, I15). It walks through time and looks at each stretch in which the two
// sides show different values of one field: who edited in it, and what both show when they are equal again.
//
//   edited on one side only    that side's last edit, whatever crashed
//   edited on both             what the mapping's policy allows
//   edited by nobody           must not happen: then a program has written something of its own

import type { History } from '../history.ts'
import { isParked, stepsOf, type Pair, type Step, type Violation } from './pairs.ts'
import { bothWays, isOver, type BothWays } from './values.ts'

interface HandEdit {
  readonly atMs: number
  readonly side: 'referral' | 'crm'
  readonly value: string | null
}

interface Apart {
  readonly sinceMs: number
  /** What both showed before. */
  readonly common: string | null
  readonly edits: readonly HandEdit[]
}

/** A write that was decided before the sides became equal may still land after; its deciders count again. */
const landsWithinMs = 30 * 60_000
/** A pass may take so long, in a world that is slow. */
const slowMs = 3 * 60_000

export function checkEdits(history: History, pair: Pair): readonly Violation[] {
  return bothWays.flatMap((field) =>
    pair.deals.flatMap((deal) => {
      const steps = stepsOf(pair.referral, deal)
      return new Oracle(history, pair, field).walk(steps)
    }),
  )
}

class Oracle {
  readonly #history: History
  readonly #pair: Pair
  readonly #field: BothWays
  readonly #violations: Violation[] = []
  #apart: Apart | null = null
  #before: (Apart & { readonly untilMs: number; readonly isOurs: boolean }) | null = null

  constructor(history: History, pair: Pair, field: BothWays) {
    this.#history = history
    this.#pair = pair
    this.#field = field
  }

  walk(steps: readonly Step[]): readonly Violation[] {
    let last: { readonly left: string | null; readonly right: string | null } | null = null
    for (const step of steps) {
      const now = { left: this.#field.inReferral(step.left.fields), right: this.#field.inDeal(step.right.fields) }
      if (last === null) this.#born(step, now)
      else this.#step(step, { last, now })
      last = now
    }
    this.#end(steps.at(-1))
    return this.#violations
  }

  /** A deal is made from what was read: the referral may have moved on since. */
  #born({ atMs }: Step, now: { readonly left: string | null; readonly right: string | null }): void {
    if (now.left === now.right) return
    this.#apart = { sinceMs: atMs, common: now.right, edits: [{ atMs, side: 'referral', value: now.left }] }
  }

  #step(
    step: Step,
    { last, now }: { readonly last: { left: string | null; right: string | null }; readonly now: typeof last },
  ): void {
    const { side, by, atMs } = step
    const moved = side === 'referral' ? last.left !== now.left : last.right !== now.right
    if (!moved) return
    const value = side === 'referral' ? now.left : now.right
    const edit: HandEdit | null = by === 'person' || by === 'workflow' ? { atMs, side, value } : null
    if (edit === null) this.#written(step, value)
    if (last.left === last.right) this.#part(step, edit, last.left)
    else if (edit && this.#apart) this.#apart = { ...this.#apart, edits: [...this.#apart.edits, edit] }
    if (now.left === now.right) this.#meet(step, value)
  }

  #part({ atMs }: Step, edit: HandEdit | null, common: string | null): void {
    const before = this.#before && atMs - this.#before.untilMs < landsWithinMs ? this.#before : null
    if (edit && this.#before && !this.#before.isOurs && !this.#couldSee(this.#before.untilMs, atMs))
      this.#apart = { ...this.#before, edits: [...this.#before.edits, edit] }
    else if (edit) this.#apart = { sinceMs: atMs, common, edits: [edit] }
    else if (before && before.edits.length > 0) this.#apart = before
    else {
      this.#fault('I11', atMs, 'a program changed a value that both sides agreed on and nobody had edited')
      this.#apart = { sinceMs: atMs, common, edits: [] }
    }
  }

  /** Sides that people bring to agree between two passes, or while one of them is hidden, agree unseen. */
  #couldSee(fromMs: number, untilMs: number): boolean {
    const { passes, story } = this.#history
    const hidden = this.#field.name === 'date' ? null : story.manners.hidden
    return passes.some(({ beganMs, endedMs, result }) => {
      const isHidden = hidden !== null && beganMs < hidden.untilMs && endedMs >= hidden.fromMs
      return beganMs >= fromMs && endedMs <= untilMs && result !== 'failed' && !isHidden
    })
  }

  #meet({ atMs, by }: Step, value: string | null): void {
    const apart = this.#apart
    if (!apart) return
    const allowed = this.#allowed(apart, atMs)
    if (allowed !== null && !allowed.includes(value)) {
      const told = apart.edits.map((edit) => `${edit.side} ${String(edit.value)} at ${edit.atMs}`).join('; ')
      this.#fault(
        sidesOf(apart.edits).length === 1 ? 'I9' : 'I10',
        atMs,
        `both sides ended with ${String(value)} after ${told}`,
      )
    }
    this.#before = { ...apart, untilMs: atMs, isOurs: by === 'dealbridge' }
    this.#apart = null
  }

  /** Null: anything that one side showed. */
  #allowed({ edits, sinceMs, common }: Apart, untilMs: number): readonly (string | null)[] | null {
    const { blurs, story } = this.#history
    const within = (atMs: number): boolean => atMs >= sinceMs && atMs <= untilMs
    if (this.#isAnswered(within)) return null
    if (this.#adopts({ sinceMs, untilMs }) || this.#isLostUnseen(untilMs)) return null
    const [only, ...more] = sidesOf(edits)
    if (only === undefined) return null
    const lastOf = (side: HandEdit['side']): string | null =>
      edits.findLast((edit) => edit.side === side)?.value ?? null
    if (more.length === 0) return [lastOf(only)]
    const policy = story.manners.policies[this.#field.policy]
    const either = [lastOf('referral'), lastOf('crm')]
    // Whether a lost write arrived before the other side's edit cannot be known: then the edit counts as the later one.
    const blurred = blurs.some(({ atMs }) => within(atMs) || within(atMs + 300_000))
    if (blurred || policy === 'newest' || !areApart(either, common)) return either
    if (policy === 'ask') return new Set(either).size === 1 ? either : []
    return [lastOf(policy === 'crm' ? 'crm' : 'referral')]
  }

  #isAnswered(within: (atMs: number) => boolean): boolean {
    const rows: readonly string[] = this.#field.rows
    return this.#history.answers.some(
      ({ key, row, atMs }) => key === this.#pair.key && rows.includes(row) && within(atMs),
    )
  }

  /** A write without an answer, to a field that is hidden then: taken back unseen, or never arrived? */
  #isLostUnseen(untilMs: number): boolean {
    const { blurs, story } = this.#history
    const { hidden } = story.manners
    if (hidden === null || this.#field.name === 'date' || untilMs < hidden.fromMs) return false
    return blurs.some(({ what, atMs }) => what === 'lost' && atMs <= hidden.untilMs)
  }

  /** After a loss of everything, nothing is agreed until the first pass that came to its end. */
  #adopts({ sinceMs, untilMs }: { readonly sinceMs: number; readonly untilMs: number }): boolean {
    const { blurs, passes } = this.#history
    return blurs.some(({ what, atMs }) => {
      if (what !== 'wiped') return false
      const shownMs = this.#shownAfter(atMs)
      const whole = passes.find(({ beganMs, result }) => beganMs >= shownMs && result !== 'failed')
      return atMs <= untilMs && sinceMs <= (whole?.endedMs ?? Number.POSITIVE_INFINITY)
    })
  }

  /** What was hidden when everything was lost is met without a base by the next full comparison, if there is one. */
  #shownAfter(wipedMs: number): number {
    const { hidden, sweepEvery, everyMs } = this.#history.story.manners
    if (hidden === null || hidden.untilMs <= wipedMs) return wipedMs
    return sweepEvery === 0 ? Number.POSITIVE_INFINITY : hidden.untilMs + sweepEvery * (everyMs + slowMs)
  }

  /** Whoever lost everything while a field was hidden does not know what was agreed of it; a closed deal is then left alone. */
  #isForgotten(): boolean {
    const { blurs, story } = this.#history
    const { hidden } = story.manners
    return hidden !== null && blurs.some(({ what, atMs }) => what === 'wiped' && atMs < hidden.untilMs)
  }

  /** I12: value and currency are written as they stood together on the other side. */
  #written({ atMs, side }: Step, value: string | null): void {
    const read = side === 'referral' ? this.#field.inDeal : this.#field.inReferral
    const others = side === 'referral' ? this.#pair.deals : [this.#pair.referral]
    const shown = others.some(({ states }) =>
      states.some((state) => state.atMs <= atMs && read(state.fields) === value),
    )
    if (!shown) this.#fault('I12', atMs, `a program wrote ${String(value)}, which the other side never showed`)
  }

  /** I15: at the end both sides show the same, or it is said why not. */
  #end(step: Step | undefined): void {
    const apart = this.#apart
    if (!step || !apart || step.right.gone) return
    if (isParked(this.#pair.link, this.#field.rows)) return
    const over = isOver(step.left.fields)
    const fromMicrosoft = sidesOf(apart.edits).every((side) => side === 'referral')
    // A closed referral cannot be written any more; what it said last still reaches the deal, unless a person chose.
    if (over && (!fromMicrosoft || this.#isForgotten() || this.#isAnswered((atMs) => atMs >= apart.sinceMs))) return
    this.#fault(
      'I15',
      step.atMs,
      `${this.#field.name} differs at the end: ${JSON.stringify(lastValues(step, this.#field))}`,
    )
  }

  #fault(invariant: string, atMs: number, what: string): void {
    this.#violations.push({
      invariant,
      referral: this.#pair.referral.id,
      what: `${this.#field.name} at ${atMs}: ${what}`,
    })
  }
}

/**
 * Did both sides move, and not to the same? A side that came back to what both had shown has not, as far as anyone can
 * see; nor has one whose every part the other side has too.
 */
function areApart([left, right]: readonly (string | null)[], common: string | null): boolean {
  const parts = (value: string | null | undefined): readonly string[] => (value ?? '').split(' ')
  const moved = (mine: readonly string[], theirs: readonly string[]): boolean =>
    mine.join(' ') !== (common ?? '') && mine.some((part, n) => part !== theirs[n] && part !== parts(common)[n])
  return moved(parts(left), parts(right)) && moved(parts(right), parts(left))
}

const sidesOf = (edits: readonly HandEdit[]): readonly HandEdit['side'][] => [...new Set(edits.map(({ side }) => side))]

const lastValues = ({ left, right }: Step, field: BothWays): readonly (string | null)[] => [
  field.inReferral(left.fields),
  field.inDeal(right.fields),
]
