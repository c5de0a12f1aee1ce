// Opens what a directory holds: reads the manifest, replays the journal, brings the history up, and clears away what
// an interrupted step left behind. Nothing is changed before everything was found to be sound.

import { damaged, halfRestored } from '../faults.ts'
import { Catalogue } from './catalogue.ts'
import type { Contents } from './contents.ts'
import { createLedger, openedMarks } from './create.ts'
import { History } from './history.ts'
import type { Home } from './home.ts'
import { isOurs, MANIFEST, nameOf, namesIn, readManifest, RESTORING, type Manifest } from './manifest.ts'
import { replay, type Replayed } from './replay.ts'
import { readHead, type Segment } from './segment.ts'
import type { Sizes } from './sizes.ts'

export interface OpenedFiles {
  readonly catalogue: Catalogue
  readonly contents: Contents
  readonly history: History
  /** The snapshot and the journals that are full. */
  readonly closed: readonly Segment[]
  readonly active: Segment
  readonly chain: Buffer
  readonly how: {
    readonly fresh: boolean
    readonly restored: boolean
    readonly unclean: boolean
    readonly cutBytes: number
  }
}

export async function openFiles(home: Home, sizes: Sizes): Promise<OpenedFiles> {
  if ((await home.files.list(home.directory)).includes(RESTORING)) throw halfRestored(home.directory)
  const found = await readManifest(home)
  const manifest = found ?? (await createLedger(home))
  const catalogue = new Catalogue(home, manifest)
  const tagKey = openedMarks(manifest, home)
  const leftovers = await leftoversIn(home, manifest)
  const history = await History.open({ catalogue, sizes, tagKey })
  const replayed = await replay(home, manifest, history.next)
  // Not before: under a manifest of another day, what nobody names may be all there is.
  for (const name of leftovers) await home.files.remove(`${home.directory}/${name}`)
  await history.complete(replayed.events, replayed.lastEvent)
  await cutTail(replayed)
  await markOpen(catalogue, replayed)
  const { contents, closed, active, chain, cutBytes } = replayed
  const unclean = found !== null && !manifest.journal.active.clean
  const how = { fresh: found === null, restored: manifest.restored, unclean, cutBytes }
  return { catalogue, contents, history, closed, active, chain, how }
}

async function cutTail({ active, cutBytes }: Replayed): Promise<void> {
  if (cutBytes === 0) return
  await active.file.truncate(active.bytes)
  await active.sync()
}

/** From now on the journal may hold more than the manifest says, and never less. */
function markOpen(catalogue: Catalogue, { active, chain }: Replayed): Promise<void> {
  const { number } = active.head
  const state = { number, bytes: active.bytes, chain: chain.toString('hex'), clean: false }
  return catalogue.change((was) => ({ ...was, journal: { ...was.journal, active: state } }))
}

/**
 * Files the manifest does not name: what a snapshot replaced, or a file that was prepared and not yet taken into use.
 * One of the latter that already holds something belongs to a later manifest, which somebody replaced by this one.
 */
async function leftoversIn(home: Home, manifest: Manifest): Promise<readonly string[]> {
  const known = new Set(namesIn(manifest))
  const names = await home.files.list(home.directory)
  const leftovers = names.filter((name) => isOurs(name) && !known.has(name))
  for (const name of leftovers)
    if (isLater(name, manifest) && (await holdsFrames(home, name)))
      throw damaged(home.directory, MANIFEST, `is older than ${name}`)
  return leftovers
}

const isLater = (name: string, { journal, history }: Manifest): boolean =>
  (name.startsWith('journal') && name > nameOf.journal(journal.active.number)) ||
  (name.startsWith('history') && name.endsWith('.log') && name > nameOf.history(history.active.number))

async function holdsFrames({ directory, files }: Home, name: string): Promise<boolean> {
  const file = await files.open(`${directory}/${name}`, 'read')
  try {
    const head = await readHead(file, name.startsWith('history') ? 'history' : 'journal')
    return typeof head === 'object' && (await file.size()) > head.size
  } finally {
    await file.close()
  }
}
