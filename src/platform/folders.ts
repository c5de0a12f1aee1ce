// Folders the daemon keeps by itself: what is in them, and letting the oldest go.

import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Names of the folders inside, in order; none where there is no such folder. */
export async function foldersIn(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted()
}

export async function removeFolder(...parts: readonly [string, ...string[]]): Promise<void> {
  await rm(join(...parts), { recursive: true, force: true })
}
