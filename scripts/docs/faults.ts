// docs/reference/faults.md: what may break, what must then be seen, and the tests that hold it. Which test holds which
// row is read from the tests themselves: a row's number stands in their titles, or in the first lines of their file.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { faultGroups, type FaultRow } from './fault-rows.ts'
import { code, madeBy, page, table } from './markdown.ts'

const tests = join(import.meta.dirname, '..', '..', 'test')

/** A number, or two with everything between them: F66, F64 to F67, F50-F53. */
const named = /\bF(\d{1,3})(?:(?: to |-)F(\d{1,3}))?\b/g

/** Where each row is held: paths below test/, in order. */
export function holders(): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, Set<string>>()
  const files = readdirSync(tests, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts'))
  for (const file of files.toSorted())
    for (const number of numbersIn(readFileSync(join(tests, file), 'utf8')))
      found.set(number, (found.get(number) ?? new Set()).add(file.replaceAll('\\', '/')))
  return new Map([...found].map(([number, at]) => [number, [...at]]))
}

/** Numbers in comments and in texts; a number within a longer word is none. */
export function numbersIn(text: string): readonly number[] {
  return text
    .split('\n')
    .filter((line) => /^\s*(?:\/\/|\*)|['"`]/.test(line))
    .flatMap((line) => [...line.matchAll(named)])
    .flatMap(([, first, last]) => {
      const from = Number(first)
      return Array.from({ length: Number(last ?? first) - from + 1 }, (_, index) => from + index)
    })
}

export interface NumberedRow extends FaultRow {
  readonly number: number
}

export const faultRows: readonly NumberedRow[] = faultGroups.flatMap(({ from, rows }) =>
  rows.map((row, index) => ({ ...row, number: from + index })),
)

const head = `# What may break, and what holds

Every row is a fault that will happen one day, and what must then be seen. The tests named beside it hold it: they run
with every \`npm test\`, and their titles carry its number. A row that no test holds says what it waits for. How all of
this is tested together, at random and by killing the process, is told in [reliability](../reliability.md).`

export function faultsPage(): string {
  const held = holders()
  const waiting = faultRows.filter(({ waits }) => waits !== undefined)
  const blocks = faultGroups.flatMap(({ name, from, rows }) => [
    `## ${name}`,
    table(
      ['', 'Fault', 'What is seen', 'Held by'],
      rows.map((row, index) => [`F${from + index}`, row.fault, row.seen, heldBy(row, held.get(from + index) ?? [])]),
    ),
  ])
  const count = `${faultRows.length - waiting.length} of ${faultRows.length} rows are held by tests; ${waiting.length} wait for a part that is not there yet.`
  return page(madeBy('scripts/docs/fault-rows.ts and the tests'), head, count, ...blocks)
}

/** So many files name a row well enough. */
const namedMax = 3

function heldBy({ waits }: FaultRow, files: readonly string[]): string {
  if (waits !== undefined) return `waits for ${waits}`
  const shown = files.slice(0, namedMax).map((file) => code(file.replace(/\.test\.ts$/, '')))
  return files.length > namedMax ? `${shown.join(', ')}, and ${files.length - namedMax} more` : shown.join(', ')
}
