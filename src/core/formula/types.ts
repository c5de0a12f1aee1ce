// The types of a formula's values, and the names a formula may use. A name that is not there is refused before the
// formula ever runs: a slip of the finger must not become plausible data in somebody's CRM.

import { nearest } from '../nearest.ts'
import type { Property } from '../model/schema.ts'
import type { ValueType } from '../model/value.ts'

export type Scalar = 'text' | 'number' | 'money' | 'date' | 'instant' | 'boolean'

export interface ScalarType {
  readonly is: Scalar
  /** Where the source has a closed set of them. */
  readonly values?: readonly string[]
}

export type Type =
  | ScalarType
  /** Nothing is known of it until it is there: a CRM field while no schema is at hand. */
  | { readonly is: 'any' }
  | { readonly is: 'blank' }
  | { readonly is: 'list'; readonly of: Type }
  | ObjectType

export interface ObjectType {
  readonly is: 'object'
  readonly members: ReadonlyMap<string, Type>
  /** Any other name is possible too, and nothing is known of it. */
  readonly open: boolean
  /** What its members are called in messages: `field`, `Opportunity field`. */
  readonly calls?: string
}

export const text: Type = { is: 'text' }
export const number: Type = { is: 'number' }
export const money: Type = { is: 'money' }
export const date: Type = { is: 'date' }
export const instant: Type = { is: 'instant' }
export const boolean: Type = { is: 'boolean' }
export const any: Type = { is: 'any' }
export const blank: Type = { is: 'blank' }
export const listOf = (of: Type): Type => ({ is: 'list', of })

const words: Readonly<Record<Type['is'], string>> = {
  text: 'text',
  number: 'a number',
  money: 'money',
  date: 'a date',
  instant: 'a point in time',
  boolean: 'yes or no',
  any: 'a value',
  blank: 'nothing',
  list: 'a list',
  object: 'a group of fields',
}

export const typeWords = (type: Type): string => words[type.is]

export const isNumeric = (type: Type): boolean => type.is === 'number' || type.is === 'money'
/** Fits everywhere: its real type shows only when the formula runs. */
export const isOpen = (type: Type): boolean => type.is === 'any' || type.is === 'blank'

/** The type of either of two values: what IF gives. Undefined when they have nothing in common. */
export function either(a: Type, b: Type): Type | undefined {
  if (a.is === 'blank') return b
  if (b.is === 'blank') return a
  if (a.is === 'any' || b.is === 'any') return any
  if (isNumeric(a) && isNumeric(b)) return a.is === b.is ? a : money
  if (a.is === 'list' && b.is === 'list') {
    const of = either(a.of, b.of)
    return of && listOf(of)
  }
  return isScalar(a) && isScalar(b) && a.is === b.is ? { is: a.is } : undefined
}

const isScalar = (type: Type): type is ScalarType =>
  type.is !== 'any' && type.is !== 'blank' && type.is !== 'list' && type.is !== 'object'

const scalars: Readonly<Record<ValueType, Type>> = {
  text,
  decimal: number,
  money,
  date,
  instant,
  boolean,
  list: listOf(text),
}

export function typeOf(valueType: ValueType, values?: readonly string[]): Type {
  if (valueType === 'text' && values) return { is: 'text', values }
  if (valueType === 'list' && values) return listOf({ is: 'text', values })
  return scalars[valueType]
}

/** The type as a mapping row names it; undefined for what no field can hold. */
export function valueTypeOf(type: Type): ValueType | undefined {
  if (type.is === 'number') return 'decimal'
  if (type.is === 'any' || type.is === 'blank') return 'text'
  return type.is === 'object' ? undefined : type.is
}

interface Branch {
  readonly members: Map<string, Branch>
  property: Property | null
}

/** The properties of a source as one tree of names. */
export function namesOf(properties: readonly Property[]): ObjectType {
  const root: Branch = { members: new Map(), property: null }
  for (const property of properties) plant(root, property)
  return membersOf(root)
}

function plant(root: Branch, property: Property): void {
  let here = root
  for (const step of property.path.split('.')) {
    const next: Branch = here.members.get(step) ?? { members: new Map(), property: null }
    here.members.set(step, next)
    here = next
  }
  here.property = property
}

function membersOf(branch: Branch, inList = false): ObjectType {
  const members = new Map<string, Type>()
  for (const [name, inner] of branch.members) members.set(name, typeOfBranch(inner, inList))
  return { is: 'object', members, open: false }
}

/** Below a list each member is one value; only the path as a whole names several. */
function typeOfBranch(branch: Branch, inList: boolean): Type {
  const { property } = branch
  if (branch.members.size === 0 && property && property.type !== 'object') {
    const type = typeOf(property.type, property.values)
    return property.list === true && !inList && type.is !== 'list' ? listOf(type) : type
  }
  const isList = !inList && isListBranch(branch)
  const object: ObjectType = { ...membersOf(branch, inList || isList), open: branch.members.size === 0 }
  return isList ? listOf(object) : object
}

/** A list that is named itself, or whose members are all said to be of a list. */
function isListBranch({ property, members }: Branch): boolean {
  if (property) return property.list === true
  const leaves = [...members.values()].filter((member) => member.members.size === 0)
  return leaves.length > 0 && leaves.every((leaf) => leaf.property?.list === true)
}

/** What a path of names leads to: a type, or the first name that is not there. */
export type Resolved =
  | { readonly found: true; readonly type: Type }
  | { readonly found: false; readonly at: number; readonly among: readonly string[]; readonly in: Type }

export function resolve(root: Type, names: readonly string[]): Resolved {
  let here = root
  let lists = 0
  for (const [at, name] of names.entries()) {
    while (here.is === 'list') {
      here = here.of
      lists += 1
    }
    if (here.is === 'any') break
    const next: Type | undefined =
      here.is === 'object' ? (here.members.get(name) ?? (here.open ? any : undefined)) : undefined
    if (!next) return { found: false, at, among: here.is === 'object' ? [...here.members.keys()] : [], in: here }
    here = next
  }
  // A path through a list names all its members' values: one flat list.
  return { found: true, type: lists > 0 && here.is !== 'list' ? listOf(here) : here }
}

/** What a path that is not there may have meant: the nearest name at its place, the same name at another, or the like. */
export function meantBy(
  root: Type,
  names: readonly string[],
  missing: Resolved & { readonly found: false },
): string | undefined {
  const near = nearest(names[missing.at] ?? '', missing.among)
  if (near !== undefined) return [...names.slice(0, missing.at), near, ...names.slice(missing.at + 1)].join('.')
  const full = names.join('.')
  const paths = pathsOf(root)
  const ending = `.${full.toLowerCase()}`
  return paths.find((path) => path.toLowerCase().endsWith(ending)) ?? nearest(full, paths)
}

/** Every full path below a type that holds a value of its own. */
export function pathsOf(type: Type, prefix = ''): readonly string[] {
  if (type.is === 'list') return pathsOf(type.of, prefix)
  if (type.is !== 'object') return []
  return [...type.members].flatMap(([name, inner]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`
    const below = pathsOf(inner, path)
    return below.length > 0 ? below : [path]
  })
}
