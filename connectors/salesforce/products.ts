// Opportunities with products: Salesforce takes a new amount for them, says that all is well, and keeps the old one.
// Every opportunity we read tells whether it has any; a write of an amount is held against that.

import { type JsonObject, type Kind, own } from '#spi'
import { productsField } from './records.ts'
import { longId } from './soql.ts'

/** The oldest knowledge goes first: whoever is written to has just been read. */
const knownMax = 50_000

export class Products {
  readonly #has = new Map<string, boolean>()

  note(kind: Kind | string, row: JsonObject): void {
    const has = own(row, productsField)
    const id = own(row, 'Id')
    if (kind !== 'Opportunity' || typeof has !== 'boolean' || typeof id !== 'string') return
    const key = longId(id)
    this.#has.delete(key)
    this.#has.set(key, has)
    const [oldest] = this.#has.keys()
    if (this.#has.size > knownMax && oldest !== undefined) this.#has.delete(oldest)
  }

  /** Undefined: not read yet. */
  has(id: string): boolean | undefined {
    return this.#has.get(longId(id))
  }
}
