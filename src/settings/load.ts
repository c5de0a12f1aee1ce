// Loads the configuration: finds the file, lays profile, environment and flags over it, checks all of it, and returns
// either settings or every problem at once, each with its place. It reads one file and changes nothing.

import { type Parsed, parsed, type Problem, refused } from '#core/problem'
import { type SourceText, sourceText } from '#core/source'
import { check, type Checked, checkOthers } from './check.ts'
import { withRequests } from './connections.ts'
import { withEnvironment } from './environment.ts'
import { findConfig, type FindOptions, type Found } from './find.ts'
import { fileLayer, type Layers, withValue } from './layers.ts'
import { takeProfiles, unknownProfile, withProfile } from './profiles.ts'
import { httpOf, limitsOf, pipelinesOf, storeOf } from './resolve.ts'
import { Document } from './schema.ts'
import type { Settings } from './settings.ts'
import { shapeOf } from './shape.ts'
import type { UseOptions } from './use.ts'
import { parseYaml } from './yaml.ts'

export interface LoadOptions extends FindOptions, UseOptions {
  /** The text of a file; undefined when there is none. */
  readonly readText: (path: string) => Promise<string | undefined>
  /** The configuration, where it is not on disk yet. */
  readonly text?: string
  /** Used where nobody named a configuration and there is none in the usual place. */
  readonly fallback?: string
  /** `--profile` */
  readonly profile?: string | undefined
  /** Other flags that set one value: `{ '--listen': { path: ['http', 'listen'], value: '127.0.0.1:0' } }`. */
  readonly flags?: Flags
}

export type Flags = Readonly<Record<string, { readonly path: readonly string[]; readonly value: string }>>

export interface Loaded {
  readonly result: Parsed<Settings>
  /** The text that problems point into, for showing its lines. */
  readonly sources: readonly SourceText[]
  /** What was laid together, for the resolved view; null when the file could not be read at all. */
  readonly layers: Layers | null
}

export async function loadSettings(options: LoadOptions): Promise<Loaded> {
  const { found, text } = await textOf(options)
  if (text === undefined) return { result: refused([notFound(found)]), sources: [], layers: null }
  const sources = [sourceText(found.shown, text)]
  const tree = parseYaml(found.shown, text)
  if (!tree.ok) return { result: tree, sources, layers: null }
  const { root, source } = tree.value
  if (root?.kind !== 'map') return { result: refused([notSettings(found)]), sources, layers: null }
  const { result, layers } = await loadTree(fileLayer(source, root), found, options)
  if (!result.ok) return { result, sources, layers }
  return { result: parsed(result.value, [...tree.warnings, ...result.warnings]), sources, layers }
}

/** Where nobody named a configuration and there is none in its usual place, the one of a sandbox that runs here will do. */
async function textOf(options: LoadOptions): Promise<{ readonly found: Found; readonly text: string | undefined }> {
  const found = findConfig(options)
  const text = options.text ?? (await options.readText(found.path))
  const isNamed = options.config !== undefined || Boolean(options.env['DEALBRIDGE_CONFIG'])
  if (text !== undefined || isNamed || options.fallback === undefined) return { found, text }
  const other = findConfig({ ...options, config: options.fallback })
  const otherText = await options.readText(other.path)
  return otherText === undefined ? { found, text } : { found: other, text: otherText }
}

type LoadedTree = Pick<Loaded, 'result'> & { readonly layers: Layers }

async function loadTree(file: Layers, found: Found, options: LoadOptions): Promise<LoadedTree> {
  const { base, profiles, problems } = takeProfiles(file)
  const wanted = options.profile ?? (options.env['DEALBRIDGE_PROFILE'] || undefined)
  const chosen = profiles.find(({ name }) => name === wanted)
  const { layers, warnings } = layersOver(chosen ? withProfile(base, chosen) : base, options)

  const checked = await check(layers, options)
  const others = profiles.filter((profile) => profile !== chosen)
  const seen = [
    ...problems,
    ...(wanted !== undefined && !chosen ? [unknownProfile(wanted, profiles)] : []),
    ...checked.problems,
    ...(await checkOthers(base, others, options)),
    ...warnings,
  ]
  if (seen.some(isError) || !checked.document) return { result: refused(seen.toSorted(inOrder)), layers }
  const settings = settingsOf(checked.document, checked, { found, profile: chosen?.name ?? null })
  return { result: parsed(settings, seen), layers }
}

const isError = ({ severity }: Problem): boolean => severity === 'error'

/** Errors first; then as they stand in the file. */
function inOrder(a: Problem, b: Problem): number {
  if (isError(a) !== isError(b)) return isError(a) ? -1 : 1
  return (a.where?.line ?? 0) - (b.where?.line ?? 0) || (a.where?.column ?? 0) - (b.where?.column ?? 0)
}

function layersOver(file: Layers, { env, flags = {} }: LoadOptions): { layers: Layers; warnings: readonly Problem[] } {
  const { layers, warnings } = withEnvironment(file, env, shapeOf(Document))
  const set = (under: Layers, [flag, { path, value }]: [string, Flags[string]]): Layers =>
    withValue(under, path, value, flag)
  return { layers: Object.entries(flags).reduce(set, layers), warnings }
}

interface From {
  readonly found: Found
  readonly profile: string | null
}

function settingsOf(document: Document, { connections }: Checked, { found, profile }: From): Settings {
  const { name, timezone, language, alerts, logging } = document
  return {
    file: found.shown,
    root: found.root,
    profile,
    name,
    timezone,
    language,
    connections: withRequests(connections, document),
    pipelines: pipelinesOf(document, found.root),
    limits: limitsOf(document),
    store: storeOf(document, found.root),
    proxy: document.network.proxy ?? null,
    http: httpOf(document),
    alerts,
    logging,
  }
}

const notFound = ({ shown }: Found): Problem => ({
  code: 'DB-1001',
  severity: 'error',
  what: `There is no configuration at ${shown}.`,
  fix: '`dealbridge init` makes one; --config or DEALBRIDGE_CONFIG names another; `dealbridge sandbox` needs none',
})

const notSettings = ({ shown }: Found): Problem => ({
  code: 'DB-1014',
  severity: 'error',
  what: 'This file holds no settings.',
  where: { file: shown, line: 1, column: 1 },
  fix: 'begin with the thirteen lines of the smallest example: see config/example.yaml',
})
