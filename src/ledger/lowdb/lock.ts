// One process per ledger. The lock itself is the operating system's; beside it stands a note of who holds it, for the
// message that the second one prints. The note is never believed for anything else: it outlives a killed process.

import { hostname } from 'node:os'
import { z } from 'zod'
import { inUse, onNetworkDisk } from '../faults.ts'
import { ifThere, readWhole, replaceWhole, type Files, type HeldLock } from './files.ts'
import { parsedJson } from '../json.ts'

const Owner = z.object({ pid: z.int(), host: z.string() })

export interface LockOptions {
  readonly directory: string
  readonly files: Files
  readonly allowNetworkDisk?: boolean
}

export async function takeLock({ directory, files, allowNetworkDisk = false }: LockOptions): Promise<HeldLock> {
  await files.prepare(directory)
  if (!allowNetworkDisk && (await files.isNetwork(directory))) throw onNetworkDisk(directory)
  const held = await files.lock(`${directory}/lock`)
  if (held === null) throw inUse(directory, await ownerOf(directory, files))
  const owner: z.infer<typeof Owner> = { pid: process.pid, host: hostname() }
  try {
    await replaceWhole(files, { directory, name: 'owner.json' }, Buffer.from(`${JSON.stringify(owner)}\n`))
  } catch (error) {
    await held.release()
    throw error
  }
  return held
}

async function ownerOf(directory: string, files: Files): Promise<string> {
  const bytes = await ifThere(readWhole(files, `${directory}/owner.json`, 4096))
  const owner = Owner.safeParse(parsedJson(bytes ?? ''))
  return owner.success ? `process ${owner.data.pid} on ${owner.data.host}` : 'another process'
}
