// A first mapping for an org, and the schema by which an editor completes its names: both from what the CRM has now.

import { isSyncError } from '#core/errors'
import { invariant } from '#core/invariant'
import { mappingJsonSchema } from '#core/mapping/json-schema'
import { suggestMapping, type Suggestion } from '#core/mapping/suggest'
import type { Kind } from '#core/model/ids'
import type { JsonObject } from '#core/model/json'
import type { KindSchema } from '#core/model/schema'
import { mappingReader, worldOf } from '#assembly/mapping-file'
import type { ConnectionSettings } from '#settings/settings'
import type { Probe, SourceFacet, TargetFacet } from '#spi'
import { filesMeant, type MappingDesk } from './desk.ts'

export interface Org {
  readonly source: { readonly name: string; readonly facet: SourceFacet }
  readonly target: { readonly name: string; readonly facet: TargetFacet }
  readonly probe: Probe
}

/** Kinds of record that are asked for besides those that mappings name. */
const kindsMax = 16

/** Asks the CRM for everything a mapping of it may want to name. */
export async function orgAt(desk: MappingDesk, target: ConnectionSettings): Promise<Org> {
  const [source, facet] = [sourceFor(desk, target), target.connector.target]
  invariant(facet, 'settings let only a target be one')
  const { name } = target
  const own = [facet.record, facet.lead?.kind, facet.contactRole?.kind, ...(await kindsMapped(desk, target))]
  const first = await probed(desk, { name, kinds: own.filter((kind) => kind !== undefined) })
  const record = first.kinds.find(({ kind }) => kind === facet.record)
  const known = new Set(first.kinds.map(({ kind }) => kind))
  const around = kindsAround(record)
    .filter((kind) => !known.has(kind))
    .slice(0, kindsMax)
  const probe = await widened(desk, { name, probe: first, kinds: around })
  return { source, target: { name, facet }, probe }
}

/**
 * The same with further kinds. Not every account may see everything that a record can point to, and one kind that is
 * out of sight keeps none of the others away.
 */
async function widened(
  desk: MappingDesk,
  { name, probe, kinds }: { readonly name: string; readonly probe: Probe; readonly kinds: readonly Kind[] },
): Promise<Probe> {
  const known = probe.kinds.map(({ kind }) => kind)
  if (kinds.length === 0) return probe
  try {
    return await probed(desk, { name, kinds: [...known, ...kinds] })
  } catch (error) {
    if (!isSyncError(error) || error.remedy !== 'fix-config') throw error
    const [only] = kinds
    if (kinds.length === 1 || only === undefined) return probe
    const half = Math.ceil(kinds.length / 2)
    const some = await widened(desk, { name, probe, kinds: kinds.slice(0, half) })
    return await widened(desk, { name, probe: some, kinds: kinds.slice(half) })
  }
}

async function probed(
  desk: MappingDesk,
  { name, kinds }: { readonly name: string; readonly kinds: readonly Kind[] },
): Promise<Probe> {
  const { probe } = await desk.schema({ connection: name, kinds: [...kinds], live: true })
  invariant(probe, 'a CRM that was asked has answered')
  return probe
}

function sourceFor({ settings }: MappingDesk, target: ConnectionSettings): Org['source'] {
  const named = settings.pipelines.find((pipeline) => pipeline.target === target.name)?.source
  const all = [...settings.connections.values()]
  const connection = all.find(({ name }) => name === named) ?? all.find(({ role }) => role === 'source')
  invariant(connection?.connector.source, 'settings have a source')
  return { name: connection.name, facet: connection.connector.source }
}

async function kindsMapped(desk: MappingDesk, target: ConnectionSettings): Promise<readonly Kind[]> {
  const files = filesMeant(desk, []).filter(({ pipeline }) => pipeline?.target === target.name)
  const { facet: source } = sourceFor(desk, target)
  const against = { source, timezone: desk.settings.timezone }
  const kinds = await Promise.all(
    files.map(async ({ path, shown }) => {
      const draft = await mappingReader(desk.read)(path, shown)
      const facet = target.connector.target
      const named = draft.ok && facet ? draft.value.kinds({ ...against, target: facet }) : null
      return named?.ok ? named.value : []
    }),
  )
  return kinds.flat()
}

/** What the record points to and what a person could fill in: its account, its contact. */
function kindsAround(record: KindSchema | undefined): readonly Kind[] {
  const pointing = (record?.fields ?? []).filter(({ creatable, updatable }) => creatable || updatable)
  return [...new Set(pointing.flatMap(({ references }) => references ?? []))]
}

export interface SuggestHow {
  /** The name of the mapping. */
  readonly name: string
  readonly timezone: string
  readonly contact?: string
}

export function suggestionFor({ source, target, probe }: Org, { name, timezone, contact }: SuggestHow): Suggestion {
  const { record: kind } = target.facet
  const record = probe.kinds.find((one) => one.kind === kind) ?? { kind, label: kind, fields: [], ownedBy: [] }
  return suggestMapping({
    name,
    timezone,
    source: source.name,
    target: target.name,
    record,
    model: target.facet,
    ...(contact === undefined ? {} : { contact }),
  })
}

/** JSON Schema, draft 7: what a YAML language server understands. */
export function editorSchemaFor({ source, target, probe }: Org): JsonObject {
  const world = worldOf({ source: source.facet, target: target.facet, probe, timezone: 'UTC' })
  return mappingJsonSchema({ world, record: target.facet.record, title: probe.label })
}
