// Writes the tables of mappings/README.md that are made from the code: npm run mappings:guide

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { properties } from '../connectors/partner-center/properties.ts'
import { functions, groups, signature, type Group } from '../src/core/formula/functions.ts'
import { transforms, written } from '../src/core/mapping/transforms.ts'

const made: Readonly<Record<string, () => readonly string[]>> = {
  transforms: transformTable,
  facts: factTable,
  functions: functionTables,
}

/** The guide with its tables as they should be. */
export function upToDate(guide: string): string {
  return guide.replaceAll(
    /(<!-- made: (\w+) -->\n)[^]*?(<!-- end -->)/g,
    (_all, head: string, name: string, end: string) => `${head}${(made[name]?.() ?? []).join('\n').trim()}\n${end}`,
  )
}

const row = (...cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
const code = (text: string): string => `\`${text}\``
const shown = (text: string | null): string => (text === null ? 'blank' : code(text.replaceAll('\n', '⏎')))

function transformTable(): readonly string[] {
  return [
    row('Name', 'What it gives', 'Example', 'Both ways?'),
    row('---', '---', '---', '---'),
    ...transforms.map((transform) =>
      row(
        code(written(transform)),
        transform.about,
        `${shown(transform.example[0])} → ${shown(transform.example[1])}`,
        transform.back === null ? 'no' : 'yes',
      ),
    ),
  ]
}

function factTable(): readonly string[] {
  return [
    row('Path', 'What it is', 'Values'),
    row('---', '---', '---'),
    ...properties
      .filter(({ path, direction }) => path.startsWith('ref.') && direction !== 'none')
      .map(({ path, about, values }) => row(code(path), about, (values ?? []).map(code).join(' '))),
  ]
}

function functionTables(): readonly string[] {
  return groups.flatMap((group) => ['', `**${headings[group]}**`, '', ...functionTable(group)])
}

const headings: Readonly<Record<Group, string>> = {
  Text: 'Texts',
  Number: 'Numbers',
  Date: 'Dates',
  Logic: 'Decisions',
  List: 'Lists',
  CRM: 'Customers',
}

function functionTable(group: Group): readonly string[] {
  return [
    row('Function', 'What it gives', 'Example'),
    row('---', '---', '---'),
    ...functions
      .filter((made) => made.group === group)
      .map((made) => {
        const [example] = made.examples
        const also = made.synonyms ? ` Also called ${made.synonyms.join(', ')}.` : ''
        const result = typeof example?.gives === 'string' ? example.gives : JSON.stringify(example?.gives)
        return row(code(signature(made)), made.help + also, example ? `${code(example.formula)} → ${code(result)}` : '')
      }),
  ]
}

if (import.meta.main) {
  const path = join(import.meta.dirname, '..', 'mappings', 'README.md')
  writeFileSync(path, upToDate(readFileSync(path, 'utf8')))
}
