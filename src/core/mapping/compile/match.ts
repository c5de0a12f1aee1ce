// Searches: which record a referral belongs to, and which records it points to.

import type { Kind } from '../../model/ids.ts'
import { textOf } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import type { FieldName } from '../../model/record.ts'
import { formatDecimal } from '../../model/decimal.ts'
import { Stop } from '../../formula/formula.ts'
import { isDecimal } from '../../formula/values.ts'
import { canonicalText, pathReader } from '../canonical.ts'
import type { Compare } from '../compare.ts'
import type { MatchDocument, TryDocument } from '../document/finding.ts'
import { headOf, type Placed } from '../grammar/form.ts'
import type { Env, Match, MatchCriterion, MatchTry } from '../mapping.ts'
import { isFormula, type Desk } from './desk.ts'

export function compileMatch(desk: Desk, document: MatchDocument | undefined): Match | undefined {
  if (!document) return undefined
  const tries = compileTries(desk, document.try?.items ?? [], { kind: desk.record, key: 'match.try' })
  const isWhole = tries.length > 0 && tries.length === document.try?.items.length
  const key = keyOf(desk, document, isWhole)
  return {
    tries,
    whenSeveral: document.whenSeveral?.value ?? 'ask',
    whenNone: document.whenNone?.value ?? 'create',
    keyField: key ?? null,
  }
}

/** The field that carries the referral's id: found again by it, a record is never made twice. */
function keyOf(desk: Desk, document: MatchDocument, isWhole: boolean): FieldName | undefined {
  const found = document.try?.items.find(
    ({ crm, equals }) => crm?.length === 1 && equals?.length === 1 && equals[0]?.value === 'id',
  )
  const key = found?.crm?.[0]
  if (!key) {
    if (!isWhole) return undefined
    const at = headOf(document.node)
    const what = 'No field carries the id of the referral, so a record cannot be found again by it.'
    desk.notes.warn(at, 'DB-2123', what, { fix: 'add to match.try:  - { crm: <a unique text field>, equals: id }' })
    return undefined
  }
  const schema = desk.schemaOf(desk.record)?.fields.find((field) => field.name === key.value)
  if (schema && !schema.unique) {
    const what = `${key.value} is not unique, so two records could carry the id of one referral.`
    desk.notes.error(key.node, 'DB-2122', what, { fix: `make it a unique key in ${desk.world.target.label}` })
  }
  return key.value
}

export interface TryContext {
  readonly kind: Kind
  /** `match.try`, `lookups.account.try`. */
  readonly key: string
}

export function compileTries(desk: Desk, documents: readonly TryDocument[], context: TryContext): readonly MatchTry[] {
  return documents.flatMap(
    (document, index) => compileTry(desk, document, { ...context, key: `${context.key}[${index}]` }) ?? [],
  )
}

interface Part {
  readonly field: FieldName
  readonly compare: Compare
  readonly read: (env: Env) => string
}

function compileTry(desk: Desk, document: TryDocument, { kind, key }: TryContext): MatchTry | undefined {
  const { crm, equals, compare } = document
  if (!crm || !equals) return undefined
  const at = headOf(document.node)
  if (crm.length !== equals.length) {
    const what = `${crm.length} ${crm.length === 1 ? 'field is' : 'fields are'} compared with ${equals.length} ${equals.length === 1 ? 'value' : 'values'}.`
    desk.notes.error(at, 'DB-2124', what, { fix: 'name as many paths as fields, in the same order' })
  }
  if (compare && compare.length > 1 && compare.length !== crm.length) {
    desk.notes.error(at, 'DB-2124', 'Name one way of comparing, or one for each field.')
  }
  const parts = crm.flatMap((field, index) =>
    partOf(desk, { field, value: equals[index], compare: compareAt(document, index), kind }),
  )
  return parts.length === crm.length ? { rule: desk.rule(at, key), criteria: (env) => criteria(env, parts) } : undefined
}

/** One way of comparing is meant for the first field; a country beside a company name is compared exactly. */
function compareAt({ compare }: TryDocument, index: number): Compare {
  return compare?.[index]?.value ?? 'exact'
}

interface PartSource {
  readonly field: Placed<string>
  readonly value: Placed<string> | undefined
  readonly compare: Compare
  readonly kind: Kind
}

function partOf(desk: Desk, { field, value, compare, kind }: PartSource): readonly Part[] {
  const place = desk.field(field, kind)
  const read = value && readerOf(desk, value)
  return read ? [{ field: place.full, compare, read }] : []
}

function readerOf(desk: Desk, value: Placed<string>): ((env: Env) => string) | undefined {
  if (isFormula(value.value)) return formulaReader(desk, value)
  const type = desk.path(value)
  if (!type) return undefined
  if (type.is === 'list' || type.is === 'object') {
    const what = `"${value.value}" is not one value to search with.`
    desk.notes.error(value.node, 'DB-2105', what, {
      fix: type.is === 'list' ? `=FIRST(${value.value})` : 'name one of its fields after a dot',
    })
    return undefined
  }
  const path = pathReader(value.value)
  return ({ referral }) => searchText(path(referral))
}

function formulaReader(desk: Desk, value: Placed<string>): ((env: Env) => string) | undefined {
  const formula = desk.formula(value.node, 'value')
  if (!formula) return undefined
  return (env) => {
    const found = formula.run(env)
    if (found instanceof Stop) return ''
    if (isDecimal(found)) return formatDecimal(found)
    return typeof found === 'string' || typeof found === 'boolean' ? searchText(found) : ''
  }
}

const searchText = (data: Json | undefined): string => canonicalText(textOf(data)) ?? ''

/** Nothing to search with is nothing found: an empty value would match every record without one. */
function criteria(env: Env, parts: readonly Part[]): readonly MatchCriterion[] | null {
  const found: MatchCriterion[] = []
  for (const { field, compare, read } of parts) {
    const value = read(env)
    if (value === '') return null
    found.push({ field, value, compare })
  }
  return found
}
