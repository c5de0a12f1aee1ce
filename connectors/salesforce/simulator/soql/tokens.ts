// SOQL, cut into words.

import { refuse } from '../answers.ts'

export type Token =
  | { readonly type: 'word'; readonly text: string; readonly at: number }
  | { readonly type: 'text'; readonly text: string; readonly at: number }
  | { readonly type: 'number'; readonly text: string; readonly at: number }
  | { readonly type: 'date' | 'datetime'; readonly text: string; readonly at: number }
  | { readonly type: 'sign'; readonly text: string; readonly at: number }

const shapes = [
  ['datetime', /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})/y],
  ['date', /\d{4}-\d{2}-\d{2}/y],
  ['number', /[+-]?\d+(?:\.\d+)?/y],
  ['word', /[A-Za-z_][\w.]*(?::\d+)?/y],
  ['sign', /<=|>=|!=|<>|[=<>(),]/y],
] as const

const statementMax = 100_000
const literalMax = 4_000

export function tokensOf(soql: string): readonly Token[] {
  if (soql.length > statementMax)
    throw refuse(400, 'MALFORMED_QUERY', 'SOQL statements cannot be longer than 100000 characters.')
  const tokens: Token[] = []
  let at = 0
  while (at < soql.length) {
    if (/\s/.test(soql[at] ?? '')) {
      at += 1
      continue
    }
    const token = soql[at] === "'" ? textAt(soql, at) : shapeAt(soql, at)
    tokens.push(token)
    at = token.type === 'text' ? endOfText(soql, at) : at + token.text.length
  }
  return tokens
}

function shapeAt(soql: string, at: number): Token {
  for (const [type, shape] of shapes) {
    shape.lastIndex = at
    const found = shape.exec(soql)
    if (found) return { type, text: found[0], at }
  }
  throw malformed(soql, at, `unexpected token: '${soql[at] ?? ''}'`)
}

function textAt(soql: string, at: number): Token {
  const raw = soql.slice(at + 1, endOfText(soql, at) - 1)
  // `\%` and `\_` mean something to LIKE only, and are left for it.
  const text = raw.replace(/\\([^%_])/g, (_, char: string) => escapes[char] ?? char)
  if (text.length > literalMax) throw malformed(soql, at, 'string literal too long')
  return { type: 'text', text, at }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }

/** Behind the closing quotation mark. */
function endOfText(soql: string, start: number): number {
  for (let at = start + 1; at < soql.length; at += 1) {
    if (soql[at] === '\\') at += 1
    else if (soql[at] === "'") return at + 1
  }
  throw malformed(soql, start, 'unterminated string literal')
}

export function malformed(soql: string, at: number, what: string) {
  const before = soql.slice(0, at).split('\n')
  const row = before.length
  const column = (before.at(-1)?.length ?? 0) + 1
  return refuse(
    400,
    'MALFORMED_QUERY',
    `\n${soql.slice(Math.max(0, at - 40), at + 40)}\nERROR at Row:${row}:Column:${column}\n${what}`,
  )
}
