// The file that leads to the daemon, on disk: written when its door opens, taken away when it closes.

import { dirname } from 'node:path'
import { makePrivateDirectory, othersBits, readChecked, removeFile, writeDurably } from '#platform/files'
import { FixConfig } from '#core/errors'
import type { Door } from './door.ts'

const bytesMax = 16 * 1024

export async function announceDoor(file: string, door: Door | null): Promise<void> {
  if (door === null) return await removeFile(file)
  await makePrivateDirectory(dirname(file))
  await writeDurably(file, `${JSON.stringify(door)}\n`)
}

/** Undefined where there is none. One that others can read is not trusted, and one of another user cannot be read. */
export async function readDoorFile(file: string): Promise<string | undefined> {
  const read = await readChecked(file, { bytesMax, forbidden: othersBits, follow: false })
  if (read.is === 'read') return read.bytes.toString('utf8')
  if (read.is === 'absent') return undefined
  throw new FixConfig(
    `A daemon runs on this store, but ${file}, which tells how to reach it, cannot be used (${read.is}). ` +
      'Run the command as the user the daemon runs as.',
    { code: 'DB-1106', who: 'operations' },
  )
}
