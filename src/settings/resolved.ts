// Every setting with its value and where the value comes from: for `service config --resolved`. Values are shown as the
// file would write them; secrets are references, and so may be shown.

import { isObject, type Json, type JsonObject, own } from '#core/model/json'
import { positionOf, dataOf, type SourceNode } from '#core/source'
import { spelled } from './issues.ts'
import { isNothing, type Layers, nodeAt, type Path } from './layers.ts'
import type { Loaded } from './load.ts'
import { Document } from './schema.ts'
import { branches, shapeOf } from './shape.ts'
import type { Settings } from './settings.ts'

export interface ResolvedSetting {
  readonly path: string
  readonly value: Json
  /** `default`, `config/dealbridge.yaml:12`, `profile sandbox, line 40`, a variable or a flag. */
  readonly from: string
}

/** In the order of the file format. Empty when there was nothing to lay together. */
export function resolvedSettings({ layers, result }: Loaded): readonly ResolvedSetting[] {
  if (!layers) return []
  const settings = result.ok ? result.value : null
  return walk(shapeOf(Document), layers.root, [], { layers, settings })
}

interface View {
  readonly layers: Layers
  readonly settings: Settings | null
}

function walk(shape: JsonObject, node: SourceNode | undefined, path: Path, view: View): readonly ResolvedSetting[] {
  const group = groupOf(shape, node, path, view)
  if (!group) return leaf(shape, node, path, view)
  const written = node?.kind === 'map' ? node.entries.map(({ key }) => key.text) : []
  const keys = new Set([...Object.keys(group.properties), ...written])
  return [...keys].flatMap((key) => {
    const inner = own(group.properties, key) ?? group.others
    const value = node && nodeAt(node, [key])
    const said = value && isNothing(value) ? undefined : value
    return walk(isObject(inner) ? inner : {}, said, [...path, key], view)
  })
}

interface Group {
  readonly properties: JsonObject
  /** What keys of the user's own choice hold. */
  readonly others: Json | undefined
}

/** The settings inside, where this is a group: the alternative that is written, else the first. */
function groupOf(shape: JsonObject, node: SourceNode | undefined, path: Path, view: View): Group | undefined {
  if (node !== undefined && node.kind !== 'map') return undefined
  const choices = branches(connectionShape(path, view) ?? shape).filter((branch) => own(branch, 'type') === 'object')
  const chosen = choices.find((branch) => node !== undefined && fits(branch, node)) ?? choices[0]
  if (!chosen && node === undefined) return undefined
  // An optional group that nobody wrote, and that has no default, is not there.
  if (node === undefined && path.length > 0 && own(shape, 'default') === undefined) return undefined
  const properties = chosen && own(chosen, 'properties')
  return { properties: isObject(properties) ? properties : {}, others: chosen && own(chosen, 'additionalProperties') }
}

/** Does the group say that it is of this sort? */
function fits(branch: JsonObject, node: SourceNode): boolean {
  const properties = own(branch, 'properties')
  if (!isObject(properties)) return false
  return Object.entries(properties).some(([key, inner]) => {
    const value = nodeAt(node, [key])
    return isObject(inner) && value?.kind === 'scalar' && own(inner, 'const') === value.text
  })
}

/** A connection's own keys and defaults are its connector's to tell. */
function connectionShape([group, name, ...rest]: Path, { settings }: View): JsonObject | undefined {
  if ((group !== 'sources' && group !== 'targets') || name === undefined || rest.length > 0) return undefined
  const connection = settings?.connections.values().find((one) => one.name === name)
  return connection && shapeOf(connection.connector.settings)
}

function leaf(
  shape: JsonObject,
  node: SourceNode | undefined,
  path: Path,
  { layers }: View,
): readonly ResolvedSetting[] {
  const fallback = own(shape, 'default')
  if (node) return [{ path: spelled(path), value: dataOf(node), from: fromWhere(node, layers) }]
  return fallback === undefined ? [] : [{ path: spelled(path), value: fallback, from: 'default' }]
}

function fromWhere(node: SourceNode, { source, outside, profile }: Layers): string {
  const setBy = outside.get(node)
  if (setBy !== undefined) return setBy
  const { line } = positionOf(source, node.start)
  const isOfProfile = profile !== undefined && node.start >= profile.span.start && node.end <= profile.span.end
  return isOfProfile ? `profile ${profile.name}, line ${line}` : `${source.file}:${line}`
}
