// A mapping file, as somebody types it: YAML, then everything a mapping says. Whatever it is, it ends in a mapping or in
// problems with a place; tidying and mending it end in a text.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileMapping } from '#core/mapping/compile'
import { applyFixes } from '#core/mapping/fix'
import { formatMapping } from '#core/mapping/fmt'
import type { Problem } from '#core/problem'
import { parseYaml } from '#settings/yaml'
import { salesforce } from '../../unit/core/mapping/support.ts'
import { root } from '../coverage.ts'
import type { Target } from '../target.ts'

const corpus = join(root, 'test', 'corpus', 'mappings')

/** The examples, and some of the files with one mistake each. */
function seeds(): readonly Buffer[] {
  const files = (folder: string): readonly string[] =>
    readdirSync(join(corpus, folder))
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => join(corpus, folder, name))
  const broken = files('broken').filter((_, index) => index % 24 === 0)
  return [...broken, ...files('examples')].map((path) => readFileSync(path))
}

export const target: Target = {
  name: 'mapping',
  covers: ['src/core/mapping', 'src/core/formula', 'src/settings/yaml', 'src/settings/yaml.ts', 'src/core/source.ts'],
  seeds,
  bytesMax: 12_000,
  burst: 40,
  run: (input) => {
    const text = input.toString('utf8')
    const tree = parseYaml('mapping.yaml', text)
    if (!tree.ok) return placed(tree.problems, text)
    const made = compileMapping(tree.value, salesforce)
    const problems = [...tree.warnings, ...(made.ok ? made.warnings : made.problems)]
    if (!made.ok && made.problems.length === 0) throw new Error('refused without a reason')
    const tidy = formatMapping(tree.value).text
    return placed(problems, text) + applyFixes(text, problems).text.length + tidy.length
  },
}

/** Whoever reads of a problem finds it: on a line that is there. */
export function placed(problems: readonly Problem[], text: string): number {
  const lines = text.split(/\r\n|[\n\r\u0085\u2028\u2029]/).length
  for (const { where, severity, what, code, edit } of problems) {
    if (what === '') throw new Error(`${code} says nothing`)
    if (severity === 'error' && !where) throw new Error(`${code} has no place`)
    if (where && (where.line < 1 || where.line > lines || where.column < 1)) throw new Error(`${code} is nowhere`)
    if (edit && (edit.start > edit.end || edit.end > text.length)) throw new Error(`${code} mends what is not there`)
  }
  return JSON.stringify(problems).length
}
