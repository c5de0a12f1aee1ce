// One tree out of several: the file, a profile laid over it, then the environment, then flags. Every node keeps the
// place it came from, so a problem points into the profile or names the variable, and not at the file's first line.

import { bare, type Json } from '#core/model/json'
import type { Where } from '#core/problem'
import {
  dataOf,
  type MapEntry,
  type MapNode,
  type ScalarNode,
  type SourceNode,
  type SourceText,
  type Span,
  whereIs,
} from '#core/source'

export interface Layers {
  readonly source: SourceText
  readonly root: MapNode
  /** Nodes that do not stand in the file, by what set them: `DEALBRIDGE_NAME`, `--listen`. */
  readonly outside: ReadonlyMap<SourceNode, string>
  /** The profile that was laid over the file, and where it stands in it. */
  readonly profile?: { readonly name: string; readonly span: Span }
}

export const fileLayer = (source: SourceText, root: MapNode): Layers => ({ source, root, outside: new Map() })

export function placeOf(layers: Layers, node: SourceNode): Where {
  const setBy = layers.outside.get(node)
  if (setBy === undefined) return whereIs(layers.source, node)
  return { file: setBy, line: 1, column: 1, length: Math.max(1, node.end - node.start) }
}

/** A group that says what sort of thing it is says it anew: what belonged to the other sort does not stay behind. */
const sorts = ['type', 'flow'] as const

/** Groups are merged key by key; anything else of the upper layer replaces what is below. */
export function overlay(below: MapNode, above: MapNode): MapNode {
  if (sorts.some((sort) => differs(below, above, sort))) return above
  const entries = below.entries.map((entry) => {
    const over = above.entries.find(({ key }) => key.text === entry.key.text)
    return over ? merged(entry, over) : entry
  })
  const known = new Set(below.entries.map(({ key }) => key.text))
  return { ...below, entries: [...entries, ...above.entries.filter(({ key }) => !known.has(key.text))] }
}

const merged = (below: MapEntry, above: MapEntry): MapEntry =>
  below.value.kind === 'map' && above.value.kind === 'map'
    ? { key: above.key, value: overlay(below.value, above.value) }
    : above

function differs(below: MapNode, above: MapNode, sort: string): boolean {
  const [was, is] = [below, above].map((node) => node.entries.find(({ key }) => key.text === sort)?.value)
  return is !== undefined && was !== undefined && textOf(is) !== textOf(was)
}

const textOf = (node: SourceNode): string | undefined => (node.kind === 'scalar' ? node.text : undefined)

/** One value from outside the file, at a path of keys. Groups on the way are made. */
export function withValue(layers: Layers, path: readonly string[], text: string, setBy: string): Layers {
  const value = outsideScalar(text)
  const outside = new Map(layers.outside).set(value, setBy)
  return { ...layers, root: setAt(layers.root, path, value), outside }
}

/** A copy of a tree with one node replaced or added. */
export function setAt(node: MapNode, [head = '', ...rest]: readonly string[], value: SourceNode): MapNode {
  const index = node.entries.findIndex(({ key }) => key.text === head)
  const known = node.entries[index]
  const inner = known?.value.kind === 'map' ? known.value : { kind: 'map' as const, ...nowhere(node), entries: [] }
  const entry = { key: known?.key ?? keyNode(head, node), value: rest.length === 0 ? value : setAt(inner, rest, value) }
  return { ...node, entries: known ? node.entries.with(index, entry) : [...node.entries, entry] }
}

const nowhere = ({ start }: Span): Span => ({ start, end: start })

const keyNode = (text: string, at: Span): ScalarNode => ({
  kind: 'scalar',
  ...nowhere(at),
  style: 'plain',
  raw: text,
  text,
  means: 'text',
})

/** Read as the file would read it, but never as a comment, a list or a group. */
function outsideScalar(text: string): ScalarNode {
  const means = /^-?\d+(?:\.\d+)?$/.test(text) ? 'number' : /^(?:true|false)$/.test(text) ? 'boolean' : 'text'
  return { kind: 'scalar', start: 0, end: text.length, style: 'plain', raw: text, text, means }
}

/** The data of a tree as far as something is said: a key with nothing after it sets nothing. */
export function saidBy(node: SourceNode): Json {
  if (node.kind === 'list') return node.items.map(saidBy)
  if (node.kind === 'scalar') return dataOf(node)
  const said = node.entries.filter(({ value }) => !isNothing(value))
  return Object.assign(bare(), Object.fromEntries(said.map(({ key, value }) => [key.text, saidBy(value)])))
}

export const isNothing = (node: SourceNode): boolean => node.kind === 'scalar' && node.means === 'null'

export type Path = readonly (string | number)[]

/** The node at a path, or undefined. */
export function nodeAt(root: SourceNode, path: Path): SourceNode | undefined {
  return path.reduce<SourceNode | undefined>((node, step) => {
    if (node?.kind === 'list') return typeof step === 'number' ? node.items[step] : undefined
    return node?.kind === 'map' ? node.entries.find(({ key }) => key.text === String(step))?.value : undefined
  }, root)
}

/** The key a path ends in, as it stands in the file. */
export function keyAt(root: SourceNode, path: Path): ScalarNode | undefined {
  const parent = nodeAt(root, path.slice(0, -1))
  return parent?.kind === 'map' ? parent.entries.find(({ key }) => key.text === String(path.at(-1)))?.key : undefined
}
