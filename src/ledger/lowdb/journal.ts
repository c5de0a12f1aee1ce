// The adapter that makes lowdb durable. Reading opens the files; writing appends what is staged and returns once it is
// on the disk. Nothing is ever rewritten in place, and nothing is visible before it is durable.
//
//     commit ─► staged ─┐                     (many callers)
//     commit ─► staged ─┼─► one group: append, flush ─► history ─► contents ─► every caller returns
//     commit ─► staged ─┘
//
// A failed append or flush is the end: nobody knows what is on the disk then, so every later write is refused until a
// new start has looked. Errands (turning a page, taking a mark for a backup) run between two groups.

import type { Adapter } from 'lowdb'
import type { SyncError } from '#core/errors'
import { stopped } from '../faults.ts'
import type { Catalogue } from './catalogue.ts'
import { Contents } from './contents.ts'
import { encodeGroup, type Staged } from './group.ts'
import type { History } from './history.ts'
import type { ClosedPart } from './history-part.ts'
import { nameOf, type Manifest, type SnapshotEntry } from './manifest.ts'
import type { OpenedFiles } from './opening.ts'
import { pause } from './pause.ts'
import { Segment } from './segment.ts'
import type { Sizes } from './sizes.ts'

/** What lowdb holds in memory. */
export interface Working {
  readonly contents: Contents
  readonly staged: Staged[]
}

/** Files that are never written again. */
export interface FullFiles {
  readonly segments: ReadonlySet<Segment>
  /** The youngest journal among them; none where there is only a snapshot, or nothing. */
  readonly last: Manifest['journal']['closed'][number] | undefined
}

export const nothingYet = (): Working => ({ contents: new Contents(), staged: [] })

export interface JournalOptions {
  readonly files: OpenedFiles
  readonly sizes: Sizes
  readonly salt: () => string
  /** Told once, with what went wrong; says which error callers get. */
  readonly onFailure: (error: unknown) => Promise<SyncError>
  /** The next file could not be begun yet; this one goes on. */
  readonly onDelay: (error: unknown) => void
  /** The next file was begun: it may be time to clear up. */
  readonly onPage: () => void
}

/** So many groups later, a file that could not be begun is tried again. */
const DELAY_GROUPS = 64

export class Journal implements Adapter<Working> {
  readonly catalogue: Catalogue
  readonly history: History
  readonly #options: JournalOptions
  readonly #errands: (() => Promise<void>)[] = []
  #active: Segment
  #chain: Buffer
  #closed: readonly Segment[]
  #failure: SyncError | null = null
  #busy = false
  #delayedUntil = 0
  commits = 0
  syncs = 0

  constructor(options: JournalOptions) {
    const { catalogue, history, active, chain, closed } = options.files
    this.catalogue = catalogue
    this.history = history
    this.#options = options
    this.#active = active
    this.#chain = chain
    this.#closed = closed
  }

  /** What the last write failed with; null while all is well. */
  get failure(): SyncError | null {
    return this.#failure
  }

  /** The snapshot and the files that are full, oldest first. */
  get closed(): readonly Segment[] {
    return this.#closed
  }

  get active(): Segment {
    return this.#active
  }

  get chain(): Buffer {
    return this.#chain
  }

  /** lowdb asks for what is stored. */
  async read(): Promise<Working> {
    return { contents: this.#options.files.contents, staged: [] }
  }

  /** lowdb asks to store: all that is staged now is on the disk when this returns. */
  async write(working: Working): Promise<void> {
    const last = working.staged.at(-1)
    if (last === undefined) return
    this.#work(working)
    await last.done.promise
  }

  /** Runs when no group is on its way; commits wait meanwhile. */
  between<T>(working: Working, errand: () => Promise<T>): Promise<T> {
    const done = Promise.withResolvers<T>()
    this.#errands.push(() => this.#unlessFailed(errand).then(done.resolve, done.reject))
    this.#work(working)
    return done.promise
  }

  /** Begins the next file. An errand, or part of a group. */
  async turnPage(): Promise<void> {
    const { home, manifest } = this.catalogue
    const number = this.#active.head.number + 1
    const after = this.#chain
    const head = {
      kind: 'journal',
      number,
      ledger: manifest.ledger,
      key: home.keys.currentId,
      after,
      first: 1,
    } as const
    const next = await Segment.create(home, nameOf.journal(number), head)
    await next.during(home.files.syncDirectory(home.directory))
    const chain = after.toString('hex')
    const full = { number: number - 1, bytes: this.#active.bytes, chain, lastEvent: this.history.next - 1 }
    const active = { number, bytes: next.bytes, chain, clean: false }
    const change = (was: Manifest): Manifest => ({
      ...was,
      journal: { closed: [...was.journal.closed, full], active },
    })
    await next.during(this.#mustSucceed(() => this.catalogue.change(change)))
    this.#closed = [...this.#closed, this.#active]
    this.#active = next
    this.#options.onPage()
  }

  /** Turns the page if anything stands on it, and tells which files are full now. An errand. */
  async cutOff(): Promise<FullFiles> {
    if (this.#active.bytes > this.#active.from) await this.turnPage()
    return { segments: new Set(this.#closed), last: this.catalogue.manifest.journal.closed.at(-1) }
  }

  async turnHistory(): Promise<void> {
    await this.#mustSucceed(() => this.history.sync())
    const next = await this.history.prepareNext()
    await next.during(this.#mustSucceed(() => this.history.goOnIn(next)))
  }

  /** Names a part of the history that was written anew, in place of the old one. */
  async replacePart(number: number, fresh: ClosedPart): Promise<void> {
    await this.#mustSucceed(() => this.history.replaceParts(new Map([[number, fresh]])))
  }

  /**
   * Names a snapshot in the manifest, in place of the files whose contents it holds. Events stand in those files until
   * the history has them for good.
   */
  async adopt(snapshot: Segment, instead: ReadonlySet<Segment>, written: SnapshotEntry): Promise<void> {
    await this.#mustSucceed(async () => {
      await this.history.sync()
      await this.catalogue.change((was) => ({
        ...was,
        snapshot: written,
        journal: { ...was.journal, closed: was.journal.closed.filter(({ number }) => number > written.number) },
      }))
    })
    this.#closed = [snapshot, ...this.#closed.filter((segment) => !instead.has(segment))]
  }

  #work(working: Working): void {
    if (this.#busy) return
    this.#busy = true
    void this.#loop(working)
  }

  async #loop({ staged, contents }: Working): Promise<void> {
    while (staged.length > 0 || this.#errands.length > 0) {
      // Whoever commits in this same turn comes along.
      await pause()
      for (const errand of this.#errands.splice(0)) await errand()
      const group = takeGroup(staged, this.#options.sizes.groupBytes)
      try {
        await this.#unlessFailed(() => this.#store(group, contents))
        for (const { done } of group) done.resolve()
      } catch (error) {
        for (const { done } of group) done.reject(error)
      }
    }
    this.#busy = false
  }

  async #store(staged: readonly Staged[], contents: Contents): Promise<void> {
    const [first] = staged
    if (first === undefined) return
    await this.#turnPagesThatAreFull(staged)
    await this.#mustSucceed(async () => {
      const { sealer } = this.#active
      const { next, chain, growing } = this.history
      const history = { next, chain, sealer: growing.segment.sealer }
      const place = { offset: this.#active.bytes, chain: this.#chain, sealer, history, salt: this.#options.salt }
      const group = encodeGroup(staged, place)
      await this.#active.append(group.bytes)
      await this.#active.sync()
      this.#chain = group.chain
      await this.history.append(group.events)
      for (const { changes, bodyAt } of group.batches) contents.apply({ changes }, this.#active, bodyAt)
    })
    this.commits += staged.length
    this.syncs += 1
  }

  async #turnPagesThatAreFull(staged: readonly Staged[]): Promise<void> {
    if (this.syncs < this.#delayedUntil) return
    const next = staged.flatMap(({ events }) => events)[0]
    try {
      if (this.#active.bytes >= this.#options.sizes.journalBytes) await this.turnPage()
      if (next && this.history.isFull(next.event.at)) await this.turnHistory()
    } catch (error) {
      if (this.#failure) throw error
      this.#delayedUntil = this.syncs + DELAY_GROUPS
      this.#options.onDelay(error)
    }
  }

  /** What fails here leaves the disk in doubt, and ends all writing. */
  async #mustSucceed(work: () => Promise<void>): Promise<void> {
    await this.#unlessFailed(async () => {
      try {
        await work()
      } catch (error) {
        this.#failure ??= await this.#options.onFailure(error)
        throw this.#failure
      }
    })
  }

  async #unlessFailed<T>(work: () => Promise<T>): Promise<T> {
    if (this.#failure) throw stopped(this.#failure)
    return work()
  }
}

/** At least one, and more as long as they keep to the bound. */
function takeGroup(staged: Staged[], bytesMax: number): readonly Staged[] {
  let bytes = 0
  const end = staged.findIndex((batch, n) => {
    bytes += batch.bytes
    return n > 0 && bytes > bytesMax
  })
  return staged.splice(0, end === -1 ? staged.length : end)
}
