// From a path in a query to a value in a row, through parents where the path has dots; and which paths exist.

import { refuse } from '../answers.ts'
import type { Stored } from '../knobs.ts'
import type { Org, Row } from '../org.ts'
import type { FieldDef, ObjectDef } from '../schema.ts'

export interface Column {
  /** The reference fields to follow, and then the field. */
  readonly through: readonly FieldDef[]
  readonly field: FieldDef
}

/** Looks a path up once for a whole query. `sees` hides fields from the connected user. */
export function columnOf(org: Org, object: ObjectDef, path: string): Column {
  const steps = path.split('.')
  // A query may name its own object in front: `Opportunity.Name`.
  if (steps.length > 1 && steps[0]?.toLowerCase() === object.name.toLowerCase()) steps.shift()
  const last = steps.pop() ?? ''
  const through: FieldDef[] = []
  let here = object
  for (const step of steps) {
    const link = relationOf(here, step)
    const next = org.objects.get(link?.referenceTo?.[0] ?? '')
    if (!link || !next)
      throw refuse(
        400,
        'INVALID_FIELD',
        `Didn't understand relationship '${step}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name.`,
      )
    through.push(link)
    here = next
  }
  return { through, field: fieldOf(org, here, last) }
}

function relationOf(object: ObjectDef, name: string): FieldDef | undefined {
  return [...object.fields.values()].find((each) => each.relationshipName?.toLowerCase() === name.toLowerCase())
}

export function fieldOf(org: Org, object: ObjectDef, name: string): FieldDef {
  const field =
    object.fields.get(name) ??
    [...object.fields.values()].find((each) => each.name.toLowerCase() === name.toLowerCase())
  if (field && !org.knobs.hidden.has(`${object.name}.${field.name}`)) return field
  throw refuse(
    400,
    'INVALID_FIELD',
    `\nSELECT ${name} FROM ${object.name}\n       ^\nERROR at Row:1:Column:8\nNo such column '${name}' on entity '${object.name}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`,
  )
}

/** The row at the end of the references; undefined when one of them is empty. */
export function rowAt(org: Org, row: Row, through: readonly FieldDef[]): Row | undefined {
  let here: Row | undefined = row
  for (const link of through) {
    const id: Stored | undefined = here?.fields[link.name]
    here = typeof id === 'string' ? org.row(link.referenceTo?.[0] ?? '', id) : undefined
  }
  return here
}

export const valueAt = (org: Org, row: Row, column: Column): Stored =>
  rowAt(org, row, column.through)?.fields[column.field.name] ?? null
