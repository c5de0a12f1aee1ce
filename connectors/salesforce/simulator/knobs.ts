// What a test or a story can turn at the pretended org: the things an admin, a colleague or a bad day would change.

import type { ApiError } from './answers.ts'

/** A value as it is stored: numbers are their digits, instants and dates are text. */
export type Stored = null | boolean | string
export type StoredFields = Readonly<Record<string, Stored>>

export interface SaveAttempt {
  readonly kind: string
  /** Null for a record that is about to be made. */
  readonly id: string | null
  readonly before: StoredFields | null
  readonly after: StoredFields
  readonly userId: string
}

export interface Knobs {
  /** API calls the org may make in 24 hours, and how many of them others have made. */
  dailyLimit: number
  usedByOthers: number
  /** A colleague's long transaction: stamped when it begins, to be seen only so much later. */
  commitDelayMs: number
  /** Pages of a query hold at most so many rows, whatever the client asks for. */
  pageMax: number
  /** `Opportunity.Amount`: not to be seen by the connected user, or seen but not edited. */
  readonly hidden: Set<string>
  readonly readOnly: Set<string>
  /** `Opportunity`: may be read by the connected user but neither made nor changed. */
  readonly readOnlyKinds: Set<string>
  /** Records somebody else holds right now, and records in an approval process. */
  readonly busy: Set<string>
  readonly inApproval: Set<string>
  /** Validation rules and duplicate rules: the errors a save earns. */
  readonly rules: ((attempt: SaveAttempt) => readonly ApiError[])[]
  /** Flows and triggers that rewrite what was saved. They run for everybody's saves. */
  readonly flows: ((attempt: SaveAttempt) => StoredFields)[]
  /** How a 412 reads: its body is not documented, so clients must take either. */
  preconditionBody: 'empty' | 'json'
  /** The id inside "duplicate value found" messages is the 15-character form; some messages hold none. */
  duplicateNamesRecord: boolean
  /** Does a composite resolve `@{accounts[3].id}` into a collection's answer? */
  collectionReferences: boolean
  /** The clock behind the Date header, which need not be the clock behind the stamps. */
  dateSkewMs: number
  /** Read-only for a release: every write is refused. */
  maintenance: boolean
  /** What the token endpoint answers instead of a token: an OAuth error name. */
  tokenError: string | null
  /** A new refresh token with every use; the old one dies. */
  rotatesRefreshTokens: boolean
  /** Sessions end so long after they were last used. */
  sessionMs: number
  /** Tokens are given out, and then not accepted. */
  sessionsRefused: boolean
  /** What a token answer calls the org's address, when the org has moved. */
  instanceUrl: string | null
  newestVersion: number
}

export const defaultKnobs = (): Knobs => ({
  dailyLimit: 118_000,
  usedByOthers: 0,
  commitDelayMs: 0,
  pageMax: 2_000,
  hidden: new Set(),
  readOnly: new Set(),
  readOnlyKinds: new Set(),
  busy: new Set(),
  inApproval: new Set(),
  rules: [],
  flows: [],
  preconditionBody: 'json',
  duplicateNamesRecord: true,
  collectionReferences: true,
  dateSkewMs: 0,
  maintenance: false,
  tokenError: null,
  rotatesRefreshTokens: false,
  sessionMs: 2 * 60 * 60 * 1_000,
  sessionsRefused: false,
  instanceUrl: null,
  newestVersion: 67,
})
