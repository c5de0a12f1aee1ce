// The real disk. The only file of the ledger that touches one.

import { constants } from 'node:fs'
import { chmod, mkdir, open, readdir, rename, rm, statfs, type FileHandle } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import type { Files, HeldLock, OpenFile } from './files.ts'

const { O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC } = constants
// Windows knows no such flag.
const noFollow = constants.O_NOFOLLOW ?? 0
const flags = { new: O_RDWR | O_CREAT | O_EXCL, replace: O_RDWR | O_CREAT | O_TRUNC, change: O_RDWR, read: O_RDONLY }

export const disk: Files = {
  prepare: async (directory) => {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    await chmod(directory, 0o700)
  },
  list: async (directory) => {
    try {
      return await readdir(directory)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
      throw error
    }
  },
  open: async (path, how) => opened(await open(path, flags[how] | noFollow, 0o600)),
  rename,
  remove: (path) => rm(path, { force: true }),
  syncDirectory: async (directory) => {
    // Windows opens no directories; its file systems make names durable by themselves.
    if (process.platform === 'win32') return
    const handle = await open(directory, O_RDONLY)
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
  isNetwork: async (directory) => process.platform === 'linux' && networkTypes.has((await statfs(directory)).type),
  lock,
}

// From the kernel's magic numbers (statfs(2)). FUSE stands for sshfs, s3fs and the like; its few local uses can be
// accepted by name in the settings.
const networkTypes: ReadonlySet<number> = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xff534d42, // CIFS
  0xfe534d42, // SMB 2 and later
  0x65735546, // FUSE
  0x01021997, // 9P
  0x5346414f, // AFS
  0x00c36400, // Ceph
  0x0bd00bd0, // Lustre
  0x47504653, // GPFS
  0x01161970, // GFS2
  0x7461636f, // OCFS2
])

function opened(handle: FileHandle): OpenFile {
  return {
    size: async () => (await handle.stat()).size,
    read: async (into, position) => {
      let done = 0
      while (done < into.length) {
        const { bytesRead } = await handle.read(into, done, into.length - done, position + done)
        if (bytesRead === 0) break
        done += bytesRead
      }
      return done
    },
    write: async (bytes, position) => {
      let done = 0
      while (done < bytes.length)
        done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten
    },
    truncate: (length) => handle.truncate(length),
    sync: () => handle.datasync(),
    close: () => handle.close(),
  }
}

/**
 * Node has no call for a lock that the system lets go of by itself when a process dies. SQLite, which Node brings,
 * takes exactly such a lock on its file, so an empty database serves as one: kill -9, a reused process id, another
 * container on the same volume are all told apart by the kernel, not by us. No table is ever made in it.
 *
 * Nothing in this process may open the file otherwise: closing it would let go of the lock (POSIX).
 */
async function lock(path: string): Promise<HeldLock | null> {
  await createOnce(path)
  const held = new DatabaseSync(path, { timeout: 0 })
  try {
    held.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    held.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy) return null
    throw error
  }
  return {
    release: async () => {
      if (held.isOpen) held.close()
    },
  }
}

const sqliteBusy = 5

/** Made here for the sake of its mode; an existing one is not opened (see `lock`). */
async function createOnce(path: string): Promise<void> {
  try {
    await (await open(path, flags.new | noFollow, 0o600)).close()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}
