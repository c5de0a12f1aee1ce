// What changed in the schema since we last looked: columns and choices that mappings may rest on.

import type { Finding } from '#spi'
import { fixOf } from './codes.ts'
import type { Column, Table } from './table.ts'

/** One finding for each table that lost or renamed something; what was only added needs nobody. */
export function driftOf(before: Table, now: Table): readonly Finding[] {
  const gone = [...before.columns.values()].flatMap((column) => goneFrom(column, now.columns.get(column.name)))
  if (!before.isComplete || !now.isComplete || gone.length === 0) return []
  const listed = gone.slice(0, listedMax).join(', ')
  const more = gone.length > listedMax ? ` and ${gone.length - listedMax} more` : ''
  return [
    {
      level: 'warning',
      what: `${now.kind} changed since we last looked: ${listed}${more}`,
      code: 'DB-1519',
      consequence: 'Rows of a mapping that use them stop working.',
      fix: fixOf('DB-1519'),
      who: 'Dynamics admin',
    },
  ]
}

const listedMax = 5

function goneFrom(before: Column, now: Column | undefined): readonly string[] {
  if (!now) return [`${before.name} is gone`]
  if (now.type !== before.type) return [`${before.name} is of another type`]
  return (before.options ?? []).flatMap((option) => {
    const same = now.options?.find(({ value }) => value === option.value)
    if (!same) return [`${before.name} lost the choice "${option.label}"`]
    return same.label === option.label ? [] : [`${before.name}: "${option.label}" is now called "${same.label}"`]
  })
}
