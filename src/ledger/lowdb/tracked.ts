// Knows which files are open, so that a start that fails half-way leaves none behind.

import type { Files, OpenFile } from './files.ts'

export interface TrackedFiles extends Files {
  closeAll(): Promise<void>
}

export function tracked(files: Files): TrackedFiles {
  const open = new Set<OpenFile>()
  return {
    prepare: (directory) => files.prepare(directory),
    list: (directory) => files.list(directory),
    open: async (path, how) => {
      const file = followed(await files.open(path, how), () => open.delete(file))
      open.add(file)
      return file
    },
    rename: (from, to) => files.rename(from, to),
    remove: (path) => files.remove(path),
    syncDirectory: (directory) => files.syncDirectory(directory),
    isNetwork: (directory) => files.isNetwork(directory),
    lock: (path) => files.lock(path),
    closeAll: async () => {
      for (const file of open) await file.close()
    },
  }
}

function followed(file: OpenFile, onClose: () => void): OpenFile {
  return {
    size: () => file.size(),
    read: (into, position) => file.read(into, position),
    write: (bytes, position) => file.write(bytes, position),
    truncate: (length) => file.truncate(length),
    sync: () => file.sync(),
    close: () => {
      onClose()
      return file.close()
    },
  }
}
