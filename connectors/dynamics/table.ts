// What we know of a table: its names in the Web API, its columns, their types and choices, its keys. Made from the
// environment's own metadata (metadata.ts), or from what every environment has (standard.ts) where that cannot be read.

import type { Kind } from '#spi'

export type ColumnType =
  | 'id'
  | 'text'
  | 'money'
  | 'decimal'
  | 'integer'
  | 'boolean'
  | 'choice'
  | 'choices'
  | 'state'
  | 'status'
  | 'date'
  /** Shown as a date and stored as the midnight of somebody's zone: a trap that `actualend` of a close sets. */
  | 'localDate'
  | 'instant'
  | 'lookup'
  /** Images, files, names of tables: nothing a mapping can use. */
  | 'other'

export interface Option {
  readonly value: number
  /** In the language of the connection. */
  readonly label: string
  /** In every language the environment knows. */
  readonly labels: readonly string[]
  /** For a status reason: the state it belongs to. */
  readonly state?: number
}

export interface Column {
  readonly name: string
  readonly label: string
  readonly type: ColumnType
  readonly creatable: boolean
  readonly updatable: boolean
  /** Dynamics refuses a row without it, and has no default for it. */
  readonly required: boolean
  readonly lengthMax?: number
  readonly precision?: number
  readonly min?: number
  readonly max?: number
  readonly options?: readonly Option[]
  /** Target table → navigation property, whose case matters. In the order in which Dynamics lists them. */
  readonly targets?: ReadonlyMap<string, string>
  /** Column security: empty may mean hidden. */
  readonly secured: boolean
}

export interface Key {
  readonly columns: readonly string[]
  readonly status: string
}

export interface Table {
  readonly kind: Kind
  readonly label: string
  /** `opportunities`: its name in addresses. */
  readonly set: string
  readonly idColumn: string
  readonly isTracked: boolean
  /** Refuses to overwrite newer work when asked to. */
  readonly isOptimistic: boolean
  readonly ownedBy: readonly ('user' | 'team')[]
  readonly columns: ReadonlyMap<string, Column>
  readonly keys: readonly Key[]
  /** False where only the standard columns are known: then an unknown one is tried as it stands. */
  readonly isComplete: boolean
}

/** The property that holds a column in an answer, and in `$select` and `$filter`. */
export const propertyOf = (column: Column): string => (column.type === 'lookup' ? `_${column.name}_value` : column.name)

/** A column nobody told us of. Its value is taken as it comes. */
export const unknownColumn = (name: string): Column => ({
  name,
  label: name,
  type: 'text',
  creatable: true,
  updatable: true,
  required: false,
  secured: false,
})

/** Undefined when the table certainly has no such column. */
export const columnOf = (table: Table, name: string): Column | undefined =>
  table.columns.get(name) ?? (table.isComplete ? undefined : unknownColumn(name))

const sameLabel = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase()

/** By label in any language, or by the number itself. A status reason must belong to the state that is meant. */
export function optionFor(column: Column, text: string, state?: number): Option | undefined {
  const options = (column.options ?? []).filter((option) => state === undefined || (option.state ?? state) === state)
  return (
    options.find((option) => sameLabel(option.label, text)) ??
    options.find((option) => option.labels.some((label) => sameLabel(label, text))) ??
    options.find((option) => String(option.value) === text.trim())
  )
}

/** How an option reads on our side: its label, or the number where two options share one. */
export function labelOf(column: Column, value: number): string | undefined {
  const option = column.options?.find((one) => one.value === value)
  if (!option) return undefined
  const isShared = column.options?.some(
    (other) => other !== option && sameLabel(other.label, option.label) && other.state === option.state,
  )
  return isShared === true ? String(value) : option.label
}
