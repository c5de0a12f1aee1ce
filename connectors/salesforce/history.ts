// What was added to or taken from the org's fields and choices lately, and by whom, so that a message can say "removed
// on 20 Nov by Priya Nair". Pure: a memory and what is there now in, the next memory out. Whether a change breaks a
// mapping is for those to say who know the mapping.

import { z } from 'zod'
import { type CalendarDate, type Instant, instantFromMs, type KindSchema, msOf, type SchemaChange } from '#spi'

const Change = z.object({
  kind: z.string(),
  field: z.string(),
  value: z.string().optional(),
  change: z.enum(['added', 'removed']),
  on: z.string(),
  by: z.string().optional(),
})

export const Memory = z.object({
  at: z.string(),
  /** By kind and field: its active choices, or null where it has no closed set of them. */
  kinds: z.record(z.string(), z.record(z.string(), z.array(z.string()).nullable())),
  changes: z.array(Change),
})
export type Memory = z.infer<typeof Memory>

export type Found = Pick<SchemaChange, 'kind' | 'field' | 'value' | 'change'>

export interface Author {
  readonly name: string
  readonly on: CalendarDate
}

const keptMs = 30 * 24 * 60 * 60_000
const keptMax = 200

export function remembered(kinds: readonly KindSchema[]): Memory['kinds'] {
  const shots = kinds.map(({ kind, fields }) => {
    const choices = fields.map(({ name, choices: all }) => [name, all ? activeIn(all) : null] as const)
    return [kind, Object.fromEntries(choices)] as const
  })
  return Object.fromEntries(shots)
}

const activeIn = (choices: NonNullable<KindSchema['fields'][number]['choices']>): string[] =>
  choices.filter(({ active }) => active).map(({ value }) => value)

/** Kinds that were not looked at before, or are not now, are no difference. */
export function differences(before: Memory, kinds: readonly KindSchema[]): readonly Found[] {
  const now = remembered(kinds)
  return kinds.flatMap(({ kind }) => {
    const [old, fresh] = [ownOf(before.kinds, kind), ownOf(now, kind)]
    if (!old || !fresh) return []
    const fields = changed(Object.keys(old), Object.keys(fresh)).map(([field, change]): Found => ({
      kind,
      field,
      change,
    }))
    const values = Object.entries(fresh).flatMap(([field, choices]) => {
      const earlier = ownOf(old, field)
      // A field that has become a closed set, or is none any more, has not gained or lost its values.
      const both = earlier && choices ? changed(earlier, choices) : []
      return both.map(([value, change]): Found => ({ kind, field, value, change }))
    })
    return [...fields, ...values]
  })
}

/** Names come from the vendor: none of them may reach a prototype. */
const ownOf = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined

function changed(before: readonly string[], now: readonly string[]): readonly (readonly [string, Found['change']])[] {
  return [
    ...before.filter((name) => !now.includes(name)).map((name) => [name, 'removed'] as const),
    ...now.filter((name) => !before.includes(name)).map((name) => [name, 'added'] as const),
  ]
}

/** Kinds another mapping looked at stay as they were; what is older than a month is forgotten. */
export function nextMemory(
  before: Memory | null,
  kinds: readonly KindSchema[],
  changes: readonly SchemaChange[],
  now: Instant,
): Memory {
  const oldest = instantFromMs(msOf(now) - keptMs).slice(0, 10)
  const kept = [...changes, ...(before?.changes ?? [])].filter(({ on }) => on >= oldest).slice(0, keptMax)
  return { at: now, kinds: { ...before?.kinds, ...remembered(kinds) }, changes: kept.map((change) => ({ ...change })) }
}
