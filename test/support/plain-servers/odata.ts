// Enough of OData to answer a client of the Web API: `$filter` with comparisons, `contains`, `and`, `or`, `not` and
// brackets; `$select`, `$orderby`, `$top`. Texts are compared without regard to case, as Dataverse's database does.

export type Row = { [name: string]: unknown }

export function filterOf(text: string): (row: Row) => boolean {
  const tokens = text.match(/'(?:''|[^'])*'|[(),]|[^\s'(),]+/g) ?? []
  let at = 0
  const take = (): string => tokens[at++] ?? ''
  /** Takes it along where it is. */
  const isNext = (word: string): boolean => {
    const isIt = tokens[at] === word
    if (isIt) at += 1
    return isIt
  }
  const expect = (token: string): void => {
    if (take() !== token) throw new SyntaxError(`expected ${token}`)
  }
  type Test = (row: Row) => boolean
  function anyOf(): Test {
    const tests = [allOf()]
    while (isNext('or')) tests.push(allOf())
    return (row) => tests.some((test) => test(row))
  }
  function allOf(): Test {
    const tests = [one()]
    while (isNext('and')) tests.push(one())
    return (row) => tests.every((test) => test(row))
  }
  function one(): Test {
    const token = take()
    if (token === 'not') {
      const test = one()
      return (row) => !test(row)
    }
    if (token === '(') {
      const test = anyOf()
      expect(')')
      return test
    }
    return token === 'contains' ? contains() : comparison(token)
  }
  function contains(): Test {
    expect('(')
    const name = take()
    expect(',')
    const part = String(literal(take())).toLowerCase()
    expect(')')
    return (row) => {
      const value = row[name]
      return typeof value === 'string' && value.toLowerCase().includes(part)
    }
  }
  function comparison(name: string): Test {
    const says = verdicts[take()]
    const value = literal(take())
    if (!says) throw new SyntaxError('unknown operator')
    return (row) => says(compare(row[name] ?? null, value))
  }
  const test = anyOf()
  if (at < tokens.length) throw new SyntaxError('unexpected token')
  return test
}

const verdicts: Readonly<Record<string, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
}

function literal(token: string): unknown {
  if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'")
  if (token === 'null' || token === 'true' || token === 'false') return JSON.parse(token)
  return /^-?\d+(?:\.\d+)?$/.test(token) ? Number(token) : token
}

function compare(have: unknown, want: unknown): number {
  if (have === null || want === null) return have === want ? 0 : Number.NaN
  const fold = (value: unknown): string | number => (typeof value === 'number' ? value : String(value).toLowerCase())
  const [a, b] = [fold(have), fold(want)]
  return a === b ? 0 : a < b ? -1 : 1
}

export function orderOf(text: string): (a: Row, b: Row) => number {
  const keys = text.split(',').map((part) => {
    const [name = '', direction = 'asc'] = part.trim().split(/\s+/)
    return { name, sign: direction === 'desc' ? -1 : 1 }
  })
  return (a, b) => {
    for (const { name, sign } of keys) {
      const order = compare(a[name] ?? null, b[name] ?? null)
      if (order !== 0 && !Number.isNaN(order)) return sign * order
    }
    return 0
  }
}
