// Reads a mapping file on the way to a mapping. It is compiled twice: without the CRM's schema, which tells the kinds to
// ask for, and then against what the CRM has.

import { dirname, join, normalize } from 'node:path'
import { compileMapping, type CompiledMapping, type MappingWorld } from '#core/mapping/compile'
import { fixturesOf, runTests, type TestReport } from '#core/mapping/run'
import { isObject, type JsonObject } from '#core/model/json'
import { parseJson } from '#core/model/json-text'
import { parsed, refused, type Parsed, type Problem } from '#core/problem'
import type { SourceTree } from '#core/source'
import { parseYaml } from '#settings/yaml'
import type { Against, ReadDraft } from './mapping-draft.ts'

export type ReadText = (path: string) => Promise<string | undefined>

export function mappingReader(readText: ReadText) {
  return async (path: string, shown: string, known?: string): Promise<Parsed<ReadDraft>> => {
    const text = known ?? (await readText(path))
    if (text === undefined) return refused([missing(shown)])
    const tree = parseYaml(shown, text)
    return tree.ok ? parsed(draftOf(tree.value, { path, text, readText }), tree.warnings) : tree
  }
}

const missing = (shown: string): Problem => ({
  code: 'DB-1109',
  severity: 'error',
  what: `There is no mapping file at ${shown}.`,
  fix: 'correct the pipeline’s "mapping", or make the file with `dealbridge init`',
  who: 'CRM admin',
})

interface Standing {
  readonly path: string
  readonly text: string
  readonly readText: ReadText
}

function draftOf(tree: SourceTree, { path, text, readText }: Standing): ReadDraft {
  const whole = (against: Against): Parsed<CompiledMapping> => compileMapping(tree, worldOf(against))
  return {
    text,
    whole,
    kinds: (against) => {
      const compiled = whole({ ...against, probe: null })
      return compiled.ok ? parsed(compiled.value.mapping.shapes.map((shape) => shape.kind)) : compiled
    },
    compile: (against) => {
      const compiled = whole(against)
      return compiled.ok ? parsed(compiled.value.mapping, compiled.warnings) : compiled
    },
    test: async (against) => {
      const compiled = whole(against)
      return compiled.ok ? parsed(await tested(compiled.value, against, { path, readText })) : compiled
    },
  }
}

async function tested(
  compiled: CompiledMapping,
  against: Against,
  { path, readText }: Omit<Standing, 'text'>,
): Promise<TestReport> {
  const fixtures = new Map<string, JsonObject>()
  for (const name of fixturesOf(compiled.tests)) {
    const fixture = await readFixture(name, path, readText)
    if (fixture) fixtures.set(name, fixture)
  }
  const { source, target, timezone } = against
  return runTests(compiled, {
    source,
    target,
    facts: (fields) => source.facts(fields),
    timezone,
    crm: worldOf(against).crm,
    fixture: (name) => fixtures.get(name),
  })
}

/** Beside the mapping, or beside the folder it is in. A path that climbs further is not followed. */
async function readFixture(name: string, mapping: string, readText: ReadText): Promise<JsonObject | undefined> {
  const inside = normalize(name)
  if (inside.startsWith('..') || inside.startsWith('/')) return undefined
  const folder = dirname(mapping)
  const text = (await readText(join(folder, inside))) ?? (await readText(join(dirname(folder), inside)))
  const value = text === undefined ? undefined : parseJson(text)
  return value !== undefined && isObject(value) ? value : undefined
}

export function worldOf({ source, target, probe, timezone }: Against): MappingWorld {
  return {
    properties: source.properties,
    target,
    crm: probe && {
      kinds: probe.kinds,
      owners: probe.owners,
      currencies: probe.currencies,
      ...(probe.history ? { history: probe.history } : {}),
    },
    timezone,
  }
}
