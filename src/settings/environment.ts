// Settings from the environment: every single value of the file that is not about one connection or pipeline has a
// variable, named after its path: `logging.level` is DEALBRIDGE_LOGGING_LEVEL.

import { isObject, type JsonObject, own } from '#core/model/json'
import { nearest } from '#core/nearest'
import type { Problem } from '#core/problem'
import { type Layers, withValue } from './layers.ts'
import { branches } from './shape.ts'

export type Env = Readonly<Record<string, string | undefined>>

export interface Variable {
  readonly name: string
  readonly path: readonly string[]
  readonly about: string
}

const prefix = 'DEALBRIDGE_'
/** Said before the file is read, and so not settings of it. */
const others = ['DEALBRIDGE_CONFIG', 'DEALBRIDGE_PROFILE']

/** Every value with a fixed path, in the order of the file. */
export function variablesOf(shape: JsonObject, path: readonly string[] = []): readonly Variable[] {
  const found = branches(shape).flatMap((branch) => {
    const properties = own(branch, 'properties')
    if (!isObject(properties)) return []
    return Object.entries(properties).flatMap(([key, inner]) =>
      isObject(inner) ? variableOrGroup(inner, [...path, key]) : [],
    )
  })
  return [...new Map(found.map((variable) => [variable.name, variable])).values()]
}

function variableOrGroup(shape: JsonObject, path: readonly string[]): readonly Variable[] {
  const isGroup = branches(shape).some((branch) => own(branch, 'type') === 'object')
  if (isGroup) return variablesOf(shape, path)
  const isSingle = branches(shape).some((branch) => own(branch, 'type') !== 'array')
  return isSingle && path[0] !== 'version' ? [{ name: variableName(path), path, about: aboutOf(shape) }] : []
}

function aboutOf(shape: JsonObject): string {
  const description = own(shape, 'description')
  return typeof description === 'string' ? description : ''
}

export const variableName = (path: readonly string[]): string =>
  prefix + path.map((key) => key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()).join('_')

export interface FromEnvironment {
  readonly layers: Layers
  readonly warnings: readonly Problem[]
}

export function withEnvironment(layers: Layers, env: Env, shape: JsonObject): FromEnvironment {
  const variables = variablesOf(shape)
  const set = variables.reduce((under, { name, path }) => {
    const value = env[name]
    return value === undefined || value === '' ? under : withValue(under, path, value, name)
  }, layers)
  const known = new Set([...others, ...variables.map(({ name }) => name)])
  // A variable that the file refers to (`env:DEALBRIDGE_PC_SECRET`) is a secret, and in its place.
  const strays = Object.keys(env).filter((name) => name.startsWith(prefix) && !known.has(name))
  const unknown = strays.filter((name) => !layers.source.text.includes(`env:${name}`))
  return { layers: set, warnings: unknown.toSorted().map((name) => unknownVariable(name, known)) }
}

function unknownVariable(name: string, known: ReadonlySet<string>): Problem {
  const near = nearest(name, known)
  return {
    code: 'DB-1021',
    severity: 'warning',
    what: `The environment variable ${name} sets nothing.`,
    where: { file: name, line: 1, column: 1 },
    ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
    fix: 'remove it, or see `dealbridge service config --resolved` for the names there are',
  }
}
