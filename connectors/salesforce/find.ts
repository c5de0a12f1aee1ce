// Finding records: many questions, few calls. Questions that ask the same way are merged into one query; several
// queries travel in one call; each answer is handed back to the questions it may concern, and the caller compares again.

import type { FieldName, Host, JsonObject, Question, Shape, VendorRecord } from '#spi'
import type { Api, Manner } from './api.ts'
import { type Condition, conditionOf } from './criteria.ts'
import { type Objects, readable } from './describe.ts'
import type { Products } from './products.ts'
import { type Ask, askAll, isRows, refusedQuery, says } from './queries.ts'
import { recordOf, selection } from './records.ts'
import { identifier } from './soql.ts'

/** Of one query: well below what Salesforce takes for a statement, and few enough patterns to stay fast. */
export const charactersMax = 60_000
export const valuesMax = 1_500
export const patternsMax = 150
/** Rows of one query. A single question that brings more looks for something nobody could pick from. */
export const rowsMax = 10_000

export interface FindParts {
  readonly api: Api
  readonly objects: Objects
  readonly host: Host
  readonly products: Products
}

/** One question, ready to be asked together with others of its group. */
interface Term {
  readonly index: number
  readonly shape: Shape
  readonly also: readonly FieldName[]
  readonly condition: Condition
}

interface Batch {
  readonly terms: readonly Term[]
  readonly select: readonly string[]
  readonly withDeleted: boolean
}

export async function find(
  parts: FindParts,
  questions: readonly Question[],
  signal: AbortSignal,
): Promise<readonly (readonly VendorRecord[])[]> {
  const manner: Manner = { name: 'find', writes: false, signal }
  const answers = questions.map((): VendorRecord[] => [])
  const terms = await Promise.all(questions.map((question, index) => termOf(parts, question, index, signal)))
  const open = terms.filter((term) => term !== null)
  let batches = await batchesOf(parts, open, signal)
  while (batches.length > 0) {
    const { rows, tooMany } = await readAll(parts, batches, manner)
    for (const [batch, found] of rows) handOut(parts, batch, found, answers)
    batches = tooMany.flatMap((batch) => halves(batch))
  }
  return answers
}

/** Null for a question that no record can answer: a blank, or a text where an id is wanted. */
async function termOf(parts: FindParts, question: Question, index: number, signal: AbortSignal): Promise<Term | null> {
  identifier(question.shape.kind)
  const facts = await parts.objects.get(question.shape.kind, signal)
  const condition = conditionOf(facts, question.by)
  if (!condition) return null
  const fields = await readable(parts.objects, question.shape.kind, question.shape.fields, signal)
  return { index, shape: { ...question.shape, fields }, also: condition.fields, condition }
}

async function batchesOf(parts: FindParts, terms: readonly Term[], signal: AbortSignal): Promise<readonly Batch[]> {
  const groups = new Map<string, Term[]>()
  for (const term of terms) {
    const { kind, fields } = term.shape
    const name = [kind, term.condition.group, ...fields.toSorted()].join('\n')
    groups.set(name, [...(groups.get(name) ?? []), term])
  }
  const batches = [...groups.values()].map(async (group): Promise<readonly Batch[]> => {
    const [first] = group
    if (!first) return []
    const facts = await parts.objects.get(first.shape.kind, signal)
    const select = selection(facts, [...first.shape.fields, ...first.also])
    const withDeleted = first.condition.withDeleted && facts.fields.has('IsDeleted')
    return cut(group).map((some) => ({ terms: some, select, withDeleted }))
  })
  return (await Promise.all(batches)).flat()
}

/** A query for so many at a time. Equal questions count once. */
function cut(terms: readonly Term[]): readonly (readonly Term[])[] {
  const parts: Term[][] = []
  let here: Term[] = []
  let texts = new Set<string>()
  let size = 0
  for (const term of terms) {
    const { text, list } = term.condition
    const isNew = !texts.has(text)
    const isFull = texts.size >= (list === null ? patternsMax : valuesMax) || size + text.length > charactersMax
    if (isNew && isFull) {
      parts.push(here)
      here = []
      texts = new Set()
      size = 0
    }
    if (!texts.has(text)) size += text.length + 4
    texts.add(text)
    here.push(term)
  }
  return [...parts, here]
}

function soqlOf({ terms, select }: Batch): string {
  const [first] = terms
  if (!first) return ''
  const { list } = first.condition
  const texts = [...new Set(terms.map((term) => term.condition.text))]
  const where = list === null ? texts.map((text) => `(${text})`).join(' OR ') : `${list} IN (${texts.join(', ')})`
  return `SELECT ${select.join(', ')} FROM ${first.shape.kind} WHERE ${where} ORDER BY Id`
}

interface Read {
  readonly rows: ReadonlyMap<Batch, readonly JsonObject[]>
  readonly tooMany: readonly Batch[]
}

/** All batches, page by page, as many in a call as it takes. */
async function readAll(parts: FindParts, batches: readonly Batch[], manner: Manner): Promise<Read> {
  const rows = new Map<Batch, readonly JsonObject[]>()
  const tooMany: Batch[] = []
  let open: readonly { readonly batch: Batch; readonly ask: Ask }[] = batches.map((batch) => ({
    batch,
    ask: { from: { soql: soqlOf(batch), withDeleted: batch.withDeleted } },
  }))
  while (open.length > 0) {
    const answers = await askAll(
      parts.api,
      open.map(({ ask }) => ask),
      manner,
    )
    const next: { readonly batch: Batch; readonly ask: Ask }[] = []
    for (const [index, { batch }] of open.entries()) {
      const answer = answers[index]
      if (!answer || !isRows(answer)) {
        // A query that is too heavy, or that one of its values refuses, is asked in halves.
        const isAlone = batch.terms.length === 1
        const isNoId = says(answer ?? [], 'INVALID_QUERY_FILTER_OPERATOR', 'MALFORMED_ID')
        if (!isNoId && (isAlone || !says(answer ?? [], 'QUERY_TIMEOUT', 'QUERY_TOO_COMPLICATED')))
          throw refusedQuery(answer ?? [])
        if (!isAlone) tooMany.push(batch)
        continue
      }
      const sum = [...(rows.get(batch) ?? []), ...answer.records]
      rows.set(batch, sum)
      if (answer.next === null) continue
      if (sum.length < rowsMax) next.push({ batch, ask: { from: { page: answer.next } } })
      else if (batch.terms.length > 1) tooMany.push(batch)
      else parts.host.log.warn('salesforce.many-answers', { code: 'DB-1321', kind: batch.terms[0]?.shape.kind ?? '' })
    }
    open = next
  }
  for (const batch of tooMany) rows.delete(batch)
  return { rows, tooMany }
}

function halves(batch: Batch): readonly Batch[] {
  const middle = Math.ceil(batch.terms.length / 2)
  return [batch.terms.slice(0, middle), batch.terms.slice(middle)].map((terms) => ({ ...batch, terms }))
}

function handOut(
  { products }: FindParts,
  batch: Batch,
  rows: readonly JsonObject[],
  answers: readonly VendorRecord[][],
): void {
  const [first] = batch.terms
  if (!first) return
  const byValue = Map.groupBy(batch.terms, (term) => term.condition.value)
  for (const row of rows) {
    products.note(first.shape.kind, row)
    const terms = byValue.get(first.condition.list === null ? null : first.condition.valueOf(row)) ?? []
    for (const term of terms.filter((each) => each.condition.accepts(row)))
      answers[term.index]?.push(recordOf(term.shape, row, term.also))
  }
}
