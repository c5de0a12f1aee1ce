// Puts a backup in place of a ledger: looked through first, then copied, and in force only when its manifest stands.
// Until it does, a note keeps anyone from starting on what is half there. A living ledger is never written over: with
// `force` it is set aside, under a name that says so.

import { ledgerFault, notEmpty } from '../faults.ts'
import type { HistoryReport } from '../ledger.ts'
import type { Sealer } from '../seal.ts'
import { copyFile } from './copy.ts'
import { disk } from './disk.ts'
import { ifThere, replaceWhole, type Files } from './files.ts'
import { inspect } from './inspect.ts'
import { Keys } from './keys.ts'
import { takeLock } from './lock.ts'
import { isOurs, MANIFEST, namesIn, RESTORING, writeManifest } from './manifest.ts'

export interface RestoreOptions {
  readonly from: string
  readonly to: string
  readonly seal?: Sealer | undefined
  readonly formerSeals?: readonly Sealer[]
  readonly force?: boolean
  readonly files?: Files
  readonly allowNetworkDisk?: boolean
}

export interface RestoreReport {
  readonly links: number
  readonly history: HistoryReport
  /** Where the ledger that stood there went. */
  readonly setAside: string | null
}

export async function restoreLedger(options: RestoreOptions): Promise<RestoreReport> {
  const { to, files = disk, allowNetworkDisk = false } = options
  try {
    const lock = await takeLock({ directory: to, files, allowNetworkDisk })
    try {
      return await restore(options, files)
    } finally {
      await lock.release()
    }
  } catch (error) {
    throw ledgerFault(error, to)
  }
}

async function restore(
  { from, to, seal, formerSeals = [], force = false }: RestoreOptions,
  files: Files,
): Promise<RestoreReport> {
  const names = await files.list(to)
  const there = names.filter(isOurs)
  if ((there.length > 0 || names.includes(RESTORING)) && !force) throw notEmpty(to)
  const home = { directory: from, files, keys: new Keys(from, seal ?? null, formerSeals) }
  const { manifest, links, history } = await inspect(home)
  await replaceWhole(files, { directory: to, name: RESTORING }, Buffer.from(`${from}\n`))
  const setAside = there.length > 0 ? await moveAside(files, to, there) : null
  for (const name of namesIn(manifest)) {
    if (name === MANIFEST) continue
    const copied = copyFile(files, `${from}/${name}`, `${to}/${name}`)
    await (name.endsWith('.index') ? ifThere(copied) : copied)
  }
  await files.syncDirectory(to)
  await writeManifest({ ...home, directory: to }, { ...manifest, restored: true })
  await files.remove(`${to}/${RESTORING}`)
  await files.syncDirectory(to)
  return { links, history, setAside }
}

async function moveAside(files: Files, directory: string, names: readonly string[]): Promise<string> {
  const taken = new Set(await files.list(directory))
  let number = 1
  while (taken.has(`before-restore-${number}`)) number += 1
  const aside = `${directory}/before-restore-${number}`
  await files.prepare(aside)
  for (const name of names) await files.rename(`${directory}/${name}`, `${aside}/${name}`)
  await files.syncDirectory(aside)
  await files.syncDirectory(directory)
  return aside
}
