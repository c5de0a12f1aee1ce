// How a failure is told: what, where, why, what to do, who can do it, and the code to look it up by. Never a stack.

import type { Codebook } from '#core/codes'
import { oneLine } from '#core/one-line'
import type { Problem } from '#core/problem'
import type { SourceText } from '#core/source'
import { printProblems } from '#settings/print-problem'
import type { Trouble } from '#control/trouble'
import type { Paint } from './print/paint.ts'
import { plural } from './print/words.ts'

export function failureText(trouble: Trouble, { paint, codes }: { paint: Paint; codes: Codebook }): string {
  const entry = codes[trouble.code]
  const lines = [
    `${paint.bad('✗')} ${oneLine(trouble.message, 2_000)}   ${trouble.code}`,
    ...(entry ? [`  Fix: ${entry.fix}`] : []),
    `  Who: ${trouble.who}   More: dealbridge explain ${trouble.code}`,
  ]
  return `${lines.join('\n')}\n`
}

export interface ProblemsPrint {
  readonly sources: readonly SourceText[]
  readonly isColoured: boolean
}

/** Every problem with its line, and how many there are. */
export function problemsText(problems: readonly Problem[], { sources, isColoured }: ProblemsPrint): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const warnings = problems.length - errors
  const counted = [errors > 0 && plural(errors, 'error'), warnings > 0 && plural(warnings, 'warning')].filter(Boolean)
  return `${printProblems(problems, { sources, colour: isColoured })}\n${counted.join(', ')}\n`
}
