// Everything the embedded ledger asks of a disk. The real one is disk.ts; tests bring one that fills up, tears writes,
// or loses power.

export interface Files {
  /** Makes it if it is not there, and sees to it that nobody else can look inside. */
  prepare(directory: string): Promise<void>
  /** The names in a directory; none where there is no such directory. */
  list(directory: string): Promise<readonly string[]>
  /**
   * `new`: must not exist. `replace`: emptied if it does. `change` and `read`: must exist. Links are never followed,
   * and what is made can be read by its owner only.
   */
  open(path: string, how: 'new' | 'replace' | 'change' | 'read'): Promise<OpenFile>
  rename(from: string, to: string): Promise<void>
  /** No fault when it is not there. */
  remove(path: string): Promise<void>
  /** Makes the names in a directory durable: what was created, renamed or removed there. */
  syncDirectory(directory: string): Promise<void>
  isNetwork(directory: string): Promise<boolean>
  /** Null when another process, or another ledger of this one, holds it. The system lets go when a process ends. */
  lock(path: string): Promise<HeldLock | null>
}

export interface OpenFile {
  size(): Promise<number>
  /** How many bytes were read: fewer than asked only at the end. */
  read(into: Buffer, position: number): Promise<number>
  /** Writes all of it. */
  write(bytes: Buffer, position: number): Promise<void>
  truncate(length: number): Promise<void>
  /** On disk when it returns. */
  sync(): Promise<void>
  close(): Promise<void>
}

export interface HeldLock {
  release(): Promise<void>
}

/** All of a small file. */
export async function readWhole(files: Files, path: string, bytesMax: number): Promise<Buffer> {
  const file = await files.open(path, 'read')
  try {
    const bytes = Buffer.alloc(Math.min(await file.size(), bytesMax))
    return bytes.subarray(0, await file.read(bytes, 0))
  } finally {
    await file.close()
  }
}

/** A small file, whole or as it was before, and durable when it returns. */
export async function replaceWhole(
  files: Files,
  { directory, name }: { readonly directory: string; readonly name: string },
  bytes: Buffer,
): Promise<void> {
  const path = `${directory}/${name}`
  const file = await files.open(`${path}.tmp`, 'replace')
  try {
    await file.write(bytes, 0)
    await file.sync()
  } finally {
    await file.close()
  }
  await files.rename(`${path}.tmp`, path)
  await files.syncDirectory(directory)
}

/** Undefined where there is no such file; every other fault goes on. */
export async function ifThere<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
