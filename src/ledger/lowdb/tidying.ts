// What the ledger does for itself, beside the commits and one thing at a time: clears away what is dead, removes what
// was forgotten, seals under a new key, lets go of old history. Each is safe to cut off anywhere and begin again.

import type { Instant } from '#core/model/instant'
import type { LedgerLog } from '../log.ts'
import { PURGE } from './batch.ts'
import { openedMarks, sealedMarks } from './create.ts'
import type { ClosedPart } from './history-part.ts'
import type { Journal, Working } from './journal.ts'
import { needsRewrite, rewritePart } from './rewrite.ts'
import type { Sizes } from './sizes.ts'
import { isWorthIt, takeSnapshot } from './snapshot.ts'
import { purgeDrop, stage } from './staging.ts'
import { Turns } from './turns.ts'

export interface TidyingOptions {
  readonly journal: Journal
  readonly working: () => Working
  readonly sizes: Sizes
  readonly log: LedgerLog
}

export class Tidying {
  readonly #options: TidyingOptions
  readonly #turns = new Turns()
  readonly #stop = new AbortController()

  constructor(options: TidyingOptions) {
    this.#options = options
  }

  /** Later, in the background, if it is worth it. */
  considerCompacting(): void {
    const { journal, sizes } = this.#options
    if (isWorthIt(journal, sizes)) this.#inBackground(() => this.#compact())
  }

  /** Takes up what an earlier process had begun, and what a new key asks for. */
  resume(): void {
    const { journal, working } = this.#options
    const hasForgotten = working().contents.count(PURGE) > 0
    const current = journal.catalogue.home.keys.currentId
    const hasOtherKey =
      journal.closed.some(({ head }) => head.key !== current) ||
      journal.history.parts.some(({ segment }) => segment.head.key !== current)
    if (hasForgotten || hasOtherKey) this.#inBackground(() => this.#freshen())
    else this.considerCompacting()
  }

  compact(): Promise<void> {
    return this.#turns.take(() => this.#compact())
  }

  /** Writes everything anew that holds words of a forgotten deal, or stands under another key. */
  freshen(): Promise<void> {
    return this.#turns.take(() => this.#freshen())
  }

  /** Lets go of the parts whose newest event is older than this, and says how many events that were. */
  expire(before: Instant): Promise<number> {
    return this.#turns.take(async () => {
      const { journal, working } = this.#options
      const isOld = ({ info }: ClosedPart): boolean => info.newest < before
      if (journal.history.growing.isOlderThan(before)) await journal.between(working(), () => journal.turnHistory())
      const old = journal.history.parts.filter(isOld)
      if (old.length > 0) await journal.history.replaceParts(new Map(old.map(({ info }) => [info.number, null])))
      return old.reduce((sum, { info }) => sum + info.events, 0)
    })
  }

  /** Something of the ledger's keeper that files must not change under: a backup. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.take(work)
  }

  /** Ends what runs, at the next place where it may be cut off. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#turns.take(async () => undefined)
  }

  #inBackground(work: () => Promise<void>): void {
    void this.#turns
      .take(() => (this.#stop.signal.aborted ? Promise.resolve() : work()))
      .catch((error: unknown) => {
        if (!this.#stop.signal.aborted) this.#options.log.warn('ledger.tidying-failed', { error })
      })
  }

  async #compact(): Promise<void> {
    const { journal, working, sizes, log } = this.#options
    const full = await journal.between(working(), () => journal.cutOff())
    const { signal } = this.#stop
    await takeSnapshot(full, { journal, contents: working().contents, sizes, signal })
    log.info('ledger.compacted', { count: full.segments.size })
  }

  async #freshen(): Promise<void> {
    const { journal, working } = this.#options
    const tags = new Set([...working().contents.in(PURGE)].map(({ key }) => key))
    await this.#compact()
    const { growing } = journal.history
    const isConcerned = [...tags].some((tag) => growing.postings.of(tag).length > 0)
    if (isConcerned) await journal.between(working(), () => journal.turnHistory())
    await this.#rewriteHistory(tags)
    await this.#sealMarks()
    if (tags.size === 0) return
    working().staged.push(stage({ changes: [], events: [], own: [...tags].map(purgeDrop) }, null))
    await journal.write(working())
  }

  async #rewriteHistory(tags: ReadonlySet<string>): Promise<void> {
    const { journal } = this.#options
    const { home } = journal.catalogue
    for (const part of journal.history.parts) {
      if (!(await needsRewrite(home, part, tags))) continue
      const fresh = await rewritePart(home, part, tags, this.#stop.signal)
      await fresh.segment.during(home.files.syncDirectory(home.directory))
      await fresh.segment.during(journal.replacePart(part.info.number, fresh))
    }
  }

  async #sealMarks(): Promise<void> {
    const { catalogue } = this.#options.journal
    const { home, manifest } = catalogue
    if (manifest.marks.key === home.keys.currentId) return
    const marks = sealedMarks(openedMarks(manifest, home), home)
    await catalogue.change((was) => ({ ...was, marks }))
  }
}
