// A table as mappings see it: the fields they may name, what each takes, and what a state means.

import { kind, type Choice, type FieldSchema, type KindSchema } from '#spi'
import type { Column, ColumnType, Option, Table } from './table.ts'

export function kindSchemaOf(table: Table): KindSchema {
  return {
    kind: table.kind,
    label: table.label,
    fields: [...table.columns.values()].flatMap((column) => fieldOf(table, column) ?? []),
    ownedBy: table.ownedBy,
  }
}

const types: Readonly<Record<ColumnType, FieldSchema['type'] | null>> = {
  id: 'text',
  text: 'text',
  money: 'money',
  decimal: 'decimal',
  integer: 'decimal',
  boolean: 'boolean',
  choice: 'text',
  choices: 'list',
  state: 'text',
  status: 'text',
  date: 'date',
  localDate: 'date',
  instant: 'instant',
  lookup: 'reference',
  other: null,
}

function fieldOf(table: Table, column: Column): FieldSchema | null {
  const type = types[column.type]
  if (type === null) return null
  const { name, label, lengthMax, precision, options, targets } = column
  const isNumber = type === 'money' || type === 'decimal'
  return {
    name,
    label,
    type,
    creatable: column.creatable || column.type === 'state',
    updatable: column.updatable,
    required: column.required,
    unique: name === table.idColumn || isKey(table, name),
    ...(lengthMax === undefined ? {} : { lengthMax }),
    ...(isNumber ? { scale: column.type === 'integer' ? 0 : (precision ?? 2) } : {}),
    ...(options ? { choices: options.map((option) => choiceOf(table, column, option)) } : {}),
    ...(targets && targets.size > 0 ? { references: [...targets.keys()].map(kind) } : {}),
    ...(!column.creatable && !column.updatable && column.type !== 'state' ? { calculated: true } : {}),
  }
}

/** Only a key whose index is built keeps a value from being there twice. */
const isKey = ({ keys }: Table, name: string): boolean =>
  keys.some(({ columns, status }) => status === 'Active' && columns.length === 1 && columns[0] === name)

const outcomes = ['open', 'won', 'lost'] as const

function choiceOf(table: Table, column: Column, option: Option): Choice {
  const state = column.type === 'state' ? option.value : option.state
  // A sales stage is a stage of open deals only: what ends a deal is its state.
  const standing = column.name === 'salesstage' ? 0 : state
  const means = table.kind === 'opportunity' && standing !== undefined ? outcomes[standing] : undefined
  return { value: option.label, label: option.label, active: true, ...(means === undefined ? {} : { means }) }
}
