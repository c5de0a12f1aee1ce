// What a formula can come to, as far as its text alone tells: the texts it may give, and how long they can get.

import type { At, Call, Expression } from './ast.ts'
import { functionCalled } from './functions.ts'
import { resultsOf } from './functions/logic.ts'

export interface PossibleText extends At {
  readonly value: string
}

/** Every text that stands in the formula as a result of its own: `"High"` in `IF(a, "High", name)`. */
export function possibleTexts(expression: Expression): readonly PossibleText[] {
  if (expression.is === 'text') return [expression]
  return expression.is === 'call' ? branchesOf(expression).flatMap(possibleTexts) : []
}

/** The most characters it can give; infinite where nothing in its text says so. */
export function longest(expression: Expression): number {
  if (expression.is === 'text') return expression.value.length
  if (expression.is === 'blank') return 0
  if (expression.is === 'binary' && expression.op === '&') return longest(expression.left) + longest(expression.right)
  if (expression.is !== 'call') return Infinity
  const branches = branchesOf(expression)
  if (branches.length > 0) return Math.max(...branches.map(longest))
  return longestOfCall(expression)
}

function branchesOf({ name, args }: Call): readonly Expression[] {
  switch (functionCalled(name.text)?.name) {
    case 'IF':
      return args.slice(1)
    case 'SWITCH':
      return resultsOf(args)
    case 'COALESCE':
      return args
    case undefined:
    default:
      return []
  }
}

function longestOfCall({ name, args }: Call): number {
  const [text, second, third] = args
  switch (functionCalled(name.text)?.name) {
    case 'LEFT':
    case 'RIGHT':
      return Math.min(text ? longest(text) : Infinity, countIn(second))
    case 'MID':
      return Math.min(text ? longest(text) : Infinity, countIn(third))
    case 'TRIM':
    case 'LOWER':
    case 'STRIPHTML':
    case 'COMPANYNAME':
      return text ? longest(text) : Infinity
    case undefined:
    default:
      return Infinity
  }
}

const countIn = (expression: Expression | undefined): number =>
  expression?.is === 'number' && expression.value.scale === 0 ? Math.max(0, Number(expression.value.digits)) : Infinity
