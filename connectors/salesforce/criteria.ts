// One question as a condition of a query. What a condition lets through may be more than what was asked for, never
// less: names are looked for by their first word, web sites by their domain, and the caller compares again.

import { canonicalDecimal, type Criterion, type FieldName, type JsonObject, own, type Question } from '#spi'
import { CallFailure, fix } from './faults.ts'
import { type Field, isNumber, type ObjectFacts } from './describe.ts'
import { anything, identifier, isCertainId, isSafeId, like, literal, quote } from './soql.ts'

export interface Condition {
  /** Conditions of one group fit into one query. */
  readonly group: string
  /** The field of a list (`Field IN (…)`); null where conditions are joined by OR. */
  readonly list: FieldName | null
  /** One value of the list, or a whole condition. */
  readonly text: string
  readonly fields: readonly FieldName[]
  readonly withDeleted: boolean
  /** For a list: the value a row must have; null where every row has to be looked at. */
  readonly value: string | null
  readonly valueOf: (row: JsonObject) => string
  readonly accepts: (row: JsonObject) => boolean
}

/** Null when nothing can match: a blank value, or one that cannot be a value of the field. */
export function conditionOf(facts: ObjectFacts, by: Question['by']): Condition | null {
  if ('id' in by) return byId(facts, by.id)
  if ('key' in by) return listCondition(facts, by.key.field, by.key.value)
  const [only, ...others] = by.match
  if (!only || by.match.some((criterion) => criterion.value.trim() === '')) return null
  const isPlain = others.length === 0 && (only.compare === 'exact' || only.compare === 'email')
  return isPlain ? listCondition(facts, only.field, only.value) : joined(facts, by.match)
}

/** An id that a record of ours has: of whatever form, and to be found in the recycle bin too. */
function byId(facts: ObjectFacts, id: string): Condition | null {
  return isSafeId(id) ? condition(fieldOf(facts, 'Id'), id, quote(id), true) : null
}

function listCondition(facts: ObjectFacts, name: FieldName, raw: string): Condition | null {
  const field = fieldOf(facts, name)
  const value = raw.trim()
  const text = value === '' ? undefined : literal(field, value)
  return text === undefined ? null : condition(field, value, text, false)
}

function condition(field: Field, value: string, text: string, withDeleted: boolean): Condition {
  const { name } = field
  // An id with wrong check characters may refuse its query; it must not take others along.
  const isDoubtful = field.type === 'id' && !isCertainId(value)
  return {
    group: `in ${name} ${withDeleted} ${isDoubtful}`,
    list: name,
    text,
    fields: [name],
    withDeleted,
    value: comparable(field, value),
    valueOf: (row) => comparable(field, textIn(row, name)),
    accepts: () => true,
  }
}

function joined(facts: ObjectFacts, criteria: readonly Criterion[]): Condition | null {
  const tests = criteria.map((criterion) => testOf(fieldOf(facts, criterion.field), criterion))
  const known = tests.filter((test) => test !== null)
  if (known.length < tests.length) return null
  return {
    group: `or ${criteria.map(({ field, compare }) => `${field} ${compare}`).join(' ')}`,
    list: null,
    text: known.map(({ soql }) => soql).join(' AND '),
    fields: criteria.map(({ field }) => field),
    withDeleted: false,
    value: null,
    valueOf: () => '',
    accepts: (row) => known.every(({ accepts }) => accepts(row)),
  }
}

/** A field that cannot be searched must not read as "nothing found": that would make duplicates. */
function fieldOf(facts: ObjectFacts, name: FieldName): Field {
  identifier(name)
  const field = facts.fields.get(name)
  if (field?.filterable) return field
  throw new CallFailure(fix(field ? 'DB-1316' : 'DB-1311', 0), 'no')
}

interface Test {
  readonly soql: string
  readonly accepts: (row: JsonObject) => boolean
}

function testOf(field: Field, { compare, value: raw }: Criterion): Test | null {
  const { name } = field
  const value = raw.trim()
  const contains = (part: string) => (row: JsonObject) => textIn(row, name).toLowerCase().includes(part)
  if (compare === 'domain') {
    const domain = domainOf(value)
    return domain === ''
      ? null
      : { soql: `${name} LIKE ${like(anything, domain, anything)}`, accepts: contains(domain) }
  }
  if (compare === 'companyName') {
    const pattern = namePattern(value)
    return pattern && { soql: `${name} LIKE ${like(...pattern)}`, accepts: acceptsPattern(name, pattern) }
  }
  const text = literal(field, value)
  if (text === undefined) return null
  const wanted = comparable(field, value)
  return { soql: `${name} = ${text}`, accepts: (row) => comparable(field, textIn(row, name)) === wanted }
}

/** `https://www.contoso.example/de` and `sue@contoso.example` both belong to `contoso.example`. */
function domainOf(value: string): string {
  const host = value
    .toLowerCase()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//, '')
    .replace(/^[^@/]*@/, '')
    .split(/[/?#:]/, 1)[0]
  return (host ?? '').replace(/^www\d?\./, '').replace(/\.$/, '')
}

type Piece = string | typeof anything
type Pattern = readonly Piece[]

const legalFronts = /(?:股份有限公司|有限责任公司|有限公司|株式会社|有限会社|合同会社|주식회사)/g

/**
 * The first word of a company's name, and anything after it. Letters that may be written with or without an accent,
 * and signs that may be written or left out, stand for anything: `Müller` must find `Muller`, `S.A.P.` must find `SAP`.
 */
function namePattern(value: string): Pattern | null {
  const named = value.normalize('NFKC').replace(legalFronts, ' ').trim()
  const first = named.split(/\s+/)[0] ?? ''
  const pieces = first.match(/[a-z0-9]+|[^a-z0-9]+/gi) ?? []
  const letters = pieces.filter((piece) => /^[a-z0-9]/i.test(piece)).join('')
  // A name in another script has no accents to leave out, and no Latin letters to hold on to.
  if (letters.length < 2) return named === '' ? null : [anything, first, anything]
  const isInFront = /^[a-z0-9]/i.test(first) && value.normalize('NFKC').trim().startsWith(first)
  const front: Pattern = isInFront ? [] : [anything]
  const middle = pieces.slice(0, piecesMax).map((piece): Piece => (/^[a-z0-9]/i.test(piece) ? piece : anything))
  return [...front, ...middle, anything]
}

/** Enough to tell companies apart; what comes after them may be anything. */
const piecesMax = 8

/** The pieces in their order, with anything between them: a pattern of ours always ends with anything. */
function acceptsPattern(name: FieldName, pattern: Pattern): (row: JsonObject) => boolean {
  const pieces = pattern.filter((part) => part !== anything).map((piece) => piece.toLowerCase())
  const isInFront = pattern[0] !== anything
  return (row) => {
    const text = textIn(row, name).toLowerCase()
    let from = 0
    for (const [index, piece] of pieces.entries()) {
      const found = text.indexOf(piece, from)
      if (found === -1 || (index === 0 && isInFront && found > 0)) return false
      from = found + piece.length
    }
    return true
  }
}

function textIn(row: JsonObject, path: FieldName): string {
  const value = own(row, path)
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

/** The form in which Salesforce itself compares: without regard to case, ids without their check characters. */
function comparable(field: Field, value: string): string {
  if (field.type === 'id' || field.type === 'reference') return value.slice(0, 15)
  if (field.type === 'date' || field.type === 'datetime') return literal(field, value) ?? value
  return isNumber(field) ? (canonicalDecimal(value) ?? value) : value.trim().toLowerCase()
}
