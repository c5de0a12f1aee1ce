// What changed in the org's fields since we looked last, and whether it breaks anything. Pure: two snapshots in, a list
// of differences out.

import { z } from 'zod'
import {
  type CalendarDate,
  dateIn,
  type Finding,
  type Instant,
  type KindSchema,
  type SchemaChange,
  type Who,
} from '#spi'

const FieldShot = z.object({
  type: z.string(),
  writable: z.boolean(),
  required: z.boolean(),
  unique: z.boolean(),
  lengthMax: z.number().optional(),
  choices: z.array(z.string()).optional(),
})
type FieldShot = z.infer<typeof FieldShot>

export const Snapshot = z.object({ at: z.string(), kinds: z.record(z.string(), z.record(z.string(), FieldShot)) })
export type Snapshot = z.infer<typeof Snapshot>

export function snapshotOf(kinds: readonly KindSchema[], at: Instant): Snapshot {
  const shots = kinds.map(({ kind, fields }) => [
    kind,
    Object.fromEntries(
      fields.map((field) => [
        field.name,
        {
          type: field.type,
          writable: field.creatable || field.updatable,
          required: field.required,
          unique: field.unique,
          ...(field.lengthMax === undefined ? {} : { lengthMax: field.lengthMax }),
          ...(field.choices ? { choices: field.choices.filter(({ active }) => active).map(({ value }) => value) } : {}),
        },
      ]),
    ),
  ])
  return { at, kinds: Object.fromEntries(shots) as Snapshot['kinds'] }
}

export interface Difference {
  readonly kind: KindSchema['kind']
  readonly field: string
  /** One of its values; absent when it is about the field itself. */
  readonly value?: string
  readonly change: 'added' | 'removed' | 'narrowed' | 'widened'
  readonly breaks: boolean
  readonly what: string
}

/** Kinds that were not looked at before, or not now, are no difference. */
export function differences(before: Snapshot, kinds: readonly KindSchema[], at: Instant): readonly Difference[] {
  const now = snapshotOf(kinds, at)
  return kinds.flatMap(({ kind }) => {
    const old = before.kinds[kind]
    const fresh = now.kinds[kind]
    if (!old || !fresh) return []
    const names = [...new Set([...Object.keys(old), ...Object.keys(fresh)])].toSorted()
    return names.flatMap((field) => fieldDifferences(kind, field, old[field], fresh[field]))
  })
}

function fieldDifferences(
  kind: KindSchema['kind'],
  field: string,
  old: FieldShot | undefined,
  now: FieldShot | undefined,
): readonly Difference[] {
  const say = (change: Difference['change'], breaks: boolean, what: string, value?: string): Difference => ({
    kind,
    field,
    ...(value === undefined ? {} : { value }),
    change,
    breaks,
    what: `${kind}.${field} ${what}`,
  })
  if (!old) return [say('added', now?.required ?? false, now?.required ? 'is new and required' : 'is new')]
  if (!now) return [say('removed', true, 'is gone, or hidden from us')]
  const lost = (old.choices ?? []).filter((value) => now.choices && !now.choices.includes(value))
  const gained = (now.choices ?? []).filter((value) => old.choices && !old.choices.includes(value))
  const longer = (now.lengthMax ?? 0) - (old.lengthMax ?? 0)
  return [
    ...(old.type === now.type ? [] : [say('narrowed', true, `was ${old.type} and is ${now.type}`)]),
    ...(old.writable && !now.writable ? [say('narrowed', true, 'can no longer be written')] : []),
    ...(!old.writable && now.writable ? [say('widened', false, 'can be written now')] : []),
    ...(!old.required && now.required ? [say('narrowed', true, 'is required now')] : []),
    ...(old.unique && !now.unique ? [say('narrowed', true, 'is no longer unique')] : []),
    ...(longer < 0 ? [say('narrowed', true, `is shorter: ${now.lengthMax ?? 0}`)] : []),
    ...(longer > 0 ? [say('widened', false, `is longer: ${now.lengthMax ?? 0}`)] : []),
    ...lost.map((value) => say('removed', true, `no longer offers “${value}”`, value)),
    ...gained.map((value) => say('added', false, `offers “${value}” now`, value)),
  ]
}

export function driftFindings(found: readonly Difference[], since: Instant): readonly Finding[] {
  const who: Who = 'Salesforce admin'
  return found.map(({ breaks, what }) =>
    breaks
      ? {
          level: 'error',
          code: 'DB-1317',
          what: `${what}, since ${since.slice(0, 10)}`,
          fix: 'change the mapping, or take the change back',
          who,
        }
      : { level: 'ok', code: 'DB-1318', what: `${what}, since ${since.slice(0, 10)}` },
  )
}

/** For messages that tell who took a value away, and when. */
export function historyOf(
  found: readonly Difference[],
  at: Instant,
  by: (found: Difference) => Author | null,
): readonly SchemaChange[] {
  return found.flatMap((each) => {
    if (each.change !== 'added' && each.change !== 'removed') return []
    const author = by(each)
    const { kind, field, value, change } = each
    const told = { ...(value === undefined ? {} : { value }), ...(author ? { by: author.name } : {}) }
    return [{ kind, field, change, on: author?.on ?? dateIn(at, 'UTC'), ...told }]
  })
}

export interface Author {
  readonly name: string
  readonly on: CalendarDate
}
