// The sandbox's own folder: emptied and filled at each start. Nothing outside it is touched. A tour that only plays and
// ends has one to itself, so that any number of them can play at once, beside a sandbox that goes on living.

import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { makePrivateDirectory, othersBits, readChecked, readText, removeFile, writeDurably } from './files.ts'

export interface SandboxFolder {
  /** Empties the folder and fills it anew; gives the path of the first file. */
  prepare(files: readonly { readonly path: string; readonly text: string }[]): Promise<string>
  /** For other terminals: how to reach the sandbox. Null takes that away again. */
  announce(text: string | null): Promise<void>
  announced(): Promise<string | undefined>
  /** Takes the folder away. */
  clear(): Promise<void>
  readonly configFile: string
}

export function sandboxFolder(directory: string, configFile: string): SandboxFolder {
  const door = join(directory, 'door.json')
  return {
    configFile: join(directory, configFile),
    prepare: async (files) => {
      await rm(directory, { recursive: true, force: true })
      await makePrivateDirectory(directory)
      for (const { path, text } of files) {
        await mkdir(dirname(join(directory, path)), { recursive: true })
        await writeDurably(join(directory, path), text)
      }
      return join(directory, configFile)
    },
    announce: async (text) => (text === null ? await removeFile(door) : await writeDurably(door, text)),
    clear: async () => await rm(directory, { recursive: true, force: true }),
    announced: async () => {
      const read = await readChecked(door, { bytesMax: 4_096, forbidden: othersBits, follow: false })
      return read.is === 'read' ? read.bytes.toString('utf8') : undefined
    },
  }
}

/** A folder that nobody else knows, gone when it is cleared. */
export async function passingSandboxFolder(configFile: string): Promise<SandboxFolder> {
  const around = await mkdtemp(join(tmpdir(), 'dealbridge-sandbox-'))
  return {
    ...sandboxFolder(join(around, 'sandbox'), configFile),
    clear: async () => await rm(around, { recursive: true, force: true }),
  }
}

/** A whole folder that ships with the program, by path from there. */
export async function shippedTree(from: string, folder: string): Promise<Readonly<Record<string, string>>> {
  for (let here = from; dirname(here) !== here; here = dirname(here)) {
    const root = join(here, folder)
    const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => [])
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    if (paths.length === 0) continue
    const texts = await Promise.all(
      paths.toSorted().map(async (path) => [relative(root, path), (await readText(path)) ?? ''] as const),
    )
    return Object.fromEntries(texts)
  }
  return {}
}

/** Files that ship with the program, found from where it runs: beside the sources, or above what was built of them. */
export async function shippedFiles(
  from: string,
  folder: string,
  ending: string,
): Promise<Readonly<Record<string, string>>> {
  for (let here = from; dirname(here) !== here; here = dirname(here)) {
    const names = await readdir(join(here, folder)).catch(() => [])
    const wanted = names.filter((name) => name.endsWith(ending))
    if (wanted.length === 0) continue
    const texts = await Promise.all(
      wanted.map(async (name) => [name, (await readText(join(here, folder, name))) ?? ''] as const),
    )
    return Object.fromEntries(texts)
  }
  return {}
}
