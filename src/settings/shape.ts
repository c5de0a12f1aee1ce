// A zod schema as JSON Schema: what keys and values there may be at a place. Suggestions, the file for editors and the
// list of defaults are all read from it, so none of them can disagree with what is checked.

import { type ZodType, z } from 'zod'
import { isList, isObject, type Json, type JsonObject, own } from '#core/model/json'
import type { Path } from './layers.ts'

const shapes = new WeakMap<ZodType, JsonObject>()

/** What goes in: before defaults are filled in and units read. */
export function shapeOf(schema: ZodType): JsonObject {
  const known = shapes.get(schema)
  if (known) return known
  const made = z.toJSONSchema(schema, { io: 'input', target: 'draft-7', unrepresentable: 'any' })
  // Through text, so that it is plain JSON and nothing of zod's.
  const shape = JSON.parse(JSON.stringify(made)) as JsonObject
  shapes.set(schema, shape)
  return shape
}

/** The shapes a place may have: several where the file may choose one. */
export function shapesAt(shape: JsonObject, path: Path): readonly JsonObject[] {
  return path.reduce<readonly JsonObject[]>((here, step) => here.flatMap((one) => stepInto(one, step)), branches(shape))
}

function stepInto(shape: JsonObject, step: string | number): readonly JsonObject[] {
  const inner = typeof step === 'number' ? own(shape, 'items') : named(shape, step)
  return isObject(inner) ? branches(inner) : []
}

function named(shape: JsonObject, name: string): Json | undefined {
  const properties = own(shape, 'properties')
  const known = isObject(properties) ? own(properties, name) : undefined
  return known ?? own(shape, 'additionalProperties')
}

/** A shape, or the alternatives it stands for. */
export function branches(shape: JsonObject): readonly JsonObject[] {
  const choices = own(shape, 'anyOf') ?? own(shape, 'oneOf')
  return isList(choices) ? choices.filter(isObject).flatMap(branches) : [shape]
}

/** The keys that may stand in a group. */
export function keysOf(shapes: readonly JsonObject[]): readonly string[] {
  const keys = shapes.flatMap((shape) => {
    const properties = own(shape, 'properties')
    return isObject(properties) ? Object.keys(properties) : []
  })
  return [...new Set(keys)]
}

/** The values a place may hold, where they are a closed set. */
export function valuesOf(shapes: readonly JsonObject[]): readonly string[] {
  return shapes.flatMap((shape) => {
    const listed = own(shape, 'enum')
    const only = own(shape, 'const')
    return [...(isList(listed) ? listed : []), ...(only === undefined ? [] : [only])].map(String)
  })
}
