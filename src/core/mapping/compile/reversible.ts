// May this row go both ways? A value written to one side and read again must be the same value, and what comes back
// must not be a guess. What cannot be proved is refused, with what would make it right.

import type { Span } from '../../source.ts'
import type { Value } from '../../model/value.ts'
import type { RowDocument } from '../document/values.ts'
import { counted, listed, yamlText } from '../notes.ts'
import { keyOf, type AppliedTransform, type ValueTable } from '../treatment.ts'
import type { Desk } from './desk.ts'
import { isFormulaDefault } from './value.ts'

export interface BothWays {
  readonly name: string
  readonly at: Span
  readonly document: Omit<RowDocument, 'node'>
  readonly transforms: readonly AppliedTransform[]
  readonly table: ValueTable | null
}

/** The table with its way back. Problems have been noted. */
export function proveReversible(desk: Desk, row: BothWays): ValueTable | null {
  const { document, at, name } = row
  for (const { transform } of row.transforms) {
    if (transform.back !== null) continue
    const where = document.transform?.items.find((item) => item.value.startsWith(transform.name))?.node ?? at
    const what = `${name} can't go both ways: ${transform.name} loses something that nothing brings back.`
    desk.notes.error(where, 'DB-2143', what, { fix: 'direction: toCrm, or leave the transform out' })
  }
  if (document.combine && document.combine.value !== 'replace') {
    const what = `${name} can't go both ways: a text that is added to what stands there is never the same on both sides.`
    desk.notes.error(document.combine.node, 'DB-2143', what, { fix: 'use two rows, one for each direction' })
  }
  if (document.write && document.write.value !== 'always') {
    const what = `"write: ${document.write.value}" belongs to values that go to the CRM only.`
    desk.notes.error(document.write.node, 'DB-2143', what, { fix: 'direction: toCrm, or leave it out' })
  }
  if (isFormulaDefault(document.default) && document.default) {
    const what = `${name} can't go both ways: its default is worked out, so the way back is unclear.`
    desk.notes.error(document.default.node, 'DB-2143', what, { fix: 'a plain value, or direction: toCrm' })
  }
  return row.table && { ...row.table, back: wayBack(desk, row, row.table) }
}

function wayBack(desk: Desk, row: BothWays, table: ValueTable): ReadonlyMap<string, string> {
  const { otherwise } = row.document
  if (otherwise && (table.otherwise.is === 'blank' || table.otherwise.is === 'value')) {
    const what = `${row.name} can't go both ways: values the table does not have would be lost on the way back.`
    desk.notes.error(otherwise.node, 'DB-2142', what, { fix: 'otherwise: fail or keep, or direction: toCrm' })
  }
  const sources = Map.groupBy(table.entries.keys(), (key) => outcomeOf(table.entries.get(key) ?? null))
  const named = namedBack(desk, row, table, sources)
  const mentioned = new Set(row.document.valuesBack?.pairs.map(({ key }) => key.text))
  const back = new Map<string, string>()
  for (const [outcome, keys] of sources) {
    const chosen = named.get(outcome) ?? (keys.length === 1 ? keys[0] : undefined)
    if (chosen === undefined && !mentioned.has(outcome)) severalBecome(desk, row, outcome, keys)
    if (chosen !== undefined) back.set(outcome, chosen)
  }
  return back
}

const outcomeOf = (value: Value): string => (value === null ? '' : keyOf(value))

function severalBecome(desk: Desk, { name, at }: BothWays, outcome: string, keys: readonly string[]): void {
  const many = counted(keys.length).toLowerCase()
  const becomes = outcome === '' ? 'blank' : `"${outcome}"`
  const what = `${name} can't go both ways: ${many} referral values become ${becomes}, so the way back is unclear.`
  const example = `{ ${yamlText(outcome)}: ${yamlText(keys[0] ?? '')} }`
  const fix =
    outcome === '' ? 'direction: toCrm' : `direction: toCrm, or name the one that returns:  valuesBack: ${example}`
  desk.notes.error(at, 'DB-2142', what, { fix })
}

function namedBack(
  desk: Desk,
  row: BothWays,
  table: ValueTable,
  sources: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, string> {
  const named = new Map<string, string>()
  for (const { key, value } of row.document.valuesBack?.pairs ?? []) {
    const returns = value.value ?? ''
    if (!sources.has(key.text)) {
      const what = `No value of the table becomes "${key.text}".`
      desk.notes.error(key, 'DB-2144', what, { fix: `it makes ${listed([...sources.keys()].slice(0, 12))}` })
    } else if (outcomeOf(table.entries.get(returns) ?? null) !== key.text) {
      const what = `"${returns}" does not become "${key.text}", so it cannot be what "${key.text}" returns to.`
      desk.notes.error(value.node, 'DB-2144', what, { fix: `one of ${listed(sources.get(key.text) ?? [], 'or')}` })
    } else named.set(key.text, returns)
  }
  return named
}
