// A backup is a directory with a whole ledger in it: the full files as they are, and of the two that are being written
// as much as stood there at one moment between two commits. The manifest comes last, so a backup that was cut off is
// never taken for one.

import { notEmpty } from '../faults.ts'
import type { BackupReport } from '../ledger.ts'
import { copyFile } from './copy.ts'
import { ifThere } from './files.ts'
import type { Journal, Working } from './journal.ts'
import { MANIFEST, namesIn, writeManifest, type Manifest } from './manifest.ts'

/** Whoever calls sees to it that no file is removed meanwhile. */
export async function backUp(journal: Journal, working: Working, to: string): Promise<BackupReport> {
  const { home } = journal.catalogue
  const { files, directory } = home
  await files.prepare(to)
  if ((await files.list(to)).length > 0) throw notEmpty(to)
  const { manifest, lengths, links, events } = await journal.between(working, async () => markOf(journal, working))
  let bytes = 0
  for (const name of namesIn(manifest)) {
    if (name === MANIFEST) continue
    const copied = copyFile(files, `${directory}/${name}`, `${to}/${name}`, lengths.get(name))
    // Postings are made again where they are wanted.
    bytes += (await (name.endsWith('.index') ? ifThere(copied) : copied)) ?? 0
  }
  await files.syncDirectory(to)
  await writeManifest({ ...home, directory: to }, manifest)
  return { directory: to, bytes, links, events }
}

function markOf({ active, chain, history, catalogue }: Journal, { contents }: Working) {
  const { segment } = history.growing
  const state = { number: active.head.number, bytes: active.bytes, chain: chain.toString('hex'), clean: true }
  const manifest: Manifest = {
    ...catalogue.manifest,
    restored: false,
    journal: { ...catalogue.manifest.journal, active: state },
  }
  const lengths = new Map([
    [active.name, active.bytes],
    [segment.name, segment.bytes],
  ])
  return { manifest, lengths, links: contents.count('link'), events: history.count }
}
