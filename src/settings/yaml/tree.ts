// The nodes of the YAML library into our own, and a word about each that people should not use.

import { isAlias, isMap, isScalar, isSeq } from 'yaml'
import type { Problem } from '#core/problem'
import { type MapEntry, type ScalarNode, type SourceNode, type SourceText, type Span, whereIs } from '#core/source'
import { misread } from './misread.ts'

export interface Tree {
  /** Null for a file that holds nothing. */
  readonly root: SourceNode | null
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
}

export function readTree(source: SourceText, contents: unknown): Tree {
  const reader = new Reader(source)
  const root = contents === null ? null : reader.node(contents, 0)
  const isEmpty = root?.kind === 'scalar' && root.style === 'plain' && root.text === ''
  return { root: isEmpty ? null : root, problems: reader.problems, warnings: reader.warnings }
}

class Reader {
  readonly problems: Problem[] = []
  readonly warnings: Problem[] = []
  readonly #source: SourceText

  constructor(source: SourceText) {
    this.#source = source
  }

  /** `at`: where the node would stand if the file leaves it out. */
  node(node: unknown, at: number): SourceNode {
    const span = spanOf(node, at)
    this.#refuseExtras(node, span)
    if (isMap(node)) return { kind: 'map', ...span, entries: this.#entries(node.items) }
    if (isSeq(node)) return { kind: 'list', ...span, items: node.items.map((item) => this.node(item, span.start)) }
    const scalar = scalarOf(this.#source.text, span, node)
    this.#warn(scalar)
    return scalar
  }

  #entries(pairs: readonly { readonly key: unknown; readonly value: unknown }[]): readonly MapEntry[] {
    const first = new Map<string, ScalarNode>()
    return pairs.flatMap((pair): readonly MapEntry[] => {
      const key = this.node(pair.key, 0)
      const value = this.node(pair.value, key.end + 1)
      if (key.kind !== 'scalar') return this.#refuse(key, complexKey)
      const before = first.get(key.text)
      if (before) return this.#refuse(key, repeatedKey(key.text, whereIs(this.#source, before).line))
      if (key.text === '__proto__') return this.#refuse(key, protoKey)
      first.set(key.text, key)
      return [{ key, value }]
    })
  }

  #refuse(span: Span, words: Omit<Problem, 'severity' | 'where'>): readonly [] {
    this.problems.push({ ...words, severity: 'error', where: whereIs(this.#source, span) })
    return []
  }

  #refuseExtras(node: unknown, span: Span): void {
    if (isAlias(node)) this.#refuse(span, anchors)
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return
    if (node.anchor !== undefined) this.#refuse(span, anchors)
    if (node.tag !== undefined) this.#refuse(span, tags)
  }

  #warn(scalar: ScalarNode): void {
    const words = misread(scalar)
    if (!words) return
    const edit = { start: scalar.start, end: scalar.end, text: JSON.stringify(scalar.raw) }
    this.warnings.push({ ...words, code: 'DB-1012', severity: 'warning', where: whereIs(this.#source, scalar), edit })
  }
}

function spanOf(node: unknown, at: number): Span {
  const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined
  return range ? { start: range[0], end: range[1] } : { start: at, end: at }
}

const styles: Readonly<Record<string, ScalarNode['style']>> = {
  PLAIN: 'plain',
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_LITERAL: 'literal',
  BLOCK_FOLDED: 'folded',
}

function scalarOf(text: string, span: Span, node: unknown): ScalarNode {
  if (!isScalar(node)) return { kind: 'scalar', ...span, style: 'plain', raw: '', text: '', means: 'null' }
  const style = styles[node.type ?? 'PLAIN'] ?? 'plain'
  const raw = text.slice(span.start, span.end)
  const said = node.source ?? (typeof node.value === 'string' ? node.value : raw)
  return { kind: 'scalar', ...span, style, raw, text: said, means: style === 'plain' ? meaning(node.value) : 'text' }
}

function meaning(value: unknown): ScalarNode['means'] {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return 'boolean'
  return typeof value === 'number' || typeof value === 'bigint' ? 'number' : 'text'
}

const anchors = {
  code: 'DB-1004',
  what: 'Anchors and aliases (&name, *name) are not used here.',
  fix: 'write the lines out where they are needed',
} as const

const tags = {
  code: 'DB-1005',
  what: 'Tags (!name) are not used here.',
  fix: 'leave the tag out; put the value in quotation marks if it must be text',
} as const

const complexKey = {
  code: 'DB-1003',
  what: 'A key must be a plain name.',
  fix: 'put text that begins with [ or { in quotation marks',
} as const

const protoKey = { code: 'DB-1010', what: 'No key may be called __proto__.', fix: 'remove it' } as const

const repeatedKey = (key: string, line: number) =>
  ({
    code: 'DB-1006',
    what: `"${key}" stands here twice; the first is on line ${line}.`,
    fix: 'remove one of them',
  }) as const
