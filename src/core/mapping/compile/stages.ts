// The stage table: which places of the CRM mean which status of a referral. Every open stage must have a row, like
// every case of a question must have an answer: a deal that enters one without would stop being told about.

import { bare, canonicalJson, textOf, type Json } from '../../model/json.ts'
import type { Fields } from '../../model/record.ts'
import type { Choice, FieldSchema } from '../../model/schema.ts'
import { isClosed, type Stage } from '../../model/stage.ts'
import { nearest } from '../../nearest.ts'
import { entryOf, type ScalarNode, type Span } from '../../source.ts'
import type { PlaceDocument, StageRowDocument, StagesDocument } from '../document/stages.ts'
import { headOf } from '../grammar/form.ts'
import type { StageMap, StageRow } from '../mapping.ts'
import { counted, either, listed, suggestion } from '../notes.ts'
import { choiceValue } from './constants.ts'
import type { CrmPlace, Desk } from './desk.ts'

export function compileStages(desk: Desk, document: StagesDocument | undefined): StageMap | undefined {
  if (!document?.crm) return undefined
  const field = desk.field(document.crm)
  const ignored = new Set(
    (document.ignore?.items ?? []).flatMap(({ crm }) => (crm ? [ignoredStage(desk, field, crm)] : [])),
  )
  const rows = (document.rows?.items ?? []).flatMap((row, index) => compileRow(desk, row, { field, index }) ?? [])
  checkTwice(desk, document, rows)
  // Rows that could not be read may be the ones that would seem to be missing.
  if (rows.length > 0 && rows.length === document.rows?.items.length) {
    checkCoverage(desk, document, { field, rows, ignored })
    checkReferralStages(desk, document, rows)
  }
  return {
    crm: document.crm.value,
    accept: document.accept?.value ?? 'byStage',
    rows: rows.map(({ row }) => row),
    ignored,
  }
}

interface PlacedRow {
  readonly row: StageRow
  readonly document: StageRowDocument
}

interface RowPlace {
  readonly field: CrmPlace
  readonly index: number
}

function compileRow(desk: Desk, document: StageRowDocument, { field, index }: RowPlace): PlacedRow | undefined {
  if (document.step && document.referral && document.referral.value !== 'Accepted') {
    const what = `Only an accepted deal has a step; this row is ${document.referral.value}.`
    desk.notes.error(document.step.node, 'DB-2134', what, { fix: 'leave the step out' })
  }
  const crm = placesOf(document).map((place) => fieldsOf(desk, place, { field, index }))
  if (!document.referral || crm.length === 0) return undefined
  const row: StageRow = {
    stage: document.referral.value,
    step: document.step?.value ?? null,
    direction: document.direction?.value ?? 'both',
    crm,
    rule: desk.rule(headOf(document.node), `stages.rows[${index}]`),
  }
  return { row, document }
}

function placesOf({ crm }: StageRowDocument): readonly PlaceDocument[] {
  if (!crm) return []
  return 'items' in crm ? crm.items : [crm]
}

function fieldsOf(desk: Desk, place: PlaceDocument, at: RowPlace): Fields {
  const fields = bare()
  if ('value' in place) {
    fields[at.field.full] = stageValue(desk, at.field, { text: place.value, node: place.node, index: at.index })
    return fields
  }
  for (const { key, value } of place.pairs) {
    const field = desk.field({ value: key.text, node: key })
    fields[key.text] =
      value.value === null ? null : stageValue(desk, field, { text: value.value, node: value.node, index: at.index })
  }
  return fields
}

interface StageText {
  readonly text: string
  readonly node: ScalarNode
  readonly index: number
}

/** A stage by its value or its label; `"X" is not a stage of the sales process "Default".` */
function stageValue(desk: Desk, field: CrmPlace, { text, node, index }: StageText): Json {
  const { schema } = field
  if (!schema?.choices) return schema?.type === 'boolean' ? text === 'true' : text
  const known = schema.choices.find((choice) => choice.value === text || choice.label === text)
  if (known?.active) return known.value
  const removed = desk.lately.removed(field.kind, field.name, text)
  const active = schema.choices.filter((choice) => choice.active).map((choice) => choice.label)
  const back = `put the value back in ${desk.world.target.label}, or point row ${index + 1} at another stage`
  const near = removed === undefined ? nearest(text, active) : undefined
  if (near !== undefined) desk.meantStages.add(near)
  const more = removed === undefined ? either(suggestion(text, active, node), back) : { hint: removed, fix: back }
  const what = known ? `"${text}" is switched off in ${field.full}.` : `"${text}" is not a ${meant(schema)}.`
  desk.notes.error(node, 'DB-2131', what, more)
  return text
}

const meant = ({ process, name }: FieldSchema): string =>
  process === undefined ? `value of ${name}` : `stage of the sales process "${process}"`

// ── coverage ─────────────────────────────────────────────────────────────────────────────────────────────────

/** The same place in two rows that are read would mean two things. */
function checkTwice(desk: Desk, document: StagesDocument, rows: readonly PlacedRow[]): void {
  const seen = new Map<string, number>()
  for (const [index, { row, document: of }] of rows.entries()) {
    if (row.direction === 'toCrm') continue
    for (const fields of row.crm) {
      const place = canonicalJson(fields)
      const first = seen.get(place)
      seen.set(place, first ?? index)
      if (first === undefined) continue
      const what = `${listed(Object.values(fields).map((value) => `"${textOf(value)}"`))} stands in row ${first + 1} already.`
      const fix = 'leave one of them out, or make this row direction: toCrm'
      desk.notes.error(entryOf(of.node, 'crm')?.value ?? document.node, 'DB-2135', what, { fix })
    }
  }
}

interface Coverage {
  readonly field: CrmPlace
  readonly ignored: ReadonlySet<string>
  readonly rows: readonly PlacedRow[]
}

function checkCoverage(desk: Desk, document: StagesDocument, { field, rows, ignored }: Coverage): void {
  const choices = field.schema?.choices?.filter((choice) => choice.active && (choice.means ?? 'open') === 'open') ?? []
  const read = rows.filter(({ row }) => row.direction !== 'toCrm').flatMap(({ row }) => row.crm)
  const uncovered = choices.filter(
    ({ value, label }) =>
      // A stage whose name is misspelt is not missing as well.
      !ignored.has(value) && !desk.meantStages.has(label) && !read.some((fields) => fields[field.full] === value),
  )
  if (uncovered.length === 0) return
  const at: Span = entryOf(document.node, 'rows')?.key ?? headOf(document.node)
  const one = uncovered.length === 1
  const names = listed(uncovered.map((choice) => nameOf(desk, field, choice)))
  const what = `${counted(uncovered.length)} open ${one ? 'stage has' : 'stages have'} no row: ${names}.`
  const hint = `a deal that enters ${one ? 'it' : 'them'} would stop syncing`
  const fix = `add ${one ? 'it' : 'them'} to a row, or list ${one ? 'it' : 'them'} under stages.ignore with a reason`
  desk.notes.error(at, 'DB-2130', what, { hint, fix })
}

function nameOf(desk: Desk, field: CrmPlace, { value, label }: Choice): string {
  const added = desk.lately.added(field.kind, field.name, value)
  return `"${label}"${added === undefined ? '' : ` (${added})`}`
}

function ignoredStage(
  desk: Desk,
  field: CrmPlace,
  { value, node }: { readonly value: string; readonly node: ScalarNode },
): string {
  const known = field.schema?.choices
  const found = choiceValue(field.schema, value)
  if (known && found === undefined) {
    desk.notes.error(
      node,
      'DB-2131',
      `"${value}" is not a ${field.schema ? meant(field.schema) : 'stage'}.`,
      suggestion(
        value,
        known.map((choice) => choice.label),
        node,
      ),
    )
  }
  return found ?? value
}

/** Statuses a referral can come to, in the order of its life. */
const expected: readonly Stage[] = ['New', 'Accepted', 'Won', 'Lost', 'Declined', 'Expired']

function checkReferralStages(desk: Desk, document: StagesDocument, rows: readonly PlacedRow[]): void {
  const written = new Set(rows.filter(({ row }) => row.direction !== 'toReferral').map(({ row }) => row.stage))
  const missing = expected.filter((stage) => !written.has(stage))
  const first = missing.find((stage) => stage === 'New' || stage === 'Accepted')
  const at: Span = entryOf(document.node, 'rows')?.key ?? headOf(document.node)
  if (first) {
    const what = `No row says where ${first === 'New' ? 'a new referral' : 'an accepted deal'} stands in the CRM.`
    desk.notes.error(at, 'DB-2136', what, { fix: `add  - { referral: ${first}, crm: … }` })
    return
  }
  const silent = missing.filter(isClosed)
  if (silent.length === 0) return
  const what = `No row for ${listed(silent)}: a referral that becomes ${listed(silent, 'or')} leaves the CRM as it is.`
  desk.notes.warn(at, 'DB-2136', what, {
    fix: `add a row for ${silent.length === 1 ? 'it' : 'them'}, perhaps with direction: toCrm`,
  })
}
