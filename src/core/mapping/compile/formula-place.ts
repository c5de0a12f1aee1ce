// A problem of a formula, moved from the formula's own text to the line and column of the file it stands in.

import type { FormulaProblem } from '../../formula/formula.ts'
import type { Problem } from '../../problem.ts'
import { spanIn, whereIs, type ScalarNode, type SourceText } from '../../source.ts'

/** `skipped`: how much of the scalar's text stands before the formula, such as a leading =. */
export function placeProblem(problem: FormulaProblem, node: ScalarNode, skipped: number, source: SourceText): Problem {
  const { start, end, code, severity, what, hint, fix, edit } = problem
  const at = spanIn(node, start + skipped, end + skipped)
  const placed: Problem = {
    code,
    severity,
    what,
    where: whereIs(source, at),
    ...(hint === undefined ? {} : { hint }),
    ...(fix === undefined ? {} : { fix }),
    ...(edit && isPlaceable(node, edit.text)
      ? { edit: { ...spanIn(node, edit.start + skipped, edit.end + skipped), text: edit.text } }
      : {}),
  }
  return { ...placed, ...cutWords(problem, node, source) }
}

/** What looks unfinished is very often cut off by YAML: at a # after a space, or, within braces, at a comma. */
function cutWords({ code, what }: FormulaProblem, node: ScalarNode, source: SourceText): Pick<Problem, 'hint' | 'fix'> {
  const unfinished = code === 'DB-2161' || what.includes('never closed') || what.includes('too early')
  if (!unfinished || node.style !== 'plain') return {}
  const rest = source.text.slice(node.end, node.end + 200)
  if (/^[ \t]+#/.test(rest)) {
    return {
      hint: 'YAML reads " #" as the start of a comment and cut the rest off',
      fix: 'dealbridge mappings fmt   (writes the formula as a block)',
    }
  }
  if (!/^\s*,/.test(rest)) return {}
  return {
    hint: 'within { } YAML ends a value at a comma',
    fix: 'put the whole formula in quotation marks, or write the row on lines of its own',
  }
}

/** An edit may not bring in what the way the formula is written would read differently. */
function isPlaceable({ style }: ScalarNode, text: string): boolean {
  if (style === 'double') return !/["\\]/.test(text)
  if (style === 'single') return !text.includes("'")
  return style !== 'plain' || !/ #|: /.test(text)
}
