// A mapping made for one org, fitted to another: what the other org does not have becomes a comment, with the reason
// above it, so that everything that is left works at once and nothing of what was meant is lost. Round by round, because
// taking one thing out can leave another without a purpose.

import type { Problem } from '#core/problem'
import { lineAt, positionOf, type MapNode, type SourceNode, type SourceTree, type Span } from '#core/source'
import { parseYaml } from '#settings/yaml'

export interface Fitted {
  readonly text: string
  /** What became a comment, and why. */
  readonly leftOut: readonly LeftOut[]
  /** What is wrong and cannot be left out: a person has to look. */
  readonly left: readonly Problem[]
}

export interface LeftOut {
  /** `fields`, `assign.rules`: where it stood. */
  readonly section: string
  readonly because: string
  readonly code: string
}

/** All problems of these words, against the org and the tests they carry. */
export type Judge = (text: string) => Promise<readonly Problem[]>

/** What can be left out by itself. `*` stands for any item of a list and any key. */
const units: readonly (readonly string[])[] = [
  ['take', 'unless'],
  ['take', 'unless', '*'],
  ['match', 'try', '*'],
  ['lead'],
  ['lead', 'fields', '*'],
  ['lookups', '*'],
  ['lookups', '*', 'try', '*'],
  ['lookups', '*', 'create', '*'],
  ['assign'],
  ['assign', 'rules'],
  ['assign', 'rules', '*'],
  ['assign', 'otherwise'],
  ['fields', '*'],
  ['fields', '*', 'values', '*'],
  ['stages', 'rows', '*'],
  ['outcomes', '*'],
  ['outcomes', '*', 'requires'],
  ['outcomes', '*', 'reason'],
  ['outcomes', '*', 'reason', 'values'],
  ['outcomes', '*', 'reason', 'values', '*'],
  ['statusInCrm'],
  ['statusInCrm', '*'],
  ['checks'],
  ['checks', '*'],
  ['tests'],
  ['tests', '*'],
]

/** A file of ten sections is done long before; one that never is, is given up. */
const roundsMax = 80

export async function fit(shown: string, text: string, judge: Judge): Promise<Fitted> {
  const leftOut: LeftOut[] = []
  let made = text
  for (let round = 0; round < roundsMax; round += 1) {
    const errors = (await judge(made)).filter(({ severity }) => severity === 'error')
    if (errors.length === 0) return { text: made, leftOut, left: [] }
    const tree = parseYaml(shown, made)
    const next = tree.ok ? without(tree.value, errors) : null
    if (!next) return { text: made, leftOut, left: errors }
    made = next.text
    leftOut.push(...next.leftOut)
  }
  return { text: made, leftOut, left: await judge(made) }
}

interface Unit extends LeftOut {
  /** Lines, counted from 1. */
  readonly from: number
  readonly to: number
}

function without({ source, root }: SourceTree, errors: readonly Problem[]): Pick<Fitted, 'text' | 'leftOut'> | null {
  if (root?.kind !== 'map') return null
  const found = errors.flatMap((problem) => unitOf({ source, root }, problem) ?? [])
  const outer = found.filter(
    (unit, index) =>
      !found.some((other, at) => other !== unit && covers(other, unit) && (!covers(unit, other) || at < index)),
  )
  if (outer.length === 0) return null
  const lines = source.text.split('\n')
  for (const unit of outer.toSorted((a, b) => b.from - a.from)) commentOut(lines, unit)
  return {
    text: lines.join('\n'),
    leftOut: outer.map(({ section, because, code }) => ({ section, because, code })),
  }
}

const covers = (a: Unit, b: Unit): boolean => a.from <= b.from && a.to >= b.to

function commentOut(lines: string[], { from, to, because }: Unit): void {
  const [first = ''] = lines.slice(from - 1)
  const indent = /^ */.exec(first)?.[0] ?? ''
  const commented = lines.slice(from - 1, to).map((line) => {
    const rest = line.startsWith(indent) ? line.slice(indent.length) : line.trimStart()
    return rest.trim() === '' ? line : `${indent}# ${rest}`
  })
  lines.splice(from - 1, to - from + 1, `${indent}# Left out: ${because}`, ...commented)
}

/** The smallest thing around a problem that stands on lines of its own. */
function unitOf({ source, root }: { source: SourceTree['source']; root: MapNode }, problem: Problem): Unit | null {
  const { where } = problem
  if (!where) return null
  const offset = (source.lineStarts[where.line - 1] ?? 0) + where.column - 1
  const around = pathTo(source, root, offset).filter(
    ({ path, node }) => units.some((unit) => isLike(unit, path)) && standsAlone(source, node),
  )
  const innermost = around.at(-1)
  if (!innermost) return null
  const { path, node } = innermost
  const section = path.filter((step) => !/^\d+$/.test(step)).join('.')
  // What was taken out of it before has left nothing.
  const because = isNothing.test(problem.what) ? 'nothing is left of it.' : reasonOf(problem)
  return { section, because, code: problem.code, ...linesOf(source, node) }
}

const isNothing = /this is nothing|list is empty/

/** That a test fails says little to whoever reads the file: what came instead does. */
const reasonOf = ({ code, what, hint }: Problem): string =>
  code === 'DB-2030' && hint !== undefined ? `${what} Here it comes to something else: ${hint}` : what

interface Step {
  readonly path: readonly string[]
  /** The item, or the entry with its key. */
  readonly node: Span
}

function pathTo(source: SourceTree['source'], root: SourceNode, offset: number): readonly Step[] {
  const steps: Step[] = []
  let here: SourceNode | undefined = root
  while (here) {
    const inside: Child | undefined = childrenOf(source, here).find(
      ({ span }) => offset >= span.start && offset <= span.end,
    )
    if (inside) steps.push({ path: [...(steps.at(-1)?.path ?? []), inside.name], node: inside.span })
    here = inside?.node
  }
  return steps
}

interface Child {
  readonly name: string
  readonly node: SourceNode
  readonly span: Span
}

function childrenOf({ text }: SourceTree['source'], node: SourceNode): readonly Child[] {
  if (node.kind === 'scalar') return []
  if (node.kind === 'list')
    return node.items.map((item, index) => ({
      name: String(index),
      node: item,
      span: { start: startOf(item), end: endOf(text, item) },
    }))
  return node.entries.map(({ key, value }) => ({
    name: key.text,
    node: value,
    span: { start: key.start, end: Math.max(key.end, endOf(text, value)) },
  }))
}

const startOf = (node: SourceNode): number => {
  const [first] = node.kind === 'map' ? node.entries.map(({ key }) => key) : node.kind === 'list' ? node.items : []
  return first && node.kind !== 'scalar' ? Math.min(node.start, startOf(first)) : node.start
}

/** Where its last word ends: what the parser counts to a block may reach into the comments after it. */
function endOf(text: string, node: SourceNode): number {
  const isBracketed = text[node.start] === '{' || text[node.start] === '['
  if (node.kind === 'scalar' || isBracketed) return node.end
  const last = node.kind === 'map' ? node.entries.at(-1) : node.items.at(-1)
  if (last === undefined) return node.end
  return 'key' in last ? Math.max(last.key.end, endOf(text, last.value)) : endOf(text, last)
}

const isLike = (unit: readonly string[], path: readonly string[]): boolean =>
  unit.length === path.length && unit.every((step, index) => step === '*' || step === path[index])

function standsAlone(source: SourceTree['source'], span: Span): boolean {
  const { from, to } = linesOf(source, span)
  const before = source.text.slice(source.lineStarts[from - 1] ?? 0, span.start)
  const after = lineAt(source, to).slice(positionOf(source, lastOf(source, span)).column)
  return /^\s*(?:- +)?$/.test(before) && /^\s*(?:#.*)?$/.test(after)
}

function linesOf(source: SourceTree['source'], span: Span): { readonly from: number; readonly to: number } {
  return { from: positionOf(source, span.start).line, to: positionOf(source, lastOf(source, span)).line }
}

/** The last character that is not the line break a block ends with. */
function lastOf({ text }: SourceTree['source'], { start, end }: Span): number {
  let at = Math.max(start, end - 1)
  while (at > start && /\s/.test(text[at] ?? '')) at -= 1
  return at
}
