// Changes the text of the engine's files as they are loaded, in this process only.

import { readFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import { fileURLToPath } from 'node:url'
import { variantOf, type Patch } from './list.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

export function patchSources(name: string | undefined): void {
  if (name === undefined) return
  const byFile = Map.groupBy(variantOf(name).patches, ({ file }) => file)
  if (byFile.size === 0) return
  registerHooks({
    load(url, context, next) {
      const file = url.startsWith('file:') ? fileURLToPath(url).slice(root.length) : ''
      const patches = byFile.get(file)
      if (!patches) return next(url, context)
      const source = stripTypeScriptTypes(patched(textOf(file), patches))
      return { format: 'module', source, shortCircuit: true }
    },
  })
}

export const textOf = (file: string): string => readFileSync(`${root}${file}`, 'utf8')

/** Every patch must fit in exactly one place, or it would change nothing, or more than it says. */
export function patched(text: string, patches: readonly Patch[]): string {
  return patches.reduce((made, { file, find, put }) => {
    const places = made.split(find).length - 1
    if (places !== 1) throw new Error(`The patch of ${file} fits in ${places} places: ${find}`)
    return made.replace(find, () => put)
  }, text)
}
