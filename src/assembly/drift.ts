// What a vendor changed in its schema since we last looked, and whether a mapping feels it. Pure.

import type { FieldSchema, KindSchema, Shape } from '#spi'

export interface Drift {
  readonly kind: string
  readonly field: string
  /** One of the field's values; absent when it is the field itself. */
  readonly value?: string
  readonly change: 'added' | 'removed' | 'changed'
  /** A mapping uses it, and cannot go on as before. */
  readonly breaking: boolean
}

export function driftBetween(
  before: readonly KindSchema[],
  after: readonly KindSchema[],
  used: readonly Shape[],
): readonly Drift[] {
  return after.flatMap((kind) => {
    const known = before.find((other) => other.kind === kind.kind)
    const fields = new Set(used.find((shape) => shape.kind === kind.kind)?.fields)
    return known ? driftOf(known, kind, fields) : []
  })
}

function driftOf(before: KindSchema, after: KindSchema, used: ReadonlySet<string>): readonly Drift[] {
  const [old, now] = [fieldsOf(before), fieldsOf(after)]
  const about = (field: string, change: Drift['change'], breaking: boolean): Drift => ({
    kind: after.kind,
    field,
    change,
    breaking,
  })
  const removed = [...old.keys()].filter((name) => !now.has(name))
  return [
    ...removed.map((name) => about(name, 'removed', used.has(name))),
    ...[...now.values()].flatMap((field): readonly Drift[] => {
      const was = old.get(field.name)
      // A new field that every create needs is felt by whoever creates.
      if (!was) return [about(field.name, 'added', field.required)]
      const changed =
        was.type !== field.type || (!was.required && field.required) || (was.updatable && !field.updatable)
      return changed
        ? [about(field.name, 'changed', used.has(field.name) || field.required)]
        : valuesOf(was, field, { kind: after.kind, used: used.has(field.name) })
    }),
  ]
}

const fieldsOf = (kind: KindSchema): ReadonlyMap<string, FieldSchema> =>
  new Map(kind.fields.map((field) => [field.name, field]))

/** Values that can no longer be chosen, and new ones. */
function valuesOf(
  before: FieldSchema,
  after: FieldSchema,
  of: { readonly kind: string; readonly used: boolean },
): readonly Drift[] {
  const [old, now] = [activeValues(before), activeValues(after)]
  const about = (value: string, change: 'added' | 'removed', breaking: boolean): Drift => ({
    kind: of.kind,
    field: after.name,
    value,
    change,
    breaking,
  })
  return [
    ...[...old].filter((value) => !now.has(value)).map((value) => about(value, 'removed', of.used)),
    ...[...now].filter((value) => !old.has(value)).map((value) => about(value, 'added', false)),
  ]
}

const activeValues = (field: FieldSchema): ReadonlySet<string> =>
  new Set((field.choices ?? []).filter((choice) => choice.active).map((choice) => choice.value))
