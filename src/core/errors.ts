// Errors are named by their remedy: what has to happen before the same thing can succeed. Everyone decides by class
// and code, never by message text. A message never holds a secret or a customer's words.

import type { Instant } from './model/instant.ts'
import type { Code } from './model/ids.ts'
import type { JsonObject } from './model/json.ts'
import type { Problem, Who } from './problem.ts'

interface Details {
  readonly code: Code
  readonly cause?: unknown
  /** Facts for the log and for `explain`: ids and numbers only. */
  readonly facts?: JsonObject
}

abstract class Remedied extends Error {
  abstract readonly remedy: 'retry-later' | 'fix-config' | 'needs-human' | 'bug'
  readonly code: Code
  readonly facts: JsonObject
  constructor(message: string, details: Details) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined)
    this.code = details.code
    this.facts = details.facts ?? {}
  }
}

/** A quota, an outage, a timeout: it will pass by itself. */
export class RetryLater extends Remedied {
  readonly remedy = 'retry-later'
  /** Not before this instant, where the vendor said so. */
  readonly notBefore: Instant | undefined
  /** `connection`: nothing can be sent there meanwhile. `record`: only this one has to wait. */
  readonly scope: 'connection' | 'record'
  constructor(
    message: string,
    details: Details & { readonly notBefore?: Instant | undefined; readonly scope?: 'connection' | 'record' },
  ) {
    super(message, details)
    this.notBefore = details.notBefore
    this.scope = details.scope ?? 'connection'
  }
}

/** Credentials, permissions, a missing field, a bad mapping: pauses that connection only, until an admin acts. */
export class FixConfig extends Remedied {
  readonly remedy = 'fix-config'
  readonly problems: readonly Problem[]
  readonly who: Who
  constructor(message: string, details: Details & { readonly problems?: readonly Problem[]; readonly who?: Who }) {
    super(message, details)
    this.problems = details.problems ?? []
    this.who = details.who ?? 'operations'
  }
}

/** One record needs a person: a rule of the CRM, two matches, an unknown refusal. */
export class NeedsHuman extends Remedied {
  readonly remedy = 'needs-human'
  readonly who: Who
  readonly choices: readonly string[]
  constructor(message: string, details: Details & { readonly who: Who; readonly choices?: readonly string[] }) {
    super(message, details)
    this.who = details.who
    this.choices = details.choices ?? []
  }
}

/** One of our own promises is broken. The link is set aside with its evidence. */
export class Bug extends Remedied {
  readonly remedy = 'bug'
}

export type SyncError = RetryLater | FixConfig | NeedsHuman | Bug

export const isSyncError = (error: unknown): error is SyncError => error instanceof Remedied

/** Anything thrown, as an error with a remedy. What nobody expected is a bug, and keeps its cause. */
export function asSyncError(error: unknown): SyncError {
  if (isSyncError(error)) return error
  return new Bug('Something happened that dealbridge does not expect.', { code: 'DB-9001', cause: error })
}
