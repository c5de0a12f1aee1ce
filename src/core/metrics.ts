// What is counted and measured, for whoever watches from outside. A part takes the few methods it needs of this; the
// registry behind it is known to the platform only. Labels are few and of small sets: never an id, a name or an address.

export interface Metrics {
  /** One run of a pipeline: `result` is a word of a small set (`done`, `held`, `failed`). */
  run(pipeline: string, result: string, ms: number): void
  changes(labels: ChangeLabels, count: number): void
  /** How many links stand where, after a run. */
  step(pipeline: string, states: LinkStates): void
  /** One call of a vendor: `outcome` is `2xx` and so on, or why no answer came. */
  call(facts: CallFacts): void
  /** A run that did what it should; at this instant, in milliseconds since 1970. */
  succeeded(pipeline: string, atMs: number): void
  /** Open referrals that Microsoft will close unanswered, by the time they have left. */
  unanswered(pipeline: string, left: Readonly<Record<TimeLeft, number>>, nextDeadlineMs: number | null): void
  expired(pipeline: string, count: number): void
  answered(pipeline: string, kind: string, afterMs: number): void
  /** From an edit on one side to its arrival on the other. */
  lag(pipeline: string, direction: string, ms: number): void
  /** Changes that wait for somebody, by code; replaces what was said before of this pipeline. */
  held(pipeline: string, byCode: Readonly<Record<string, number>>): void
  /** Our use of a vendor's limit, from 0 to 1. */
  budget(connection: string, used: number): void
  /** When a token or certificate ends, in milliseconds since 1970. */
  credentialExpiry(connection: string, kind: string, atMs: number): void
  /** Fields and choices that a vendor changed, by how bad that is; replaces what was said before. */
  drift(connection: string, bySeverity: Readonly<Record<string, number>>): void
}

export interface ChangeLabels {
  readonly pipeline: string
  readonly direction: string
  readonly action: string
  readonly result: string
}

export interface LinkStates {
  readonly inStep: number
  readonly waiting: number
  readonly stuck: number
}

export interface CallFacts {
  readonly connection: string
  readonly call: string
  readonly outcome: string
  readonly ms: number
}

export type TimeLeft = 'lt4h' | 'lt24h' | 'lt72h' | 'lt14d'

/** Counts nothing. */
export const noMetrics: Metrics = {
  run: () => undefined,
  changes: () => undefined,
  step: () => undefined,
  call: () => undefined,
  succeeded: () => undefined,
  unanswered: () => undefined,
  expired: () => undefined,
  answered: () => undefined,
  lag: () => undefined,
  held: () => undefined,
  budget: () => undefined,
  credentialExpiry: () => undefined,
  drift: () => undefined,
}
