// Mapping files as text: tidied, compared, and described for a wiki.

import { describeMapping } from '#core/mapping/describe'
import { diffMappings, type MappingChange } from '#core/mapping/diff'
import { formatMapping, mendUnreadable } from '#core/mapping/fmt'
import { parsed, type Parsed } from '#core/problem'
import { parseYaml } from '#settings/yaml'
import { openFile, type MappingDesk, type MeantFile } from './desk.ts'

/** The same file, tidied. `migrate` is for words of older versions of the grammar; there is one version so far. */
export function tidied(shown: string, text: string): Parsed<string> {
  const tree = parseYaml(shown, text)
  if (tree.ok) return parsed(formatMapping(tree.value).text)
  const mended = mendUnreadable(text)
  const again = mended === text ? tree : parseYaml(shown, mended)
  return again.ok ? parsed(formatMapping(again.value).text) : tree
}

export interface NamedText {
  readonly shown: string
  readonly text: string
}

export interface MappingDiff {
  readonly schema: 'dealbridge.mappings-diff/v1'
  readonly before: string
  readonly after: string
  readonly changes: readonly MappingChange[]
}

export function compared(before: NamedText, after: NamedText): Parsed<MappingDiff> {
  const [old, made] = [parseYaml(before.shown, before.text), parseYaml(after.shown, after.text)]
  if (!old.ok) return old
  if (!made.ok) return made
  const changes = diffMappings(old.value, made.value)
  return parsed({ schema: 'dealbridge.mappings-diff/v1', before: before.shown, after: after.shown, changes })
}

/** Markdown for people who never open the file. */
export async function described(desk: MappingDesk, file: MeantFile): Promise<Parsed<string>> {
  const opened = await openFile(desk, file, { live: false })
  if (!opened.ok) return opened
  const { draft, against } = opened.value
  const whole = draft.whole(against)
  const compiled = whole.ok ? whole : draft.whole({ ...against, probe: null })
  return compiled.ok ? parsed(describeMapping(compiled.value)) : compiled
}
