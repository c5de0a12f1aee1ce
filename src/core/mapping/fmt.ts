// Tidies a mapping file without touching what it means to say: formulas that YAML would misread become blocks, values
// that other tools misread get quotation marks, ends of lines lose their spaces. Comments stay, byte for byte.

import { readFormula } from '../formula/read.ts'
import {
  lineAt,
  positionOf,
  type MapNode,
  type ScalarNode,
  type SourceNode,
  type SourceTree,
  type Span,
} from '../source.ts'
import { bare } from './compile/desk.ts'
import { yamlText } from './notes.ts'

export interface Edit extends Span {
  readonly text: string
}

export interface Formatted {
  readonly text: string
  readonly edits: readonly Edit[]
}

/** Keys whose values are formulas. */
const formulaKeys: ReadonlySet<string> = new Set(['formula', 'when', 'require'])

export function formatMapping({ source, root }: SourceTree): Formatted {
  const edits = [...(root ? nodeEdits(root, source) : []), ...spaceEdits(source.text)]
  const ordered = edits.toSorted((a, b) => a.start - b.start)
  const kept = ordered.filter((edit, index) => ordered.slice(0, index).every((other) => other.end <= edit.start))
  return { text: withEdits(source.text, kept), edits: kept }
}

function withEdits(text: string, edits: readonly Edit[]): string {
  let made = ''
  let at = 0
  for (const { start, end, text: put } of edits) {
    made += text.slice(at, start) + put
    at = end
  }
  const whole = made + text.slice(at)
  return whole === '' || whole.endsWith('\n') ? whole : `${whole}\n`
}

function nodeEdits(node: SourceNode, source: SourceTree['source']): readonly Edit[] {
  if (node.kind === 'list') return node.items.flatMap((item) => nodeEdits(item, source))
  if (node.kind === 'scalar') return wordEdits(node)
  return node.entries.flatMap(({ key, value }) => {
    const own = value.kind === 'scalar' && formulaKeys.has(key.text) ? formulaEdits(node, key, value, source) : []
    return own.length > 0 ? own : [...wordEdits(key), ...nodeEdits(value, source)]
  })
}

// ── formulas ─────────────────────────────────────────────────────────────────────────────────────────────────

function formulaEdits(map: MapNode, key: ScalarNode, value: ScalarNode, source: SourceTree['source']): readonly Edit[] {
  const isBlock = source.text[map.start] !== '{'
  const cut = value.style === 'plain' ? cutOff(value, source) : undefined
  const formula = cut?.formula ?? (isEscaped(value) ? value.text : undefined)
  if (formula === undefined) return []
  const end = cut?.end ?? value.end
  if (!isBlock) return cut ? [] : [{ start: value.start, end, text: singleQuoted(formula) ?? value.raw }]
  const indent = ' '.repeat(positionOf(source, key.start).column + 1)
  const lines = formula.split('\n').map((line) => (line.trim() === '' ? '' : indent + line))
  return [{ start: value.start, end, text: `|\n${lines.join('\n')}` }]
}

/** The whole formula where YAML took the rest of its line for a comment; undefined where it is a comment indeed. */
function cutOff(
  value: ScalarNode,
  source: SourceTree['source'],
): { readonly formula: string; readonly end: number } | undefined {
  const { line, column } = positionOf(source, Math.max(value.start, value.end - 1))
  const rest = lineAt(source, line).slice(column)
  if (!/^\s+#/.test(rest) || readFormula(bare(value.text).text).ok) return undefined
  const whole = value.text + rest.trimEnd()
  return readFormula(bare(whole).text).ok ? { formula: whole, end: value.end + rest.trimEnd().length } : undefined
}

/** A formula full of backslashes or doubled marks is easier to read as a block. */
const isEscaped = ({ style, raw }: ScalarNode): boolean =>
  (style === 'double' && raw.includes('\\')) || (style === 'single' && raw.slice(1, -1).includes("''"))

const singleQuoted = (text: string): string | undefined => (/['\n]/.test(text) ? undefined : `'${text}'`)

// ── words and spaces ─────────────────────────────────────────────────────────────────────────────────────────

const misread = /^(?:y|yes|n|no|on|off)$/i

/** `NO` is Norway here and false elsewhere: with quotation marks it is Norway everywhere. */
function wordEdits({ style, text, start, end, means }: ScalarNode): readonly Edit[] {
  return style === 'plain' && means === 'text' && misread.test(text) ? [{ start, end, text: yamlText(text) }] : []
}

function spaceEdits(text: string): readonly Edit[] {
  return [...text.matchAll(/[ \t]+(?=\r?$)/gm)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    text: '',
  }))
}

/**
 * Mends what keeps a file from being read at all: a formula that begins with a quotation mark and goes on after the
 * closing one. Line by line, because such a file has no tree.
 */
export function mendUnreadable(text: string): string {
  return text.split('\n').map(mendLine).join('\n')
}

const quotedFormula = /^(?<head>(?<indent> *(?:- )?)(?:formula|when|require): )(?<value>["'].*?)\s*$/

function mendLine(line: string): string {
  const { head = '', indent = '', value = '' } = quotedFormula.exec(line)?.groups ?? {}
  if (value === '' || isWholeScalar(value) || !readFormula(value).ok) return line
  return `${head}|\n${' '.repeat(indent.length + 2)}${value}`
}

/** One text in quotation marks, perhaps with a comment after it: YAML reads that well. */
const isWholeScalar = (value: string): boolean => /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')(?:\s+#.*)?$/.test(value)
