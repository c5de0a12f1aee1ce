// Open query results, page by page: each stays as it was when it was asked for, for two days.

import { refuse } from '../answers.ts'
import type { Found } from '../soql/run.ts'

interface Open {
  readonly found: Found
  readonly diesAt: number
}

const cursorMs = 48 * 60 * 60 * 1_000
const cursorsMax = 200

export class QueryCursors {
  readonly #open = new Map<string, Open>()
  #count = 0

  keep(found: Found, nowMs: number): string {
    this.#count += 1
    const name = `01gQy${String(this.#count).padStart(13, '0')}`
    this.#open.set(name, { found, diesAt: nowMs + cursorMs })
    const [oldest] = this.#open.keys()
    if (this.#open.size > cursorsMax && oldest !== undefined) this.#open.delete(oldest)
    return name
  }

  read(name: string, nowMs: number): Found {
    const open = this.#open.get(name)
    if (open && open.diesAt > nowMs) return open.found
    throw refuse(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator')
  }

  /** As an org does that has too many of them open. */
  forgetAll(): void {
    this.#open.clear()
  }
}
