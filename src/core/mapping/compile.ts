// A mapping file, as a tree → a mapping that runs, or everything that is wrong with it. All sections are looked at
// whatever is wrong with the others, so that a file is mended in one go. Pure: nothing is read but what is given.

import { hashOf } from '../model/hash.ts'
import { kind, type Kind } from '../model/ids.ts'
import { canonicalJson, isObject } from '../model/json.ts'
import { isZone } from '../model/instant.ts'
import type { FieldName, Shape } from '../model/record.ts'
import { parsed, refused, type Parsed } from '../problem.ts'
import { dataOf, entryOf, type SourceNode, type SourceTree } from '../source.ts'
import type { Type } from '../formula/types.ts'
import { compileAssign } from './compile/assign.ts'
import { Desk } from './compile/desk.ts'
import { checkRequiredFields, compileFields } from './compile/fields.ts'
import { compileLookups } from './compile/lookups.ts'
import { compileMatch } from './compile/match.ts'
import { compileOutcomes } from './compile/outcomes.ts'
import { checkLeadFields, compileChecks, compileLead, compileStatus } from './compile/rest.ts'
import { noZone } from './compile/row-type.ts'
import { compileShare } from './compile/share.ts'
import { compileStages } from './compile/stages.ts'
import { compileTake } from './compile/take.ts'
import { compileTests, type MappingTest } from './compile/tests.ts'
import { readDocument, type MappingDocument } from './document/document.ts'
import { headOf } from './grammar/form.ts'
import type { Mapping, Policy } from './mapping.ts'
import { Notes } from './notes.ts'
import type { MappingWorld } from './world.ts'

export type { CrmSchema, MappingWorld } from './world.ts'

export interface CompiledMapping {
  readonly mapping: Mapping
  readonly document: MappingDocument
  /** Run by every publish and every reload. */
  readonly tests: readonly MappingTest[]
  /** Referral paths that are read or written: for lineage, and for asking the source for no more than is needed. */
  readonly paths: readonly string[]
}

export function compileMapping(tree: SourceTree, world: MappingWorld): Parsed<CompiledMapping> {
  const notes = new Notes(tree.source)
  const document = readDocument(tree.root, notes)
  if (!document || !tree.root) return refused(notes.problems)
  const compiled = compileDocument(document, { root: tree.root, notes, world })
  return compiled && !notes.hasErrors ? parsed(compiled, notes.problems) : refused(inOrder(notes))
}

/** As they stand in the file: sections are not compiled in the order they are written in. */
function inOrder({ problems }: Notes): Notes['problems'] {
  return problems.toSorted(
    (a, b) => (a.where?.line ?? 0) - (b.where?.line ?? 0) || (a.where?.column ?? 0) - (b.where?.column ?? 0),
  )
}

interface Compiling {
  readonly root: SourceNode
  readonly notes: Notes
  readonly world: MappingWorld
}

function compileDocument(document: MappingDocument, { root, notes, world }: Compiling): CompiledMapping | undefined {
  checkNames(document, notes)
  const record = document.record ? kind(document.record.value) : null
  const desk = deskFor(document, { notes, world, record: record ?? kind('') })
  if (document.record) desk.kind(document.record)
  // The default is never "newest": a forecast is not overwritten because nobody thought about it.
  const policy: Policy = document.conflicts?.value ?? 'ask'
  const take = compileTake(desk, document.take)
  const match = compileMatch(desk, document.match)
  const lead = compileLead(desk, document.lead, policy)
  const lookups = compileLookups(desk, document.lookups)
  const assign = compileAssign(desk, document.assign)
  const rows = compileFields(desk, document, policy)
  const stages = compileStages(desk, document.stages)
  const outcomes = compileOutcomes(desk, document.outcomes, rows, headOf(document.node))
  const statusInCrm = compileStatus(desk, document.statusInCrm)
  checkLeadFields(desk, document, { keyField: match?.keyField ?? null, ownerField: assign?.field ?? null })
  const checks = compileChecks(desk, document.checks?.items ?? [])
  const share = compileShare(desk, document.share, { lookups, rows, outcomes })
  const tests = compileTests(desk, document.tests?.items ?? [])
  const { name, title, contact, source, target } = document
  if (!record || !match || !stages || !name || !source || !target) return undefined
  const filled = lookups.flatMap(({ fills }) => ('field' in fills ? [fills.field] : []))
  const written = new Set<FieldName>([
    ...rows.filter((row) => row.direction !== 'toReferral').map((row) => row.crm),
    stages.crm,
    ...stages.rows.flatMap((row) => row.crm.flatMap((fields) => Object.keys(fields))),
    ...filled,
    ...[assign?.field, match.keyField].filter((field) => typeof field === 'string'),
  ])
  checkRequiredFields(desk, document, rows, written)
  const mapping: Mapping = {
    name: name.value,
    title: title?.value ?? name.value,
    hash: meaningOf(root, world),
    contact: contact?.value ?? null,
    source: source.value,
    target: target.value,
    record,
    idField: world.target.idField(record),
    shapes: shapesOf(desk, record),
    take,
    lead,
    match,
    lookups,
    assign,
    rows,
    stages,
    outcomes,
    statusInCrm,
    checks,
    share,
  }
  return { mapping, document, tests, paths: [...desk.paths].toSorted() }
}

const nameShape = /^[a-z][a-z0-9-]{0,62}$/

function checkNames({ name }: MappingDocument, notes: Notes): void {
  if (!name || nameShape.test(name.value)) return
  const made = name.value
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  const edit = { start: name.node.start, end: name.node.end, text: made }
  notes.error(
    name.node,
    'DB-2018',
    'A name is made of small letters, digits and hyphens.',
    made === '' ? {} : { hint: `write ${made}`, edit },
  )
}

interface DeskParts {
  readonly notes: Notes
  readonly world: MappingWorld
  readonly record: Kind
}

function deskFor(document: MappingDocument, { notes, world, record }: DeskParts): Desk {
  const { timezone } = document
  if (timezone && !isZone(timezone.value)) noZoneNoted(timezone.value, timezone.node, notes)
  // A zone that is wrong has been said to be; that days cannot be told without one need not be said as well.
  const given = entryOf(document.node, 'timezone') ? 'UTC' : (world.timezone ?? null)
  const zone = timezone && isZone(timezone.value) ? timezone.value : given
  return new Desk({ world, notes, record, timezone: zone, rowTypes: rowTypesOf(document, world) })
}

const noZoneNoted = (zone: string, at: SourceNode, notes: Notes): void => noZone({ notes }, zone, at)

/** Without a schema a formula learns the types of CRM fields from the rows that use them. */
function rowTypesOf(document: MappingDocument, world: MappingWorld): ReadonlyMap<string, Type> {
  const types = new Map<string, Type>()
  for (const { crm, referral, as } of document.fields?.items ?? []) {
    const property = world.properties.find(({ path }) => path === referral?.value)
    const type = as?.value ?? property?.type
    if (crm && (type === 'money' || type === 'date' || type === 'boolean')) types.set(crm.value, { is: type })
  }
  return types
}

/** Every kind that is touched, with the fields that are used; the linked record first. */
function shapesOf(desk: Desk, record: Kind): readonly Shape[] {
  const kinds = [...new Set([record, ...desk.used.keys()])]
  return kinds.map((kind) => ({ kind, fields: [...(desk.used.get(kind) ?? [])].toSorted() }))
}

/** What changes nothing about what is written has no part in it: words for people, and tests. */
const silent: ReadonlySet<string> = new Set(['title', 'contact', 'tests'])

function meaningOf(root: SourceNode, { timezone }: MappingWorld): string {
  const data = dataOf(root)
  if (!isObject(data)) return hashOf('', 16)
  const meant = Object.fromEntries(Object.entries(data).filter(([key]) => !silent.has(key)))
  return hashOf(canonicalJson([meant, timezone ?? null]), 16)
}
