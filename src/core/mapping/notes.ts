// Where the problems of one mapping file are written down while it is read and compiled.

import { nearest } from '../nearest.ts'
import type { Code } from '../model/ids.ts'
import type { Problem } from '../problem.ts'
import { whereIs, type SourceText, type Span } from '../source.ts'

export type More = Pick<Problem, 'hint' | 'fix' | 'edit'>

/** No file is so wrong that a person reads further than this. */
export const problemsMax = 200

export class Notes {
  readonly problems: Problem[] = []
  readonly source: SourceText

  constructor(source: SourceText) {
    this.source = source
  }

  get hasErrors(): boolean {
    return this.problems.some((problem) => problem.severity === 'error')
  }

  error(at: Span, code: Code, what: string, more: More = {}): void {
    this.add({ code, severity: 'error', what, where: whereIs(this.source, at), ...more })
  }

  warn(at: Span, code: Code, what: string, more: More = {}): void {
    this.add({ code, severity: 'warning', what, where: whereIs(this.source, at), ...more })
  }

  add(problem: Problem): void {
    if (this.problems.length < problemsMax) this.problems.push(problem)
  }
}

/** "Did you mean" with the edit that makes it so; nothing when no name is near. */
export function suggestion(
  word: string,
  candidates: Iterable<string>,
  at: Span,
  label?: (name: string) => string,
): More {
  const near = nearest(word, candidates)
  if (near === undefined) return {}
  const hint = `did you mean ${label ? label(near) : `"${near}"`}?`
  return { hint, edit: { start: at.start, end: at.end, text: yamlText(near) } }
}

/** A suggestion where there is one, else what there is to choose from. */
export const either = (more: More, fix: string): More => (more.hint === undefined ? { fix } : more)

const plain = /^[\p{L}\p{N}_][\p{L}\p{N}_.,/()@+ -]*$/u
/** Words and numbers that YAML, in one of its versions, takes for something else than text. */
const misread = /^(?:y|yes|n|no|on|off|true|false|null|[\d.,_+-]+|0[xo][\da-f]+|[\d.]+e[\d+-]+)$/i

/** A text as YAML writes it: in quotation marks only where it must be. */
export function yamlText(text: string): string {
  const isPlain = plain.test(text) && !misread.test(text) && !text.endsWith(' ') && !/, /.test(text)
  return isPlain ? text : `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}

/** `a, b and c`. */
export function listed(words: readonly string[], joint = 'and'): string {
  if (words.length < 2) return words[0] ?? ''
  return `${words.slice(0, -1).join(', ')} ${joint} ${words.at(-1)}`
}

const counts = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine'] as const

export const counted = (count: number): string => counts[count] ?? String(count)
