// Knows which files are open, so that a start that fails half-way leaves none behind.

import type { Files, OpenFile } from './files.ts'

export interface TrackedFiles extends Files {
  closeAll(): Promise<void>
}

export function tracked(files: Files): TrackedFiles {
  const open = new Set<OpenFile>()
  return {
    ...files,
    open: async (path, how) => {
      const file = await files.open(path, how)
      const close = async (): Promise<void> => {
        open.delete(followed)
        await file.close()
      }
      const followed: OpenFile = { ...file, close }
      open.add(followed)
      return followed
    },
    closeAll: async () => {
      for (const file of open) await file.close()
    },
  }
}
