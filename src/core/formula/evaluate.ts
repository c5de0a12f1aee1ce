// A checked formula → closures. Nothing here is ever made from text at run time, nothing loops over anything but a
// list that is there, and every part runs at most once: a formula always ends.

import { unreachable } from '../invariant.ts'
import { compare } from '../model/decimal.ts'
import { own, type Json, type JsonObject } from '../model/json.ts'
import { minus, over, plus, times } from './arithmetic.ts'
import type { Binary, Call, Comparison, Expression, Path } from './ast.ts'
import { order, sameValues } from './equality.ts'
import { functionCalled } from './functions.ts'
import type { Run } from './functions/function.ts'
import { any, type Type } from './types.ts'
import {
  booleanOf,
  checkedText,
  dateOf,
  fromJson,
  instantOf,
  isDecimal,
  isObject,
  numberOf,
  textOf,
  type Context,
  type Thunk,
  type Value,
} from './values.ts'

export type Types = ReadonlyMap<Expression, Type>

export function compile(expression: Expression, types: Types): Thunk {
  switch (expression.is) {
    case 'text':
    case 'number':
    case 'boolean':
      return constant(expression.value)
    case 'blank':
      return constant(null)
    case 'path':
      return compilePath(expression, types.get(expression) ?? any)
    case 'call':
      return compileCall(expression, types)
    case 'member':
      return compileMember(compile(expression.of, types), expression.name.text, types.get(expression) ?? any)
    case 'not':
      return negation(compile(expression.of, types))
    case 'minus':
      return negative(compile(expression.of, types))
    case 'binary':
      return compileBinary(expression, types)
    default:
      return unreachable(expression)
  }
}

const constant =
  (value: Value): Thunk =>
  () =>
    value

const negation =
  (of: Thunk): Thunk =>
  (context) =>
    !booleanOf(of(context))

const negative =
  (of: Thunk): Thunk =>
  (context) => {
    const value = numberOf(of(context))
    return value === null ? null : { digits: -value.digits, scale: value.scale }
  }

// ── names ────────────────────────────────────────────────────────────────────────────────────────────────────

type Leaf = (data: Json | undefined) => Value

function compilePath(path: Path, type: Type): Thunk {
  const leaf = leafOf(type)
  const data = dataAt(path)
  return (context) => leaf(data(context))
}

function dataAt(path: Path): (context: Context) => Json | undefined {
  const names = path.names.map((name) => name.text)
  const [first = '', ...rest] = names
  if (first === 'crm') {
    const whole = rest.join('.')
    return ({ crm }) => (crm === null ? null : fieldOf(crm, whole, rest))
  }
  return names.length === 1 ? ({ referral }) => own(referral, first) : ({ referral }) => walk(referral, names)
}

/** A CRM record holds fields of other kinds under their full name; anything else is nested. */
const fieldOf = (crm: JsonObject, whole: string, steps: readonly string[]): Json | undefined =>
  Object.hasOwn(crm, whole) ? crm[whole] : walk(crm, steps)

function walk(from: Json, steps: readonly string[], start = 0): Json | undefined {
  let here: Json | undefined = from
  for (let at = start; at < steps.length; at += 1) {
    if (isObject(here)) here = own(here, steps[at] ?? '')
    else if (Array.isArray(here)) return project(here, steps, at)
    else return undefined
  }
  return here
}

function project(list: readonly Json[], steps: readonly string[], at: number): Json {
  const found: Json[] = []
  for (const item of list) {
    const value = walk(item, steps, at)
    if (Array.isArray(value)) found.push(...value)
    else if (value !== undefined) found.push(value)
  }
  return found
}

/** How data becomes a value of the type that was promised; data of another kind stops the formula. */
function leafOf(type: Type): Leaf {
  switch (type.is) {
    case 'text':
      return (data) => (typeof data === 'string' ? data : nothingOr(data, textOf))
    case 'number':
    case 'money':
      return (data) => nothingOr(data, numberOf)
    case 'date':
      return (data) => nothingOr(data, dateOf)
    case 'instant':
      return (data) => nothingOr(data, instantOf)
    case 'boolean':
      return (data) => (typeof data === 'boolean' ? data : nothingOr(data, booleanOf))
    case 'list':
      return listLeaf(leafOf(type.of))
    case 'any':
    case 'blank':
    case 'object':
      return fromJson
    default:
      return unreachable(type)
  }
}

const nothingOr = (data: Json | undefined, read: (value: Value) => Value): Value =>
  data === undefined || data === null || data === '' ? null : read(fromJson(data))

const listLeaf =
  (leaf: Leaf): Leaf =>
  (data) =>
    data === undefined || data === null ? [] : Array.isArray(data) ? data.map(leaf) : [leaf(data)]

function compileMember(of: Thunk, name: string, type: Type): Thunk {
  const leaf = leafOf(type)
  return (context) => {
    const value = of(context)
    if (value === null || Array.isArray(value) || typeof value !== 'object' || isDecimal(value)) return null
    return leaf(own(value as JsonObject, name))
  }
}

// ── calls ────────────────────────────────────────────────────────────────────────────────────────────────────

function compileCall(call: Call, types: Types): Thunk {
  const run = functionCalled(call.name.text)?.run
  const args = call.args.map((arg) => compile(arg, types))
  return run ? compileRun(run, args) : constant(null)
}

function compileRun(run: Run, args: readonly Thunk[]): Thunk {
  if ('lazily' in run) return run.lazily(args)
  if ('withAll' in run) {
    const { withAll } = run
    return (context) =>
      withAll(
        context,
        args.map((arg) => arg(context)),
      )
  }
  const { with: call } = run
  const [a, b, c] = args
  if (!a) return (context) => call(context, null, null, null)
  if (!b) return (context) => call(context, a(context), null, null)
  if (!c) return (context) => call(context, a(context), b(context), null)
  return (context) => call(context, a(context), b(context), c(context))
}

// ── operators ────────────────────────────────────────────────────────────────────────────────────────────────

function compileBinary(binary: Binary, types: Types): Thunk {
  const quick = compileLimit(binary, types)
  if (quick) return quick
  const left = compile(binary.left, types)
  const right = compile(binary.right, types)
  switch (binary.op) {
    case 'and':
      return (context) => booleanOf(left(context)) && booleanOf(right(context))
    case 'or':
      return (context) => booleanOf(left(context)) || booleanOf(right(context))
    case '&':
      return (context) => joined(context, left(context), right(context))
    case '+':
      return arithmetic(left, right, plus)
    case '-':
      return arithmetic(left, right, minus)
    case '*':
      return arithmetic(left, right, times)
    case '/':
      return arithmetic(left, right, over)
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return comparison(binary.op, left, right)
    default:
      return unreachable(binary.op)
  }
}

function joined(context: Context, a: Value, b: Value): string {
  const text = textOf(a) + textOf(b)
  return text.length > 1024 ? checkedText(context, text) : text
}

/** A blank on either side leaves the result blank. */
const arithmetic =
  (left: Thunk, right: Thunk, work: typeof plus): Thunk =>
  (context) => {
    const a = numberOf(left(context))
    const b = numberOf(right(context))
    return a === null || b === null ? null : work(a, b)
  }

function comparison(op: Comparison, left: Thunk, right: Thunk): Thunk {
  if (op === '=') return (context) => sameValues(left(context), right(context))
  if (op === '<>') return (context) => !sameValues(left(context), right(context))
  const holds = orders[op]
  return (context) => {
    const a = left(context)
    const b = right(context)
    const found = isDecimal(a) && isDecimal(b) ? compare(a, b) : order(a, b)
    return found !== undefined && holds(found)
  }
}

/**
 * An amount beside a whole number, which is what most conditions ask about: a number of the data need not become a
 * decimal first. Exact all the same: the shortest digits of a number never lie on the other side of a whole one.
 */
function compileLimit({ op, left, right }: Binary, types: Types): Thunk | undefined {
  const limit = right.is === 'number' && right.value.scale === 0 ? Number(right.value.digits) : Number.NaN
  if (left.is !== 'path' || !Number.isSafeInteger(limit) || !isOrder(op)) return undefined
  const type = types.get(left) ?? any
  if (type.is !== 'money' && type.is !== 'number') return undefined
  const holds = orders[op]
  const data = dataAt(left)
  const exactly = comparison(op, compile(left, types), compile(right, types))
  return (context) => {
    const number = data(context)
    return typeof number === 'number' && Number.isFinite(number) ? holds(number - limit) : exactly(context)
  }
}

const isOrder = (op: Binary['op']): op is keyof typeof orders => Object.hasOwn(orders, op)

const orders: Readonly<Record<Exclude<Comparison, '=' | '<>'>, (found: number) => boolean>> = {
  '<': (found) => found < 0,
  '<=': (found) => found <= 0,
  '>': (found) => found > 0,
  '>=': (found) => found >= 0,
}
