// A settings or mapping file as a tree that remembers where everything stands: every problem can name a line and a
// column, and an edit can replace exactly the characters it means. A parser at the edge makes it (settings/yaml.ts);
// what the tree means is decided by whoever reads it.

import type { Where } from './problem.ts'
import type { Json } from './model/json.ts'
import { bare } from './model/json.ts'

export interface SourceText {
  readonly file: string
  readonly text: string
  /** The offset at which each line begins. */
  readonly lineStarts: readonly number[]
}

/** Offsets into the file's text, counted as JavaScript counts characters; `end` is just past the last one. */
export interface Span {
  readonly start: number
  readonly end: number
}

export interface SourceTree {
  readonly source: SourceText
  /** Null for a file that holds nothing. */
  readonly root: SourceNode | null
}

export type SourceNode = ScalarNode | MapNode | ListNode

export interface ScalarNode extends Span {
  readonly kind: 'scalar'
  readonly style: 'plain' | 'single' | 'double' | 'literal' | 'folded'
  /** As it stands in the file, quotation marks and all. */
  readonly raw: string
  /** What it says: escapes, folding and indentation undone. */
  readonly text: string
  /** How YAML 1.2 reads it. Anything in quotation marks or in a block is text. */
  readonly means: 'text' | 'number' | 'boolean' | 'null'
}

export interface MapNode extends Span {
  readonly kind: 'map'
  readonly entries: readonly MapEntry[]
}

export interface MapEntry {
  readonly key: ScalarNode
  /** A key with nothing after it holds an empty plain scalar that means null. */
  readonly value: SourceNode
}

export interface ListNode extends Span {
  readonly kind: 'list'
  readonly items: readonly SourceNode[]
}

export function sourceText(file: string, text: string): SourceText {
  const lineStarts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1)
  return { file, text, lineStarts }
}

/** Line and column of an offset, both counted from 1. */
export function positionOf(source: SourceText, offset: number): { readonly line: number; readonly column: number } {
  let low = 0
  let high = source.lineStarts.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((source.lineStarts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return { line: low + 1, column: offset - (source.lineStarts[low] ?? 0) + 1 }
}

/** The text of a line, counted from 1, without its line break. */
export function lineAt(source: SourceText, line: number): string {
  const start = source.lineStarts[line - 1]
  if (start === undefined) return ''
  const end = source.lineStarts[line]
  return source.text.slice(start, end === undefined ? undefined : end - 1).replace(/\r$/, '')
}

/** A span as a person finds it. A span over several lines is underlined on its first line only. */
export function whereIs(source: SourceText, span: Span): Where {
  const { line, column } = positionOf(source, span.start)
  const rest = lineAt(source, line).length - column + 1
  return { file: source.file, line, column, length: Math.max(1, Math.min(span.end - span.start, rest)) }
}

/** The value of a key, or undefined. */
export function entryOf(node: MapNode, key: string): MapEntry | undefined {
  return node.entries.find((entry) => entry.key.text === key)
}

/** The plain data of a tree. A number that a double cannot hold stays text; keys reach no prototype. */
export function dataOf(node: SourceNode): Json {
  if (node.kind === 'list') return node.items.map(dataOf)
  if (node.kind === 'scalar') return scalarData(node)
  const data = bare()
  for (const { key, value } of node.entries) data[key.text] = dataOf(value)
  return data
}

function scalarData(node: ScalarNode): Json {
  if (node.means === 'null') return null
  if (node.means === 'boolean') return node.text.toLowerCase() === 'true'
  if (node.means === 'text') return node.text
  const number = Number(node.text)
  return Number.isFinite(number) && String(number) === node.text ? number : node.text
}

/**
 * Where the character at `index` of a scalar's text stands in the file. Quoted escapes, folded lines and the
 * indentation of a block make the two differ.
 */
export function offsetIn(node: ScalarNode, index: number): number {
  if (node.style === 'plain' && node.raw === node.text) return node.start + index
  return node.start + (alignment(node)[Math.min(index, node.text.length)] ?? node.raw.length)
}

/** The span in the file of a piece of a scalar's text. */
export function spanIn(node: ScalarNode, start: number, end: number): Span {
  const from = offsetIn(node, start)
  return { start: from, end: end > start ? offsetIn(node, end - 1) + 1 : from }
}

const alignments = new WeakMap<ScalarNode, readonly number[]>()

/** For each character of the text, its offset in the raw form; one more entry for the end. */
function alignment(node: ScalarNode): readonly number[] {
  const known = alignments.get(node)
  if (known) return known
  const made = align(node)
  alignments.set(node, made)
  return made
}

function align({ raw, text, style }: ScalarNode): readonly number[] {
  const block = style === 'literal' || style === 'folded'
  const offsets: number[] = []
  let at = block ? raw.indexOf('\n') + 1 : style === 'plain' ? 0 : 1
  for (const char of text.split('')) {
    if (block || char !== ' ') at = nextMatch(raw, at, char, style)
    offsets.push(at)
    at += lengthAt(raw, at, style)
  }
  offsets.push(at)
  return offsets
}

/** The next place at which the raw form can stand for this character: indentation and folded breaks are passed over. */
function nextMatch(raw: string, from: number, char: string, style: ScalarNode['style']): number {
  let at = from
  while (at < raw.length && raw[at] !== char && isPassedOver(raw[at] ?? '', char, style)) at += 1
  return at
}

function isPassedOver(raw: string, char: string, style: ScalarNode['style']): boolean {
  if (style === 'double' && raw === '\\') return false
  return raw === ' ' || raw === '\r' || raw === '\t' || (raw === '\n' && char !== '\n')
}

/** How many raw characters stand for one character of the text. */
function lengthAt(raw: string, at: number, style: ScalarNode['style']): number {
  if (style === 'single' && raw.startsWith("''", at)) return 2
  if (style !== 'double' || raw[at] !== '\\') return 1
  const escape = raw[at + 1] ?? ''
  return escape === 'x' ? 4 : escape === 'u' ? 6 : escape === 'U' ? 10 : 2
}
