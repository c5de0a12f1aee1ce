// SOQL, read into a tree. As much of the language as clients of opportunities use: fields and parents, child queries,
// conditions, semi-joins, order, limits, date literals.

import { type Token, malformed, tokensOf } from './tokens.ts'

export interface Query {
  readonly select: readonly Selected[]
  readonly from: string
  readonly where: Condition | null
  readonly order: readonly { readonly path: string; readonly down: boolean; readonly nullsLast: boolean }[]
  readonly limit: number | null
  readonly offset: number
}

export type Selected =
  | { readonly is: 'path'; readonly path: string }
  | { readonly is: 'count' }
  | { readonly is: 'all'; readonly which: string }
  | { readonly is: 'children'; readonly query: Query }

export type Condition =
  | { readonly is: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly is: 'not'; readonly part: Condition }
  | { readonly is: 'compare'; readonly path: string; readonly sign: Sign; readonly value: Literal }
  | { readonly is: 'in'; readonly path: string; readonly not: boolean; readonly values: readonly Literal[] }
  | { readonly is: 'has'; readonly path: string; readonly not: boolean; readonly values: readonly Literal[] }
  | { readonly is: 'semijoin'; readonly path: string; readonly not: boolean; readonly query: Query }

export type Sign = '=' | '!=' | '<' | '>' | '<=' | '>=' | 'LIKE'

export interface Literal {
  readonly type: 'text' | 'number' | 'date' | 'datetime' | 'boolean' | 'null' | 'span'
  readonly text: string
}

export function parseSoql(soql: string): Query {
  const reader = new Reader(soql)
  const query = parseQuery(reader)
  reader.end()
  return query
}

class Reader {
  readonly #soql: string
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(soql: string) {
    this.#soql = soql
    this.#tokens = tokensOf(soql)
  }

  peek(): Token | undefined {
    return this.#tokens[this.#at]
  }

  isWord(...words: readonly string[]): boolean {
    const token = this.peek()
    return token?.type === 'word' && words.includes(token.text.toUpperCase())
  }

  isSign(text: string): boolean {
    const token = this.peek()
    return token?.type === 'sign' && token.text === text
  }

  take(): Token {
    const token = this.peek()
    if (!token) throw this.fail('unexpected token: <EOF>')
    this.#at += 1
    return token
  }

  takeWord(...words: readonly string[]): boolean {
    if (!this.isWord(...words)) return false
    this.#at += 1
    return true
  }

  takeSign(text: string): boolean {
    if (!this.isSign(text)) return false
    this.#at += 1
    return true
  }

  need(text: string): void {
    if (!this.takeWord(text) && !this.takeSign(text)) throw this.fail(`expecting '${text}'`)
  }

  name(): string {
    const token = this.take()
    if (token.type !== 'word') throw this.fail(`unexpected token: '${token.text}'`)
    return token.text
  }

  end(): void {
    const token = this.peek()
    if (token) throw this.fail(`unexpected token: '${token.text}'`)
  }

  fail(what: string) {
    return malformed(this.#soql, this.peek()?.at ?? this.#soql.length, what)
  }
}

function parseQuery(reader: Reader): Query {
  reader.need('SELECT')
  const select = [parseSelected(reader)]
  while (reader.takeSign(',')) select.push(parseSelected(reader))
  reader.need('FROM')
  const from = reader.name()
  if (reader.peek()?.type === 'word' && !reader.isWord(...clauses)) reader.take()
  const where = reader.takeWord('WHERE') ? parseCondition(reader) : null
  if (reader.takeWord('WITH')) reader.take()
  const order = reader.takeWord('ORDER') ? parseOrder(reader) : []
  const limit = reader.takeWord('LIMIT') ? Number(reader.take().text) : null
  const offset = reader.takeWord('OFFSET') ? Number(reader.take().text) : 0
  if (reader.takeWord('FOR')) reader.take()
  return { select, from, where, order, limit, offset }
}

const clauses = ['WHERE', 'WITH', 'ORDER', 'LIMIT', 'OFFSET', 'FOR']

function parseSelected(reader: Reader): Selected {
  if (reader.takeSign('(')) {
    const query = parseQuery(reader)
    reader.need(')')
    return { is: 'children', query }
  }
  const path = reader.name()
  const called = path.toUpperCase()
  if ((called !== 'COUNT' && called !== 'FIELDS') || !reader.takeSign('(')) return { is: 'path', path }
  const which = called === 'FIELDS' ? reader.name() : ''
  reader.need(')')
  return called === 'COUNT' ? { is: 'count' } : { is: 'all', which: which.toUpperCase() }
}

/** AND and OR side by side need parentheses: Salesforce refuses to guess which binds first. */
function parseCondition(reader: Reader): Condition {
  const first = parsePart(reader)
  const word = reader.isWord('AND') ? 'AND' : 'OR'
  const parts = [first]
  while (reader.takeWord(word)) parts.push(parsePart(reader))
  if (reader.isWord('AND', 'OR')) throw reader.fail(`unexpected token: '${reader.take().text}'`)
  return parts.length === 1 ? first : { is: word === 'AND' ? 'and' : 'or', parts }
}

function parsePart(reader: Reader): Condition {
  if (reader.takeWord('NOT')) return { is: 'not', part: parsePart(reader) }
  if (reader.takeSign('(')) {
    const inner = parseCondition(reader)
    reader.need(')')
    return inner
  }
  const path = reader.name()
  const not = reader.takeWord('NOT')
  if (reader.takeWord('IN')) return parseIn(reader, path, not)
  if (not) throw reader.fail("expecting 'IN'")
  if (reader.isWord('INCLUDES', 'EXCLUDES')) {
    const excludes = reader.take().text.toUpperCase() === 'EXCLUDES'
    return { is: 'has', path, not: excludes, values: parseList(reader) }
  }
  return { is: 'compare', path, sign: parseSign(reader), value: parseLiteral(reader) }
}

function parseIn(reader: Reader, path: string, not: boolean): Condition {
  reader.need('(')
  if (reader.isWord('SELECT')) {
    const query = parseQuery(reader)
    reader.need(')')
    return { is: 'semijoin', path, not, query }
  }
  return { is: 'in', path, not, values: restOfList(reader) }
}

function parseList(reader: Reader): readonly Literal[] {
  reader.need('(')
  return restOfList(reader)
}

function restOfList(reader: Reader): readonly Literal[] {
  const values = [parseLiteral(reader)]
  while (reader.takeSign(',')) values.push(parseLiteral(reader))
  reader.need(')')
  return values
}

function parseSign(reader: Reader): Sign {
  const token = reader.take()
  const text = token.text.toUpperCase()
  if (text === '<>') return '!='
  if (
    text === '=' ||
    text === '!=' ||
    text === '<' ||
    text === '>' ||
    text === '<=' ||
    text === '>=' ||
    text === 'LIKE'
  )
    return text
  throw reader.fail(`unexpected token: '${token.text}'`)
}

function parseLiteral(reader: Reader): Literal {
  const token = reader.take()
  if (token.type === 'text') return { type: 'text', text: token.text }
  if (token.type === 'number' || token.type === 'date' || token.type === 'datetime')
    return { type: token.type, text: token.text }
  const word = token.text.toUpperCase()
  if (word === 'NULL') return { type: 'null', text: '' }
  if (word === 'TRUE' || word === 'FALSE') return { type: 'boolean', text: word.toLowerCase() }
  if (token.type === 'word' && /^(?:TODAY|YESTERDAY|TOMORROW|(?:LAST|NEXT)_N_DAYS:\d+)$/.test(word))
    return { type: 'span', text: word }
  throw reader.fail(`unexpected token: '${token.text}'`)
}

function parseOrder(reader: Reader): Query['order'] {
  reader.need('BY')
  const order = []
  do {
    const path = reader.name()
    const down = !reader.takeWord('ASC') && reader.takeWord('DESC')
    const nullsLast = reader.takeWord('NULLS') && reader.take().text.toUpperCase() === 'LAST'
    order.push({ path, down, nullsLast })
  } while (reader.takeSign(','))
  return order
}
