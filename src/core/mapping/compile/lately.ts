// What the CRM's history tells of a name that a mapping uses: it was taken away, it is new, or it came when another went.

import type { Kind } from '../../model/ids.ts'
import type { SchemaChange } from '../../model/schema.ts'

export class Lately {
  readonly #history: readonly SchemaChange[]

  constructor(history: readonly SchemaChange[]) {
    this.#history = history
  }

  /** `removed on 20 Nov by Priya Nair`. */
  removed(kind: Kind, field: string, value?: string): string | undefined {
    const found = this.#last(kind, field, value)
    if (found?.change !== 'removed') return undefined
    return `removed on ${shortDate(found.on)}${found.by === undefined ? '' : ` by ${found.by}`}`
  }

  /** `new since 20 Nov`. */
  added(kind: Kind, field: string, value: string): string | undefined {
    const found = this.#last(kind, field, value)
    return found?.change === 'added' ? `new since ${shortDate(found.on)}` : undefined
  }

  /** The only field that came on the day on which this one went: it may be the same, under another name. */
  successor(kind: Kind, field: string): string | undefined {
    const gone = this.#last(kind, field)
    const came = this.#history.filter(
      (change) =>
        change.kind === kind && change.value === undefined && change.change === 'added' && change.on === gone?.on,
    )
    const [only, ...more] = new Set(came.map((change) => change.field))
    return more.length === 0 ? only : undefined
  }

  #last(kind: Kind, field: string, value?: string): SchemaChange | undefined {
    return this.#history.findLast((change) => change.kind === kind && change.field === field && change.value === value)
  }
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const shortDate = (date: string): string => `${Number(date.slice(8, 10))} ${months[Number(date.slice(5, 7)) - 1] ?? ''}`
