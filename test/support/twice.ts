// What a CRM holds twice, by the words of one field.

import type { Desk, Kind } from '#spi'

export const values = (desk: Desk, kind: string, field: string): readonly string[] =>
  desk.all(kind as Kind).flatMap(({ fields }) => (typeof fields[field] === 'string' ? [fields[field]] : []))

export function twice(desk: Desk, kind: string, field: string): readonly string[] {
  const all = values(desk, kind, field)
  return [...new Set(all.filter((value, index) => all.indexOf(value) !== index))]
}
