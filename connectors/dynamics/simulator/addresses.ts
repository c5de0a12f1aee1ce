// Which row an address means: `accounts(guid)`, `opportunities(key='A-1')`, `$1`, absolute or relative.

import { parseGuid, type Cell } from './cells.ts'
import type { Key, Table } from './columns.ts'
import { refusals } from './refusals.ts'
import type { Row, World } from './world.ts'

export interface Target {
  readonly table: Table
  /** What the address says, whether or not such a row exists. */
  readonly id: string | null
  readonly key: { readonly key: Key; readonly values: Readonly<Record<string, Cell>> } | null
  /** As written, for answers that echo it. */
  readonly text: string
}

const apiPath = /^(?:https?:\/\/[^/]+)?\/?(?:api\/data\/v\d+\.\d+\/)?(.*)$/i

/** The part of an address after the API's own path. */
export const localPart = (address: string): string => apiPath.exec(address)?.[1] ?? address

/** `accounts(…)`: the table and what stands between the brackets. */
export function splitSet(segment: string): { readonly set: string; readonly inside: string | null } {
  const found = /^([\w.]+)(?:\((.*)\))?$/s.exec(segment)
  if (!found) throw refusals.unknownSegment(segment)
  return { set: found[1] ?? '', inside: found[2] ?? null }
}

export function parseTarget(world: World, segment: string): Target {
  const { set, inside } = splitSet(segment)
  const table = world.tableOfSet(set)
  const text = `${set}(${inside ?? ''})`
  const guid = parseGuid(inside ?? '')
  if (guid !== undefined) return { table, id: guid, key: null, text }
  const parts = keyParts(table, inside ?? '')
  const named = parts.get(table.id)
  if (parts.size === 1 && named !== undefined) return { table, id: parseGuid(named) ?? named, key: null, text }
  const key = table.keys.find(({ status, columns }) => status === 'Active' && sameNames(columns, [...parts.keys()]))
  if (!key) throw refusals.badKey(table.kind)
  const values = Object.fromEntries([...parts].map(([name, literal]) => [name, keyCell(table, name, literal)]))
  return { table, id: null, key: { key, values }, text }
}

/** These characters do not work in a key of a URL, however they are encoded. */
const unusable = /[/<>*%&:\\?+]/

function keyParts(table: Table, inside: string): Map<string, string> {
  const parts = new Map<string, string>()
  for (const part of inside.matchAll(/(\w+)=('(?:[^']|'')*'|[^,]+)(?:,|$)/g)) {
    const [, property = '', literal = ''] = part
    const isText = literal.startsWith("'")
    if (isText && unusable.test(literal)) throw refusals.badKey(table.kind)
    const name = /^_(\w+)_value$/.exec(property)?.[1] ?? property
    parts.set(name, isText ? literal.slice(1, -1).replaceAll("''", "'") : literal)
  }
  if (parts.size === 0) throw refusals.badKey(table.kind)
  return parts
}

function keyCell(table: Table, name: string, literal: string): Cell {
  const column = table.columns.get(name)
  if (!column) throw refusals.badKey(table.kind)
  if (column.navigation) return { kind: Object.keys(column.navigation)[0] ?? '', id: parseGuid(literal) ?? literal }
  return ['integer', 'bigint', 'picklist'].includes(column.type) ? Number(literal) : literal
}

const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name) => b.includes(name))

export function findTarget(world: World, target: Target): Row | undefined {
  if (target.id !== null) return world.get(target.table, target.id)
  const { key, values } = target.key ?? { key: undefined, values: {} }
  const lead = target.table.columns.get(key?.columns[0] ?? '')
  if (!key || !lead) return undefined
  const same = (row: Row): boolean =>
    key.columns.every((name) => {
      const column = target.table.columns.get(name)
      return column !== undefined && world.withValue(target.table, column, values[name] ?? null).includes(row)
    })
  return world.withValue(target.table, lead, values[lead.name] ?? null).find(same)
}

export function mustFind(world: World, target: Target): Row {
  const row = findTarget(world, target)
  if (row) return row
  throw target.id === null ? refusals.missingByKey(target.table.kind) : refusals.missing(target.table.kind, target.id)
}

/** What a bind or an `@odata.id` points to. */
export function resolveReference(
  world: World,
  reference: string,
  declared: ReadonlyMap<string, string>,
): { readonly kind: string; readonly id: string } {
  const dollar = /^\/?\$(\w+)$/.exec(reference)?.[1]
  if (dollar !== undefined) {
    const known = declared.get(dollar)
    if (known === undefined)
      throw refusals.parser(`Content-ID Reference: '$${dollar}' does not exist in the batch context.`)
    return resolveReference(world, known, declared)
  }
  const target = parseTarget(world, decodeURIComponent(localPart(reference)))
  return { kind: target.table.kind, id: mustFind(world, target).id }
}
