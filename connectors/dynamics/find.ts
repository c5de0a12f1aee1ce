// Many questions in few calls. Questions about the same columns of the same table become one condition; the conditions
// travel in one batch; the rows that come back are dealt out by asking each condition again.

import type { Instant, JsonObject, Kind, Question, Shape, VendorRecord } from '#spi'
import { invariant, kind as kindOf } from '#spi'
import { encoded, inParallel, mustBePage, type Api, type PageRequest } from './api.ts'
import { isUnknownColumn } from './faults.ts'
import { anyOf, conditionOf, type Condition } from './filter.ts'
import { closePrefix, recordFrom, selection, viewOf, type View } from './records.ts'

/** Dynamics bounds the conditions of one query, and an address inside a batch may have 65,536 characters. */
const questionsMax = 100
const filterMax = 24_000
/** Requests in one batch; several batches go side by side. */
const batchMax = 100
/** A question that more rows answer than this is too vague to be a match; the first ones are enough to say so. */
const pagesMax = 4

interface Asked {
  readonly view: View
  readonly condition: Condition | null
}

interface Bundle {
  readonly view: View
  readonly members: { readonly indexes: readonly number[]; readonly condition: Condition }[]
}

export async function find(
  api: Api,
  questions: readonly Question[],
  signal: AbortSignal,
): Promise<readonly (readonly VendorRecord[])[]> {
  const views = await viewsFor(api, questions, signal)
  const asked = questions.map((question): Asked => {
    const view = views.get(viewKey(question))
    invariant(view, 'every shape that is asked about has a view')
    return { view, condition: conditionOf(question.by, view.table) }
  })
  const answers: VendorRecord[][] = questions.map(() => [])
  const bundles = bundled(asked)
  const rows = await rowsOf(api, bundles, signal)
  for (const [index, bundle] of bundles.entries()) dealOut(api, bundle, rows[index] ?? [], answers)
  return answers
}

interface Shaped {
  readonly shape: Shape
}

const viewKey = ({ shape }: Shaped): string => `${shape.kind} ${shape.fields.join(',')}`

export async function viewsFor(
  api: Api,
  questions: readonly Shaped[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, View>> {
  const shapes = new Map(questions.map((question) => [viewKey(question), question.shape]))
  const kinds = [...shapes.values()].flatMap((shape): readonly Kind[] =>
    shape.fields.some((name) => name.startsWith(closePrefix)) ? [shape.kind, closeKind] : [shape.kind],
  )
  const tables = await api.schema.tables(kinds, signal)
  const views = new Map<string, View>()
  for (const [key, shape] of shapes) {
    const table = tables.get(shape.kind)
    if (table) views.set(key, viewOf(shape, table, tables.get(closeKind)))
  }
  return views
}

export const closeKind = kindOf('opportunityclose')

/** Equal questions are asked once; different ones share a request as long as it stays short. */
function bundled(asked: readonly Asked[]): readonly Bundle[] {
  const byView = new Map<View, Map<string, { indexes: number[]; condition: Condition }>>()
  for (const [index, { view, condition }] of asked.entries()) {
    if (!condition) continue
    const conditions = byView.get(view) ?? new Map<string, { indexes: number[]; condition: Condition }>()
    byView.set(view, conditions)
    const known = conditions.get(condition.text)
    if (known) known.indexes.push(index)
    else conditions.set(condition.text, { indexes: [index], condition })
  }
  return [...byView].flatMap(([view, conditions]) => cut(view, [...conditions.values()]))
}

function cut(view: View, members: Bundle['members']): readonly Bundle[] {
  const bundles: Bundle[] = []
  let current: Bundle['members'] = []
  let length = 0
  for (const member of members) {
    const size = member.condition.text.length + 8
    if (current.length > 0 && (current.length >= questionsMax || length + size > filterMax)) {
      bundles.push({ view, members: current })
      current = []
      length = 0
    }
    current.push(member)
    length += size
  }
  return current.length === 0 ? bundles : [...bundles, { view, members: current }]
}

function requestOf({ view, members }: Bundle): PageRequest {
  const conditions = members.map(({ condition }) => condition)
  const select = selection(
    view,
    conditions.flatMap(({ columns }) => columns),
  )
  return { path: `${view.table.set}?${select}&$filter=${encoded(anyOf(conditions))}` }
}

async function rowsOf(
  api: Api,
  bundles: readonly Bundle[],
  signal: AbortSignal,
): Promise<readonly (readonly JsonObject[])[]> {
  const batches: (readonly Bundle[])[] = []
  for (let start = 0; start < bundles.length; start += batchMax) batches.push(bundles.slice(start, start + batchMax))
  const read = await inParallel(
    batches.map((batch) => () => readBatch(api, batch, signal)),
    api.limits,
  )
  return read.flat()
}

async function readBatch(
  api: Api,
  bundles: readonly Bundle[],
  signal: AbortSignal,
): Promise<readonly (readonly JsonObject[])[]> {
  const rows: JsonObject[][] = bundles.map(() => [])
  let open = bundles.map((bundle, index) => ({ index, request: requestOf(bundle), view: bundle.view }))
  for (let page = 0; open.length > 0 && page < pagesMax; page += 1) {
    const answers = await api.pages(
      open.map(({ request }) => request),
      { name: 'find' },
      signal,
    )
    const next: typeof open = []
    for (const [at, { index, view }] of open.entries()) {
      const answer = answers[at]
      if (!answer) continue
      if (answer.is === 'refused' && isUnknownColumn(answer.fault)) api.schema.distrust(view.table.kind)
      const { rows: some, next: path } = mustBePage(answer)
      rows[index]?.push(...some)
      if (path !== null) next.push({ index, request: { path }, view })
    }
    open = next
  }
  if (open.length > 0) api.host.log.warn('dynamics answers cut', { call: 'find', count: open.length })
  return rows
}

function dealOut(api: Api, { view, members }: Bundle, rows: readonly JsonObject[], answers: VendorRecord[][]): void {
  const read = rows.flatMap((row) => {
    const record = recordFrom(row, readerOf(api, view, null))
    return record ? [{ row, record }] : []
  })
  for (const { indexes, condition } of members) {
    const own = read.filter(({ row }) => condition.test(row))
    for (const index of indexes) answers[index]?.push(...own.map(({ record }) => record))
  }
}

export const readerOf = (api: Api, view: View, at: Instant | null) => ({
  view,
  now: at ?? api.host.clock.now(),
  surprise: () => api.schema.distrust(view.table.kind),
})
