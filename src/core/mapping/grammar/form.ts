// The pieces a file's grammar is made of. Each piece reads a node of the tree, says what is wrong with it, and
// describes itself for editors: the checks, the completion and the documentation come from one place.

import type { JsonObject } from '../../model/json.ts'
import { nearest } from '../../nearest.ts'
import type { ListNode, MapEntry, MapNode, ScalarNode, SourceNode, Span } from '../../source.ts'
import { listed, suggestion, yamlText, type Notes } from '../notes.ts'

export interface Form<T> {
  /** Undefined when the node is not what is wanted; that has then been noted. */
  readonly read: (node: SourceNode, notes: Notes) => T | undefined
  /** As JSON Schema, draft 7. */
  readonly schema: () => JsonObject
}

/** A value and the place it was read from. */
export interface Placed<T, N extends SourceNode = ScalarNode> {
  readonly value: T
  readonly node: N
}

const kinds = { scalar: 'a value', map: 'a group of keys', list: 'a list' } as const

export function wrongKind(node: SourceNode, wanted: string, notes: Notes, fix?: string): undefined {
  const found = node.kind === 'scalar' && node.text === '' ? 'nothing' : kinds[node.kind]
  const what = `${wanted[0]?.toUpperCase()}${wanted.slice(1)} is needed here; this is ${found}.`
  notes.error(headOf(node), 'DB-2012', what, fix === undefined ? {} : { fix })
  return undefined
}

/** A group or a list is pointed at by its beginning: its whole would underline half the file. */
export function headOf(node: SourceNode): Span {
  if (node.kind === 'scalar') return node
  const first = node.kind === 'map' ? node.entries[0]?.key : node.items[0]
  return first ? headOf(first) : { start: node.start, end: node.start + 1 }
}

interface TextOptions {
  readonly what?: string
  readonly schema?: JsonObject
}

/** Any single value, as text: what YAML takes for a number or for yes and no is text where text is wanted. */
export const text = ({ what = 'a text', schema }: TextOptions = {}): Form<Placed<string>> => ({
  read: (node, notes) => {
    if (node.kind !== 'scalar' || isEmpty(node)) return wrongKind(node, what, notes)
    return { value: node.text, node }
  },
  schema: () => schema ?? { type: 'string' },
})

const isEmpty = (node: ScalarNode): boolean => node.style === 'plain' && node.text === ''

/** One of a few words. */
export const choice = <const W extends readonly string[]>(words: W): Form<Placed<W[number]>> => ({
  read: (node, notes) => {
    const shown = listed([...words], 'or')
    if (node.kind !== 'scalar' || isEmpty(node)) return wrongKind(node, shown, notes)
    const value = words.find((word) => word === node.text)
    if (value !== undefined) return { value, node }
    const [only] = words
    const edit = { edit: { start: node.start, end: node.end, text: only ?? '' } }
    const more = words.length === 1 ? { hint: `write ${only}`, ...edit } : suggestion(node.text, words, node)
    notes.error(
      node,
      'DB-2013',
      words.length === 1 ? `Only ${shown} can stand here.` : `"${node.text}" is not one of ${shown}.`,
      more,
    )
    return undefined
  },
  schema: () => ({ enum: [...words] }),
})

export const flag: Form<Placed<boolean>> = {
  read: (node, notes) => {
    if (node.kind === 'scalar' && node.means === 'boolean') return { value: node.text.toLowerCase() === 'true', node }
    const meant = node.kind === 'scalar' ? meantBy(node.text) : undefined
    const edit =
      meant === undefined ? {} : { hint: `write ${meant}`, edit: { start: node.start, end: node.end, text: meant } }
    notes.error(headOf(node), 'DB-2013', 'Write true or false here.', edit)
    return undefined
  },
  schema: () => ({ type: 'boolean' }),
}

function meantBy(text: string): 'true' | 'false' | undefined {
  if (/^(?:y|yes|on)$/i.test(text)) return 'true'
  return /^(?:n|no|off)$/i.test(text) ? 'false' : undefined
}

/** The one version of the grammar there is. */
export const grammarVersion = (version: number): Form<Placed<number>> => ({
  read: (node, notes) => {
    if (node.kind === 'scalar' && node.text === String(version)) return { value: version, node }
    const found =
      node.kind === 'scalar' && node.means === 'number' ? `version ${node.text} of the grammar` : 'no version'
    const what = `This is ${found}; this dealbridge reads version ${version}.`
    notes.error(headOf(node), 'DB-2015', what, { fix: `write version: ${version}, or update dealbridge` })
    return undefined
  },
  schema: () => ({ const: version }),
})

export const whole = (min: number, max: number): Form<Placed<number>> => ({
  read: (node, notes) => {
    const value = node.kind === 'scalar' && node.means === 'number' ? Number(node.text) : NaN
    if (node.kind === 'scalar' && Number.isInteger(value) && value >= min && value <= max) return { value, node }
    notes.error(headOf(node), 'DB-2014', `A whole number from ${min} to ${max} is needed here.`)
    return undefined
  },
  schema: () => ({ type: 'integer', minimum: min, maximum: max }),
})

/** More than any mapping people can look after; what stands beyond is not read. */
const itemsMax = 1_000

function within<T>(node: SourceNode, items: readonly T[], notes: Notes): readonly T[] {
  if (items.length <= itemsMax) return items
  notes.error(headOf(node), 'DB-2019', `There are ${items.length} items here; at most ${itemsMax} are read.`)
  return items.slice(0, itemsMax)
}

export interface Items<T> {
  readonly node: ListNode
  readonly items: readonly T[]
}

export const list = <T>(
  form: Form<T>,
  { min = 0, fix }: { readonly min?: number; readonly fix?: string } = {},
): Form<Items<T>> => ({
  read: (node, notes) => {
    if (node.kind !== 'list')
      return wrongKind(node, 'a list', notes, fix ?? 'begin each line of it with a dash and a space')
    if (node.items.length < min) notes.error(node, 'DB-2017', 'This list is empty.')
    return { node, items: within(node, node.items, notes).flatMap((item) => form.read(item, notes) ?? []) }
  },
  schema: () => ({ type: 'array', items: form.schema(), ...(min > 0 ? { minItems: min } : {}) }),
})

/** One of them, or a list of them. */
export const oneOrMany = <T>(form: Form<T>): Form<readonly T[]> => ({
  read: (node, notes) => {
    if (node.kind === 'list' && node.items.length === 0) notes.error(node, 'DB-2017', 'This list is empty.')
    const nodes = node.kind === 'list' ? within(node, node.items, notes) : [node]
    return nodes.flatMap((item) => form.read(item, notes) ?? [])
  },
  schema: () => ({ anyOf: [form.schema(), { type: 'array', items: form.schema(), minItems: 1 }] }),
})

export interface Pair<T> {
  readonly key: ScalarNode
  readonly value: T
}

export interface Pairs<T> {
  readonly node: MapNode
  readonly pairs: readonly Pair<T>[]
}

/** Keys of the writer's own choosing. */
export const dictionary = <T>(form: Form<T>, keys?: () => JsonObject): Form<Pairs<T>> => ({
  read: (node, notes) => {
    if (node.kind !== 'map') return wrongKind(node, 'a group of keys', notes)
    const pairs = within(node, node.entries, notes).flatMap(({ key, value }) => {
      const read = form.read(value, notes)
      return read === undefined ? [] : [{ key, value: read }]
    })
    return { node, pairs }
  },
  schema: () => ({ type: 'object', additionalProperties: form.schema(), ...(keys ? { propertyNames: keys() } : {}) }),
})

/** Any plain data: values and records in tests. */
export const anything: Form<SourceNode> = { read: (node) => node, schema: () => ({}) }

/** A value, or nothing at all: an empty cell of a table of values. */
export const cell: Form<Placed<string | null>> = {
  read: (node, notes) => {
    if (node.kind !== 'scalar') return wrongKind(node, 'a value', notes)
    return { value: node.means === 'null' ? null : node.text, node }
  },
  schema: () => ({ type: ['string', 'number', 'boolean', 'null'] }),
}

type ByKind<S, M, L> = { readonly scalar?: Form<S>; readonly map?: Form<M>; readonly list?: Form<L> }

/** Written in one of several ways, told apart by what stands there. */
export const either = <S = never, M = never, L = never>(forms: ByKind<S, M, L>, wanted: string): Form<S | M | L> => ({
  read: (node, notes) => {
    const form: Form<S | M | L> | undefined = forms[node.kind]
    return form ? form.read(node, notes) : wrongKind(node, wanted, notes)
  },
  schema: () => ({ anyOf: Object.values(forms).map((form) => form.schema()) }),
})

// ── tables: keys that the grammar names ──────────────────────────────────────────────────────────────────────

export interface Key<T> {
  readonly form: Form<T>
  /** For editors and documentation: one sentence. */
  readonly about: string
  readonly required: boolean
  readonly fix?: string
}

export const must = <T>(about: string, form: Form<T>, fix?: string): Key<T> => ({
  form,
  about,
  required: true,
  ...(fix === undefined ? {} : { fix }),
})
export const may = <T>(about: string, form: Form<T>): Key<T> => ({ form, about, required: false })

type Keys = Readonly<Record<string, Key<unknown>>>

/** A missing key and a broken one both read as undefined: what is wrong has been noted, and the rest is still checked. */
export type Table<K extends Keys> = { readonly node: MapNode } & {
  readonly [Name in keyof K]: (K[Name] extends Key<infer T> ? T : never) | undefined
}

export interface TableForm<K extends Keys> extends Form<Table<K>> {
  readonly keys: K
}

export const table = <K extends Keys>(what: string, keys: K): TableForm<K> => ({
  keys,
  read: (node, notes) => {
    if (node.kind !== 'map') return wrongKind(node, 'a group of keys', notes)
    const read: Record<string, unknown> = { node }
    const present = new Set(node.entries.map(({ key }) => key.text))
    const pieces = piecesOfValues(node, notes)
    for (const { key, value } of node.entries) {
      const known = Object.hasOwn(keys, key.text) ? keys[key.text] : undefined
      const cutFrom = pieces.get(key)
      if (cutFrom) cutOff(key, cutFrom, notes)
      else if (known) read[key.text] = known.form.read(value, notes)
      // What was probably meant is not missing as well.
      else present.add(unknownKey(key, what, Object.keys(keys), notes) ?? '')
    }
    for (const [name, { required, fix, about }] of Object.entries(keys)) {
      if (!required || present.has(name)) continue
      const more = { fix: fix ?? `add ${name}: ${about.slice(0, 1).toLowerCase()}${about.slice(1).replace(/\.$/, '')}` }
      notes.error(headOf(node), 'DB-2011', `"${name}" is missing from ${what}.`, more)
    }
    return read as Table<K>
  },
  schema: () => ({
    type: 'object',
    additionalProperties: false,
    required: Object.entries(keys).flatMap(([name, { required }]) => (required ? [name] : [])),
    properties: Object.fromEntries(
      Object.entries(keys).map(([name, { form, about }]) => [name, described(form.schema(), about)]),
    ),
  }),
})

/** The same, with what only an org can say about it: `definitions.<name>` of the schema for editors. */
export const ruled = <K extends Keys>(form: TableForm<K>, name: string): TableForm<K> => ({
  ...form,
  schema: () => ({ ...form.schema(), allOf: [{ $ref: `#/definitions/${name}` }] }),
})

/** Draft 7 ignores whatever stands beside a reference. */
const described = (schema: JsonObject, description: string): JsonObject =>
  Object.hasOwn(schema, '$ref') ? { description, allOf: [schema] } : { description, ...schema }

/** Names without a colon, as they stand within braces: what a comma cut off the value before them. */
function piecesOfValues({ entries }: MapNode, { source }: Notes): ReadonlyMap<ScalarNode, MapEntry> {
  const pieces = new Map<ScalarNode, MapEntry>()
  let whole: MapEntry | undefined
  for (const entry of entries) {
    const { key, value } = entry
    const isAlone = value.kind === 'scalar' && isEmpty(value) && !/^\s*:/.test(source.text.slice(key.end, key.end + 20))
    if (!isAlone) whole = value.kind === 'scalar' && value.style === 'plain' ? entry : undefined
    else if (whole) pieces.set(key, whole)
  }
  return pieces
}

const formulaKeys: ReadonlySet<string> = new Set(['formula', 'when', 'require'])

/** A formula that is cut off within a bracket says so itself, where that is left open. */
function cutOff(piece: ScalarNode, { key, value }: MapEntry, notes: Notes): void {
  const text = value.kind === 'scalar' ? value.text : ''
  if (formulaKeys.has(key.text) && text.split('(').length > text.split(')').length) return
  const what = `Within { } a comma ends a value: "${piece.text}" is cut off from "${text}".`
  notes.error(piece, 'DB-2010', what, { fix: 'put quotation marks around the whole value' })
}

function unknownKey(key: ScalarNode, what: string, names: readonly string[], notes: Notes): string | undefined {
  const near = nearest(key.text, names)
  const edit = near === undefined ? {} : { edit: { start: key.start, end: key.end, text: yamlText(near) } }
  const more =
    near === undefined ? { fix: `known here: ${names.join(', ')}` } : { hint: `did you mean "${near}"?`, ...edit }
  notes.error(key, 'DB-2010', `There is no key "${key.text}" in ${what}.`, more)
  return near
}
