// Where one value comes from and what is done to it: the part that rows of the deal, rows of the lead and the fields
// of made records have in common.

import { formatDecimal } from '../../model/decimal.ts'
import { reading, type Reading } from '../../model/deal.ts'
import type { Json } from '../../model/json.ts'
import type { Value, ValueType } from '../../model/value.ts'
import type { Refusal } from '../../problem.ts'
import type { ScalarNode } from '../../source.ts'
import { Stop, type Formula, type Value as FormulaValue } from '../../formula/formula.ts'
import { isDecimal } from '../../formula/values.ts'
import { blank, readerOf } from '../canonical.ts'
import type { RowDocument } from '../document/values.ts'
import type { Pairs, Placed } from '../grammar/form.ts'
import type { Env } from '../mapping.ts'
import { either, suggestion } from '../notes.ts'
import { transformCalled, transforms, written } from '../transforms.ts'
import type { AppliedTransform, Otherwise, ValueTable } from '../treatment.ts'
import { constant, type Target } from './constants.ts'
import { bare, isFormula, type Desk } from './desk.ts'

// ── formulas ─────────────────────────────────────────────────────────────────────────────────────────────────

/** What a formula gives, as a value of a row. */
export function formulaReader(formula: Formula, type: ValueType, name: string, zone: string): (env: Env) => Reading {
  const read = readerOf(type, name, zone)
  return (env) => {
    const value = formula.run(env)
    return value instanceof Stop ? { is: 'refused', refusal: stopped(name, value) } : read(plain(value))
  }
}

/** The reason is one of a fixed set of sentences: it never repeats what stands in a deal. */
const stopped = (name: string, { message }: Stop): Refusal => ({
  code: 'DB-2205',
  message: `The formula for ${name} could not be worked out: ${message}.`,
  who: 'CRM admin',
})

function plain(value: FormulaValue): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (isDecimal(value)) return formatDecimal(value)
  return Array.isArray(value) ? value.map(plain) : null
}

// ── transforms ───────────────────────────────────────────────────────────────────────────────────────────────

export function applied(desk: Desk, names: readonly Placed<string>[]): readonly AppliedTransform[] {
  return names.flatMap((name) => oneApplied(desk, name) ?? [])
}

function oneApplied({ notes }: Desk, { value, node }: Placed<string>): AppliedTransform | undefined {
  const [name = '', argument] = value.split(':').map((part) => part.trim())
  const transform = transformCalled(name)
  if (!transform) {
    const known = transforms.map((one) => one.name)
    notes.error(
      node,
      'DB-2140',
      `There is no transform "${name}".`,
      either(suggestion(name, known, node), `known: ${known.join(', ')}`),
    )
    return undefined
  }
  const wants = transform.argument
  if (!wants) {
    if (argument !== undefined) notes.error(node, 'DB-2140', `${name} takes nothing after a colon.`)
    return { transform, argument: 0 }
  }
  const number = Number(argument)
  if (argument === undefined || !Number.isInteger(number) || number < wants.min || number > wants.max) {
    notes.error(
      node,
      'DB-2140',
      `${name} needs a ${wants.name} from ${wants.min} to ${wants.max}: ${written(transform)}.`,
    )
    return undefined
  }
  return { transform, argument: number }
}

// ── tables ───────────────────────────────────────────────────────────────────────────────────────────────────

export interface TableParts {
  readonly values: Pairs<Placed<string | null>> | undefined
  readonly otherwise: Placed<string> | undefined
}

const words: ReadonlySet<string> = new Set(['fail', 'keep', 'blank'])

/** `source` is what the keys are looked up in, `target` where the values go. */
export function compileTable(desk: Desk, parts: TableParts, source: Target | null, target: Target): ValueTable | null {
  const { values, otherwise } = parts
  if (!values) {
    if (otherwise)
      desk.notes.error(otherwise.node, 'DB-2141', '"otherwise" belongs to a table of values, and there is none.', {
        fix: 'add values:',
      })
    return null
  }
  if (values.node.entries.length === 0) desk.notes.error(values.node, 'DB-2017', 'This table of values is empty.')
  const entries = new Map<string, Value>()
  for (const { key, value } of values.pairs) {
    checkKey(desk, source, key)
    const made = constant(desk, target, value.value, value.node)
    if (made !== undefined) entries.set(keyValue(source, key.text), made)
  }
  return { entries, otherwise: otherwiseOf(desk, otherwise, target), back: new Map() }
}

/** A key given by the label of a choice stands for its value. */
function keyValue(source: Target | null, text: string): string {
  const choice = source?.field?.choices?.find((one) => one.value === text || one.label === text)
  return choice?.value ?? text
}

function checkKey({ notes }: Desk, source: Target | null, key: ScalarNode): void {
  const known = source?.property?.values ?? source?.field?.choices?.flatMap((choice) => [choice.value, choice.label])
  if (!source || !known || known.includes(key.text)) return
  const near = suggestion(key.text, known, key)
  const what = `${source.name} is never "${key.text}".`
  if (near.hint === undefined) notes.warn(key, 'DB-2168', what)
  else notes.error(key, 'DB-2168', what, near)
}

function otherwiseOf(desk: Desk, otherwise: Placed<string> | undefined, target: Target): Otherwise {
  if (!otherwise) return { is: 'fail' }
  const { value, node } = otherwise
  if (words.has(value) && node.style === 'plain') return { is: value as 'fail' | 'keep' | 'blank' }
  const made = constant(desk, target, value, node)
  return made === undefined ? { is: 'fail' } : { is: 'value', value: made }
}

// ── stand-ins ────────────────────────────────────────────────────────────────────────────────────────────────

export type Fallback = ((env: Env) => Reading) | null

export function fallbackOf(
  desk: Desk,
  given: Placed<string | null> | undefined,
  target: Target,
  zone: string,
): Fallback {
  if (!given) return null
  const { value, node } = given
  if (value !== null && node.style === 'plain' && isFormula(value)) {
    const formula = desk.formula(node, 'value', zone)
    return formula ? formulaReader(formula, target.type, target.name, zone) : null
  }
  const made = constant(desk, target, value, node)
  if (made === null || made === undefined) return null
  const read = reading(made)
  return () => read
}

export const isFormulaDefault = (given: RowDocument['default']): boolean =>
  given?.value !== null && given?.value !== undefined && given.node.style === 'plain' && isFormula(given.value)

export { bare, blank }
