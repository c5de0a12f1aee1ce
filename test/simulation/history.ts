// Everything that happened in a simulated world, as plain data: what the checker reads, and all it reads.

import type { Story } from './story.ts'

export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [name: string]: Plain }
export type PlainFields = Readonly<Record<string, Plain>>

/** What a field says in words; nothing, when it says nothing or something else. */
export const wordOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** One state of one record, and who brought it there. */
export interface State {
  readonly atMs: number
  readonly by: string
  readonly gone: boolean
  readonly fields: PlainFields
}

export interface RecordPast {
  readonly id: string
  /** Oldest first. */
  readonly states: readonly State[]
}

/** A change a program tried to make, as the vendor saw it. */
export interface Attempt {
  readonly atMs: number
  readonly vendor: 'source' | 'crm'
  readonly do: 'create' | 'update'
  readonly kind: string
  readonly id: string | null
  readonly fields: PlainFields
  readonly before: PlainFields | null
  readonly after: PlainFields | null
  readonly expected: boolean
  readonly applied: boolean
  readonly result: string
}

export type EditedField = 'topic' | 'money' | 'date' | 'update' | 'country' | 'notes' | 'stage' | 'other'

export interface HumanEdit {
  readonly atMs: number
  readonly referral: string
  readonly side: 'referral' | 'crm'
  readonly field: EditedField
}

/** A moment after which the engine could not know what became of something: a lost answer, a death. */
export interface Blur {
  readonly atMs: number
  readonly what: 'lost' | 'died' | 'wiped' | 'disk'
}

/** A question that a person answered. */
export interface Answered {
  readonly atMs: number
  readonly key: string
  readonly row: string
}

export interface Pass {
  readonly beganMs: number
  readonly endedMs: number
  readonly result: string
  readonly error: string | null
}

export interface LinkEnd {
  readonly key: string
  readonly record: string | null
  readonly waiting: readonly {
    readonly for: string
    readonly subject: string
    readonly code: string
    readonly until: string | null
  }[]
  readonly paused: boolean
}

export interface History {
  readonly story: Story
  readonly referrals: readonly RecordPast[]
  readonly opportunities: readonly RecordPast[]
  readonly accounts: readonly RecordPast[]
  readonly roles: readonly RecordPast[]
  readonly attempts: readonly Attempt[]
  readonly edits: readonly HumanEdit[]
  readonly blurs: readonly Blur[]
  readonly answers: readonly Answered[]
  readonly passes: readonly Pass[]
  /** When each life of the process began. */
  readonly lives: readonly number[]
  readonly links: readonly LinkEnd[]
  readonly openIntents: number
  /** When each commit of the store was made. */
  readonly commits: readonly number[]
  /** From here on nobody edits and nothing fails. */
  readonly quietFromMs: number
  readonly endedMs: number
}
