// The source files of the project as the architecture tests see them.

import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SourceFile } from './law.ts'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** Every TypeScript file below these folders; what a generator wrote is nobody's hand. */
export function sourceFiles(folders: readonly string[] = ['src', 'connectors']): readonly SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => ({ path: relative(root, path).replaceAll('\\', '/'), text: readFileSync(path, 'utf8') })),
  )
}
