// Types and names, before a formula ever runs. Every part gets its type; every name it reads is written down, so that
// the lineage of a field is always complete.

import { nearest } from '../nearest.ts'
import { unreachable } from '../invariant.ts'
import { type Binary, type Expression, type FormulaProblem, type Name, type Path } from './ast.ts'
import { checkCall } from './check-call.ts'
import { checkComparison } from './check-comparison.ts'
import { Checking, type Scope } from './checking.ts'
import {
  any,
  blank,
  boolean,
  isNumeric,
  isOpen,
  money,
  number,
  meantBy,
  resolve,
  text,
  typeWords,
  type Resolved,
  type Type,
} from './types.ts'

export interface Checked {
  readonly type: Type
  readonly types: ReadonlyMap<Expression, Type>
  /** Every path the formula reads. */
  readonly reads: ReadonlySet<string>
  readonly problems: readonly FormulaProblem[]
}

export function checkFormula(expression: Expression, scope: Scope): Checked {
  const checker = new Checker(scope)
  const type = checker.typeOf(expression)
  return { type, types: checker.types, reads: checker.reads, problems: checker.problems }
}

class Checker extends Checking {
  readonly reads = new Set<string>()

  typeOf(expression: Expression): Type {
    const type = this.#infer(expression)
    this.types.set(expression, type)
    return type
  }

  #infer(expression: Expression): Type {
    switch (expression.is) {
      case 'text':
        return text
      case 'number':
        return number
      case 'boolean':
        return boolean
      case 'blank':
        return blank
      case 'path':
        return this.#path(expression)
      case 'call':
        return checkCall(this, expression)
      case 'member':
        return this.#member(expression.of, expression.name)
      case 'not':
        return this.#condition(expression.of)
      case 'minus':
        return this.#number(expression.of)
      case 'binary':
        return this.#binary(expression)
      default:
        return unreachable(expression)
    }
  }

  #path(path: Path): Type {
    const names = path.names.map((name) => name.text)
    const resolved = resolve(this.scope.names, names)
    if (resolved.found) {
      this.reads.add(names.join('.'))
      return resolved.type
    }
    const wrong = path.names[resolved.at]
    return wrong ? this.#unknownName(path, wrong, resolved) : any
  }

  #unknownName(path: Path, wrong: Name, missing: Resolved & { readonly found: false }): Type {
    const names = path.names.map((name) => name.text)
    const inCrm = names[0] === 'crm' && missing.at > 0
    const what = inCrm
      ? `There is no field "${wrong.text}" in the CRM record.`
      : `There is no field "${names.join('.')}" in a referral.`
    const code = inCrm ? 'DB-2101' : 'DB-2103'
    const meant = meantBy(this.scope.names, names, missing)
    if (meant === undefined) return this.report(path, what, { code, ...quotesMissing(path) })
    const edit = { start: path.start, end: path.end, text: meant }
    return this.report(inCrm ? wrong : path, what, { code, hint: `did you mean ${meant}?`, edit })
  }

  #member(of: Expression, name: Name): Type {
    const type = this.typeOf(of)
    const resolved = resolve(type, [name.text])
    if (resolved.found) return resolved.type
    const near = nearest(name.text, resolved.among)
    const what = `There is no field "${name.text}" here.`
    if (near === undefined) return this.report(name, what, { code: 'DB-2103' })
    const edit = { start: name.start, end: name.end, text: near }
    return this.report(name, what, { code: 'DB-2103', hint: `did you mean ${near}?`, edit })
  }

  /** Yes or no is wanted here. */
  #condition(expression: Expression): Type {
    const type = this.typeOf(expression)
    if (type.is === 'boolean' || isOpen(type)) return boolean
    const what = `A condition is yes or no; this is ${typeWords(type)}.`
    const fix =
      type.is === 'text' || type.is === 'list' ? 'compare it, or use NOT(ISBLANK(…))' : 'compare it with something'
    this.report(expression, what, { fix })
    return boolean
  }

  #number(expression: Expression): Type {
    const type = this.typeOf(expression)
    if (isNumeric(type)) return type
    if (isOpen(type)) return number
    this.report(expression, `A number is needed here; this is ${typeWords(type)}.`)
    return number
  }

  #binary(binary: Binary): Type {
    switch (binary.op) {
      case 'and':
      case 'or':
        this.#condition(binary.left)
        this.#condition(binary.right)
        return boolean
      case '&':
        this.#joined(binary.left)
        this.#joined(binary.right)
        return text
      case '+':
      case '-':
      case '*':
      case '/':
        return this.#arithmetic(binary)
      case '=':
      case '<>':
      case '<':
      case '<=':
      case '>':
      case '>=':
        checkComparison(this, binary)
        return boolean
      default:
        return unreachable(binary.op)
    }
  }

  /** Any single value can be joined to a text. */
  #joined(expression: Expression): void {
    const type = this.typeOf(expression)
    if (type.is === 'list' || type.is === 'object') this.notOne(expression, type)
  }

  #arithmetic(binary: Binary): Type {
    const left = this.typeOf(binary.left)
    const right = this.typeOf(binary.right)
    const days = daysAdded(binary, left, right)
    if (days) return this.report(binary, days.what, { fix: days.fix })
    for (const [side, type] of [[binary.left, left] as const, [binary.right, right] as const]) {
      if (isNumeric(type) || isOpen(type)) continue
      const fix = binary.op === '+' && type.is === 'text' ? { fix: 'texts are joined with &' } : {}
      const edit = binary.op === '+' && left.is === 'text' ? { edit: { ...binary.sign, text: '&' } } : {}
      this.report(side, `A number is needed here; this is ${typeWords(type)}.`, { ...fix, ...edit })
      return number
    }
    return left.is === 'money' || right.is === 'money' ? money : number
  }
}

/** Spreadsheets add numbers to dates; here the unit is named. */
function daysAdded(
  binary: Binary,
  left: Type,
  right: Type,
): { readonly what: string; readonly fix: string } | undefined {
  if (left.is !== 'date' && left.is !== 'instant' && right.is !== 'date' && right.is !== 'instant') return undefined
  if (binary.op === '-' && left.is === right.is) {
    return { what: 'Dates are not subtracted with a minus sign.', fix: 'use DAYSBETWEEN(from, to)' }
  }
  return {
    what: 'Days are not added to a date with a plus sign.',
    fix: 'use ADDDAYS(date, days) or ADDMONTHS(date, months)',
  }
}

/** `Hot` where `"Hot"` was meant is the commonest slip of all. */
function quotesMissing(path: Path): Partial<FormulaProblem> {
  const [only] = path.names
  if (path.names.length !== 1 || !only) return {}
  return { hint: `a text stands in quotation marks: "${only.text}"` }
}

export type { Scope }
