// Writes what is alive into one fresh file, and lets the full files it came from go. It runs beside the commits: they
// go on in the journal, which is younger than any snapshot, so whatever changes meanwhile simply wins.
//
//   1 turn the page, so that everything up to now stands in full files
//   2 copy what is alive in them into a new file; flush it             a crash here leaves a file nobody names
//   3 name it in the manifest, in place of the files it came from      the one step that counts
//   4 read from it; remove the old files                               a crash here leaves files nobody names

import { crc32 } from 'node:zlib'
import { damaged } from '../faults.ts'
import { aboutValue, encodeBatch, sealedPut, type BatchChange } from './batch.ts'
import type { Contents, Held } from './contents.ts'
import { encodeFrame, HEADER_BYTES } from './frame.ts'
import type { Home } from './home.ts'
import type { FullFiles, Journal } from './journal.ts'
import { nameOf } from './manifest.ts'
import { readPlaces } from './places.ts'
import { pause } from './pause.ts'
import { Segment } from './segment.ts'
import type { Sizes } from './sizes.ts'

const ENTRIES_PER_FRAME = 256
/** Commits come in between. */
const MOVES_AT_ONCE = 2000
/** A flush of much at once would hold up the commits' own. */
const SYNC_EVERY_BYTES = 4 * 1024 * 1024

export interface SnapshotOptions {
  readonly journal: Journal
  readonly contents: Contents
  readonly sizes: Sizes
  /** Aborted when the ledger closes: what was written so far is simply removed. */
  readonly signal: AbortSignal
}

interface Moved {
  readonly held: Held
  readonly to: Parameters<Contents['move']>[1]
}

/** Is more dead than alive, by more than a file's worth? */
export function isWorthIt(journal: Journal, { journalBytes }: Sizes): boolean {
  const total = journal.closed.reduce((sum, { bytes }) => sum + bytes, 0)
  const live = journal.closed.reduce((sum, segment) => sum + segment.live, 0)
  return total > 2 * live + journalBytes
}

/** Nothing happens where nothing is full. */
export async function takeSnapshot(full: FullFiles, options: SnapshotOptions): Promise<void> {
  const { journal, contents } = options
  const { segments, last } = full
  if (last === undefined) return
  const { home, manifest } = journal.catalogue
  const { number, chain, lastEvent } = last
  const key = home.keys.currentId
  const after = Buffer.from(chain, 'hex')
  const head = { kind: 'snapshot', number, ledger: manifest.ledger, key, after, first: 1 } as const
  const segment = await Segment.create(home, nameOf.snapshot(number), head)
  const copy = new Copy(segment, segments, options)
  try {
    await copy.run()
    await home.files.syncDirectory(home.directory)
    const written = { number, bytes: segment.bytes, chain: copy.chain.toString('hex'), after: chain, lastEvent }
    await journal.adopt(segment, segments, written)
  } catch (error) {
    // A manifest that could not be written may name it already.
    if (journal.failure === null) await removeFiles(home, [segment])
    else await segment.release()
    throw error
  }
  await moveAll(copy.moved, contents)
  await removeFiles(home, segments)
}

/** What was changed or dropped meanwhile is no longer what was copied, and stays where it is. */
async function moveAll(moved: readonly Moved[], contents: Contents): Promise<void> {
  for (let i = 0; i < moved.length; i += MOVES_AT_ONCE) {
    for (const { held, to } of moved.slice(i, i + MOVES_AT_ONCE))
      if (contents.get(held.table, held.key) === held) contents.move(held, to)
    await pause()
  }
}

class Copy {
  readonly moved: Moved[] = []
  readonly #segment: Segment
  readonly #inputs: ReadonlySet<Segment>
  readonly #options: SnapshotOptions
  chain: Buffer
  #unsynced = 0

  constructor(segment: Segment, inputs: ReadonlySet<Segment>, options: SnapshotOptions) {
    this.#segment = segment
    this.#inputs = inputs
    this.#options = options
    this.chain = segment.head.after
  }

  async run(): Promise<void> {
    const { contents, sizes, signal } = this.#options
    let some: Held[] = []
    let bytes = 0
    for (const held of contents.everything()) {
      if (!this.#inputs.has(held.segment)) continue
      some.push(held)
      bytes += held.length
      if (some.length < ENTRIES_PER_FRAME && bytes < sizes.snapshotFrameBytes) continue
      signal.throwIfAborted()
      await this.#write(some)
      some = []
      bytes = 0
    }
    if (some.length > 0) await this.#write(some)
    await this.#segment.sync()
  }

  async #write(some: readonly Held[]): Promise<void> {
    const puts = await readPlaces(some, (bytes, held) => this.#fresh(held, Buffer.from(bytes)))
    const batch = encodeBatch({ changes: puts, events: { first: 0, frames: [] } }, this.chain, this.#segment.sealer)
    const frame = encodeFrame({ mark: 'journal', chained: batch.pieces, previous: this.chain })
    const bodyAt = this.#segment.bytes + HEADER_BYTES
    await this.#segment.append(frame.bytes)
    this.chain = frame.chain
    batch.changes.forEach((change, i) => {
      const held = some[i]
      if (held === undefined || change.do === 'drop') return
      const { at, length, crc } = change
      this.moved.push({ held, to: { segment: this.#segment, offset: bodyAt + at, length, crc } })
    })
    this.#unsynced += frame.bytes.length
    if (this.#unsynced < SYNC_EVERY_BYTES) return
    await this.#segment.sync()
    this.#unsynced = 0
  }

  /** The value as it stands, or sealed anew where the old file has another key. */
  #fresh({ table, key, record, due, crc, offset, segment: from }: Held, value: Buffer): BatchChange {
    const { directory } = this.#options.journal.catalogue.home
    if (crc32(value) !== crc) throw damaged(directory, from.name, `is not as it was written, at byte ${offset}`)
    if (from.sealer === this.#segment.sealer) return { do: 'put', table, key, record, due, value, crc }
    const plain = from.sealer ? from.sealer.open(value, aboutValue(table, key)) : value
    if (plain === undefined) throw damaged(directory, from.name, `does not open, at byte ${offset}`)
    return sealedPut({ table, key, facets: { record, due } }, plain, this.#segment.sealer)
  }
}

/** What cannot be removed now is removed at the next start. */
async function removeFiles({ directory, files }: Home, segments: Iterable<Segment>): Promise<void> {
  for (const segment of segments) {
    await files.remove(`${directory}/${segment.name}`).catch(() => undefined)
    await segment.release()
  }
}
