// Files that a person names on the command line, from the folder they stand in.

import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { readChecked, readText, writeDurably } from './files.ts'

export interface CommandFiles {
  read(path: string): Promise<string | undefined>
  /** Whole or not at all; for its owner only, because plans name customers. */
  write(path: string, text: string): Promise<void>
  exists(path: string): Promise<boolean>
  resolve(...parts: readonly string[]): string
}

export function commandFiles(workingDirectory: string): CommandFiles {
  const from = (...parts: readonly string[]): string => resolve(workingDirectory, ...parts)
  return {
    read: async (path) => await readText(from(path)),
    write: async (path, text) => {
      const file = from(path)
      await mkdir(dirname(file), { recursive: true })
      await writeDurably(file, text)
    },
    exists: async (path) => (await readChecked(from(path), { bytesMax: 0 })).is !== 'absent',
    resolve: from,
  }
}
