// Writes the tables of the formula parser from its grammar: npm run formula:parser

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildParserFile } from '@lezer/generator'
import { format, resolveConfig } from 'prettier'

const folder = join(import.meta.dirname, '..', 'src', 'core', 'formula')
const grammar = 'formula.grammar'

/** The files as they should be, by name. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const made = buildParserFile(readFileSync(join(folder, grammar), 'utf8'), { fileName: grammar, typeScript: true })
  return new Map([
    ['parser.ts', await tidy('parser.ts', made.parser)],
    ['parser.terms.ts', await tidy('parser.terms.ts', made.terms)],
  ])
}

async function tidy(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  const body = text.replace(
    /^\/\/.*\n/,
    `// Made from ${grammar} by npm run formula:parser. Not to be edited by hand.\n\n`,
  )
  return format(body, { ...(await resolveConfig(path)), filepath: path })
}

if (import.meta.main) {
  for (const [name, text] of await generatedFiles()) writeFileSync(join(folder, name), text)
}
