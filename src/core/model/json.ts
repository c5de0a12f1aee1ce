// Plain JSON values and safe ways into them. Everything that came from outside is one of these until a schema
// has looked at it.

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [name: string]: Json
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

/** An own property, never one inherited from a prototype: data may be named `constructor`. */
export function own(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

/** The value at a dotted path (`details.dealValue`); undefined when any step is missing. Lists are projected. */
export function at(value: Json | undefined, path: string): Json | undefined {
  let here: Json | undefined = value
  for (const step of path.split('.')) here = stepInto(here, step)
  return here
}

function stepInto(value: Json | undefined, step: string): Json | undefined {
  if (isObject(value)) return own(value, step)
  if (!isList(value)) return undefined
  const found = value.map((item) => stepInto(item, step)).filter((item) => item !== undefined)
  return found.flatMap((item) => (isList(item) ? [...item] : [item]))
}

/** A copy with one dotted path set; objects on the way are made, lists are replaced whole. */
export function withAt(object: JsonObject, path: string, value: Json): JsonObject {
  const [head = '', ...rest] = path.split('.')
  const copy = Object.assign(bare(), object)
  const inner = own(object, head)
  copy[head] = rest.length === 0 ? value : withAt(isObject(inner) ? inner : {}, rest.join('.'), value)
  return copy
}

/** A record without a prototype, so that no key of the data can reach one. */
export function bare<T = Json>(): Record<string, T> {
  return Object.create(null) as Record<string, T>
}

/** A scalar as text; empty for null, lists and objects. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : ''
}

/** The same text for the same content, whatever the order of keys: for hashes and comparisons. */
export function canonicalJson(value: Json): string {
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const names = Object.keys(value).toSorted()
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name] ?? null)}`).join(',')}}`
}

export function sameJson(a: Json, b: Json): boolean {
  return a === b || canonicalJson(a) === canonicalJson(b)
}
