// $filter: its grammar, and what a condition means for a row. Text compares as SQL does here: no case, no accents.
//
//   or      = and { "or" and }
//   and     = unary { "and" unary }
//   unary   = "not" unary | "(" or ")" | function | path operator literal

import { msOf, parseInstant } from '#spi'
import { folded, isRef, parseGuid, type Cell } from './cells.ts'
import type { Column, Table } from './columns.ts'
import { refusals } from './refusals.ts'
import type { Row, World } from './world.ts'

export interface Condition {
  readonly test: (row: Row) => boolean
  /** Rows outside this list cannot pass: known where an index answers the whole condition. */
  readonly candidates?: readonly Row[]
}

type Literal = { readonly is: 'text' | 'number' | 'guid' | 'moment' | 'flag' | 'null'; readonly text: string }
type Token =
  { readonly is: 'word' | 'sign'; readonly text: string } | { readonly is: 'literal'; readonly value: Literal }

const tokenShape =
  /\s*(?:('(?:[^']|'')*')|(\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?)|(\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?)|(-?\d+(?:\.\d+)?)|([A-Za-z_@][\w./@]*)|([(),=[\]]))/giy

function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = []
  tokenShape.lastIndex = 0
  while (tokenShape.lastIndex < source.trimEnd().length) {
    const found = tokenShape.exec(source)
    if (!found) throw refusals.parser(`Syntax error at position ${tokenShape.lastIndex} in '${source.slice(0, 60)}'.`)
    const [, quoted, guid, moment, number, word, sign] = found
    if (quoted !== undefined) tokens.push(literal('text', quoted.slice(1, -1).replaceAll("''", "'")))
    else if (guid !== undefined) tokens.push(literal('guid', guid))
    else if (moment !== undefined) tokens.push(literal('moment', moment))
    else if (number !== undefined) tokens.push(literal('number', number))
    else if (word !== undefined) tokens.push(wordOf(word))
    else tokens.push({ is: 'sign', text: sign ?? '' })
  }
  return tokens
}

const literal = (is: Literal['is'], text: string): Token => ({ is: 'literal', value: { is, text } })
function wordOf(word: string): Token {
  if (word === 'null') return literal('null', word)
  return word === 'true' || word === 'false' ? literal('flag', word) : { is: 'word', text: word }
}

/** Compiles a filter of one table. `aliases` holds `@name` parameters of the query. */
export function compileFilter(
  world: World,
  table: Table,
  source: string,
  aliases: ReadonlyMap<string, string> = new Map(),
): Condition {
  const resolved = source.replaceAll(/@\w+/g, (name) => aliases.get(name) ?? name)
  const parser = new Parser(world, table, tokensOf(resolved))
  return parser.whole()
}

class Parser {
  readonly #world: World
  readonly #table: Table
  readonly #tokens: readonly Token[]
  #at = 0
  constructor(world: World, table: Table, tokens: readonly Token[]) {
    this.#world = world
    this.#table = table
    this.#tokens = tokens
  }

  whole(): Condition {
    const condition = this.#or()
    if (this.#at < this.#tokens.length) throw refusals.parser('Syntax error: unexpected text at the end of the filter.')
    return condition
  }

  #or(): Condition {
    const parts = [this.#and()]
    while (this.#takeWord('or')) parts.push(this.#and())
    const [only] = parts
    if (only && parts.length === 1) return only
    const lists = parts.map((part) => part.candidates)
    const test = (row: Row): boolean => parts.some((part) => part.test(row))
    return lists.every((list) => list !== undefined) ? { test, candidates: [...new Set(lists.flat())] } : { test }
  }

  #and(): Condition {
    const parts = [this.#unary()]
    while (this.#takeWord('and')) parts.push(this.#unary())
    const [only] = parts
    if (only && parts.length === 1) return only
    const test = (row: Row): boolean => parts.every((part) => part.test(row))
    const narrowest = parts.find((part) => part.candidates !== undefined)?.candidates
    return narrowest ? { test, candidates: narrowest } : { test }
  }

  #unary(): Condition {
    if (this.#takeWord('not')) {
      const inner = this.#unary()
      return { test: (row) => !inner.test(row) }
    }
    if (this.#takeSign('(')) {
      const inner = this.#or()
      this.#expectSign(')')
      return inner
    }
    const name = this.#word()
    return this.#takeSign('(') ? this.#call(name) : this.#comparison(name)
  }

  #comparison(path: string): Condition {
    const operator = this.#word().toLowerCase()
    const wanted = this.#literal()
    const { read, column, direct } = this.#path(path)
    const compare = comparison(operator, column, wanted)
    const test = (row: Row): boolean => compare(read(row))
    if (!direct || operator !== 'eq' || wanted.is === 'null') return { test }
    return { test, candidates: this.#world.withValue(this.#table, column, indexed(column, wanted)) }
  }

  #call(name: string): Condition {
    if (name === 'Microsoft.Dynamics.CRM.In') return this.#in()
    const path = this.#word()
    this.#expectSign(',')
    const wanted = folded(this.#literal().text)
    this.#expectSign(')')
    const { read } = this.#path(path)
    const text = (row: Row): string => folded(textOf(read(row)))
    if (name === 'contains') return { test: (row) => text(row).includes(wanted) }
    if (name === 'startswith') return { test: (row) => text(row).startsWith(wanted) }
    if (name === 'endswith') return { test: (row) => text(row).endsWith(wanted) }
    throw refusals.parser(`An unknown function with name '${name}' was found.`)
  }

  /** `Microsoft.Dynamics.CRM.In(PropertyName='x',PropertyValues=['a','b'])` */
  #in(): Condition {
    this.#word()
    this.#expectSign('=')
    const { read, column } = this.#path(this.#literal().text)
    this.#expectSign(',')
    this.#word()
    this.#expectSign('=')
    this.#expectSign('[')
    const values = [this.#literal()]
    while (this.#takeSign(',')) values.push(this.#literal())
    this.#expectSign(']')
    this.#expectSign(')')
    const tests = values.map((value) => comparison('eq', column, value))
    return { test: (row) => tests.some((test) => test(read(row))) }
  }

  /** A column, `_lookup_value`, or a column of the record a lookup points to. */
  #path(path: string): { read: (row: Row) => Cell; column: Column; direct: boolean } {
    const [head = '', tail] = path.split('/')
    if (tail === undefined) {
      const column = columnOf(this.#table, head)
      return { column, direct: true, read: (row) => row.cells[column.name] ?? null }
    }
    const through = [...this.#table.columns.values()].find((one) => Object.values(one.navigation ?? {}).includes(head))
    const target = Object.entries(through?.navigation ?? {}).find(([, navigation]) => navigation === head)?.[0]
    if (!through || target === undefined) throw refusals.unknownProperty(this.#table.kind, head)
    const table = this.#world.table(target)
    const column = columnOf(table, tail)
    const read = (row: Row): Cell => {
      const ref = row.cells[through.name]
      return (isRef(ref) ? this.#world.get(table, ref.id)?.cells[column.name] : null) ?? null
    }
    return { column, read, direct: false }
  }

  #next(): Token | undefined {
    return this.#tokens[this.#at]
  }
  #takeWord(text: string): boolean {
    const token = this.#next()
    const taken = token?.is === 'word' && token.text.toLowerCase() === text
    if (taken) this.#at += 1
    return taken
  }
  #takeSign(text: string): boolean {
    const token = this.#next()
    const taken = token?.is === 'sign' && token.text === text
    if (taken) this.#at += 1
    return taken
  }
  #expectSign(text: string): void {
    if (!this.#takeSign(text)) throw refusals.parser(`Syntax error: '${text}' expected.`)
  }
  #word(): string {
    const token = this.#next()
    if (token?.is !== 'word') throw refusals.parser('Syntax error: a name was expected.')
    this.#at += 1
    return token.text
  }
  #literal(): Literal {
    const token = this.#next()
    if (token?.is !== 'literal') throw refusals.parser('Syntax error: a value was expected.')
    this.#at += 1
    return token.value
  }
}

/** The column behind a property name of the wire. Lookups are read as `_name_value`, never by their bare name. */
export function columnOf(table: Table, property: string): Column {
  const lookupName = /^_(\w+)_value$/.exec(property)?.[1]
  const column = table.columns.get(lookupName ?? property)
  const isReference = column?.navigation !== undefined
  if (!column || isReference !== (lookupName !== undefined)) throw refusals.unknownProperty(table.kind, property)
  return column
}

const textOf = (cell: Cell): string => (isRef(cell) ? cell.id : String(cell ?? ''))

function indexed(column: Column, wanted: Literal): Cell {
  if (column.navigation) return { kind: '', id: parseGuid(wanted.text) ?? wanted.text }
  if (column.type === 'boolean') return wanted.text === 'true'
  if (['integer', 'bigint', 'picklist', 'state', 'status'].includes(column.type)) return Number(wanted.text)
  return column.type === 'id' ? (parseGuid(wanted.text) ?? wanted.text) : wanted.text
}

function comparison(operator: string, column: Column, wanted: Literal): (cell: Cell) => boolean {
  if (wanted.is === 'null') return operator === 'ne' ? (cell) => cell !== null : (cell) => cell === null
  checkLiteral(column, wanted)
  const order = ordering(column, wanted)
  const wants = orders[operator]
  if (!wants) throw refusals.parser(`Syntax error: '${operator}' is not an operator.`)
  return (cell) => (cell === null ? operator === 'ne' : wants(order(cell)))
}

const orders: Readonly<Record<string, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
}

function ordering(column: Column, wanted: Literal): (cell: Cell) => number {
  if (column.type === 'datetime') return (cell) => timeOf(textOf(cell)) - timeOf(wanted.text)
  if (wanted.is === 'number') return (cell) => Number(cell) - Number(wanted.text)
  const text = column.navigation || column.type === 'id' ? (parseGuid(wanted.text) ?? wanted.text) : folded(wanted.text)
  return (cell) => {
    const have = isRef(cell) ? cell.id : folded(String(cell))
    return have === text ? 0 : have < text ? -1 : 1
  }
}

function timeOf(text: string): number {
  const instant = parseInstant(text.length === 10 ? `${text}T00:00:00Z` : text)
  return instant ? msOf(instant) : Number.NaN
}

/** OData compares like with like, or refuses the whole query. */
function checkLiteral(column: Column, wanted: Literal): void {
  const is = column.navigation || column.type === 'id' ? 'guid' : literalOf[column.type]
  if (is === wanted.is || (is === 'moment' && wanted.is === 'moment')) return
  throw refusals.parser(
    `A binary operator with incompatible types was detected. Found operand types for operator kind 'Equal' on '${column.name}'.`,
  )
}

const literalOf: Readonly<Record<Column['type'], Literal['is']>> = {
  id: 'guid',
  string: 'text',
  memo: 'text',
  multiselect: 'text',
  money: 'number',
  decimal: 'number',
  integer: 'number',
  bigint: 'number',
  boolean: 'flag',
  picklist: 'number',
  state: 'number',
  status: 'number',
  datetime: 'moment',
  lookup: 'guid',
  customer: 'guid',
  owner: 'guid',
}
