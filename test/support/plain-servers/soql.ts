// Enough of SOQL to answer a client that asks about one object: fields and parents, conditions with AND, OR, NOT and
// brackets, an order and a limit. Texts are compared without regard to case, as Salesforce does.

export type Row = { [name: string]: unknown }

export interface Query {
  readonly fields: readonly string[]
  readonly object: string
  readonly passes: (row: Row) => boolean
  readonly inOrder: (a: Row, b: Row) => number
  readonly limit: number
}

/** Throws where it does not understand: then the query is malformed. */
export function parseSoql(soql: string): Query {
  const shape = /^SELECT (.+?) FROM (\w+)(?: WHERE (.+?))?(?: ORDER BY (.+?))?(?: LIMIT (\d+))?$/s.exec(soql.trim())
  if (!shape) throw new SyntaxError('unexpected token')
  const [, fields = '', object = '', where, order, limit] = shape
  return {
    fields: fields.split(',').map((name) => name.trim()),
    object,
    passes: where === undefined ? () => true : condition(where),
    inOrder: orderOf(order ?? 'Id'),
    limit: limit === undefined ? Infinity : Number(limit),
  }
}

/** `Account.Name` leads through the parent; through an empty one there is nothing. */
export function valueAt(row: Row, path: string): unknown {
  const [head = '', ...rest] = path.split('.')
  const value = Object.hasOwn(row, head) ? row[head] : null
  return rest.length === 0 ? value : value === null ? null : valueAt(value as Row, rest.join('.'))
}

type Test = (row: Row) => boolean

function condition(text: string): Test {
  const tokens = text.match(/'(?:\\.|[^'\\])*'|[<>!]?=|[<>(),]|[^\s'<>=!(),]+/g) ?? []
  let at = 0
  const take = (): string => tokens[at++] ?? ''
  /** Takes it along where it is. */
  const isNext = (word: string): boolean => {
    const isIt = tokens[at]?.toUpperCase() === word
    if (isIt) at += 1
    return isIt
  }
  const expect = (word: string): void => {
    if (take().toUpperCase() !== word) throw new SyntaxError(`expected ${word}`)
  }
  function anyOf(): Test {
    const tests = [allOf()]
    while (isNext('OR')) tests.push(allOf())
    return (row) => tests.some((test) => test(row))
  }
  function allOf(): Test {
    const tests = [one()]
    while (isNext('AND')) tests.push(one())
    return (row) => tests.every((test) => test(row))
  }
  function one(): Test {
    if (isNext('NOT')) {
      const test = one()
      return (row) => !test(row)
    }
    if (isNext('(')) {
      const test = anyOf()
      expect(')')
      return test
    }
    const name = take()
    return comparison(name, take().toUpperCase())
  }
  function comparison(name: string, operator: string): Test {
    if (operator === 'IN') {
      expect('(')
      const values = [literal(take())]
      while (isNext(',')) values.push(literal(take()))
      expect(')')
      return (row) => values.some((value) => compare(valueAt(row, name), value) === 0)
    }
    const value = literal(take())
    if (operator === 'LIKE') return (row) => pattern(String(value)).test(textOf(valueAt(row, name)))
    const says = verdicts[operator]
    if (!says) throw new SyntaxError(`unknown operator ${operator}`)
    return (row) => says(compare(valueAt(row, name), value))
  }
  const test = anyOf()
  if (at < tokens.length) throw new SyntaxError('unexpected token')
  return test
}

const textOf = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

const verdicts: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}

function literal(token: string): unknown {
  if (token.startsWith("'")) return token.slice(1, -1).replaceAll(/\\(.)/g, '$1')
  if (/^(?:true|false|null)$/i.test(token)) return JSON.parse(token.toLowerCase())
  return /^-?\d+(?:\.\d+)?$/.test(token) ? Number(token) : token
}

/** Not comparable is neither before nor after nor equal. */
function compare(have: unknown, want: unknown): number {
  if (have === null || want === null) return have === want ? 0 : Number.NaN
  const [a, b] = [comparable(have), comparable(want)]
  return a === b ? 0 : a < b ? -1 : 1
}

function comparable(value: unknown): string | number {
  if (typeof value === 'number') return value
  const text = String(value)
  const isStamp = /^\d{4}-\d\d-\d\dT/.test(text)
  // Whole seconds: more of a stamp is not compared.
  return isStamp ? Math.floor(Date.parse(text.replace('+0000', 'Z')) / 1_000) : text.toLowerCase()
}

function pattern(like: string): RegExp {
  const source = like.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('%', '.*')
  return new RegExp(`^${source.replaceAll('_', '.')}$`, 'is')
}

function orderOf(text: string): (a: Row, b: Row) => number {
  const keys = text.split(',').map((part) => {
    const [name = '', direction = 'ASC'] = part.trim().split(/\s+/)
    return { name, sign: direction.toUpperCase() === 'DESC' ? -1 : 1 }
  })
  return (a, b) => {
    for (const { name, sign } of keys) {
      const order = compare(valueAt(a, name), valueAt(b, name))
      if (order !== 0 && !Number.isNaN(order)) return sign * order
    }
    return 0
  }
}
