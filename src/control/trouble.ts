// An error as plain JSON, and back: what happened, whose turn it is, whether waiting helps. It travels between the
// daemon and the command line without losing its remedy.

import { z } from 'zod'
import { asSyncError, Bug, FixConfig, NeedsHuman, RetryLater, type SyncError } from '#core/errors'
import type { Code } from '#core/model/ids'
import type { Instant } from '#core/model/instant'
import type { Problem, Who } from '#core/problem'
import { unreachable } from '#core/invariant'

const code = z.custom<Code>((value) => typeof value === 'string' && /^DB-\d{4}$/.test(value))
const who = z.custom<Who>((value) => typeof value === 'string')

export const Trouble = z.object({
  code,
  remedy: z.enum(['retry-later', 'fix-config', 'needs-human', 'bug']),
  message: z.string(),
  who,
  /** Not before this instant, where the vendor said so. */
  notBefore: z.custom<Instant>((value) => typeof value === 'string').optional(),
  problems: z.array(z.custom<Problem>((value) => typeof value === 'object' && value !== null)).optional(),
  choices: z.array(z.string()).optional(),
})
export type Trouble = z.infer<typeof Trouble>

export function troubleOf(thrown: unknown): Trouble {
  const error = asSyncError(thrown)
  const base = { code: error.code, message: error.message }
  switch (error.remedy) {
    case 'retry-later':
      return {
        ...base,
        remedy: error.remedy,
        who: 'operations',
        ...(error.notBefore === undefined ? {} : { notBefore: error.notBefore }),
      }
    case 'fix-config':
      return { ...base, remedy: error.remedy, who: error.who, problems: [...error.problems] }
    case 'needs-human':
      return { ...base, remedy: error.remedy, who: error.who, choices: [...error.choices] }
    case 'bug':
      return { ...base, remedy: error.remedy, who: 'dealbridge' }
    default:
      return unreachable(error)
  }
}

export function errorFrom(trouble: Trouble): SyncError {
  const { code: of, message, remedy, notBefore, problems = [], choices = [] } = trouble
  switch (remedy) {
    case 'retry-later':
      return new RetryLater(message, { code: of, ...(notBefore === undefined ? {} : { notBefore }) })
    case 'fix-config':
      return new FixConfig(message, { code: of, who: trouble.who, problems })
    case 'needs-human':
      return new NeedsHuman(message, { code: of, who: trouble.who, choices })
    case 'bug':
      return new Bug(message, { code: of })
    default:
      return unreachable(remedy)
  }
}
