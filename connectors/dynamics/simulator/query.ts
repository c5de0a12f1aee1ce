// Reading rows: the query options of a GET, pages with an opaque token, and related rows brought along.

import { Digits, parseGuid, isRef, type Cell, type Wire } from './cells.ts'
import type { Table } from './columns.ts'
import { columnOf, compileFilter } from './filter.ts'
import { refusals } from './refusals.ts'
import { render, type Rendering } from './render.ts'
import type { Row, World } from './world.ts'

export interface Query {
  readonly world: World
  readonly table: Table
  readonly options: ReadonlyMap<string, string>
  readonly annotations: boolean
  /** From the Prefer header; the service never gives more than 5000. */
  readonly pageSize: number
  /** `$top` is ignored beside a page size. */
  readonly isPaged: boolean
  /** `https://host/api/data/v9.2` as the caller wrote it: links in answers begin with it. */
  readonly root: string
  readonly path: string
}

export const pageMax = 5000

const known = new Set(['$select', '$filter', '$orderby', '$expand', '$top', '$count', '$skiptoken', '$deltatoken'])

/** The options as written; an unknown one is an error, and `$skip` is unknown here. */
export function parseOptions(search: string): ReadonlyMap<string, string> {
  const options = new Map<string, string>()
  for (const part of search.replace(/^\?/, '').split('&')) {
    if (part === '') continue
    const at = part.indexOf('=')
    const name = decodeURIComponent(at < 0 ? part : part.slice(0, at))
    if (name.startsWith('$') && !known.has(name))
      throw refusals.parser(`The query parameter '${name}' is not supported.`)
    options.set(name, at < 0 ? '' : decodeURIComponent(part.slice(at + 1)))
  }
  return options
}

export const listOf = (text: string | undefined): readonly string[] | null =>
  text === undefined || text === '' ? null : text.split(',').map((one) => one.trim())

export function rendering({ options, annotations }: Query): Rendering {
  return { select: listOf(options.get('$select')), annotations }
}

export function readMany(query: Query): Record<string, Wire> {
  const { world, options, pageSize, isPaged } = query
  const rows = ordered(query, matching(query))
  const start = startOf(query, rows)
  const top = options.has('$top') && !isPaged ? Number(options.get('$top')) : Infinity
  const page = rows.slice(start, start + Math.min(pageSize, top))
  const answer: Record<string, Wire> = { '@odata.context': contextOf(query) }
  if (options.get('$count') === 'true') answer['@odata.count'] = new Digits(String(Math.min(rows.length, pageMax)))
  answer['value'] = page.map((row) => withExpanded(query, row, render(world, row, rendering(query))))
  const last = page.at(-1)
  if (last && start + page.length < rows.length && top === Infinity)
    answer['@odata.nextLink'] = nextLink(query, skipToken(pageNumber(options) + 1, last.id))
  return answer
}

/** `…/$count`: as text, and never more than a page. */
export const countOf = (query: Query): string => String(Math.min(matching(query).length, pageMax))

export function readOne(query: Query, row: Row): Record<string, Wire> {
  return {
    '@odata.context': `${contextOf(query)}/$entity`,
    ...withExpanded(query, row, render(query.world, row, rendering(query))),
  }
}

export const contextOf = ({ root, table, options }: Query): string => {
  const select = options.get('$select')
  return `${root}/$metadata#${table.set}${select === undefined ? '' : `(${select})`}`
}

function matching({ world, table, options }: Query): readonly Row[] {
  const filter = options.get('$filter')
  if (filter === undefined || filter === '') return [...world.rows(table).values()]
  const aliases = new Map([...options].filter(([name]) => name.startsWith('@')))
  const condition = compileFilter(world, table, filter, aliases)
  return (condition.candidates ?? [...world.rows(table).values()]).filter(condition.test)
}

function ordered({ table, options }: Query, rows: readonly Row[]): readonly Row[] {
  const keys = (listOf(options.get('$orderby')) ?? []).map((text) => {
    const [property = '', direction] = text.split(/\s+/)
    return { column: columnOf(table, property).name, sign: direction === 'desc' ? -1 : 1 }
  })
  return [...rows].sort((a, b) => {
    for (const { column, sign } of keys) {
      const order = compareCells(a.cells[column] ?? null, b.cells[column] ?? null)
      if (order !== 0) return order * sign
    }
    return a.place - b.place
  })
}

/** Empty comes first. Decimals are text in a cell and numbers in their order. */
function compareCells(a: Cell, b: Cell): number {
  const [left, right] = [a, b].map((cell) => (isRef(cell) ? cell.id : (cell ?? '')))
  if (typeof left === 'string' && typeof right === 'string' && isNumeric(left) && isNumeric(right))
    return Number(left) - Number(right)
  return left === right ? 0 : (left ?? '') < (right ?? '') ? -1 : 1
}
const isNumeric = (text: string): boolean => /^-?\d+(\.\d+)?$/.test(text)

// A paging cookie holds the last row of the page before; rows that moved meanwhile are seen again or later.

const skipToken = (page: number, last: string): string =>
  `<cookie pagenumber="${page}" pagingcookie="${encodeURIComponent(`<cookie page="${page - 1}"><id last="{${last}}" /></cookie>`)}" istracking="False" />`

function pageNumber(options: Query['options']): number {
  return Number(/pagenumber="(\d+)"/.exec(options.get('$skiptoken') ?? '')?.[1] ?? 1)
}

function startOf({ options, pageSize }: Query, rows: readonly Row[]): number {
  const token = options.get('$skiptoken')
  if (token === undefined) return 0
  const last = parseGuid(/last="(\{[^}]*\})"/.exec(decodeURIComponent(token))?.[1] ?? '')
  if (last === undefined) throw refusals.parser('Malformed XML in $skiptoken.')
  const at = rows.findIndex((row) => row.id === last)
  return at >= 0 ? at + 1 : (pageNumber(options) - 1) * pageSize
}

/** Everything that was asked, and where to go on. Built from the address the caller used. */
export function nextLink({ root, path, options }: Query, token: string, name = '$skiptoken'): string {
  const kept = [...options].filter(([option]) => option !== '$skiptoken' && option !== '$deltatoken')
  const query = [...kept, [name, token] as const]
    .map(([option, value]) => `${option}=${encodeURIComponent(value)}`)
    .join('&')
  return `${root}/${path}?${query}`
}

// ── related rows ─────────────────────────────────────────────────────────────────────────────────────────────

function withExpanded(query: Query, row: Row, answer: Record<string, Wire>): Record<string, Wire> {
  for (const part of expansions(query.options.get('$expand'))) answer[part.name] = expanded(query, row, part)
  return answer
}

interface Expansion {
  readonly name: string
  readonly options: ReadonlyMap<string, string>
}

/** `a($select=x;$top=1),b` */
function expansions(text: string | undefined): readonly Expansion[] {
  if (text === undefined) return []
  return splitOutside(text, ',').map((part) => {
    const found = /^(\w+)(?:\((.*)\))?$/s.exec(part.trim())
    if (!found) throw refusals.parser(`Syntax error in $expand near '${part}'.`)
    const options = splitOutside(found[2] ?? '', ';').map((option) => {
      const at = option.indexOf('=')
      return [option.slice(0, at).trim(), option.slice(at + 1)] as const
    })
    return { name: found[1] ?? '', options: new Map(options) }
  })
}

export function splitOutside(text: string, separator: string): readonly string[] {
  const parts: string[] = []
  let depth = 0
  let quoted = false
  let part = ''
  for (const char of text) {
    if (char === "'") quoted = !quoted
    if (!quoted) depth += char === '(' ? 1 : char === ')' ? -1 : 0
    if (char === separator && depth === 0 && !quoted) {
      parts.push(part)
      part = ''
    } else part += char
  }
  return part === '' ? parts : [...parts, part]
}

function expanded(query: Query, row: Row, { name, options }: Expansion): Wire {
  const { world } = query
  const inner = (table: Table): Query => ({ ...query, table, options })
  const collection = row.table.collections.find((one) => one.name === name)
  if (collection) {
    const table = world.table(collection.kind)
    const column = table.columns.get(collection.column)
    const rows = column ? world.withValue(table, column, { kind: row.table.kind, id: row.id }) : []
    const top = options.has('$top') ? Number(options.get('$top')) : pageMax
    const asked = inner(table)
    return ordered(asked, rows)
      .slice(0, top)
      .map((related) => render(world, related, rendering(asked)))
  }
  const column = [...row.table.columns.values()].find((one) => Object.values(one.navigation ?? {}).includes(name))
  if (!column) throw refusals.unknownProperty(row.table.kind, name)
  const ref = row.cells[column.name]
  const target =
    isRef(ref) && column.navigation?.[ref.kind] === name ? world.get(world.table(ref.kind), ref.id) : undefined
  return target ? render(world, target, rendering(inner(target.table))) : null
}
