// May these two be compared, and can the answer ever be yes?

import { parseDecimal } from '../model/decimal.ts'
import { parseDate, parseInstant } from '../model/instant.ts'
import { nearest } from '../nearest.ts'
import type { Binary, Expression, FormulaProblem } from './ast.ts'
import type { Checking } from './checking.ts'
import { quoted } from './text-literal.ts'
import { isNumeric, isOpen, typeWords, type Type } from './types.ts'

export function checkComparison(checker: Checking, binary: Binary): void {
  const left = checker.typeOf(binary.left)
  const right = checker.typeOf(binary.right)
  if (left.is === 'list' || left.is === 'object') return checker.notOne(binary.left, left)
  if (right.is === 'list' || right.is === 'object') return checker.notOne(binary.right, right)
  if (isOpen(left) || isOpen(right)) return undefined
  if (left.is !== right.is && !(isNumeric(left) && isNumeric(right))) return differ(checker, binary, left, right)
  if (isOrder(binary) && (left.is === 'text' || left.is === 'boolean')) return noOrder(checker, binary, left)
  checkKnownValue(checker, left, binary.right)
  checkKnownValue(checker, right, binary.left)
}

const isOrder = (binary: Binary): boolean => binary.op !== '=' && binary.op !== '<>'

const short = (type: Type): string => typeWords(type).replace(/^an? /, '')

function differ(checker: Checking, binary: Binary, left: Type, right: Type): void {
  const what = `This compares ${short(left)} with ${short(right)}.`
  const hint = `${short(left)} on the left, ${short(right)} on the right`
  checker.report(binary, what, { code: 'DB-2160', hint, ...mend(checker, binary, left, right) })
}

function mend(checker: Checking, binary: Binary, left: Type, right: Type): Partial<FormulaProblem> {
  return mendLiteral(binary.right, left) ?? mendLiteral(binary.left, right) ?? mendMoment(checker, left, right) ?? {}
}

/** A text that was meant as a number or a date. */
function mendLiteral(literal: Expression, other: Type): Partial<FormulaProblem> | undefined {
  if (literal.is !== 'text') return undefined
  const at = { start: literal.start, end: literal.end }
  if (isNumeric(other) && parseDecimal(literal.value)) {
    return { fix: `remove the quotation marks: ${literal.value}`, edit: { ...at, text: literal.value.trim() } }
  }
  if (other.is === 'boolean' && /^(true|false)$/i.test(literal.value)) {
    const word = literal.value.toUpperCase()
    return { fix: `remove the quotation marks: ${word}`, edit: { ...at, text: word } }
  }
  if (other.is === 'date' && parseDate(literal.value)) {
    const call = `DATEVALUE(${quoted(literal.value)})`
    return { fix: `make it a date: ${call}`, edit: { ...at, text: call } }
  }
  return other.is === 'instant' && (parseDate(literal.value) || parseInstant(literal.value))
    ? { fix: 'compare dates: DATEVALUE(point in time, "Europe/Berlin") and DATEVALUE("2026-12-31")' }
    : undefined
}

function mendMoment(checker: Checking, left: Type, right: Type): Partial<FormulaProblem> | undefined {
  if (![left.is, right.is].every((is) => is === 'date' || is === 'instant')) return undefined
  return { fix: `make both dates: DATEVALUE(point in time, "${checker.scope.zone ?? 'Europe/Berlin'}")` }
}

function noOrder(checker: Checking, binary: Binary, type: Type): void {
  const what = `${type.is === 'text' ? 'Texts have' : 'Yes and no have'} no order: only = and <> compare them.`
  checker.report(binary, what, {
    code: 'DB-2160',
    ...(type.is === 'text' ? { fix: 'use VALUE(text) if it holds a number' } : {}),
  })
}

/** A comparison with a value that the field never has is never true: a slip of the finger, nearly always. */
export function checkKnownValue(checker: Checking, type: Type, literal: Expression): void {
  const values =
    type.is === 'text' ? type.values : type.is === 'list' && type.of.is === 'text' ? type.of.values : undefined
  if (literal.is !== 'text' || !values || literal.value === '' || values.includes(literal.value)) return
  const near = nearest(literal.value, values)
  const what = `This is never "${literal.value}".`
  const at = { start: literal.start, end: literal.end }
  const more: Partial<FormulaProblem> =
    near === undefined
      ? { severity: 'warning', hint: `it is one of ${values.slice(0, 8).join(', ')}` }
      : { hint: `did you mean "${near}"?`, edit: { ...at, text: quoted(near) } }
  checker.report(literal, what, { code: 'DB-2168', ...more })
}
