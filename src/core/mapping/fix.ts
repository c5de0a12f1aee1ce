// Applies the edits that problems bring with them: `mappings validate --fix`. An edit replaces exactly the characters
// it names, so comments and everything else stay as they were.

import type { Problem } from '../problem.ts'

export interface Fixed {
  readonly text: string
  /** The problems whose edits were applied; those that overlap another have to wait for the next round. */
  readonly applied: readonly Problem[]
}

type Edited = Problem & { readonly edit: NonNullable<Problem['edit']> }

/** `problems` of this one file only. Warnings are mended too. */
export function applyFixes(text: string, problems: readonly Problem[]): Fixed {
  const edits = problems
    .filter((problem): problem is Edited => problem.edit !== undefined && problem.edit.end <= text.length)
    .toSorted((a, b) => a.edit.start - b.edit.start)
  let made = ''
  let at = 0
  const applied: Problem[] = []
  for (const problem of edits) {
    const { start, end, text: put } = problem.edit
    if (start < at) continue
    made += text.slice(at, start) + put
    at = end
    applied.push(problem)
  }
  return { text: made + text.slice(at), applied }
}
