// Every setting with its default and a line about it (config/default.yaml): for people who look for the name of a
// setting, and proof that each has a name, a default and a line.

import { isList, isObject, type Json, type JsonObject, own } from '#core/model/json'
import { variablesOf } from './environment.ts'
import { Document } from './schema.ts'
import { branches, shapeOf } from './shape.ts'

const head = `# Every setting, with its default and a line about it. A file of your own needs only what differs, besides its sources,
# targets and pipelines; config/example.yaml shows a whole one. What begins with "#" has no default.
# Made from src/settings by npm run schema; not to be edited by hand.`

export function defaultFile(): string {
  const shape = shapeOf(Document)
  const variables = variablesOf(shape).map(({ name, path }) => `#   ${name.padEnd(48)} ${path.join('.')}`)
  const sections = settingsIn(shape).flatMap(([key, inner]) => ['', ...linesOf(key, inner, { depth: 0, isSet: true })])
  const tail = ['', '# Single values can also be set in the environment, which counts before the file:', ...variables]
  return `${[head, ...sections, ...tail].join('\n')}\n`
}

interface Place {
  readonly depth: number
  /** Otherwise it is shown behind a "#". */
  readonly isSet: boolean
}

function linesOf(key: string, shape: JsonObject, place: Place): readonly string[] {
  const fallback = own(shape, 'default') ?? own(shape, 'const')
  const [first = shape] = branches(shape)
  const about = textOf(own(shape, 'description') ?? own(first, 'description'))
  const named = own(first, 'additionalProperties')
  if (own(first, 'type') === 'object' && isObject(named) && own(first, 'properties') === undefined) {
    const inside = { depth: place.depth + 1, isSet: false }
    return [line(place, `${key}: {}`, about), ...linesOf('NAME', named, inside)]
  }
  if (own(first, 'type') === 'object') {
    const here = { ...place, isSet: place.isSet && fallback !== undefined }
    const inner = settingsIn(first).flatMap(([name, one]) => linesOf(name, one, { ...here, depth: place.depth + 1 }))
    return [line(here, `${key}:`, about), ...inner]
  }
  if (fallback === undefined) return [line({ ...place, isSet: false }, `${key}:`, about)]
  return [line(place, `${key}: ${written(fallback)}`, about)]
}

function settingsIn(shape: JsonObject): readonly (readonly [string, JsonObject])[] {
  const properties = own(shape, 'properties')
  if (!isObject(properties)) return []
  return Object.entries(properties).flatMap(([key, inner]) => (isObject(inner) ? [[key, inner] as const] : []))
}

const commentAt = 44

function line({ depth, isSet }: Place, setting: string, about: string): string {
  const text = `${'  '.repeat(depth)}${isSet ? '' : '# '}${setting}`
  return about === '' ? text : `${text.padEnd(commentAt)} # ${about}`
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

/** As a person would write it: without quotation marks where none are needed. */
function written(value: Json): string {
  if (isList(value)) return `[${value.map(written).join(', ')}]`
  return typeof value === 'string' && /^[A-Za-z0-9/][\w./% -]*(?::\d+)?$/.test(value) && !/^\d+:/.test(value)
    ? value
    : JSON.stringify(value)
}
