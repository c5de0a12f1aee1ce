// Files that a person names on the command line, from the folder they stand in.

import { chmod, mkdir, readFile, realpath, stat, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { readChecked, readText, writeDurably } from './files.ts'

export interface CommandFiles {
  read(path: string): Promise<string | undefined>
  /** Whole or not at all; for its owner only, because plans name customers. */
  write(path: string, text: string): Promise<void>
  exists(path: string): Promise<boolean>
  /** A new file that others may read; false where one stands already, which is left alone. */
  create(path: string, text: string): Promise<boolean>
  /**
   * Other words for a file that a person edits, and that stays as readable, and as linked, as it was. False, and nothing
   * is written, when it does not say what it was read to say.
   */
  replace(path: string, before: string, after: string): Promise<boolean>
  resolve(...parts: readonly string[]): string
}

const sharedFile = 0o644

export function commandFiles(workingDirectory: string): CommandFiles {
  const from = (...parts: readonly string[]): string => resolve(workingDirectory, ...parts)
  return {
    read: async (path) => await readText(from(path)),
    write: async (path, text) => {
      const file = from(path)
      await mkdir(dirname(file), { recursive: true })
      await writeDurably(file, text)
    },
    create: async (path, text) => {
      const file = from(path)
      await mkdir(dirname(file), { recursive: true })
      try {
        await writeFile(file, text, { flag: 'wx', mode: sharedFile, flush: true })
        return true
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
        throw error
      }
    },
    replace: async (path, before, after) => await replaced(from(path), before, after),
    exists: async (path) => (await readChecked(from(path), { bytesMax: 0 })).is !== 'absent',
    resolve: from,
  }
}

const byteOrderMark = '\uFEFF'
const modeBits = 0o777

/** Byte for byte: what cannot be read back exactly is not rewritten, and a mark at the beginning stays. */
async function replaced(path: string, before: string, after: string): Promise<boolean> {
  const bytes = await readFile(path)
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  const mark = text.startsWith(byteOrderMark) ? byteOrderMark : ''
  if (text !== mark + before || !Buffer.from(text).equals(bytes)) return false
  const { mode } = await stat(path)
  const real = await realpath(path)
  await writeDurably(real, mark + after, mode & modeBits)
  // What is masked for new files was meant for this one.
  await chmod(real, mode & modeBits)
  return true
}
