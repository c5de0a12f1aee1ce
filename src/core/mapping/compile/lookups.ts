// Records the deal points to: how they are found, what they fill, and what a new one is made of.

import type { Kind } from '../../model/ids.ts'
import type { Json } from '../../model/json.ts'
import type { FieldName, Fields } from '../../model/record.ts'
import { isBlank } from '../../model/value.ts'
import type { Refusal } from '../../problem.ts'
import type { LookupDocument } from '../document/finding.ts'
import type { MadeDocument } from '../document/values.ts'
import { headOf, type Pair, type Pairs, type Placed } from '../grammar/form.ts'
import type { Env, Lookup, LookupFills, Row, Written } from '../mapping.ts'
import { listed, suggestion } from '../notes.ts'
import type { Desk } from './desk.ts'
import { compileMade } from './made.ts'
import { compileTries } from './match.ts'

export function compileLookups(desk: Desk, documents: Pairs<LookupDocument> | undefined): readonly Lookup[] {
  const pairs = documents?.pairs ?? []
  const compiled = new Map<string, Lookup>()
  for (const pair of pairs) {
    const lookup = compileLookup(desk, pair, pairs)
    if (lookup) compiled.set(lookup.name, lookup)
  }
  return inOrder([...compiled.values()])
}

function compileLookup(
  desk: Desk,
  { key, value: document }: Pair<LookupDocument>,
  all: readonly Pair<LookupDocument>[],
): Lookup | undefined {
  const name = key.text
  if (!document.object) return undefined
  const kind = desk.kind(document.object)
  const under = underOf(desk, document, { name, kind, all })
  const tries = compileTries(desk, document.try?.items ?? [], { kind, key: `lookups.${name}.try` })
  const fills = fillsOf(desk, document, kind)
  const rows = madeRows(desk, document, { name, kind })
  const whenNone = whenNoneOf(desk, document)
  if (!fills || under === undefined) return undefined
  return {
    name,
    kind,
    shape: { kind, fields: searched(document, under?.field) },
    under,
    fills,
    tries,
    whenSeveral: document.whenSeveral?.value ?? 'ask',
    whenNone,
    create: (env) => create(rows, env),
    rule: desk.rule(key, `lookups.${name}`),
    lines: new Map(rows.map((row) => [row.crm, row.rule])),
  }
}

function whenNoneOf(desk: Desk, document: LookupDocument): Lookup['whenNone'] {
  const whenNone = document.whenNone?.value ?? (document.create ? 'create' : 'leaveEmpty')
  if (whenNone === 'create' && !document.create) {
    desk.notes.error(document.whenNone?.node ?? headOf(document.node), 'DB-2125', 'A new record needs fields.', {
      fix: 'add create: with its fields',
    })
  }
  if (whenNone !== 'create' && document.create) {
    const what = `"create" is never used: whenNone is ${whenNone}.`
    desk.notes.warn(headOf(document.create.node), 'DB-2125', what, { fix: 'whenNone: create, or leave it out' })
  }
  return whenNone
}

// ── where it belongs ─────────────────────────────────────────────────────────────────────────────────────────

interface Below {
  readonly name: string
  readonly kind: Kind
  readonly all: readonly Pair<LookupDocument>[]
}

/** Undefined after a problem. */
function underOf(desk: Desk, { under }: LookupDocument, { name, kind, all }: Below): Lookup['under'] | undefined {
  if (!under) return null
  const names = all.map(({ key }) => key.text)
  if (!names.includes(under.value) || under.value === name) {
    const more = suggestion(
      under.value,
      names.filter((other) => other !== name),
      under.node,
    )
    desk.notes.error(under.node, 'DB-2126', `There is no other lookup called "${under.value}".`, more)
    return undefined
  }
  if (isLoop(under.value, name, all)) {
    desk.notes.error(
      under.node,
      'DB-2126',
      `"${name}" and "${under.value}" would each have to be found before the other.`,
    )
    return undefined
  }
  const field = desk.world.target.parentField(kind)
  if (field === null) {
    const what = `${desk.world.target.label} has no field that puts a ${kind} under another record.`
    desk.notes.error(under.node, 'DB-2126', what, { fix: 'leave "under" out' })
    return undefined
  }
  desk.use(kind, field)
  return { lookup: under.value, field }
}

function isLoop(start: string, name: string, all: readonly Pair<LookupDocument>[]): boolean {
  const above = (of: string): string | undefined => all.find(({ key }) => key.text === of)?.value.under?.value
  let here: string | undefined = start
  for (let steps = 0; here !== undefined && steps <= all.length; steps += 1) {
    if (here === name) return true
    here = above(here)
  }
  return false
}

/** Each after the one it is under. */
function inOrder(lookups: readonly Lookup[]): readonly Lookup[] {
  const done = new Set<string>()
  const ordered: Lookup[] = []
  const place = (lookup: Lookup): void => {
    if (done.has(lookup.name)) return
    done.add(lookup.name)
    const above = lookups.find(({ name }) => name === lookup.under?.lookup)
    if (above) place(above)
    ordered.push(lookup)
  }
  for (const lookup of lookups) place(lookup)
  return ordered
}

/** Only what its own rules look at is read. */
function searched(document: LookupDocument, parent: FieldName | undefined): readonly FieldName[] {
  const fields = (document.try?.items ?? []).flatMap(({ crm }) => crm?.map((field) => field.value) ?? [])
  return [...new Set(parent === undefined ? fields : [...fields, parent])].toSorted()
}

// ── what it fills ────────────────────────────────────────────────────────────────────────────────────────────

function fillsOf(desk: Desk, { fills }: LookupDocument, kind: Kind): LookupFills | undefined {
  if (!fills) return undefined
  if ('value' in fills) return fieldFilled(desk, fills, kind)
  const { contactRole } = desk.world.target
  if (!contactRole) {
    const what = `${desk.world.target.label} keeps no roles of contacts.`
    desk.notes.error(headOf(fills.node), 'DB-2127', what, { fix: 'fills: the field that points to the contact' })
    return undefined
  }
  if (!fills.contactRole) return undefined
  const { kind: roleKind, dealField, contactField, fields } = contactRole
  const made = fields(fills.contactRole.value, fills.primary?.value ?? false)
  for (const name of [dealField, contactField, ...Object.keys(made)]) desk.use(roleKind, name)
  return { role: { kind: roleKind, dealField, contactField, fields: made } }
}

function fieldFilled(desk: Desk, field: Placed<string>, kind: Kind): LookupFills {
  const { schema } = desk.field(field)
  if (schema && schema.type !== 'reference') {
    desk.notes.error(field.node, 'DB-2121', `${field.value} does not point to another record.`)
  } else if (desk.schemaOf(kind) && schema?.references && !schema.references.includes(kind)) {
    const what = `${field.value} points to ${listed(schema.references, 'or')}, not to ${kind}.`
    desk.notes.error(field.node, 'DB-2121', what)
  }
  return { field: field.value }
}

// ── what a new one is made of ────────────────────────────────────────────────────────────────────────────────

function madeRows(
  desk: Desk,
  { create }: LookupDocument,
  { name, kind }: { readonly name: string; readonly kind: Kind },
): readonly Row[] {
  const pairs = create?.pairs ?? []
  const rows = pairs.flatMap(
    ({ key, value }) => compileMade(desk, { key, value, kind, path: `lookups.${name}.create.${key.text}` }) ?? [],
  )
  checkRequired(desk, create, { kind, given: pairs.map(({ key }) => key.text) })
  return rows
}

function checkRequired(
  desk: Desk,
  create: Pairs<Placed<string> | MadeDocument> | undefined,
  { kind, given }: { readonly kind: Kind; readonly given: readonly string[] },
): void {
  const schema = desk.schemaOf(kind)
  if (!create || !schema) return
  const parent = desk.world.target.parentField(kind)
  const missing = schema.fields.filter(
    ({ name, required, creatable }) => required && creatable && name !== parent && !given.includes(name),
  )
  if (missing.length === 0) return
  const names = listed(missing.map((field) => field.name))
  const what = `A new ${kind} needs ${names} as well.`
  desk.notes.error(headOf(create.node), 'DB-2106', what, { fix: `add ${names} under create` })
}

function create(rows: readonly Row[], env: Env): Written {
  const fields: Record<FieldName, Json> = {}
  for (const row of rows) {
    const read = row.fromReferral(env)
    if (read.is === 'refused') return { ok: false, refusal: read.refusal }
    const value = read.is === 'value' ? read.value : null
    if (isBlank(value)) {
      if (row.required) return { ok: false, refusal: missing(row) }
      continue
    }
    const written = row.toCrm?.(value, null)
    if (written && !written.ok) return written
    Object.assign(fields, written?.fields satisfies Fields | undefined)
  }
  return { ok: true, fields }
}

const missing = ({ crm, referral }: Row): Refusal => ({
  code: 'DB-2202',
  message: `${crm} is needed for a new record, and ${referral ?? 'what it is made from'} is empty.`,
  who: 'the seller',
})
