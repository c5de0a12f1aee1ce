// Deals that begin in the CRM: which records are meant, and what a new deal at the source is given. Rows that go to the
// referral give it their values too; what only a new deal takes (the customer, the contact, the help that is asked for)
// stands here.

import { bare, type Json } from '../../model/json.ts'
import type { Fields } from '../../model/record.ts'
import { isBlank, type Value, type ValueType } from '../../model/value.ts'
import type { ScalarNode } from '../../source.ts'
import type { SharedFieldDocument, ShareDocument } from '../document/share.ts'
import { headOf, type Pair, type Placed } from '../grammar/form.ts'
import type { Lookup, Outcomes, PointedRecord, Row, Share, SharedField, Written } from '../mapping.ts'
import { listed, suggestion } from '../notes.ts'
import { constant } from './constants.ts'
import type { Desk } from './desk.ts'
import { unsaid } from './made.ts'
import { compileWords } from './row.ts'

interface Beside {
  readonly lookups: readonly Lookup[]
  readonly rows: readonly Row[]
  readonly outcomes: Outcomes
}

export function compileShare(
  desk: Desk,
  document: ShareDocument | undefined,
  { lookups, rows, outcomes }: Beside,
): Share | null {
  if (!document) return null
  const mark = markOf(desk, document)
  const pairs = document.fields?.pairs ?? []
  const made = pairs.flatMap((pair) => compileField(desk, pair, lookups) ?? [])
  const given = rows.filter(
    ({ referral, toReferral }) => toReferral && referral !== null && desk.property(referral)?.onCreate,
  )
  checkTwice(desk, pairs, given)
  // Fields that could not be read may be the ones that would seem to be missing.
  if (made.length === pairs.length)
    checkWhole(desk, document, [...made.map(({ field }) => field.path), ...given.map(({ referral }) => referral ?? '')])
  if (!mark) return null
  return {
    mark,
    holdMs: document.hold?.value ?? outcomes.holdMs,
    rows: given,
    fields: made.map(({ field }) => field),
    pointed: pointedTo(made, lookups),
    rule: desk.rule(headOf(document.node), 'share'),
  }
}

// ── which records ────────────────────────────────────────────────────────────────────────────────────────────

/** A mark without a value would be on every record. */
function markOf(desk: Desk, { mark }: ShareDocument): Fields | undefined {
  if (!mark) return undefined
  const fields: Record<string, Json> = bare()
  for (const { key, value } of mark.pairs) {
    const { schema, full } = desk.field({ value: key.text, node: key })
    const type = schema === null ? unknownType(value.node) : schema.type === 'reference' ? 'text' : schema.type
    const target = { name: full, type, field: schema, property: null, place: null }
    const wanted = constant(desk, target, value.value, value.node)
    if (wanted === undefined) return undefined
    if (isBlank(wanted)) desk.notes.error(value.node, 'DB-2154', `Without a value, ${full} would mark every record.`)
    fields[full] = wanted
  }
  if (mark.pairs.length > 0) return fields
  desk.notes.error(headOf(mark.node), 'DB-2154', 'Nothing says which records are meant.')
  return undefined
}

const unknownType = (node: ScalarNode): ValueType => (node.means === 'boolean' ? 'boolean' : 'text')

// ── what a new deal is given ─────────────────────────────────────────────────────────────────────────────────

interface Compiled {
  readonly field: SharedField
  /** The lookup whose record it is read from, and which field of it. */
  readonly from: { readonly lookup: string; readonly name: string } | null
}

type SharedPair = Pair<Placed<string> | SharedFieldDocument>

function compileField(desk: Desk, { key, value }: SharedPair, lookups: readonly Lookup[]): Compiled | undefined {
  const words = 'value' in value ? { ...nothingSaid, crm: value } : value
  if (words.set && !words.crm) return constantField(desk, key, words.set)
  if (!words.crm || words.set) {
    const what = `A new deal takes each value from one place: crm: or set:.`
    desk.notes.error(key, 'DB-2016', what)
    return undefined
  }
  const place = placeOf(desk, words.crm, lookups)
  if (!place) return undefined
  const row = compileWords(
    desk,
    {
      ...unsaid,
      transform: words.transform,
      values: words.values,
      otherwise: words.otherwise,
      default: words.default,
      at: key,
      crm: { value: place.name, node: words.crm.node },
      referral: { value: key.text, node: key },
      direction: { value: 'toReferral', node: key },
      write: { value: 'once', node: key },
      sources: [{ name: 'referral', node: key }],
    },
    { kind: place.kind, key: `share.fields.${key.text}`, policy: 'crm', forNew: true },
  )
  if (!row) return undefined
  const { lookup, name } = place
  const read = (record: Fields): Written => valueFrom(row, record)
  return {
    field: {
      path: key.text,
      from: words.crm.value,
      rule: row.rule,
      read: lookup === null ? read : (_, pointed) => read(pointed.get(lookup) ?? {}),
    },
    from: lookup === null ? null : { lookup, name },
  }
}

const nothingSaid = {
  set: undefined,
  transform: undefined,
  values: undefined,
  otherwise: undefined,
  default: undefined,
}

/** Before a dot stands the lookup whose record is meant; without one it is the record itself. */
function placeOf(desk: Desk, { value, node }: Placed<string>, lookups: readonly Lookup[]) {
  const dot = value.indexOf('.')
  if (dot === -1) return { kind: desk.record, name: value, lookup: null }
  const [lookup, name] = [value.slice(0, dot), value.slice(dot + 1)]
  const found = lookups.find((one) => one.name === lookup)
  if (found) return { kind: found.kind, name, lookup }
  const names = lookups.map((one) => `${one.name}.${name}`)
  desk.notes.error(node, 'DB-2126', `There is no lookup called "${lookup}".`, suggestion(value, names, node))
  return undefined
}

/** What is not there is not given; what must not be missing, the source asks for by name. */
function valueFrom(row: Row, record: Fields): Written {
  const read = row.fromCrm(record)
  if (read.is === 'refused') return { ok: false, refusal: read.refusal }
  if (read.is === 'absent' || isBlank(read.value)) return nothing
  return row.toReferral?.(read.value, {}) ?? nothing
}

const nothing: Written = { ok: true, fields: {} }

function constantField(desk: Desk, key: ScalarNode, set: Placed<string | null>): Compiled | undefined {
  const property = desk.property(key.text) ?? null
  if (!desk.path({ value: key.text, node: key })) return undefined
  if (!property?.onCreate) {
    desk.notes.error(key, 'DB-2154', `"${key.text}" cannot be given to a new deal.`)
    return undefined
  }
  const type = property.list === true || property.type === 'object' ? 'list' : property.type
  const value = constant(desk, { name: key.text, type, field: null, property, place: null }, set.value, set.node)
  if (value === undefined) return undefined
  const written: Written = isBlank(value) ? nothing : { ok: true, fields: { [key.text]: value satisfies Value } }
  const rule = desk.rule(key, `share.fields.${key.text}`)
  return { field: { path: key.text, from: 'always', rule, read: () => written }, from: null }
}

function pointedTo(made: readonly Compiled[], lookups: readonly Lookup[]): readonly PointedRecord[] {
  return lookups.flatMap(({ name, kind, fills }): readonly PointedRecord[] => {
    const wanted = made.flatMap(({ from }) => (from?.lookup === name ? [from.name] : []))
    return wanted.length === 0
      ? []
      : [{ lookup: name, shape: { kind, fields: [...new Set(wanted)].toSorted() }, fills }]
  })
}

// ── is it whole? ─────────────────────────────────────────────────────────────────────────────────────────────

function checkTwice(desk: Desk, pairs: readonly SharedPair[], rows: readonly Row[]): void {
  for (const { key } of pairs) {
    const row = rows.find(({ referral }) => referral === key.text)
    if (!row) continue
    const what = `A new deal is given ${key.text} by the row on line ${row.rule.line} already.`
    desk.notes.error(key, 'DB-2020', what, { fix: 'take one of them out' })
  }
}

function checkWhole(desk: Desk, document: ShareDocument, given: readonly string[]): void {
  const { properties } = desk.world
  const at = headOf(document.node)
  if (!properties.some(({ onCreate }) => onCreate)) {
    desk.notes.error(at, 'DB-2154', 'No deal can be made at this source.', { fix: 'take the section "share" out' })
    return
  }
  const missing = properties.flatMap(({ path, onCreate }) =>
    onCreate === 'must' && !given.includes(path) ? [path] : [],
  )
  if (missing.length === 0) return
  const what = `A new deal needs ${listed(missing)}, and nothing gives ${missing.length === 1 ? 'it' : 'them'}.`
  desk.notes.error(at, 'DB-2155', what, { fix: 'name them under share.fields' })
}
