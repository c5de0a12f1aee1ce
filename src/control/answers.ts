// What comes back, as plain values: printed by the command line, drawn by the console, sent as JSON. Each document
// names its schema, and a schema once published keeps its meaning.

import type { CodeEntry } from '#core/codes'
import type { Code } from '#core/model/ids'
import type { Instant } from '#core/model/instant'
import type { Json } from '#core/model/json'
import type { Waiting } from '#core/model/link'
import type { Problem, Who } from '#core/problem'
import type { Change, Plan } from '#core/reconcile/plan'
import type { Mode } from '#engine/pipeline'
import type { HistoryEvent } from '#ledger'
import type { Run } from '#ledger/entries'
import type { Drift } from '#assembly/drift'
import type { Finding, KeptSignIn, PushRegistration, PushTrial } from '#spi'
import type { Trouble } from './trouble.ts'

export interface PipelinePlan {
  readonly pipeline: string
  readonly mode: Mode
  readonly target: { readonly name: string; readonly label: string }
  readonly source: { readonly name: string; readonly label: string }
  readonly ms: number
  /** Null when it could not be made: then `trouble` says why. */
  readonly plan: Plan | null
  /** Calls it takes to write what is ready, about. */
  readonly apiCalls: number
  readonly trouble: Trouble | null
}

export interface PipelineRun extends PipelinePlan {
  /** `observing`: the pipeline's mode writes nothing. `waiting`: its plan waits for a person to agree. */
  readonly result: 'done' | 'held' | 'stopped' | 'failed' | 'observing' | 'waiting' | 'paused'
  readonly written: number
  readonly refused: number
  /** Lost answers: looked up by the next pass. */
  readonly unknown: number
  readonly deferred: number
}

export interface Status {
  readonly schema: 'dealbridge.status/v1'
  readonly version: string
  readonly name: string
  readonly at: Instant
  /** Null when no daemon runs. */
  readonly daemon: { readonly since: Instant; readonly pid: number } | null
  /** The last reload, where it was refused: the settings before it are still in force. */
  readonly reload: { readonly at: Instant; readonly trouble: Trouble } | null
  readonly pipelines: readonly PipelineStatus[]
  readonly connections: readonly ConnectionStatus[]
  readonly answers: readonly OpenAnswer[]
  readonly problems: readonly ProblemGroup[]
}

export interface PipelineStatus {
  readonly name: string
  readonly mode: Mode
  /** The mode the file says, where a person set another one. */
  readonly fileMode: Mode | null
  readonly paused: { readonly who: string; readonly at: Instant } | null
  readonly mapping: MappingStatus
  readonly running: boolean
  readonly lastRun: Run | null
  readonly next: Instant | null
  readonly linked: number
  readonly inStep: number
  readonly waiting: number
  readonly stuck: number
  readonly trouble: (Trouble & { readonly since: Instant; readonly connection: string | null }) | null
}

export interface MappingStatus {
  /** The version that works; null before the first pass. */
  readonly version: number | null
  /** Why the file on disk does not, where that is so. */
  readonly refused: { readonly since: Instant; readonly code: string; readonly message: string } | null
}

export interface ConnectionStatus {
  readonly name: string
  readonly role: 'source' | 'target'
  readonly type: string
  readonly state: 'ok' | 'resting' | 'trouble' | 'unknown'
  readonly account: string | null
  readonly label: string | null
  readonly until: Instant | null
  readonly trouble: Trouble | null
  /** What is kept of a person's sign-in; null where none is needed, or nobody has signed in. */
  readonly signIn: KeptSignIn | null
  readonly drift: readonly Drift[]
}

/** A referral that Microsoft closes unless somebody answers it. */
export interface OpenAnswer {
  readonly pipeline: string
  readonly referral: string
  readonly answerBy: Instant
  /** Personal; empty where it is not known just now. */
  readonly title: string
  readonly kind: string
}

/** One cause, however many deals it holds. */
export interface ProblemGroup {
  readonly pipeline: string
  readonly code: string
  readonly what: 'problem' | 'question' | 'pipeline'
  readonly message: string
  readonly who: string
  readonly since: Instant
  readonly count: number
  /** The beginnings of some of their ids. */
  readonly examples: readonly string[]
  readonly fix: string | null
}

/** Whom the vendor of a connection calls when something changes there. */
export interface WebhookStanding {
  readonly schema: 'dealbridge.webhook/v1'
  readonly connection: string
  /** Where this connection asks to be called. */
  readonly address: string
  /** Null when nobody is called. */
  readonly registered: PushRegistration | null
  readonly isOurs: boolean
  /** What became of a test call, where one was asked for. */
  readonly trial: PushTrial | null
}

export interface DealLine {
  readonly pipeline: string
  readonly referral: string
  readonly title: string
  readonly record: string | null
  readonly kind: string
  readonly stage: string | null
  readonly state: 'in-step' | 'waiting' | 'stuck' | 'paused'
  readonly since: Instant
  readonly waits: readonly Waiting[]
}

export interface DealList {
  readonly schema: 'dealbridge.referrals/v1'
  readonly deals: readonly DealLine[]
  readonly total: number
}

export interface Explanation {
  readonly schema: 'dealbridge.explain/v1'
  readonly pipeline: string
  readonly title: string
  readonly referral: string
  readonly facts: {
    readonly kind: string
    readonly direction: string
    readonly stage: string | null
    /** Where Microsoft's own copy stands, and its id in Microsoft's CRM; null where neither is known. */
    readonly microsoft: { readonly stage: string | null; readonly id: string | null } | null
  } | null
  readonly record: { readonly kind: string; readonly id: string } | null
  readonly linkedSince: Instant | null
  readonly mapping: { readonly name: string; readonly hash: string }
  readonly source: string
  readonly target: string
  readonly fields: readonly ExplainedField[]
  readonly waits: readonly Waiting[]
  /** What the CRM shows of the records there are to choose from. Personal. */
  readonly candidates: readonly Candidate[]
  /** What would be written now. */
  readonly changes: readonly Change[]
  /** Why no mapping takes it, where that is so. */
  readonly skipped: string | null
  readonly history: readonly HistoryEvent[]
}

export interface Candidate {
  readonly id: string
  readonly shows: Readonly<Record<string, Json>>
}

export interface ExplainedField {
  readonly name: string
  readonly referral: Json
  readonly base: Json
  readonly crm: Json
  readonly state: 'in step' | 'to be written' | 'held' | 'question' | 'refused' | 'differs' | 'no record'
  readonly direction: 'toCrm' | 'toReferral' | 'both'
  readonly from: string
  readonly rule: string
}

export interface DealDone {
  readonly pipeline: string
  readonly referral: string
  /** What happens now, in a sentence. */
  readonly next: string
}

export interface PipelinesDone {
  readonly pipelines: readonly string[]
  readonly next: string
}

export interface Replayed {
  readonly deals: number
  readonly runs: readonly PipelineRun[]
}

/** Records that already belong to referrals, found before anything was linked. */
export interface Adopted {
  readonly schema: 'dealbridge.adopt/v1'
  readonly pairs: readonly FoundPair[]
  /** How many of them were linked. */
  readonly linked: number
}

export interface FoundPair {
  readonly pipeline: string
  readonly referral: string
  readonly title: string
  readonly record: string
  readonly kind: string
  /** `key`: the record names the referral. `search`: it fits what the mapping searches by. */
  readonly by: 'key' | 'search'
  /** Fields in which the two do not agree. */
  readonly differs: readonly string[]
}

/** Every linked pair, read on both sides and compared. */
export interface Verified {
  readonly schema: 'dealbridge.verify/v1'
  readonly pipelines: readonly PipelineVerified[]
}

export interface PipelineVerified {
  readonly pipeline: string
  readonly source: string
  readonly target: string
  readonly at: Instant
  readonly ms: number
  /** By the worst that can be said of a pair; `shared`: pairs whose record another referral holds too. */
  readonly counts: {
    readonly pairs: number
    readonly agree: number
    readonly rests: number
    readonly due: number
    readonly held: number
    readonly unexplained: number
    readonly shared: number
  }
  /** The worst first, and no more than were asked for. */
  readonly deals: readonly VerifiedDeal[]
  /** Null when it could not be read to its end. */
  readonly history: { readonly events: number; readonly altered: number } | null
  readonly trouble: Trouble | null
}

export interface VerifiedDeal {
  readonly referral: string
  readonly record: string | null
  readonly kind: string
  readonly title: string
  readonly state: VerifiedField['state']
  readonly fields: readonly VerifiedField[]
}

export interface VerifiedField {
  readonly field: string
  readonly referral: Json
  readonly crm: Json
  /**
   * `due`: the next pass writes it. `held`: it waits, and the code says for what. `rests`: a rule of the mapping lets it
   * be. `unexplained`: nothing accounts for it, which should never be seen.
   */
  readonly state: 'due' | 'held' | 'rests' | 'unexplained'
  readonly why: string | null
  readonly code: Code | null
  readonly until: Instant | null
  readonly rule: string | null
}

export interface Checked {
  readonly schema: 'dealbridge.check/v1'
  readonly sections: readonly CheckSection[]
}

export interface CheckSection {
  readonly of: 'connection' | 'pipeline' | 'machine'
  readonly title: string
  readonly about: string
  readonly findings: readonly Finding[]
  readonly problems: readonly Problem[]
}

export interface BackedUp {
  readonly schema: 'dealbridge.backup/v1'
  readonly ledgers: readonly {
    readonly pipeline: string
    readonly directory: string
    readonly bytes: number
    readonly links: number
    readonly events: number
  }[]
}

export interface Reloaded {
  readonly pipelines: readonly string[]
}

export type { CodeEntry, HistoryEvent, Trouble, Who }
