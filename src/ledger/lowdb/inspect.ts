// Looks through a ledger that nobody uses, a backup above all, without changing anything.

import { partMissing } from '../faults.ts'
import type { HistoryReport } from '../ledger.ts'
import { Catalogue } from './catalogue.ts'
import { openedMarks } from './create.ts'
import { History } from './history.ts'
import type { Home } from './home.ts'
import { MANIFEST, readManifest, type Manifest } from './manifest.ts'
import { replay } from './replay.ts'
import { usualSizes } from './sizes.ts'
import { tracked } from './tracked.ts'
import { verifyHistory } from './verify.ts'

export interface Inspected {
  readonly manifest: Manifest
  readonly links: number
  readonly history: HistoryReport
}

/** Refuses, as a start does, what is damaged or not whole. An altered history is told, not refused. */
export async function inspect(home: Home): Promise<Inspected> {
  const files = tracked(home.files)
  const looking: Home = { ...home, files, readOnly: true }
  try {
    const manifest = await readManifest(looking)
    if (manifest === null) throw partMissing(home.directory, MANIFEST, 'is not there')
    const catalogue = new Catalogue(looking, manifest)
    const history = await History.open({ catalogue, sizes: usualSizes, tagKey: openedMarks(manifest, looking) })
    const { contents, lastEvent } = await replay(looking, manifest, history.next)
    if (history.next <= lastEvent) throw partMissing(home.directory, history.growing.segment.name, 'ends too early')
    return { manifest, links: contents.count('link'), history: await verifyHistory(history) }
  } finally {
    await files.closeAll()
  }
}
