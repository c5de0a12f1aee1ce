// A call of a function: is there such a function, are the arguments as many as it takes, and of the right types?

import { unreachable } from '../invariant.ts'
import { isZone } from '../model/instant.ts'
import { nearest } from '../nearest.ts'
import type { Call, Expression } from './ast.ts'
import { checkKnownValue } from './check-comparison.ts'
import type { Checking } from './checking.ts'
import { isDateFormat, isNumberFormat } from './format.ts'
import { foreignFunctions, functionCalled, functionNames, signature } from './functions.ts'
import type { FormulaFunction, Param } from './functions/function.ts'
import { casesOf, resultsOf } from './functions/logic.ts'
import { any, isNumeric, isOpen, typeWords, type Type } from './types.ts'
import { isLanguage } from './world/countries.ts'

export const checkCall = (checker: Checking, call: Call): Type => new CallChecker(checker).check(call)

class CallChecker {
  readonly #checker: Checking

  constructor(checker: Checking) {
    this.#checker = checker
  }

  check(call: Call): Type {
    const called = functionCalled(call.name.text)
    if (!called) return this.#unknown(call)
    if (called.name === 'SWITCH') return this.#switch(call, called)
    if (!this.#rightCount(call, called))
      return this.#result(
        called,
        call.args.map((arg) => this.#checker.typeOf(arg)),
        call,
      )
    const types = call.args.map((arg, index) => this.#argument(arg, paramAt(called, index)))
    this.#special(call, called, types)
    return this.#result(called, types, call, called.name === 'IF' ? call.args.slice(1) : call.args)
  }

  #unknown(call: Call): Type {
    for (const arg of call.args) this.#checker.typeOf(arg)
    const name = call.name.text.toUpperCase()
    const what = `There is no function ${name}.`
    const advice = Object.hasOwn(foreignFunctions, name) ? foreignFunctions[name] : undefined
    if (advice !== undefined) return this.#checker.report(call.name, what, { code: 'DB-2163', fix: advice })
    const near = nearest(name, functionNames())
    if (near === undefined) return this.#checker.report(call.name, what, { code: 'DB-2163' })
    const edit = { start: call.name.start, end: call.name.end, text: near }
    return this.#checker.report(call.name, what, { code: 'DB-2163', hint: `did you mean ${near}?`, edit })
  }

  #rightCount(call: Call, { name, params, ...rest }: FormulaFunction): boolean {
    const least = params.filter((param) => !param.optional).length
    const most = params.some((param) => param.repeats) ? Infinity : params.length
    const given = call.args.length
    if (given >= least && given <= most) return true
    const wanted = least === most ? String(least) : most === Infinity ? `at least ${least}` : `${least} to ${most}`
    const what = `${name} takes ${wanted} ${wanted === '1' || wanted === 'at least 1' ? 'value' : 'values'}; here ${given === 1 ? 'is' : 'are'} ${given}.`
    const fix = `write ${signature({ name, params, ...rest })}`
    this.#checker.report(call, what, { code: 'DB-2164', fix })
    return false
  }

  #argument(arg: Expression, param: Param | undefined): Type {
    const type = this.#checker.typeOf(arg)
    if (!param || isOpen(type) || takes(param, type)) return type
    this.#refuse(arg, type, param)
    return any
  }

  #refuse(arg: Expression, type: Type, param: Param): void {
    if ((type.is === 'list' || type.is === 'object') && param.takes !== 'list') return this.#checker.notOne(arg, type)
    const wanted = {
      text: 'text',
      number: 'a number',
      list: 'a list',
      boolean: 'yes or no',
    } as const
    const needed = Object.hasOwn(wanted, param.takes) ? wanted[param.takes as keyof typeof wanted] : 'a date'
    const what = `${needed[0]?.toUpperCase()}${needed.slice(1)} is needed here; this is ${typeWords(type)}.`
    this.#checker.report(arg, what, adviceFor(arg, type, param, this.#checker.scope.zone))
  }

  #special(call: Call, called: FormulaFunction, types: readonly Type[]): void {
    const [first, second] = call.args
    if (called.name === 'HAS' && types[0] && second) checkKnownValue(this.#checker, types[0], second)
    if (called.name === 'TODAY' && !first) this.#zoneNeeded(call)
    if (called.name === 'DATEVALUE' && types[0]?.is === 'instant' && !second) this.#zoneNeeded(call)
    if (called.name === 'TEXT' && second?.is === 'text') this.#format(second, types[0] ?? any)
    for (const [index, arg] of call.args.entries()) this.#writtenOut(arg, paramAt(called, index))
  }

  #zoneNeeded(call: Call): void {
    if (this.#checker.scope.zone !== null) return
    const what = 'Which day this is depends on the place.'
    const fix = 'name a time zone as the last value ("Europe/Berlin"), or give the mapping one: timezone: Europe/Berlin'
    this.#checker.report(call, what, { code: 'DB-2169', severity: 'warning', hint: 'UTC is used', fix })
  }

  #writtenOut(arg: Expression, param: Param | undefined): void {
    if (param?.takes !== 'zone' && param?.takes !== 'language') return
    const words = param.takes === 'zone' ? 'time zone' : 'language'
    const fix = param.takes === 'zone' ? 'write it out: "Europe/Berlin"' : 'use a code such as "de" or "pt-BR"'
    if (arg.is !== 'text') {
      this.#checker.report(arg, `A ${words} is written out in the formula.`, { code: 'DB-2169', fix })
      return
    }
    if (param.takes === 'zone' ? isZone(arg.value) : isLanguage(arg.value)) return
    const near = param.takes === 'zone' ? nearest(arg.value, Intl.supportedValuesOf('timeZone')) : undefined
    const hint = near === undefined ? {} : { hint: `did you mean "${near}"?` }
    this.#checker.report(arg, `There is no ${words} "${arg.value}".`, { code: 'DB-2169', fix, ...hint })
  }

  #format(arg: Expression & { readonly is: 'text' }, type: Type): void {
    if (isOpen(type)) return
    if (isNumeric(type) && !isNumberFormat(arg.value)) {
      this.#checker.report(arg, 'Numbers have no such format.', { fix: 'use "0", "0.00", "#,##0" or "#,##0.00"' })
    }
    if ((type.is === 'date' || type.is === 'instant') && !isDateFormat(arg.value)) {
      this.#checker.report(arg, 'Dates have no such format.', { fix: 'use yyyy, mm, dd, hh:mm: "dd.mm.yyyy"' })
    }
  }

  #switch(call: Call, called: FormulaFunction): Type {
    if (call.args.length < 3) this.#rightCount(call, called)
    const types = call.args.map((arg) => this.#checker.typeOf(arg))
    const [subject = any] = types
    const [first] = call.args
    if (first && (subject.is === 'list' || subject.is === 'object')) this.#checker.notOne(first, subject)
    for (const wanted of casesOf(call.args)) this.#case(subject, wanted)
    return this.#result(called, types, call, resultsOf(call.args))
  }

  #case(subject: Type, wanted: Expression): void {
    const type = this.#checker.types.get(wanted) ?? any
    checkKnownValue(this.#checker, subject, wanted)
    if (isOpen(subject) || isOpen(type) || subject.is === type.is || (isNumeric(subject) && isNumeric(type))) return
    const what = `This is compared with ${typeWords(subject)}, and is ${typeWords(type)}.`
    this.#checker.report(wanted, what, { code: 'DB-2160' })
  }

  #result(
    called: FormulaFunction,
    types: readonly Type[],
    call: Call,
    results: readonly Expression[] = call.args,
  ): Type {
    const type = typeof called.gives === 'function' ? called.gives(types) : called.gives
    if (type) return type
    const words = [...new Set(results.map((arg) => typeWords(this.#checker.types.get(arg) ?? any)))]
    const what = `${called.name} can give ${words.join(' or ')} here; it must always give the same kind of value.`
    return this.#checker.report(call, what, { fix: 'turn numbers and dates into text with TEXT(…)' })
  }
}

/** A repeated parameter stands for all that follow. */
function paramAt({ params }: FormulaFunction, index: number): Param | undefined {
  return params[index] ?? (params.at(-1)?.repeats ? params.at(-1) : undefined)
}

function takes({ takes }: Param, type: Type): boolean {
  switch (takes) {
    case 'anything':
      return type.is !== 'object'
    case 'value':
      return type.is !== 'object' && type.is !== 'list'
    case 'number':
      return isNumeric(type)
    case 'dateOrInstant':
      return type.is === 'date' || type.is === 'instant'
    case 'zone':
    case 'language':
      return true
    case 'text':
    case 'date':
    case 'boolean':
    case 'list':
      return type.is === takes
    default:
      return unreachable(takes)
  }
}

function adviceFor(arg: Expression, type: Type, param: Param, zone: string | null): { readonly fix?: string } {
  if (param.takes === 'text') return { fix: 'use TEXT(…)' }
  if (param.takes === 'number' && type.is === 'text') return { fix: 'use VALUE(…) if the text holds a number' }
  if (param.takes === 'date' && type.is === 'instant') return { fix: `use DATEVALUE(…, "${zone ?? 'Europe/Berlin'}")` }
  if (param.takes === 'date' && type.is === 'text') return { fix: 'use DATEVALUE(…)' }
  return param.takes === 'list' && arg.is === 'path' ? { fix: 'use it without the function: it is one value' } : {}
}
