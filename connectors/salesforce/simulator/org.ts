// The pretended org: its objects, its rows, and when each change can be seen. Rows are never changed in place, so a
// query that is read page by page keeps showing what it showed first.

import { type Instant, instantFromMs, msOf } from '#spi'
import { IdCounter } from './ids.ts'
import { type Knobs, defaultKnobs, type StoredFields } from './knobs.ts'
import type { FieldDef, ObjectDef } from './schema.ts'
import { customerObjects } from './objects/customer.ts'
import { type StageDef, defaultStages, opportunityObjects } from './objects/opportunity.ts'
import { setupObjects } from './objects/setup.ts'

export interface Row {
  readonly kind: string
  readonly id: string
  readonly deleted: boolean
  readonly fields: StoredFields
}

interface Commit {
  readonly visibleAt: number
  readonly row: Row
}

export interface OrgOptions {
  readonly now: () => Instant
  readonly multiCurrency: boolean
}

export class Org {
  readonly knobs: Knobs = defaultKnobs()
  readonly ids = new IdCounter()
  readonly stages: readonly StageDef[] = defaultStages
  readonly #objects: Map<string, ObjectDef>
  readonly #now: () => Instant
  readonly #tables = new Map<string, Map<string, Row>>()
  readonly #unique = new Map<string, Map<string, string>>()
  /** Never loses an id: what it points to is looked at again in the table. */
  readonly #byDeal = new Map<string, Set<string>>()
  #later: Commit[] = []
  #schemaChangedMs: number

  constructor(options: OrgOptions) {
    this.#now = options.now
    this.#schemaChangedMs = msOf(this.stamp())
    const all = [
      ...opportunityObjects(this.stages, options.multiCurrency),
      ...customerObjects(),
      ...setupObjects().filter((each) => options.multiCurrency || each.name !== 'CurrencyType'),
    ]
    this.#objects = new Map(all.map((each) => [each.name, each]))
    for (const each of all) this.#tables.set(each.name, new Map())
  }

  get objects(): ReadonlyMap<string, ObjectDef> {
    return this.#objects
  }

  /** An admin changes a field, adds one, or takes it away (`null`). */
  redefine(kind: string, name: string, field: FieldDef | null): void {
    const object = this.#objects.get(kind)
    if (!object) throw new Error(`no object ${kind}`)
    const fields = new Map(object.fields)
    if (field) fields.set(name, field)
    else fields.delete(name)
    this.#objects.set(kind, { ...object, fields })
    this.#schemaChangedMs = Math.max(msOf(this.stamp()), this.#schemaChangedMs + 1_000)
  }

  /** For `If-Modified-Since`: two changes of the schema never share a second here. */
  get schemaChangedMs(): number {
    return this.#schemaChangedMs
  }

  nowMs(): number {
    return msOf(this.#now())
  }

  /** What a change made now is stamped with. Salesforce keeps whole seconds. */
  stamp(): Instant {
    return instantFromMs(Math.floor(this.nowMs() / 1_000) * 1_000)
  }

  rows(kind: string): Iterable<Row> {
    this.settle()
    return this.#tables.get(kind)?.values() ?? []
  }

  row(kind: string, id: string): Row | undefined {
    this.settle()
    return this.#tables.get(kind)?.get(id)
  }

  /** A live row, looked up by the id alone: its first characters tell the object. */
  anyRow(id: string): Row | undefined {
    const owner = [...this.objects.values()].find((each) => id.startsWith(each.keyPrefix))
    const row = owner && this.row(owner.name, id)
    return row && !row.deleted ? row : undefined
  }

  put(row: Row, delayMs = 0): void {
    if (delayMs > 0) this.#later.push({ visibleAt: this.nowMs() + delayMs, row })
    else this.#commit(row)
  }

  /** Long transactions end when their time has come. */
  settle(): void {
    if (this.#later.length === 0) return
    const now = this.nowMs()
    const due = this.#later.filter((commit) => commit.visibleAt <= now)
    if (due.length === 0) return
    this.#later = this.#later.filter((commit) => commit.visibleAt > now)
    for (const { row } of due.toSorted((a, b) => a.visibleAt - b.visibleAt)) this.#commit(row)
  }

  /** Rows of a kind that belong to an opportunity: looked up at every save of one of them. */
  ofDeal(kind: string, deal: string): readonly Row[] {
    this.settle()
    const ids = this.#byDeal.get(`${kind} ${deal}`) ?? []
    return [...ids].flatMap((id) => this.#tables.get(kind)?.get(id) ?? [])
  }

  /** Which live row holds this value of a unique field. */
  holderOf(kind: string, field: FieldDef, value: string): string | undefined {
    return this.#unique.get(`${kind}.${field.name}`)?.get(keyOf(field, value))
  }

  #commit(row: Row): void {
    const table = this.#tables.get(row.kind)
    if (!table) throw new Error(`no object ${row.kind}`)
    const before = table.get(row.id)
    for (const field of this.objects.get(row.kind)?.fields.values() ?? []) {
      if (!field.unique) continue
      const index = this.#indexOf(row.kind, field.name)
      const old = before?.fields[field.name]
      if (typeof old === 'string' && index.get(keyOf(field, old)) === row.id) index.delete(keyOf(field, old))
      const value = row.fields[field.name]
      if (typeof value === 'string' && !row.deleted) index.set(keyOf(field, value), row.id)
    }
    table.set(row.id, row)
    const deal = row.fields['OpportunityId']
    if (typeof deal !== 'string') return
    const name = `${row.kind} ${deal}`
    const known = this.#byDeal.get(name) ?? new Set<string>()
    this.#byDeal.set(name, known.add(row.id))
  }

  #indexOf(kind: string, field: string): Map<string, string> {
    const name = `${kind}.${field}`
    const known = this.#unique.get(name) ?? new Map<string, string>()
    this.#unique.set(name, known)
    return known
  }

  /** For a request that takes everything back when one part fails. Returns the way back. */
  savepoint(): () => void {
    const tables = new Map([...this.#tables].map(([kind, rows]) => [kind, new Map(rows)]))
    const unique = new Map([...this.#unique].map(([name, index]) => [name, new Map(index)]))
    return () => {
      for (const [kind, rows] of tables) this.#tables.set(kind, rows)
      this.#unique.clear()
      for (const [name, index] of unique) this.#unique.set(name, index)
    }
  }
}

const keyOf = (field: FieldDef, value: string): string => (field.caseSensitive ? value : value.toLowerCase())
