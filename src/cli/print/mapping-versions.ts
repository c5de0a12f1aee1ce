// The versions of a mapping, newest first; and what changed between two of them.

import { isList, isObject, type Json } from '#core/model/json'
import type { Instant } from '#core/model/instant'
import type { MappingChange } from '#core/mapping/diff'
import type { Versions } from '#control/mappings/answers'
import type { MappingDiff } from '#control/mappings/words'
import type { Paint } from './paint.ts'
import { table } from './table.ts'
import { clip, when } from './words.ts'

export interface VersionsPrint {
  readonly paint: Paint
  readonly zone: string
  readonly now: Instant
}

export function versionLines({ pipeline, versions }: Versions, { paint, zone, now }: VersionsPrint): readonly string[] {
  if (versions.length === 0)
    return [`${paint.bold(pipeline)} has not worked with any mapping yet. The first pass makes version 1.`]
  const rows = versions
    .toReversed()
    .map(({ number, at, who, note, name, hash }) => [
      String(number),
      when(at, now, zone),
      who,
      name,
      hash.slice(0, 8),
      note === null ? unsaid(number) : clip(note, 80),
    ])
  return [paint.bold(pipeline), ...table(['VERSION', 'SINCE', 'WHO', 'MAPPING', 'HASH', 'NOTE'], rows, paint)]
}

const unsaid = (number: number): string => (number === 1 ? '(the first)' : '(taken over: the file had changed)')

const marks: Readonly<Record<MappingChange['change'], string>> = { added: '+', removed: '-', changed: '~' }

export function diffLines({ before, after, changes }: MappingDiff, paint: Paint): readonly string[] {
  const head = paint.bold(`${before} → ${after}`)
  if (changes.length === 0) return [head, 'They mean the same.']
  return [head, ...changes.map((change) => changeLine(change, paint))]
}

function changeLine({ change, what, key, before, after }: MappingChange, paint: Paint): string {
  const place = `  ${marks[change]} ${what}${key === undefined ? '' : `  ${key}`}`
  if (key === 'order') return `${place}: they stand in another order`
  if (change === 'added') return `${paint.good(place)}  ${said(after)}`
  if (change === 'removed') return `${paint.bad(place)}  ${said(before)}`
  return `${place}  ${said(before)} → ${said(after)}`
}

/** As it would stand on one line of the file. */
function said(value: Json | undefined): string {
  if (value === undefined) return '(nothing)'
  return clip(inline(value), 90)
}

function inline(value: Json): string {
  if (isList(value)) return `[${value.map(inline).join(', ')}]`
  if (!isObject(value)) return value === null ? 'blank' : String(value)
  return `{ ${Object.entries(value)
    .map(([key, inner]) => `${key}: ${inline(inner)}`)
    .join(', ')} }`
}
