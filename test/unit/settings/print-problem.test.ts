import { describe, expect, test } from 'vitest'
import type { Problem } from '#core/problem'
import { sourceText } from '#core/source'
import { printProblems } from '#settings/print-problem'

const file = 'mappings/cosell-salesforce.yaml'
const source = sourceText(file, 'fields:\n  - crm: Amout\n    note: "你好" & x\n    clientSecret: hunter2 # old\n')
const print = (problem: Partial<Problem>): string =>
  printProblems(
    [{ code: 'DB-2101', severity: 'error', what: 'There is no field "Amout" on Opportunity.', ...problem }],
    {
      sources: [source],
    },
  )

test('place, code, sentence, line, underlined words, hint, remedy and who', () => {
  const where = { file, line: 2, column: 10, length: 5 }
  expect(
    print({
      where,
      hint: 'did you mean "Amount" (currency)?',
      fix: 'dealbridge mappings validate --fix',
      who: 'CRM admin',
    }),
  ).toBe(
    `mappings/cosell-salesforce.yaml:2:10  error  DB-2101
  There is no field "Amout" on Opportunity.
      2 │   - crm: Amout
        │          ^^^^^ did you mean "Amount" (currency)?
  Fix: dealbridge mappings validate --fix
  Who: CRM admin
`,
  )
})

test('what stands in no file is named without a line', () => {
  const where = { file: 'DEALBRIDGE_NAME', line: 1, column: 1 }
  expect(print({ where, hint: 'did you mean x?', severity: 'warning', what: 'It sets nothing.' })).toBe(
    'DEALBRIDGE_NAME  warning  DB-2101\n  It sets nothing.\n  Did you mean x?\n',
  )
  expect(print({ what: 'No file.' })).toBe('error  DB-2101\n  No file.\n')
})

test('wide characters are underlined where they stand', () => {
  const lines = print({ where: { file, line: 3, column: 16, length: 1 } }).split('\n')
  expect(lines[3]).toBe(`        │ ${' '.repeat(17)}^`)
})

describe('a line never shows a secret', () => {
  test.each<[string, Partial<Problem>]>([
    ['by its name', { where: { file, line: 4, column: 5, length: 12 } }],
    ['by its problem', { code: 'DB-1007', where: { file, line: 4, column: 19, length: 7 } }],
  ])('%s', (_, problem) => {
    const text = print(problem)
    expect(text).not.toContain('hunter2')
    expect(text).toContain('clientSecret: •••••••')
  })
  test('in the frame of another problem of the same line', () => {
    const literal = sourceText('x.yaml', 'auth: { flow: user, code: hunter2, oops: 1 }')
    const text = printProblems(
      [
        { code: 'DB-1010', severity: 'error', what: 'x', where: { file: 'x.yaml', line: 1, column: 36, length: 4 } },
        { code: 'DB-1007', severity: 'error', what: 'y', where: { file: 'x.yaml', line: 1, column: 27, length: 7 } },
      ],
      { sources: [literal] },
    )
    expect(text).not.toContain('hunter2')
  })
  test('a reference is no secret', () => {
    const text = printProblems(
      [{ code: 'DB-1010', severity: 'error', what: 'x', where: { file: 'x', line: 1, column: 1 } }],
      {
        sources: [sourceText('x', 'clientSecret: env:NAME')],
      },
    )
    expect(text).toContain('env:NAME')
  })
})

test('a long line is shown around the place', () => {
  const long = sourceText('x', `${'a'.repeat(300)} HERE ${'b'.repeat(300)}`)
  const text = printProblems(
    [{ code: 'DB-1010', severity: 'error', what: 'x', where: { file: 'x', line: 1, column: 302, length: 4 } }],
    { sources: [long] },
  )
  const [, , line = '', under = ''] = text.split('\n')
  expect(line.length).toBeLessThan(120)
  expect(line.slice(under.indexOf('^'), under.indexOf('^') + 4)).toBe('HERE')
})

test('nothing in a file or a message moves the cursor', () => {
  const evil = sourceText('x', 'a: \u001b[2J\u202ex\tb')
  const text = printProblems(
    [{ code: 'DB-1010', severity: 'error', what: 'bad\u001b[31m\r\nline', where: { file: 'x', line: 1, column: 1 } }],
    { sources: [evil] },
  )
  // oxlint-disable-next-line no-control-regex -- that is the test
  expect(text).not.toMatch(/[\u001b\u202e\r\t]/)
})

test('colours add nothing but colour', () => {
  const problem: Problem = {
    code: 'DB-1010',
    severity: 'error',
    what: 'x',
    where: { file, line: 2, column: 10, length: 5 },
  }
  const coloured = printProblems([problem], { sources: [source], colour: true })
  expect(coloured).toContain('\u001b[31merror\u001b[0m')
  // oxlint-disable-next-line no-control-regex -- that is the test
  expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(printProblems([problem], { sources: [source] }))
})
