// What is wrong with a file that is not YAML, in words for people who do not know YAML's grammar.

import type { YAMLError } from 'yaml'
import type { Code } from '#core/model/ids'
import type { Problem } from '#core/problem'
import { lineAt, type SourceText, whereIs } from '#core/source'

interface Words {
  readonly what: string
  readonly fix: string
  readonly code?: Code
}

const byCode: Readonly<Partial<Record<YAMLError['code'], Words>>> = {
  TAB_AS_INDENT: {
    code: 'DB-1009',
    what: 'This line is indented with a tab; YAML knows only spaces.',
    fix: 'replace the tab by spaces, as many as the lines around it have',
  },
  BAD_INDENT: { what: 'This line is not indented like its neighbours.', fix: 'align it with the lines it belongs to' },
  MISSING_CHAR: {
    what: 'Something is missing here: a closing mark, a comma, or a space after a colon.',
    fix: 'complete it',
  },
  MULTILINE_IMPLICIT_KEY: {
    what: 'A key and its colon must stand on one line.',
    fix: 'check that the line above is complete: each key is followed by a colon and a space',
  },
  BLOCK_AS_IMPLICIT_KEY: {
    what: 'This line holds two keys.',
    fix: 'put text that contains a colon and a space in quotation marks',
  },
  BLOCK_IN_FLOW: { what: 'Indented lines cannot stand inside brackets or braces.', fix: 'write it all one way' },
  BAD_SCALAR_START: {
    what: 'A value cannot begin with this character.',
    fix: 'put the value in quotation marks',
  },
  BAD_DQ_ESCAPE: {
    what: 'A backslash inside "…" must begin an escape such as \\n.',
    fix: "write the backslash twice, or use '…' instead",
  },
  UNEXPECTED_TOKEN: {
    what: 'There is text here that belongs to nothing.',
    fix: 'if a value begins with a quotation mark, the whole of it must be quoted: use the other kind of mark around it',
  },
  BAD_DIRECTIVE: { what: 'A line that begins with % means something to YAML.', fix: 'remove the line' },
  KEY_OVER_1024_CHARS: { what: 'This key is too long.', fix: 'check for a missing line break' },
  BAD_ALIAS: {
    code: 'DB-1004',
    what: 'A value that begins with * or & is not text to YAML.',
    fix: 'put the value in quotation marks',
  },
  TAG_RESOLVE_FAILED: {
    code: 'DB-1005',
    what: 'A value that begins with ! is not text to YAML.',
    fix: 'put the value in quotation marks; tags are not used here',
  },
}

const otherwise: Words = { what: 'This is not valid YAML.', fix: 'compare it with config/example.yaml' }

/** One problem for each line: what follows the first mistake on a line is usually its echo. */
export function syntaxProblems(source: SourceText, errors: readonly YAMLError[]): readonly Problem[] {
  const lines = new Map<number, Problem>()
  for (const error of errors.toSorted((a, b) => a.pos[0] - b.pos[0])) {
    const problem = syntaxProblem(source, error)
    if (!lines.has(problem.where.line)) lines.set(problem.where.line, problem)
  }
  return [...lines.values()]
}

function syntaxProblem(source: SourceText, error: YAMLError): Problem & { readonly where: { readonly line: number } } {
  const { code = 'DB-1003', what, fix } = byCode[error.code] ?? otherwise
  const [start, end] = error.pos
  const where = whereIs(source, { start: Math.min(start, source.text.length), end })
  const hint =
    lineAt(source, where.line).includes('\t') && code !== 'DB-1009' ? 'there is a tab in this line' : undefined
  return { code, severity: 'error', what, where, fix, ...(hint === undefined ? {} : { hint }) }
}
