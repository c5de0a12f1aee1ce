// Faults on request. A story or a test says what shall go wrong, how often, and for which operation; what happens on
// the wire between two machines is not this file's concern.

import { Refusal } from './refusals.ts'

export interface Operation {
  readonly method: string
  /** After the API's own path: `opportunities(…)`, `$batch`. */
  readonly path: string
  readonly body: string
  /** Inside a batch. */
  readonly inner: boolean
}

export interface Storm {
  readonly when: (operation: Operation) => boolean
  /** How many operations it hits. */
  times: number
  readonly status: number
  readonly code: string
  readonly message: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Faults the vendor's own documents describe, ready to be sent. */
export const storms = {
  deadlock: { status: 500, code: '0x80044150', message: 'Generic SQL error. Sql Number: 1205' },
  timeout: { status: 500, code: '0x80044151', message: 'SQL timeout expired. Sql Number: -2' },
  locked: {
    status: 500,
    code: '0x80044339',
    message: 'Could not obtain lock on resource. Please retry the operation.',
  },
  plugIn: { status: 400, code: '0x80040265', message: 'The deal needs an industry before it can be saved.' },
  duplicateRule: {
    status: 500,
    code: '0x80040333',
    message: 'A record was not created or updated because a duplicate of the current record already exists.',
  },
  storage: { status: 403, code: '0x80050401', message: 'The storage capacity of the environment is exceeded.' },
  busy: { status: 503, code: '', message: '' },
} as const

export class Weather {
  readonly #storms: Storm[] = []

  next(storm: Omit<Storm, 'times' | 'when'> & { readonly when?: Storm['when']; readonly times?: number }): void {
    this.#storms.push({ ...storm, when: storm.when ?? (() => true), times: storm.times ?? 1 })
  }

  clear(): void {
    this.#storms.length = 0
  }

  /** Throws what was ordered for this operation. */
  strike(operation: Operation): void {
    const storm = this.#storms.find((one) => one.times > 0 && one.when(operation))
    if (!storm) return
    storm.times -= 1
    throw new Refusal(storm.status, storm.code, storm.message, storm.headers)
  }
}
