// What earlier campaigns found worth keeping, one file for each input: `found-…` broke something once and is tried by
// every test run for ever, the others reach what nothing else reaches. Named by what they hold.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './coverage.ts'

export interface Kept {
  readonly name: string
  readonly input: Buffer
}

const folderOf = (target: string): string => join(root, 'test', 'corpus', 'fuzz', target)

export function corpusOf(target: string): readonly Kept[] {
  const folder = folderOf(target)
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).toSorted()
  return names.map((name) => ({ name, input: readFileSync(join(folder, name)) }))
}

const nameOf = (input: Uint8Array): string => createHash('sha256').update(input).digest('hex').slice(0, 12)

/** Tells where it is now. */
export function keepFound(target: string, input: Uint8Array): string {
  const path = join(folderOf(target), `found-${nameOf(input)}`)
  mkdirSync(folderOf(target), { recursive: true })
  writeFileSync(path, input)
  return path
}

/** More would take every test run too long; what is left out is found again. */
const keptMax = 40

/** What reaches something takes the place of what did before; what broke something stays. */
export function keepReaching(target: string, inputs: readonly Uint8Array[]): void {
  const folder = folderOf(target)
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(folder)) if (!name.startsWith('found-')) rmSync(join(folder, name))
  for (const input of inputs.slice(0, keptMax)) writeFileSync(join(folder, nameOf(input)), input)
}
