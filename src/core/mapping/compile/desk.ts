// What every section of a mapping needs while it is compiled: the names there are on both sides, the formulas, and the
// place where problems are noted. A name that is not there is reported here, with the nearest one that is.

import { compileFormula, type Formula, type Wanted } from '../../formula/formula.ts'
import { any, namesOf, meantBy, resolve, typeOf, type ObjectType, type Type } from '../../formula/types.ts'
import { kind as kindOf, type Kind } from '../../model/ids.ts'
import type { FieldSchema, KindSchema, Property } from '../../model/schema.ts'
import { nearest } from '../../nearest.ts'
import { whereIs, type ScalarNode, type Span } from '../../source.ts'
import type { Placed } from '../grammar/form.ts'
import type { Rule } from '../mapping.ts'
import { suggestion, type Notes } from '../notes.ts'
import type { MappingWorld } from '../world.ts'
import { placeProblem } from './formula-place.ts'
import { Lately } from './lately.ts'
import { fieldWords } from './words.ts'

/** A field of the CRM as the mapping names it: on the record itself, or of another kind before a dot. */
export interface CrmPlace {
  readonly kind: Kind
  readonly name: string
  /** The name as the mapping writes it. */
  readonly full: string
  /** Null while no schema is at hand. */
  readonly schema: FieldSchema | null
}

export interface DeskOptions {
  readonly world: MappingWorld
  readonly notes: Notes
  readonly record: Kind
  readonly timezone: string | null
  /** Types of CRM fields as the rows of the mapping use them, for formulas that look at the CRM without a schema. */
  readonly rowTypes: ReadonlyMap<string, Type>
}

export class Desk {
  readonly world: MappingWorld
  readonly notes: Notes
  readonly record: Kind
  readonly timezone: string | null
  readonly referral: ObjectType
  /** What the CRM's history tells. */
  readonly lately: Lately
  /** Every field that is used, by kind: what has to be read. */
  readonly used = new Map<Kind, Set<string>>()
  /** Every referral path that is read or written. */
  readonly paths = new Set<string>()
  /** Fields that were probably meant by names that are not there: they are not missing as well. */
  readonly meant = new Set<string>()
  /** The same for stages. */
  readonly meantStages = new Set<string>()
  readonly #names: ObjectType
  readonly #properties: ReadonlyMap<string, Property>
  readonly #kinds: ReadonlyMap<string, KindSchema>
  readonly #reported = new Set<string>()

  constructor({ world, notes, record, timezone, rowTypes }: DeskOptions) {
    this.world = world
    this.notes = notes
    this.record = record
    this.timezone = timezone
    this.lately = new Lately(world.crm?.history ?? [])
    this.#kinds = new Map(world.crm?.kinds.map((schema) => [schema.kind, schema]))
    this.#properties = new Map(world.properties.map((property) => [property.path, property]))
    this.referral = namesOf(world.properties)
    // What tells that a record is being worked on is looked at, whatever the mapping says.
    for (const field of Object.keys(world.target.working ?? {})) this.use(record, field)
    const crm = crmNames(this.#kinds, record, rowTypes)
    this.#names = { ...this.referral, members: new Map([...this.referral.members, ['crm', crm]]) }
  }

  rule(at: Span, key: string): Rule {
    return { ...whereIs(this.notes.source, at), key }
  }

  // ── the CRM ────────────────────────────────────────────────────────────────────────────────────────────────

  kind(name: Placed<string>): Kind {
    const known = this.#kinds.size === 0 || this.#kinds.has(name.value)
    if (!known && !this.#reported.has(name.value)) {
      this.#reported.add(name.value)
      const what = `${this.world.target.label} has no kind of record "${name.value}".`
      this.notes.error(name.node, 'DB-2120', what, suggestion(name.value, this.#kinds.keys(), name.node))
    }
    return kindOf(name.value)
  }

  schemaOf(kind: Kind): KindSchema | null {
    return this.#kinds.get(kind) ?? null
  }

  /** Remembers that the field is used, and says so when it is not there. */
  field(name: Placed<string>, of: Kind = this.record): CrmPlace {
    const place = this.#split(name.value, of)
    this.#use(place, of)
    const schema = this.#kinds.get(place.kind)
    if (!schema) return place
    const found = schema.fields.find((field) => field.name === place.name) ?? null
    if (!found) this.#unknownField(name, place, schema)
    return { ...place, schema: found }
  }

  #split(full: string, of: Kind): CrmPlace {
    const dot = full.indexOf('.')
    const [kind, name] = dot === -1 ? [of, full] : [kindOf(full.slice(0, dot)), full.slice(dot + 1)]
    return { kind, name, full, schema: null }
  }

  #use(place: CrmPlace, of: Kind): void {
    this.use(of, place.full)
    if (place.kind !== of) this.use(place.kind, place.name)
  }

  use(kind: Kind, field: string): void {
    const fields = this.used.get(kind) ?? new Set()
    fields.add(field)
    this.used.set(kind, fields)
  }

  /** Remembers a field that no one wrote down but that a section stands for. */
  useFull(full: string): void {
    this.#use(this.#split(full, this.record), this.record)
  }

  #unknownField(name: Placed<string>, place: CrmPlace, schema: KindSchema): void {
    const names = schema.fields.map((field) => field.name)
    const byLabel = schema.fields.find((field) => field.label.toLowerCase() === place.name.toLowerCase())
    const near = byLabel?.name ?? nearest(place.name, names)
    const label = (found: string): string =>
      `"${found}" (${fieldWords(schema.fields.find((field) => field.name === found))})`
    const start = name.node.start + (name.node.style === 'plain' ? place.full.length - place.name.length : 0)
    const at = { start, end: name.node.end }
    const removed = this.lately.removed(place.kind, place.name)
    const what = `There is no field "${place.name}" on ${schema.kind}.`
    if (removed !== undefined) this.notes.error(at, 'DB-2101', what, this.#goneBy(place, removed, near))
    else if (near === undefined) this.notes.error(at, 'DB-2101', what)
    else this.notes.error(at, 'DB-2101', what, { hint: `did you mean ${label(near)}?`, edit: { ...at, text: near } })
    if (near !== undefined) this.meant.add(near)
  }

  /** What may have become of a field that was there: for a person to decide, and nothing to be mended by itself. */
  #goneBy({ kind, name }: CrmPlace, removed: string, near: string | undefined): { hint: string; fix?: string } {
    const successor = this.lately.successor(kind, name) ?? near
    if (successor === undefined) return { hint: removed }
    this.meant.add(successor)
    return { hint: removed, fix: `write ${successor}, if that is what it is called now` }
  }

  // ── the referral ───────────────────────────────────────────────────────────────────────────────────────────

  /** The type of a path, or undefined after saying that there is none such. */
  path(path: Placed<string>): Type | undefined {
    const steps = path.value.split('.')
    const resolved = resolve(this.referral, steps)
    this.paths.add(path.value)
    if (resolved.found) return resolved.type
    const mended = meantBy(this.referral, steps, resolved)
    const edit = { start: path.node.start, end: path.node.end, text: mended ?? '' }
    const more = mended === undefined ? {} : { hint: `did you mean ${mended}?`, edit }
    this.notes.error(path.node, 'DB-2103', `There is no field "${path.value}" in a referral.`, more)
    return undefined
  }

  property(path: string): Property | undefined {
    return this.#properties.get(path)
  }

  /** The path that tells the customer's country, for telephone numbers. */
  get countryPath(): string | undefined {
    const paths = [...this.#properties.keys()]
    return paths.find((path) => path === 'ref.country') ?? paths.find((path) => path.endsWith('.address.country'))
  }

  // ── formulas ───────────────────────────────────────────────────────────────────────────────────────────────

  /** Undefined when the formula is wrong; that has then been noted, at its own line and column. */
  formula(node: ScalarNode, wanted: Wanted, zone: string | null = this.timezone): Formula | undefined {
    const { text, skipped } = bare(node.text)
    const compiled = compileFormula(text, { names: this.#names, zone }, wanted)
    for (const problem of compiled.problems) this.notes.add(placeProblem(problem, node, skipped, this.notes.source))
    if (!compiled.ok) return undefined
    for (const read of compiled.formula.reads) this.#noteRead(read)
    return compiled.formula
  }

  #noteRead(read: string): void {
    if (!read.startsWith('crm.')) {
      this.paths.add(read)
      return
    }
    const full = read.slice('crm.'.length)
    this.#use(this.#split(full, this.record), this.record)
  }
}

/** A formula without the = that marks it. */
export function bare(text: string): { readonly text: string; readonly skipped: number } {
  const mark = /^\s*=(?!=)/.exec(text)
  return mark ? { text: text.slice(mark[0].length), skipped: mark[0].length } : { text, skipped: 0 }
}

export const isFormula = (text: string): boolean => /^\s*=/.test(text)

function crmNames(kinds: ReadonlyMap<string, KindSchema>, record: Kind, rowTypes: ReadonlyMap<string, Type>): Type {
  const own = kinds.get(record)
  if (!own) return { is: 'object', members: rowTypes, open: true }
  const others = [...kinds.values()].filter((schema) => schema !== own)
  const nested = others.map((schema) => [schema.kind, fieldsOf(schema)] as const)
  return { is: 'object', members: new Map<string, Type>([...nested, ...fieldsOf(own).members]), open: false }
}

function fieldsOf(schema: KindSchema): ObjectType {
  const members = new Map(schema.fields.map((field) => [field.name, fieldType(field)] as const))
  return { is: 'object', members, open: false }
}

/** Choices may be told by value or by label: both are known. */
function fieldType({ type, choices }: FieldSchema): Type {
  if (type === 'reference') return { is: 'text' }
  const values = choices?.flatMap((choice) => [choice.value, choice.label])
  return typeOf(type, values) ?? any
}
