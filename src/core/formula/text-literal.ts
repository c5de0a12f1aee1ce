// A text as it is written in a formula: between "…" or '…', a quotation mark inside doubled as in Excel, or with a
// backslash before it as in Salesforce.

import type { FormulaProblem } from './ast.ts'

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', '\\': '\\', '"': '"', "'": "'" }

export interface TextLiteral {
  readonly value: string
  readonly problems: readonly FormulaProblem[]
}

/** `raw` includes its quotation marks; `from` is where it stands. */
export function readText(raw: string, from: number): TextLiteral {
  const quote = raw[0] ?? '"'
  const inner = raw.slice(1, -1)
  if (!inner.includes('\\') && !inner.includes(quote)) return { value: inner, problems: [] }
  let value = ''
  const problems: FormulaProblem[] = []
  for (let at = 0; at < inner.length; at += 1) {
    const char = inner[at] ?? ''
    const next = inner[at + 1] ?? ''
    if (char !== '\\' && char !== quote) value += char
    else {
      if (char === '\\' && !Object.hasOwn(escapes, next)) problems.push(strayBackslash(from + 1 + at, next))
      value += char === quote ? quote : (escapes[next] ?? `\\${next}`)
      at += 1
    }
  }
  return { value, problems }
}

function strayBackslash(start: number, next: string): FormulaProblem {
  const what = `"\\${next}" is not a special character.`
  const edit = { start, end: start + 1, text: '\\\\' }
  const fix = 'write \\\\ for a backslash, \\n for a new line, \\t for a tab'
  return { code: 'DB-2162', severity: 'error', what, fix, edit, start, end: start + 2 }
}

/** A text as a formula would write it. */
export const quoted = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '""')}"`
