// What happens to a value on its way: transforms, then the table of values, then what stands in for a blank. Compiled
// once for each row into one function, and into another one for the way back where there is one.

import { unreachable } from '../invariant.ts'
import { reading, type Reading } from '../model/deal.ts'
import type { Value, ValueType } from '../model/value.ts'
import type { Refusal } from '../problem.ts'
import { blank, readerOf } from './canonical.ts'
import type { Env } from './mapping.ts'
import { transformCalled, type Transform } from './transforms.ts'

export interface Treatment {
  readonly transforms: readonly AppliedTransform[]
  /** Null where the row has no table. */
  readonly table: ValueTable | null
  /** Undefined where a blank stays blank. */
  readonly fallback: ((env: Env) => Reading) | null
  /** Decimal places the field can hold, where that is known: what a CRM would round, we round first. */
  readonly scale: number | null
}

export interface AppliedTransform {
  readonly transform: Transform
  readonly argument: number
}

export interface ValueTable {
  readonly entries: ReadonlyMap<string, Value>
  readonly otherwise: Otherwise
  /** For a row that goes both ways. */
  readonly back: ReadonlyMap<string, string>
}

export type Otherwise = { readonly is: 'fail' | 'keep' | 'blank' } | { readonly is: 'value'; readonly value: Value }

export const untreated: Treatment = { transforms: [], table: null, fallback: null, scale: null }

export const isUntreated = ({ transforms, table, fallback }: Treatment): boolean =>
  transforms.length === 0 && table === null && fallback === null

/** `env` is null on the way from the CRM, where a transform cannot know the customer's country. */
export type Treat = (value: Value, env: Env | null) => Reading

export interface TreatmentContext {
  /** What the value is called in a refusal. */
  readonly name: string
  readonly type: ValueType
  readonly zone: string
  readonly country: ((env: Env) => string | null) | null
}

export function compileTreatment(treatment: Treatment, context: TreatmentContext): Treat {
  const { transforms, table, fallback } = treatment
  const typed = readerOf(context.type, context.name, context.zone)
  const changed = transforms.map((applied) => changing(applied, context))
  return (value, env) => {
    let here = value
    for (const change of changed) {
      if (here === null) break
      const next = change(here, env)
      if (typeof next === 'object' && next !== null) return { is: 'refused', refusal: next }
      here = next
    }
    const known = here === null || table === null ? typed(here) : lookUp(table, here, context, typed)
    if (known.is !== 'value' || known.value !== null || fallback === null) return known
    return env === null ? blank : fallback(env)
  }
}

type Change = (value: Exclude<Value, null>, env: Env | null) => string | null | Refusal

function changing({ transform, argument }: AppliedTransform, context: TreatmentContext): Change {
  const { country } = context
  return (value, env) => {
    if (typeof value !== 'string') return typeof value === 'boolean' ? String(value) : value.join(';')
    const made = transform.change(value, { argument, country: env && country ? country(env) : null })
    return made === '' ? null : made
  }
}

function lookUp(
  table: ValueTable,
  value: Exclude<Value, null>,
  { name }: TreatmentContext,
  typed: (data: string) => Reading,
): Reading {
  const key = keyOf(value)
  const entry = table.entries.get(key)
  if (entry !== undefined) return reading(entry)
  switch (table.otherwise.is) {
    case 'value':
      return reading(table.otherwise.value)
    case 'blank':
      return blank
    case 'keep':
      return typed(key)
    case 'fail':
      return { is: 'refused', refusal: noEntry(name) }
    default:
      return unreachable(table.otherwise)
  }
}

export const keyOf = (value: Exclude<Value, null>): string =>
  typeof value === 'string' ? value : typeof value === 'boolean' ? String(value) : value.join(';')

export const noEntry = (name: string): Refusal => ({
  code: 'DB-2201',
  message: `The value of ${name} is not in the mapping's table of values.`,
  who: 'CRM admin',
})

/**
 * The way back of a row that goes both ways. compile.ts has proved that every transform has one and that the table is
 * one-to-one or says which value returns; what is left to refuse is a value the other side would read as another one.
 */
export function compileWayBack(treatment: Treatment, context: TreatmentContext): Treat {
  const { table } = treatment
  const undone = treatment.transforms.flatMap(({ transform, argument }) => {
    const back = transform.back === null || transform.back === 'tidies' ? undefined : transformCalled(transform.back)
    return back ? [changing({ transform: back, argument }, context)] : []
  })
  return (value, env) => {
    if (value === null) return blank
    let here: Value = table === null ? value : (table.back.get(keyOf(value)) ?? null)
    if (here === null) {
      const isKept = table?.otherwise.is === 'keep' && !table.entries.has(keyOf(value))
      if (!isKept) return { is: 'refused', refusal: noEntry(context.name) }
      here = value
    }
    for (const change of undone.toReversed()) {
      const next: Value | Refusal = here === null ? null : change(here, env)
      if (typeof next === 'object' && next !== null) return { is: 'refused', refusal: next }
      here = next
    }
    return reading(here)
  }
}
