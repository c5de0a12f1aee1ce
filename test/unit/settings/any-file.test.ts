// Whatever stands in the file: settings or problems, each with its place, never an exception, and never a secret shown.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { lineAt } from '#core/source'
import { loadSettings, type Loaded } from '#settings/load'
import { printProblems } from '#settings/print-problem'
import { resolvedSettings } from '#settings/resolved'
import { connectors } from './connectors.ts'
import { runs } from '../../support/runs.ts'

const example = readFileSync(join(import.meta.dirname, '..', '..', '..', 'config', 'example.yaml'), 'utf8')

async function load(text: string): Promise<Loaded> {
  return await loadSettings({ workingDirectory: '/srv', env: {}, readText: async () => text, connectors })
}

function check({ result, sources }: Loaded): string {
  const problems = result.ok ? result.warnings : result.problems
  expect(result.ok || problems.some(({ severity }) => severity === 'error')).toBe(true)
  for (const { where, what } of problems) {
    expect(what, 'a connector’s own schema threw').not.toContain('failed while it checked')
    expect(what).toMatch(/\.$/)
    const [source] = sources
    if (!where || !source) continue
    expect(where.line).toBeLessThanOrEqual(source.lineStarts.length)
    expect(where.column).toBeLessThanOrEqual(lineAt(source, where.line).length + 1)
  }
  return printProblems(problems, { sources })
}

const pieces = [
  '{',
  '}',
  '[',
  ']',
  ': ',
  '- ',
  '\n',
  '\n  ',
  '"',
  "'",
  '#',
  ' #',
  '&a ',
  '*a',
  '!!str ',
  '|',
  '>',
  '\t',
  ',',
  '0',
  'null',
  'NO',
  '~',
  '__proto__: ',
  'constructor: ',
  '<<: ',
  '\u0000',
  '\ud800',
  '\u2028',
  '%',
  '@',
]
const edit = fc.record({
  at: fc.nat(example.length),
  cut: fc.nat(40),
  put: fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 8 })),
})

test('an example with anything done to it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
      const text = edits.reduce((text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut), example)
      const loaded = await load(text)
      check(loaded)
      for (const { path, from } of resolvedSettings(loaded))
        expect([typeof path, typeof from]).toEqual(['string', 'string'])
    }),
    runs(120),
  )
})

test('any text at all', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(fc.constantFrom(...pieces, 'version', 'sources')).map((parts) => parts.join('')),
      ),
      async (text) => {
        check(await load(text))
      },
    ),
    runs(300),
  )
})

test('a secret written into the file is refused, and not shown', async () => {
  const references = [...example.matchAll(/(?:file:\/run\/secrets\/[\w.-]+)/g)].map(([reference]) => reference)
  expect(references).toHaveLength(4)
  const secret = fc.stringMatching(/^[A-Za-z0-9+/=_.~-]{8,40}$/).map((text) => `CANARY${text}`)
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...references),
      secret,
      fc.constantFrom('', '"', "'"),
      async (reference, text, quote) => {
        const loaded = await load(example.replace(reference, `${quote}${text}${quote}`))
        expect(loaded.result.ok).toBe(false)
        const printed = check(loaded)
        expect(printed).toContain('DB-1007')
        expect(printed).not.toContain(text)
      },
    ),
    runs(100),
  )
})
