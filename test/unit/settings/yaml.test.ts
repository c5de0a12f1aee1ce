import { describe, expect, test } from 'vitest'
import { dataOf, type SourceTree, whereIs } from '#core/source'
import type { Problem } from '#core/problem'
import { parseYaml, yamlLimits } from '#settings/yaml'

function tree(text: string): SourceTree {
  const result = parseYaml('x.yaml', text)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.value
}

function problems(text: string): readonly Problem[] {
  const result = parseYaml('x.yaml', text)
  return result.ok ? [] : result.problems
}

const at = ({ code, where }: Problem): string => `${code} ${where?.line}:${where?.column}`

describe('what values mean', () => {
  const table: readonly (readonly [string, unknown])[] = [
    ['NO', 'NO'],
    ['off', 'off'],
    ['yes', 'yes'],
    ['true', true],
    ['False', false],
    ['~', null],
    ['null', null],
    ['', null],
    ['5', 5],
    ['84000.00', '84000.00'],
    ['9007199254740993', '9007199254740993'],
    ['"5"', '5'],
    ["'it''s'", "it's"],
    ['2026-12-18', '2026-12-18'],
    ['03:15', '03:15'],
    ['0123', '0123'],
    ['.inf', '.inf'],
    ['[a, {b: c}]', ['a', { b: 'c' }]],
    ['|\n  a\n  b', 'a\nb\n'],
    ['>\n  a\n  b', 'a b\n'],
    ['a\n  b', 'a b'],
    ['env:SECRET # with a comment', 'env:SECRET'],
  ]
  test.each(table)('%s', (written, meant) => {
    const { root } = tree(`key: ${written}\n`)
    expect(root && dataOf(root)).toEqual({ key: meant })
  })
})

test('every key and value knows where it stands', () => {
  const { source, root } = tree('a:\n  - b: "x"\n    c: 5m\n')
  const list = root?.kind === 'map' ? root.entries[0]?.value : undefined
  const item = list?.kind === 'list' ? list.items[0] : undefined
  const last = item?.kind === 'map' ? item.entries[1] : undefined
  expect(last && whereIs(source, last.key)).toEqual({ file: 'x.yaml', line: 3, column: 5, length: 1 })
  expect(last && whereIs(source, last.value)).toEqual({ file: 'x.yaml', line: 3, column: 8, length: 2 })
  const quoted = item?.kind === 'map' ? item.entries[0]?.value : undefined
  expect(quoted).toMatchObject({ raw: '"x"', text: 'x', style: 'double', means: 'text' })
})

test('Windows line ends and a byte order mark shift nothing', () => {
  const { source, root } = tree('\uFEFFa: 1\r\nb: two\r\n')
  const entry = root?.kind === 'map' ? root.entries[1] : undefined
  expect(entry && whereIs(source, entry.value)).toEqual({ file: 'x.yaml', line: 2, column: 4, length: 3 })
})

test.each(['', '\n', '# only a comment\n', '---\n'])('a file that holds nothing: %j', (text) => {
  expect(tree(text).root).toBeNull()
})

describe('what is refused, and where', () => {
  const table: readonly (readonly [string, string, string])[] = [
    ['an anchor', 'a: &x 1\nb: 2\n', 'DB-1004 1:7'],
    ['an alias', 'a: 1\nb: *x\n', 'DB-1004 2:4'],
    ['a tag of ours', 'a: !!str 5\n', 'DB-1005 1:10'],
    ['a foreign tag', 'a: !js/function 5\n', 'DB-1005 1:4'],
    ['a repeated key', 'a: 1\nb: 2\na: 3\n', 'DB-1006 3:1'],
    ['a prototype', 'a:\n  __proto__: {}\n', 'DB-1010 2:3'],
    ['a key that is a list', '[a]: 1\n', 'DB-1003 1:1'],
    ['a tab', 'a:\n\tb: 1\n', 'DB-1009 2:1'],
    ['two documents', 'a: 1\n---\nb: 2\n', 'DB-1003 2:1'],
    ['an open bracket', 'a: [1, 2\n', 'DB-1003 2:1'],
    ['text after quotation marks', 'formula: "a" & b\n', 'DB-1003 1:14'],
    ['two keys on a line', 'a: b: c\n', 'DB-1003 1:4'],
    ['an at sign', 'a: @b\n', 'DB-1003 1:4'],
  ]
  test.each(table)('%s', (_, text, expected) => {
    expect(problems(text).map(at)).toContain(expected)
  })

  test('all of them at once', () => {
    expect(problems('a: &x 1\nb: !!int 2\na: 3\n').map(({ code }) => code)).toEqual(['DB-1004', 'DB-1005', 'DB-1006'])
  })

  test('merge keys are a key like any other', () => {
    expect(dataOf(tree('<<: {a: 1}\n').root ?? expect.fail())).toEqual({ '<<': { a: 1 } })
  })
})

describe('bounds (F116)', () => {
  const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`
  const indented = (depth: number): string =>
    Array.from({ length: depth }, (_, level) => `${' '.repeat(level)}a:`).join('\n')

  test.each([
    ['brackets', nested(10_000)],
    ['braces', '{a: '.repeat(10_000)],
    ['dashes', '- '.repeat(10_000)],
    ['indentation', indented(600)],
    ['every byte a bracket', '['.repeat(yamlLimits.bytes)],
  ])('depth by %s is refused with its place, within a second', (_, text) => {
    const start = performance.now()
    expect(problems(text).map(({ code }) => code)).toEqual(['DB-1008'])
    expect(performance.now() - start).toBeLessThan(1_000)
    expect(problems(text)[0]?.where?.line).toBeGreaterThan(0)
  })
  test('what is as deep as allowed passes', () => {
    expect(problems(nested(yamlLimits.depth))).toEqual([])
    expect(problems(nested(yamlLimits.depth + 1)).map(({ code }) => code)).toEqual(['DB-1008'])
  })
  test('size', () => {
    const text = `a: ${'x'.repeat(yamlLimits.bytes)}\n`
    expect(problems(text).map(({ code }) => code)).toEqual(['DB-1002'])
  })
  test('no more problems than a person reads', () => {
    const text = Array.from({ length: 500 }, (_, i) => `a${i}: &x 1`).join('\n')
    expect(problems(text).length).toBe(yamlLimits.problems)
  })
  test('a bomb of aliases', () => {
    const text = ['a: &a [x, x]', ...Array.from({ length: 20 }, (_, i) => `b${i}: &b${i} [*a, *a]`)].join('\n')
    expect(new Set(problems(text).map(({ code }) => code))).toEqual(new Set(['DB-1004']))
  })
})

describe('what other tools misread (DB-1012)', () => {
  const warned = (text: string): readonly string[] => {
    const result = parseYaml('x.yaml', text)
    return result.ok ? result.warnings.map((warning) => `${at(warning)} ${warning.what} ${warning.hint}`) : ['refused']
  }
  test('Norway, as key and as value', () => {
    expect(warned('values: { NO: Norden, SE: NO }\n')).toEqual([
      'DB-1012 1:11 NO without quotation marks means "false" to other YAML tools; here it is Norway. write "NO"',
      'DB-1012 1:27 NO without quotation marks means "false" to other YAML tools; here it is Norway. write "NO"',
    ])
  })
  test.each(['off', 'Yes', 'y', '0123', '12:30', '1_000'])('%s', (value) => {
    expect(warned(`a: ${value}\n`)).toHaveLength(1)
    expect(warned(`a: "${value}"\n`)).toEqual([])
  })
  test.each(['true', 'null', '5', '05:30', '2026-01-01', 'north'])('%s is the same everywhere', (value) => {
    expect(warned(`a: ${value}\n`)).toEqual([])
  })
  test('the edit puts it in quotation marks', () => {
    const text = 'a: NO\n'
    const result = parseYaml('x.yaml', text)
    const edit = result.ok ? result.warnings[0]?.edit : undefined
    expect(edit && text.slice(0, edit.start) + edit.text + text.slice(edit.end)).toBe('a: "NO"\n')
  })
})
