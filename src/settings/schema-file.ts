// The configuration's schema as a file for editors (config/schema.json): completion, hover and red lines while typing.

import type { ZodType } from 'zod'
import { isList, isObject, type Json, type JsonObject, own } from '#core/model/json'
import { Document, profilesKey } from './schema.ts'
import { branches, shapeOf } from './shape.ts'

/** A connector's settings, under each name that a file may use for it. */
export interface Described {
  readonly role: 'source' | 'target'
  readonly names: readonly string[]
  readonly settings: ZodType
}

export function schemaFile(connectors: readonly Described[]): JsonObject {
  const shape = shapeOf(Document)
  const properties = { ...groupAt(shape, 'properties') }
  const groups = { sources: 'source', targets: 'target' } as const
  for (const [group, role] of Object.entries(groups)) {
    const described = connectors.filter((connector) => connector.role === role)
    properties[group] = { ...groupAt(properties, group), additionalProperties: connectionSchema(described) }
  }
  const whole = { ...shape, title: 'dealbridge configuration', properties }
  return { ...whole, properties: { ...properties, [profilesKey]: profilesSchema(whole) } }
}

function connectionSchema(described: readonly Described[]): JsonObject {
  const known = described.flatMap(({ names }) => names)
  const types = described.flatMap(({ names, settings }) =>
    branches(shapeOf(settings)).map((shape): JsonObject => {
      const type = names.length === 1 ? { const: names[0] ?? '' } : { enum: names }
      const required = own(shape, 'required')
      return {
        ...without(shape, '$schema'),
        properties: { type, ...groupAt(shape, 'properties') },
        required: ['type', ...(isList(required) ? required : [])],
      }
    }),
  )
  const installed = {
    type: 'object',
    properties: { type: { type: 'string', not: { enum: known } } },
    required: ['type'],
  }
  return { anyOf: [...types, installed] }
}

/** A profile may hold any part of the file, and none of it is required there. */
function profilesSchema(whole: JsonObject): JsonObject {
  return {
    type: 'object',
    description: 'Settings laid over the file when asked for: dealbridge --profile NAME.',
    additionalProperties: relaxed(without(whole, '$schema')),
  }
}

function relaxed(value: Json): Json {
  if (isList(value)) return value.map(relaxed)
  if (!isObject(value)) return value
  const entries = Object.entries(value).filter(([key]) => key !== 'required' && key !== 'default' && key !== 'title')
  return Object.fromEntries(entries.map(([key, inner]) => [key, relaxed(inner)]))
}

function groupAt(object: JsonObject, name: string): JsonObject {
  const value = own(object, name)
  return isObject(value) ? value : {}
}

function without(object: JsonObject, name: string): JsonObject {
  const { [name]: _, ...rest } = object
  return rest
}
