// A first start, and how to tell one from a store that lost a part of itself.

import { randomBytes } from 'node:crypto'
import { hash } from 'node:crypto'
import { LEDGER_VERSION } from '../entries.ts'
import { CHAIN_START } from '../event-record.ts'
import { otherKey, partMissing } from '../faults.ts'
import type { Home } from './home.ts'
import { isOurs, MANIFEST, nameOf, writeManifest, type Manifest } from './manifest.ts'
import { markOf, readHead, Segment, type SegmentHead } from './segment.ts'

const TAG_KEY_BYTES = 32
const aboutMarks = Buffer.from('marks')

/**
 * The files come first, the manifest last: a first start that was cut off leaves files that hold nothing yet, and is
 * simply made again. Anything more without a manifest is a store that lost it.
 */
export async function createLedger(home: Home): Promise<Manifest> {
  const { directory, files, keys } = home
  await assertNothingIsLost(home)
  const ledger = randomBytes(16).toString('hex')
  const shared = { number: 1, ledger, key: keys.currentId, first: 1 }
  const after = hash('sha256', `dealbridge ledger ${ledger}`, 'buffer')
  const heads: readonly SegmentHead[] = [
    { ...shared, kind: 'journal', after },
    { ...shared, kind: 'history', after: CHAIN_START },
  ]
  let bytes = 0
  for (const head of heads) {
    const segment = await Segment.create(home, head.kind === 'journal' ? nameOf.journal(1) : nameOf.history(1), head)
    if (head.kind === 'journal') bytes = segment.bytes
    await segment.release()
  }
  await files.syncDirectory(directory)
  const manifest: Manifest = {
    version: LEDGER_VERSION,
    ledger,
    marks: sealedMarks(randomBytes(TAG_KEY_BYTES), home),
    restored: false,
    snapshot: null,
    journal: { closed: [], active: { number: 1, bytes, chain: after.toString('hex'), clean: false } },
    history: { closed: [], active: { number: 1 } },
  }
  await writeManifest(home, manifest)
  return manifest
}

async function assertNothingIsLost({ directory, files }: Home): Promise<void> {
  const first = new Map([
    [nameOf.journal(1), markOf('journal')],
    [nameOf.history(1), markOf('history')],
  ])
  for (const name of (await files.list(directory)).filter(isOurs)) {
    const mark = first.get(name)
    const file = await files.open(`${directory}/${name}`, 'read')
    try {
      const size = await file.size()
      const head = mark && (await readHead(file, mark))
      const headOnly = mark !== undefined && size <= (typeof head === 'object' ? head.size : HEAD_BYTES_MAX)
      if (!headOnly) throw partMissing(directory, MANIFEST, `is not there, but ${name} is`)
    } finally {
      await file.close()
    }
  }
}

/** A head that was cut off is shorter than this. */
const HEAD_BYTES_MAX = 512

/** The key of the marks, sealed where there is a key to seal it with. */
export function sealedMarks(tagKey: Buffer, { keys }: Home): Manifest['marks'] {
  const text = keys.current ? keys.current.seal(tagKey, aboutMarks) : tagKey
  return { key: keys.currentId, text: text.toString('base64') }
}

export function openedMarks({ marks }: Manifest, { keys, directory }: Home): Buffer {
  const text = Buffer.from(marks.text, 'base64')
  const sealer = keys.of(marks.key)
  const tagKey = sealer ? sealer.open(text, aboutMarks) : text
  if (tagKey === undefined) throw otherKey(directory, marks.key ?? '', keys.currentId)
  return tagKey
}
