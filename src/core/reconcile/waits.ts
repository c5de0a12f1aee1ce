// What a link waits for, kept steady from plan to plan: the same wait keeps when it began and how often it was tried,
// so that an unchanged deal stays byte for byte the same and costs no commit.

import type { Code } from '../model/ids.ts'
import type { Instant } from '../model/instant.ts'
import type { Waiting } from '../model/link.ts'

export interface Wait {
  readonly for: Waiting['for']
  readonly subject: string
  readonly code: Code
  readonly message: string
  readonly who: string
  readonly until?: Instant | null
  /** What exactly is asked, hashed: an answer holds for that. */
  readonly inputs?: string
  readonly choices?: readonly string[]
}

export function waitFrom(wait: Wait, before: readonly Waiting[], now: Instant): Waiting {
  const same = before.find((known) => known.subject === wait.subject)
  return {
    for: wait.for,
    code: wait.code,
    message: wait.message,
    who: wait.who,
    since: same?.since ?? now,
    until: wait.until ?? null,
    subject: wait.subject,
    ...(wait.inputs === undefined ? {} : { inputs: wait.inputs }),
    tries: same?.tries ?? 0,
    ...(wait.choices ? { choices: [...wait.choices] } : {}),
  }
}

/** Since when this is waited for; now, when it begins now. */
export function waitingSince(subject: string, before: readonly Waiting[], now: Instant): Instant {
  return before.find((known) => known.subject === subject)?.since ?? now
}
