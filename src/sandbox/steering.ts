// How the sandbox steers the real daemon: the few verbs a person would use. Given by main.

export interface Steering {
  /** What would be written now. */
  plan(pipeline: string): Promise<PlannedWork>
  mode(pipeline: string, mode: 'observe' | 'auto'): Promise<void>
  /** Referrals whose outcome is being held: the daemon has seen it, and its undo window runs. */
  holds(pipeline: string): Promise<readonly string[]>
  stop(): Promise<void>
}

export interface PlannedWork {
  /** The plan as people read it. */
  readonly text: readonly string[]
  readonly ready: number
  readonly held: number
  /** Referrals that would get a new record, and of which kind. */
  readonly creates: readonly { readonly referral: string; readonly kind: string }[]
  /** Set when the plan could not be made. */
  readonly failure: string | null
}
