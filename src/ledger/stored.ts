// Entries and changes in the form they are stored in: text, with the bounds checked. Whatever comes back from storage
// is looked at again before anyone trusts it.

import type { ZodType } from 'zod'
import { Bug } from '#core/errors'
import { entries, type Entries, type Table } from './entries.ts'
import type { LedgerChange } from './ledger.ts'
import { facetsOf, type Facets } from './link-index.ts'
import { parsedJson } from './json.ts'

export type StoredChange =
  | { readonly do: 'put'; readonly table: Table; readonly key: string; readonly text: string; readonly facets: Facets }
  | { readonly do: 'drop'; readonly table: Table; readonly key: string }

/** Bounds of one commit. A caller that reaches one splits its work; nothing was written yet when it is told. */
export const limits = {
  /** A whole vendor schema, cached as a fact, fits; a runaway value does not. */
  valueLength: 8 * 1024 * 1024,
  batchLength: 32 * 1024 * 1024,
  batchChanges: 20_000,
  keyLength: 1024,
} as const

const noFacets: Facets = { record: null, due: null }
const schemas: Readonly<Record<Table, ZodType>> = entries

export function toStored(changes: readonly LedgerChange[]): readonly StoredChange[] {
  const stored = changes.map(storedChange)
  const length = stored.reduce((sum, change) => sum + (change.do === 'put' ? change.text.length : 0), 0)
  if (changes.length > limits.batchChanges || length > limits.batchLength)
    throw new Bug(`One commit may hold ${limits.batchChanges} changes and ${limits.batchLength} characters.`, {
      code: 'DB-4015',
      facts: { changes: changes.length, length },
    })
  return stored
}

export function fromStored<T extends Table>(table: T, key: string, text: string): Entries[T] {
  const read = schemas[table].safeParse(parsedJson(text))
  if (read.success) return read.data as Entries[T]
  throw new Bug(`An entry of "${table}" in the ledger does not read as one.`, {
    code: 'DB-4011',
    facts: { table, key, at: read.error.issues[0]?.path.join('.') ?? '' },
  })
}

function storedChange(change: LedgerChange): StoredChange {
  if ('drop' in change) return { do: 'drop', table: change.drop, key: bounded(change.drop, change.key, '') }
  const text = JSON.stringify(change.value)
  const facets = change.put === 'link' ? facetsOf(change.value) : noFacets
  return { do: 'put', table: change.put, key: bounded(change.put, change.key, text), text, facets }
}

function bounded(table: Table, key: string, text: string): string {
  if (key.length <= limits.keyLength && text.length <= limits.valueLength) return key
  throw tooLarge(table, key.slice(0, limits.keyLength), text.length)
}

export const tooLarge = (table: string, key: string, length: number): Bug =>
  new Bug(`An entry of "${table}" is larger than an entry may be.`, {
    code: 'DB-4015',
    facts: { table, key, length },
  })
