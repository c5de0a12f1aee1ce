// Reads a mapping file on the way to a mapping. It is compiled twice: without the CRM's schema, which tells the kinds to
// ask for, and then against what the CRM has.

import { compileMapping, type CompiledMapping, type MappingWorld } from '#core/mapping/compile'
import { parsed, refused, type Parsed, type Problem } from '#core/problem'
import type { SourceTree } from '#core/source'
import { parseYaml } from '#settings/yaml'
import type { Against, MappingDraft, ReadMapping } from './mapping-draft.ts'

export function mappingReader(readText: (path: string) => Promise<string | undefined>): ReadMapping {
  return async (path, shown) => {
    const text = await readText(path)
    if (text === undefined) return refused([missing(shown)])
    const tree = parseYaml(shown, text)
    return tree.ok ? parsed(draftOf(tree.value), tree.warnings) : tree
  }
}

const missing = (shown: string): Problem => ({
  code: 'DB-1109',
  severity: 'error',
  what: `There is no mapping file at ${shown}.`,
  fix: 'correct the pipeline’s "mapping", or make the file with `dealbridge init`',
  who: 'CRM admin',
})

function draftOf(tree: SourceTree): MappingDraft {
  return {
    kinds: (against) => {
      const compiled = compiledOf(tree, { ...against, probe: null })
      return compiled.ok ? parsed(compiled.value.mapping.shapes.map((shape) => shape.kind)) : compiled
    },
    compile: (against) => {
      const compiled = compiledOf(tree, against)
      return compiled.ok ? parsed(compiled.value.mapping, compiled.warnings) : compiled
    },
  }
}

function compiledOf(tree: SourceTree, against: Against): Parsed<CompiledMapping> {
  return compileMapping(tree, worldOf(against))
}

export function worldOf({ source, target, probe, timezone }: Against): MappingWorld {
  return {
    properties: source.properties,
    target,
    crm: probe && { kinds: probe.kinds, owners: probe.owners, currencies: probe.currencies },
    timezone,
  }
}
