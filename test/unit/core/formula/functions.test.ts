import { describe, expect, test } from 'vitest'
import { compileFormula, Stop } from '#core/formula/formula'
import { foreignFunctions, functionCalled, functions, signature } from '#core/formula/functions'
import { any, type ObjectType } from '#core/formula/types'
import { isDecimal } from '#core/formula/values'
import { formatDecimal } from '#core/model/decimal'
import { now, valueOf } from './support.ts'

// Examples stand in the documentation, so any name may occur in them.
const names: ObjectType = { is: 'object', members: new Map([['crm', any]]), open: true }

describe.each(functions.map((made) => [made.name, made] as const))('%s', (_name, made) => {
  test.each(made.examples.map((example) => [example.formula, example] as const))('%s', (formula, example) => {
    const compiled = compileFormula(formula, { names, zone: 'UTC' }, 'value')
    expect(compiled.problems).toEqual([])
    const value = compiled.ok && compiled.formula.run({ referral: example.with ?? {}, crm: null, now })
    expect(value).not.toBeInstanceOf(Stop)
    expect(isDecimal(value as never) ? formatDecimal(value as never) : value).toEqual(example.gives)
  })

  test('has help in whole sentences, and a signature', () => {
    expect(made.help).toMatch(/[.?]$/)
    expect(signature(made)).toMatch(/^[A-Z]+\(.*\)$/)
    expect(made.examples.length).toBeGreaterThan(0)
  })
})

test('no two functions share a name or a synonym, and none has the name of one we explain instead', () => {
  const all = functions.flatMap((made) => [made.name, ...(made.synonyms ?? [])])
  expect(new Set(all).size).toBe(all.length)
  expect(all.filter((name) => Object.hasOwn(foreignFunctions, name))).toEqual([])
})

test('synonyms are exactly the same function, and case does not matter', () => {
  expect(functionCalled('case')).toBe(functionCalled('SWITCH'))
  expect(functionCalled('BlankValue')).toBe(functionCalled('COALESCE'))
  expect(functionCalled('startsWith')).toBe(functionCalled('BEGINS'))
  expect(functionCalled('constructor')).toBeUndefined()
})

describe('text is never cut through what people see as one character', () => {
  const family = '👨‍👩‍👧‍👦'
  test.each([
    ['LEFT("ab👍🏽", 4)', 'ab'],
    [`LEFT("${family}x", 3)`, ''],
    [`LEFT("${family}x", 11)`, family],
    ['LEFT("Cafe\u0301s", 4)', 'Caf'],
    ['LEFT("Cafe\u0301s", 5)', 'Cafe\u0301'],
    [`RIGHT("x${family}", 3)`, ''],
    [`RIGHT("x${family}", 11)`, family],
    ['MID("a👍🏽b", 2, 4)', '👍🏽'],
    ['MID("a👍🏽b", 3, 4)', 'b'],
    ['LEFT("𠮷野家", 1)', ''],
    ['LEFT("東京都", 2)', '東京'],
    ['LEFT("Контосо", 3)', 'Кон'],
    ['LEFT("abc", 99)', 'abc'],
    ['LEFT("abc", -1)', ''],
    ['RIGHT("abc", 99)', 'abc'],
    ['RIGHT("abc", 0)', ''],
    ['MID("abc", 2, 99)', 'bc'],
    ['MID("abc", 9, 1)', ''],
  ])('%s is %j', (formula, gives) => {
    expect(valueOf(formula)).toBe(gives)
  })
})
