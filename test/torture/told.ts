// What the vendors' process and the campaign tell each other, as JSON.

/** When the program is to die: at its nth write from now. */
export interface Arming {
  readonly pid: number
  /** 0: not at a write at all. */
  readonly write: number
  readonly when: 'before' | 'after' | 'after the answer'
}

export interface Work {
  /** Decides everything people do. */
  readonly seed: number
  /** How many of them do something. */
  readonly deeds: number
}

/** What somebody did, for the checker to hold the end against. */
export interface Deed {
  readonly what: 'arrive' | 'amount in CRM' | 'amount at Microsoft' | 'take up' | 'win' | 'lose'
  readonly referral: string
  /** The new amount. */
  readonly value?: string
  /** Did both sides show the same amount when it was made? */
  readonly isEven?: boolean
}

export interface ShownRecord {
  readonly kind: string
  readonly id: string
  readonly fields: Readonly<Record<string, unknown>>
}

export interface ShownCall {
  readonly system: string
  readonly method: string
  readonly path: string
  readonly body: string
  readonly status: number | 'cut'
}

/** All there is, and what was asked since it was shown before. */
export interface Shown {
  readonly referrals: readonly ShownRecord[]
  readonly salesforce: readonly ShownRecord[]
  readonly dynamics: readonly ShownRecord[]
  readonly calls: readonly ShownCall[]
}
