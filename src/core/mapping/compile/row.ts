// One row of `fields`: from the words of the file to a lens, or to what is wrong with it.

import { longest, possibleTexts } from '../../formula/results.ts'
import type { Formula } from '../../formula/formula.ts'
import { valueTypeOf } from '../../formula/types.ts'
import { reading } from '../../model/deal.ts'
import { rowId, type Kind } from '../../model/ids.ts'
import { isZone } from '../../model/instant.ts'
import type { Property } from '../../model/schema.ts'
import { textOf } from '../../model/json.ts'
import type { ValueType } from '../../model/value.ts'
import { entryOf, spanIn, type ScalarNode, type Span } from '../../source.ts'
import { pathReader } from '../canonical.ts'
import type { RowDocument } from '../document/values.ts'
import { headOf } from '../grammar/form.ts'
import { lensOf, type LensSpec, type Origin } from '../lens.ts'
import type { Direction, Env, Policy, Row } from '../mapping.ts'
import type { Treatment } from '../treatment.ts'
import { checkChoices, checkFits, constant, type Target } from './constants.ts'
import { bare, isFormula, type CrmPlace, type Desk } from './desk.ts'
import { proveReversible } from './reversible.ts'
import { rowType } from './row-type.ts'
import { applied, compileTable, fallbackOf, formulaReader } from './value.ts'
import { checkWritable } from './writable.ts'

export interface RowContext {
  /** The kind of record it belongs to. */
  readonly kind: Kind
  /** How plans and tests name it: `fields[3]`. */
  readonly key: string
  readonly policy: Policy
  /** It gives a new deal at the source its value, and is never compared again. */
  readonly forNew?: true
}

/** Where a row's value comes from on the referral's side, before its type is known. */
type Source =
  | { readonly is: 'path'; readonly path: string; readonly type: ValueType; readonly property: Property | null }
  | { readonly is: 'formula'; readonly formula: Formula; readonly node: ScalarNode; readonly type: ValueType }
  | { readonly is: 'constant'; readonly text: string | null; readonly at: Span }

/** A row's keys, whether they stand in `fields` or are the short form of a made record's field. */
export interface RowWords extends Omit<RowDocument, 'node'> {
  /** What the row is pointed at by. */
  readonly at: Span
  /** The keys that say where its value comes from, as they stand in the file. */
  readonly sources: readonly { readonly name: 'referral' | 'formula' | 'set'; readonly node: ScalarNode }[]
}

export function compileRow(desk: Desk, document: RowDocument, context: RowContext): Row | undefined {
  const sources = (['referral', 'formula', 'set'] as const).flatMap((name) => {
    const entry = entryOf(document.node, name)
    return entry ? [{ name, node: entry.key }] : []
  })
  return compileWords(desk, { ...document, at: headOf(document.node), sources }, context)
}

export function compileWords(desk: Desk, document: RowWords, context: RowContext): Row | undefined {
  const place = document.crm && desk.field(document.crm, context.kind)
  const zone = zoneOf(desk, document)
  const source = sourceOf(desk, document, zone)
  const direction = document.direction?.value
  if (!place || !direction) return undefined
  const path = source?.is === 'path' ? source.path : null
  checkWritable(desk, document, { place, direction, path, forNew: context.forNew === true })
  if (!source) return undefined
  if (direction !== 'toReferral' && isListOfThings(source))
    return notOneValue(desk, source.path, document.referral?.node)
  return build(desk, document, { ...context, at: document.at, place, direction, zone, source })
}

function zoneOf(desk: Desk, { timezone }: RowWords): string | null {
  return timezone && isZone(timezone.value) ? timezone.value : desk.timezone
}

type FormulaSource = Extract<Source, { readonly is: 'formula' }>

// ── where the value comes from ───────────────────────────────────────────────────────────────────────────────

function sourceOf(desk: Desk, document: RowWords, zone: string | null): Source | undefined {
  const [only, second] = document.sources
  if (only === undefined) {
    const fix = 'add referral: a path, formula: a formula, or set: a value'
    desk.notes.error(document.at, 'DB-2016', 'This row does not say where its value comes from.', { fix })
    return undefined
  }
  if (second !== undefined) {
    const what = `A row takes its value from one place; this one has ${only.node.text} and ${second.node.text}.`
    desk.notes.error(second.node, 'DB-2016', what, { fix: 'leave one of them out' })
    return undefined
  }
  const isPath = document.referral !== undefined && !isFormula(document.referral.value)
  if (!isPath) checkOneWay(desk, document, only.name)
  if (isPath && document.referral) return pathSource(desk, document.referral)
  const node = document.referral?.node ?? document.formula?.node
  if (node) return formulaSource(desk, node, zone)
  return document.set && { is: 'constant', text: document.set.value, at: document.set.node }
}

function checkOneWay({ notes }: Desk, { direction }: RowWords, what: string): void {
  if (!direction || direction.value === 'toCrm') return
  const name = what === 'set' ? 'A constant' : 'A formula'
  const edit = { start: direction.node.start, end: direction.node.end, text: 'toCrm' }
  const fix = what === 'set' ? 'direction: toCrm' : 'direction: toCrm, or referral: with a path'
  notes.error(direction.node, 'DB-2016', `${name} goes to the CRM only: there is no way back from it.`, { fix, edit })
}

function pathSource(desk: Desk, path: NonNullable<RowDocument['referral']>): Source | undefined {
  const type = desk.path(path)
  if (!type) return undefined
  const property = desk.property(path.value) ?? null
  const valueType = valueTypeOf(type)
  if (valueType !== undefined) return { is: 'path', path: path.value, type: valueType, property }
  desk.notes.error(path.node, 'DB-2105', `"${path.value}" is a group of fields, not one value.`, {
    fix: 'name one of them after a dot',
  })
  return undefined
}

function formulaSource(desk: Desk, node: ScalarNode, zone: string | null): Source | undefined {
  const formula = desk.formula(node, 'value', zone)
  const type = formula && valueTypeOf(formula.type)
  return formula && type && { is: 'formula', formula, node, type }
}

// ── the row ──────────────────────────────────────────────────────────────────────────────────────────────────

interface Parts extends RowContext {
  readonly at: Span
  readonly place: CrmPlace
  readonly direction: Direction
  readonly zone: string | null
  readonly source: Source
}

function build(desk: Desk, document: RowWords, parts: Parts): Row | undefined {
  const { place, direction, source, at } = parts
  const transforms = applied(desk, document.transform?.items ?? [])
  const property = source.is === 'path' ? source.property : null
  const from = source.is === 'constant' ? null : { type: source.type, property }
  const isChanged = transforms.length > 0 || document.values !== undefined
  const type = rowType(desk, {
    document,
    direction,
    at,
    crmName: place.full,
    field: place.schema,
    from,
    isChanged,
    zone: parts.zone,
  })
  const crm: Target = { name: place.full, type, field: place.schema, property: null, place }
  const referral: Target = { name: property?.path ?? place.full, type, field: null, property, place: null }
  const [near, far] = direction === 'toReferral' ? [crm, referral] : [referral, crm]
  const table = compileTable(desk, document, source.is === 'path' || direction === 'toReferral' ? near : null, far)
  if (document.valuesBack && direction !== 'both') {
    desk.notes.error(document.valuesBack.node, 'DB-2144', '"valuesBack" belongs to rows that go both ways.', {
      fix: 'leave it out',
    })
  }
  if (!isChanged && direction !== 'toReferral') checkChoices(desk, crm, { property, at })
  const both =
    direction === 'both' ? proveReversible(desk, { name: place.full, at, document, transforms, table }) : table
  const zone = parts.zone ?? 'UTC'
  const treatment: Treatment = {
    transforms,
    table: both,
    fallback: fallbackOf(desk, document.default, far, zone),
    scale: place.schema?.scale ?? null,
  }
  const origin = originOf(desk, { source, target: crm, zone, isChanged })
  if (!origin) return undefined
  return rowOf(desk, document, parts, { direction, type, zone, from: origin, treatment })
}

type PathSource = Extract<Source, { readonly is: 'path' }>

/** People, solutions: a CRM names new ones; what each of them is made of is read by the name of the field. */
const isListOfThings = (source: Source): source is PathSource =>
  source.is === 'path' && source.property?.type === 'object'

function notOneValue(desk: Desk, path: string, at: Span | undefined): undefined {
  if (!at) return
  desk.notes.error(at, 'DB-2105', `"${path}" is a list of things with fields of their own.`, {
    fix: 'name one of their fields after a dot, or direction: toReferral to add to it',
  })
}

interface OriginParts {
  readonly source: Source
  readonly target: Target
  readonly zone: string
  readonly isChanged: boolean
}

function originOf(desk: Desk, { source, target, zone, isChanged }: OriginParts): Origin | undefined {
  if (source.is === 'path') {
    return {
      is: 'path',
      place: { name: source.path, type: source.type, lengthMax: null },
      adds: isListOfThings(source),
    }
  }
  if (source.is === 'formula') {
    const type = isChanged ? source.type : target.type
    if (!isChanged) checkResults(desk, source, target)
    return { is: 'worked out', read: formulaReader(source.formula, type, target.name, zone) }
  }
  const value = constant(desk, target, source.text, source.at)
  if (value === undefined) return undefined
  const read = reading(value)
  return { is: 'worked out', read: () => read }
}

/** Texts that stand in the formula must be values the field has; and what it makes must not be too long for it. */
function checkResults(desk: Desk, { formula, node }: FormulaSource, target: Target): void {
  if (target.type !== 'text') return
  const skipped = bare(node.text).skipped
  for (const result of possibleTexts(formula.expression)) {
    // The quotation marks belong to the formula, not to the value.
    const at = spanIn(node, result.start + skipped + 1, Math.max(result.start + skipped + 2, result.end + skipped - 1))
    if (target.field?.choices) checkFits(desk, target, result.value, at)
  }
  const length = longest(formula.expression)
  const lengthMax = target.field?.lengthMax
  if (lengthMax === undefined || length === Infinity || length <= lengthMax) return
  const what = `${target.name} holds ${lengthMax} characters; this can come to ${length}.`
  desk.notes.warn(node, 'DB-2108', what, { fix: `LEFT(…, ${lengthMax})` })
}

type Rest = Pick<LensSpec, 'direction' | 'type' | 'zone' | 'from' | 'treatment'>

function rowOf(desk: Desk, document: RowWords, parts: Parts, rest: Rest): Row {
  const { place, key, at, policy, source, direction } = parts
  const spec: LensSpec = {
    ...rest,
    crm: { name: place.full, type: physical(place), lengthMax: place.schema?.lengthMax ?? null },
    combine: document.combine?.value ?? 'replace',
    required: document.required?.value ?? false,
    country: countryOf(desk),
  }
  const path = source.is === 'path' ? source.path : null
  const id = direction === 'toReferral' ? `${place.full} > ${path ?? ''}` : place.full
  return {
    id: rowId(id),
    direction,
    type: rest.type,
    policy: document.conflict?.value ?? policy,
    write: document.write?.value ?? 'always',
    required: spec.required,
    group: id,
    rule: desk.rule(at, key),
    crm: place.full,
    referral: path,
    ...(source.is === 'constant' ? { isConstant: true } : {}),
    ...lensOf(spec),
  }
}

const physical = ({ schema }: CrmPlace): ValueType | null =>
  schema === null ? null : schema.type === 'reference' ? 'text' : schema.type

function countryOf({ countryPath }: Desk): ((env: Env) => string | null) | null {
  if (countryPath === undefined) return null
  const read = pathReader(countryPath)
  return ({ referral }) => textOf(read(referral)) || null
}
