// Choices. Only what is needed is worked out. A blank condition counts as no.

import { either, boolean, type Type } from '../types.ts'
import { booleanOf, isBlank, type Thunk, type Value } from '../values.ts'
import { sameValues } from '../equality.ts'
import { param, repeated, optional, type FormulaFunction } from './function.ts'

const unified = (types: readonly Type[]): Type | undefined => {
  let type: Type | undefined = { is: 'blank' }
  for (const next of types) type = type && either(type, next)
  return type
}

const nothing: Thunk = () => null

export const logicFunctions: readonly FormulaFunction[] = [
  {
    name: 'IF',
    group: 'Logic',
    params: [param('condition', 'boolean'), param('then', 'anything'), optional('otherwise', 'anything')],
    gives: (args) => unified(args.slice(1)),
    help: 'One value when a condition holds, another when it does not; blank when there is no other.',
    examples: [
      {
        formula: 'IF(details.dealValue >= 100000, "High", "Normal")',
        with: { details: { dealValue: 84000 } },
        gives: 'Normal',
      },
    ],
    run: { lazily: ([condition = nothing, then = nothing, otherwise = nothing]) => choose(condition, then, otherwise) },
  },
  {
    name: 'SWITCH',
    synonyms: ['CASE'],
    group: 'Logic',
    params: [param('value', 'value'), repeated('case', 'value'), repeated('result', 'anything')],
    gives: (args) => unified(resultsOf(args)),
    help: 'The result that stands after the first case equal to the value; a last value without a case is for all others.',
    examples: [
      {
        formula: 'SWITCH(qualification, "SalesQualified", "Hot", "MarketingQualified", "Warm", "Cold")',
        with: { qualification: 'Direct' },
        gives: 'Cold',
      },
    ],
    run: { lazily: (args) => switching(args) },
  },
  {
    name: 'AND',
    group: 'Logic',
    params: [repeated('condition', 'boolean')],
    gives: boolean,
    help: 'Do all conditions hold? Also written a AND b, or a && b.',
    examples: [{ formula: 'AND(1 < 2, 2 < 3)', gives: true }],
    run: { lazily: (args) => (context) => args.every((arg) => booleanOf(arg(context))) },
  },
  {
    name: 'OR',
    group: 'Logic',
    params: [repeated('condition', 'boolean')],
    gives: boolean,
    help: 'Does at least one condition hold? Also written a OR b, or a || b.',
    examples: [{ formula: 'OR(1 > 2, 2 < 3)', gives: true }],
    run: { lazily: (args) => (context) => args.some((arg) => booleanOf(arg(context))) },
  },
  {
    name: 'NOT',
    group: 'Logic',
    params: [param('condition', 'boolean')],
    gives: boolean,
    help: 'Yes when the condition does not hold. Also written NOT a, or !a.',
    examples: [{ formula: 'NOT(1 > 2)', gives: true }],
    run: { with: (_context, value) => !booleanOf(value) },
  },
  {
    name: 'ISBLANK',
    group: 'Logic',
    params: [param('value', 'anything')],
    gives: boolean,
    help: 'Is there nothing? An empty text and an empty list are nothing too; zero is not.',
    examples: [
      { formula: 'ISBLANK(details.notes)', with: { details: { notes: null } }, gives: true },
      { formula: 'ISBLANK(0)', gives: false },
    ],
    run: { with: (_context, value) => isBlank(value) },
  },
  {
    name: 'COALESCE',
    synonyms: ['BLANKVALUE'],
    group: 'Logic',
    params: [repeated('value', 'anything')],
    gives: (args) => unified(args),
    help: 'The first of the values that is not blank.',
    examples: [{ formula: 'COALESCE("", NULL, "Microsoft")', gives: 'Microsoft' }],
    run: { lazily: (args) => coalescing(args) },
  },
]

const choose =
  (condition: Thunk, then: Thunk, otherwise: Thunk): Thunk =>
  (context) =>
    booleanOf(condition(context)) ? then(context) : otherwise(context)

/** The arguments of SWITCH that it may answer with: every second, and a last one that stands alone. */
export function resultsOf<T>(args: readonly T[]): readonly T[] {
  return args.filter((_, index) => index > 0 && (index % 2 === 0 || index === args.length - 1))
}

/** The arguments of SWITCH that the value is compared with. */
export function casesOf<T>(args: readonly T[]): readonly T[] {
  return args.filter((_, index) => index % 2 === 1 && index < args.length - 1)
}

function switching(args: readonly Thunk[]): Thunk {
  const [subject = nothing] = args
  const cases = casesOf(args)
  const results = resultsOf(args)
  return (context) => {
    const value: Value = subject(context)
    const found = cases.findIndex((wanted) => sameValues(value, wanted(context)))
    return (results[found === -1 ? cases.length : found] ?? nothing)(context)
  }
}

const coalescing =
  (args: readonly Thunk[]): Thunk =>
  (context) => {
    for (const arg of args) {
      const value = arg(context)
      if (!isBlank(value)) return value
    }
    return null
  }
