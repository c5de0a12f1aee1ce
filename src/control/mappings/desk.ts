// Mapping files on a desk: which ones are meant, what each of them is held against, and what stands in them. Files are
// read where the person sits who asks; only the CRM's schema comes from whoever holds the ledgers.

import { NeedsHuman } from '#core/errors'
import { pipelineName, type ConnectionName } from '#core/model/ids'
import type { Instant } from '#core/model/instant'
import { nearest } from '#core/nearest'
import { parsed, refused, type Parsed, type Problem } from '#core/problem'
import { entryOf, whereIs, type SourceTree } from '#core/source'
import type { Against, ReadDraft } from '#assembly/mapping-draft'
import { mappingReader } from '#assembly/mapping-file'
import type { ConnectionSettings, Settings } from '#settings/settings'
import { parseYaml } from '#settings/yaml'
import type { SchemaAnswer } from './answers.ts'
import type { SchemaRequest } from './requests.ts'

export interface MappingDesk {
  readonly settings: Settings
  /** The text of a file; undefined when there is none. */
  readonly read: (path: string) => Promise<string | undefined>
  /** A path as a person typed it, made absolute. */
  readonly resolve: (path: string) => string
  readonly schema: (request: SchemaRequest) => Promise<SchemaAnswer>
}

export interface MeantFile {
  /** Absolute. */
  readonly path: string
  readonly shown: string
  /** The first pipeline that uses it. */
  readonly pipeline: Settings['pipelines'][number] | null
}

/** Files by name, pipelines by name, or every file that a pipeline uses. */
export function filesMeant({ settings, resolve }: MappingDesk, names: readonly string[]): readonly MeantFile[] {
  const named = names.map((name) => {
    const pipeline = settings.pipelines.find((one) => one.name === pipelineName(name))
    return pipeline?.mapping ?? resolve(name)
  })
  const paths = new Set(named.length > 0 ? named : settings.pipelines.map(({ mapping }) => mapping))
  return [...paths].map((path) => ({
    path,
    shown: shownFrom(settings.root, path),
    pipeline: settings.pipelines.find(({ mapping }) => mapping === path) ?? null,
  }))
}

export const shownFrom = (root: string, path: string): string =>
  path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path

export interface OpenedFile extends MeantFile {
  readonly text: string
  readonly draft: ReadDraft
  readonly tree: SourceTree
  readonly against: Against
  /** When the CRM was asked; null where the file can only be checked without it. */
  readonly schemaAt: Instant | null
  readonly warnings: readonly Problem[]
}

export interface OpenHow {
  /** Ask the CRM instead of taking what is remembered. */
  readonly live: boolean
  /** Other words than those on disk. */
  readonly text?: string
}

export async function openFile(desk: MappingDesk, file: MeantFile, how: OpenHow): Promise<Parsed<OpenedFile>> {
  const draft = await mappingReader(desk.read)(file.path, file.shown, how.text)
  if (!draft.ok) return draft
  const { text } = draft.value
  const tree = parseYaml(file.shown, text)
  if (!tree.ok) return tree
  const sides = sidesOf(desk.settings, file, tree.value)
  if (!sides.ok) return sides
  const { source, target } = sides.value
  const bare: Against = { source, target: target.facet, probe: null, timezone: desk.settings.timezone }
  const kinds = draft.value.kinds(bare)
  const { at, probe } = await desk.schema({
    connection: target.name,
    kinds: kinds.ok ? [...kinds.value] : [],
    live: how.live,
  })
  const against = { ...bare, probe }
  return parsed({
    ...file,
    text,
    draft: draft.value,
    tree: tree.value,
    against,
    schemaAt: at,
    warnings: draft.warnings,
  })
}

interface Sides {
  readonly source: Against['source']
  readonly target: { readonly name: ConnectionName; readonly facet: Against['target'] }
}

/** The connections of its pipeline; of a draft that no pipeline uses, those that it names. */
function sidesOf(settings: Settings, { pipeline }: MeantFile, tree: SourceTree): Parsed<Sides> {
  const source = sideOf(settings, { role: 'source', name: pipeline?.source, tree })
  if (!source.ok) return source
  const target = sideOf(settings, { role: 'target', name: pipeline?.target, tree })
  if (!target.ok) return target
  const facets = { source: source.value.connector.source, target: target.value.connector.target }
  if (!facets.source || !facets.target) return refused([])
  return parsed({ source: facets.source, target: { name: target.value.name, facet: facets.target } })
}

interface Side {
  readonly role: 'source' | 'target'
  /** As the pipeline says. */
  readonly name: ConnectionName | undefined
  readonly tree: SourceTree
}

function sideOf(settings: Settings, { role, name, tree }: Side): Parsed<ConnectionSettings> {
  const all = [...settings.connections.values()].filter((connection) => connection.role === role)
  const node = tree.root?.kind === 'map' ? entryOf(tree.root, role)?.value : undefined
  const said = name ?? (node?.kind === 'scalar' ? node.text : undefined)
  const found =
    all.find((connection) => connection.name === said) ??
    all.find(({ type, connector }) => type === said || connector.id === said) ??
    // What the file does not say is said to be missing by whoever compiles it.
    (said === undefined ? all[0] : undefined)
  if (found) return parsed(found)
  const names = all.map((connection) => connection.name)
  const near = said === undefined ? undefined : nearest(said, names)
  return refused([
    {
      code: 'DB-2032',
      severity: 'error',
      what: `The configuration has no ${role} "${said}".`,
      ...(node ? { where: whereIs(tree.source, node) } : {}),
      ...(near === undefined
        ? { fix: `use one of ${names.join(', ')}` }
        : { hint: `did you mean "${near}"?`, ...(node ? { edit: { ...spanOf(node), text: near } } : {}) }),
      who: 'CRM admin',
    },
  ])
}

const spanOf = ({ start, end }: { readonly start: number; readonly end: number }) => ({ start, end })

/** The pipeline a file belongs to; throws where none uses it. */
export function pipelineOf({ shown, pipeline }: MeantFile, { pipelines, root }: Settings): string {
  if (pipeline) return pipeline.name
  const files = pipelines.map(({ name, mapping }) => `${shownFrom(root, mapping)} (${name})`)
  throw new NeedsHuman(`No pipeline uses ${shown}. Those that are used: ${files.join(', ')}.`, {
    code: 'DB-2033',
    who: 'CRM admin',
    choices: files,
  })
}
