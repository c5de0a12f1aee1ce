// The hands of Fabrikam's people: what they would do on Salesforce's own screens, under the same rules.

import {
  canonicalDecimal,
  type Desk,
  type DeskRecord,
  type Fields,
  type Json,
  type JsonObject,
  type Kind,
  kind as kindOf,
  parseInstant,
  type RecordId,
  recordId,
} from '#spi'
import type { Org, Row } from './org.ts'
import { Saves, type Saved } from './save.ts'
import { isNumeric, type ObjectDef } from './schema.ts'

export class SalesDesk implements Desk {
  readonly #org: Org
  readonly #saves: Saves

  constructor(org: Org, userId: string) {
    this.#org = org
    this.#saves = new Saves(org, { userId, rights: 'person' })
  }

  all(kind: Kind): readonly DeskRecord[] {
    return [...this.#org.rows(kind)].filter((row) => !row.deleted).map((row) => this.#record(row))
  }

  read(kind: Kind, id: RecordId): DeskRecord | undefined {
    const row = this.#org.row(kind, id)
    return row && !row.deleted ? this.#record(row) : undefined
  }

  add(kind: Kind, fields: Fields): RecordId {
    return recordId(done(this.#saves.insert(this.#object(kind), fields)))
  }

  edit(kind: Kind, id: RecordId, fields: Fields): void {
    done(this.#saves.update(this.#object(kind), id, fields))
  }

  remove(kind: Kind, id: RecordId): void {
    done(this.#saves.remove(this.#object(kind), id))
  }

  /** Out of the recycle bin. */
  restore(kind: Kind, id: RecordId): void {
    done(this.#saves.restore(this.#object(kind), id))
  }

  merge(kind: Kind, winner: RecordId, loser: RecordId): void {
    this.#saves.merge(this.#object(kind), winner, loser)
  }

  /** From then on the opportunity's amount is the sum of its products. */
  addProduct(opportunity: RecordId, quantity: number, unitPrice: number): void {
    const fields: JsonObject = { OpportunityId: opportunity, Quantity: quantity, UnitPrice: unitPrice }
    this.add(kindOf('OpportunityLineItem'), fields)
  }

  #object(kind: Kind): ObjectDef {
    const object = this.#org.objects.get(kind)
    if (!object) throw new Error(`this org has no ${kind}`)
    return object
  }

  #record(row: Row): DeskRecord {
    const changedAt = parseInstant(String(row.fields['SystemModstamp']))
    if (!changedAt) throw new Error(`${row.kind} ${row.id} has no stamp`)
    const fields = [...this.#object(kindOf(row.kind)).fields.values()].map((field): [string, Json] => {
      const value = row.fields[field.name] ?? null
      return [field.name, isNumeric(field.type) && typeof value === 'string' ? numberOf(value) : value]
    })
    return { id: recordId(row.id), changedAt, fields: Object.fromEntries(fields) }
  }
}

const numberOf = (digits: string): Json => {
  const number = Number(digits)
  return canonicalDecimal(number) === digits ? number : digits
}

function done(saved: Saved): string {
  if (saved.success) return saved.id
  throw new Error(saved.errors.map((error) => `${error.errorCode}: ${error.message}`).join('; '))
}
