import { describe, expect, test } from 'vitest'
import { exactNumber, type JsonOut, parseJson, stringifyJson } from '#core/model/json-text'

describe('reading', () => {
  test.each<[string, unknown]>([
    ['84000', 84_000],
    ['84000.00', 84_000],
    ['0.1', 0.1],
    ['-0', -0],
    ['1e3', 1_000],
    ['1E+2', 100],
    ['9007199254740991', 9_007_199_254_740_991],
    // What a double would change comes in as it was written.
    ['9007199254740993', '9007199254740993'],
    ['123456789012345.678901', '123456789012345.678901'],
    ['0.10000000000000000001', '0.10000000000000000001'],
    ['1e400', '1e400'],
    ['1e-400', '1e-400'],
    ['"84000.00"', '84000.00'],
    ['null', null],
    ['[true,false,null,"",{}]', [true, false, null, '', {}]],
    ['{"a":{"b":[1,9007199254740993]}}', { a: { b: [1, '9007199254740993'] } }],
    [' \n{"a" : 1}\t', { a: 1 }],
    ['"\\u00e9\\n\\"{[1]}:"', 'é\n"{[1]}:'],
    ['{"a\\\\":1,"a":2}', { 'a\\': 1, a: 2 }],
  ])('%s', (text, value) => {
    expect(parseJson(text)).toEqual(value)
  })
  test.each<[string, string]>([
    ['nothing', ''],
    ['half a text', '{"a":'],
    ['NaN', '{"a":NaN}'],
    ['Infinity', '[Infinity]'],
    ['a comma too many', '[1,]'],
    ['single quotes', "{'a':1}"],
    ['a leading zero', '[01]'],
    ['two texts', '{} {}'],
    ['HTML', '<html></html>'],
    ['an open string', '{"a'],
    ['a bad escape in a key', '{"\\x":1}'],
    ['a key twice (F15)', '{"a":1,"a":2}'],
    ['the same key in other letters', '{"a":1,"\\u0061":2}'],
    ['a key twice, deep inside', '[{"x":{"a":1,"b":{"a":1},"a":2}}]'],
  ])('not %s', (_, text) => {
    expect(parseJson(text)).toBeUndefined()
  })
  test('the same key in different objects is no repetition', () => {
    expect(parseJson('[{"a":1},{"a":{"a":2}}]')).toEqual([{ a: 1 }, { a: { a: 2 } }])
  })
  test('no key reaches a prototype (I46)', () => {
    const value = parseJson('{"__proto__":{"x":1},"a":{"__proto__":[1],"b":2},"\\u005f_proto__":3}')
    expect(value).toBeUndefined()
    const once = parseJson('{"__proto__":{"x":1},"a":{"\\u005f_proto__":[1],"b":2}}')
    expect(once).toEqual({ a: { b: 2 } })
    expect(Object.keys(once as object)).toEqual(['a'])
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })
  test.each([
    ['lists', (depth: number) => '['.repeat(depth) + ']'.repeat(depth)],
    ['objects', (depth: number) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)],
  ])('%s nested 64 deep, and no deeper', (_, nested) => {
    expect(parseJson(nested(64))).toBeDefined()
    expect(parseJson(nested(65))).toBeUndefined()
    expect(parseJson(nested(1_000_000))).toBeUndefined()
  })
  test('a large text in little time, plain or not', () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `{"id":"${i}","n":${i}.50,"t":"\\"quoted\\" text"}`)
    const start = performance.now()
    expect(parseJson(`[${rows.join(',')}]`)).toHaveLength(20_000)
    expect(parseJson(`[${rows.join(',')},9007199254740993]`)).toHaveLength(20_001)
    expect(parseJson(`"${'\\"'.repeat(500_000)}"`)).toHaveLength(500_000)
    expect(performance.now() - start).toBeLessThan(2_000)
  })
})

describe('writing', () => {
  const exact = (text: string): JsonOut => exactNumber(text) ?? expect.fail('no number')
  test('exact digits as a number', () => {
    expect(stringifyJson({ a: exact('84000.10'), b: [exact('9007199254740993'), exact('1e3'), exact('-0.50')] })).toBe(
      '{"a":84000.1,"b":[9007199254740993,1000,-0.5]}',
    )
  })
  test.each(['', 'x', '1,5', 'NaN', 'Infinity', '1e999', '1}', '0x1'])('%j is no number', (text) => {
    expect(exactNumber(text)).toBeUndefined()
  })
  test('everything else as JSON has it; undefined is left out', () => {
    expect(stringifyJson({ a: undefined, b: null, c: 'ü\u2028\ud800', d: false })).toBe(
      '{"b":null,"c":"ü\u2028\\ud800","d":false}',
    )
  })
})
