// The words a reader knows stand in its source, between quotes. Nobody has to list them, and a new one is tried at once.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './coverage.ts'

const wordsMax = 4_000
const literal = /'((?:[^'\\\n]|\\.){1,40})'/g

export function wordsOf(covers: readonly string[]): readonly string[] {
  const found = new Set<string>()
  for (const file of covers.flatMap((path) => sourcesIn(join(root, path))))
    for (const [, text = ''] of readFileSync(file, 'utf8').matchAll(literal))
      if (found.size < wordsMax && !/^[.#]{0,2}[\w@./-]*\.ts$|^[#.]|^node:|\s.*\s.*\s/.test(text)) found.add(text)
  return [...found]
}

function sourcesIn(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path]
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).toSorted()
  return names.filter((name) => name.endsWith('.ts') && !name.includes('simulator')).map((name) => join(path, name))
}
