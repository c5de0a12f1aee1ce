// Files that matter. What is written here is on the disk when the call returns, whole or not at all, and is nobody
// else's to read. Reading looks at the opened file, not at its name, so that nothing can be swapped in between.

import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, type FileHandle, mkdir, open, readdir, rename, rm, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { codeOf } from './transport/redact.ts'

export const privateFile = 0o600
export const privateDirectory = 0o700
/** Bits that let others in: the group and the world. */
export const othersBits = 0o077

export interface ReadRules {
  readonly bytesMax: number
  /** Mode bits that must not be set: such a file is not read. */
  readonly forbidden?: number
  /** Is a symbolic link at the end of the path followed? */
  readonly follow?: boolean
}

/** What can come of opening a file is expected, and so a value. */
export type ReadFile =
  | { readonly is: 'read'; readonly bytes: Buffer }
  | { readonly is: 'absent' | 'too-large' | 'too-open' | 'not-a-file' }
  | { readonly is: 'unreadable'; readonly code: string }

export async function readChecked(path: string, rules: ReadRules): Promise<ReadFile> {
  const { bytesMax, forbidden = 0, follow = true } = rules
  try {
    // Without O_NONBLOCK, opening a pipe would wait for somebody to write to it.
    const flags = constants.O_RDONLY | constants.O_NONBLOCK | (follow ? 0 : constants.O_NOFOLLOW)
    await using file = await open(path, flags)
    const stat = await file.stat()
    if (!stat.isFile()) return { is: 'not-a-file' }
    if (process.platform !== 'win32' && (stat.mode & forbidden) !== 0) return { is: 'too-open' }
    if (stat.size > bytesMax) return { is: 'too-large' }
    return { is: 'read', bytes: await file.readFile() }
  } catch (error) {
    const code = codeOf(error) ?? 'UNKNOWN'
    return code === 'ENOENT' || code === 'ENOTDIR' ? { is: 'absent' } : { is: 'unreadable', code }
  }
}

/** The text of a file that a person wrote; undefined when there is none. Any other trouble is thrown. */
export async function readText(path: string, bytesMax = 16 * 1024 * 1024): Promise<string | undefined> {
  const read = await readChecked(path, { bytesMax })
  if (read.is === 'read') return new TextDecoder().decode(read.bytes)
  if (read.is === 'absent') return undefined
  throw Object.assign(new Error(`${path} cannot be read`), { code: read.is === 'unreadable' ? read.code : 'EINVAL' })
}

/** A directory for the owner only, parents included where they are made. One that was open is closed. */
export async function makePrivateDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: privateDirectory })
  if (process.platform !== 'win32') await chmod(path, privateDirectory)
}

/**
 * Replaces a file: the old content or the new one, never part of either, and never lost once this returned. The new
 * content goes to a name that nobody can guess and a file that did not exist, so no link can lead it elsewhere.
 */
export async function writeDurably(path: string, content: string | Uint8Array, mode = privateFile): Promise<void> {
  const draft = `${path}.${randomUUID()}.new`
  try {
    await writeNew(draft, content, mode)
    await rename(draft, path)
  } catch (error) {
    await unlink(draft).catch(() => undefined)
    throw error
  }
  await flushDirectory(dirname(path))
}

/** Gone afterwards, whether or not it was there. */
export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true })
}

const draftName = /\.[0-9a-f-]{36}\.new$/

/** What a crash in the middle of writing left behind. Only for a directory that nobody else is writing to. */
export async function removeDrafts(directory: string): Promise<void> {
  const drafts = (await readdir(directory)).filter((name) => draftName.test(name))
  await Promise.all(drafts.map(async (name) => await unlink(join(directory, name))))
}

async function writeNew(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
  await using file = await open(path, flags, mode)
  await file.writeFile(content)
  await file.sync()
}

/** A rename is on disk only when its directory is. */
export async function flushDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return
  await using directory: FileHandle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY)
  await directory.sync()
}
