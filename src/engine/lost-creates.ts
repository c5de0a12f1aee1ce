// Finds what became of creates whose answer was lost: by the key the vendor holds, or by everything the record would
// be searched with.

import type { Question } from '#spi'
import type { LinkKey, RecordId } from '#core/model/ids'
import { textOf } from '#core/model/json'
import { isPointer, type VendorRecord } from '#core/model/record'
import { sameThing } from '#core/mapping/compare'
import type { MatchCriterion } from '#core/mapping/mapping'
import type { Change } from '#core/reconcile/plan'
import type { Intent } from '#ledger/entries'
import { ask } from './ask.ts'
import type { Pipeline } from './pipeline.ts'

export interface LostCreate {
  readonly intent: Intent
  readonly record: VendorRecord
}

export async function findLostCreates(
  pipeline: Pipeline,
  intents: readonly Intent[],
  signal: AbortSignal,
): Promise<readonly LostCreate[]> {
  const found: LostCreate[] = []
  const made = intents.length === 0 ? new Map<LinkKey, RecordId>() : await madeOf(pipeline, intents)
  let open = intents
  // One that is found may be what another one points to: so it goes in rounds, as deep as records rest on each other.
  while (open.length > 0) {
    const more = await findAmong(pipeline, open, { made, signal })
    if (more.length === 0) break
    found.push(...more)
    for (const { intent, record } of more)
      if (intent.change.write.do === 'create') made.set(intent.change.write.key, record.id)
    open = open.filter((intent) => !more.some((one) => one.intent === intent))
  }
  return found
}

async function findAmong(
  pipeline: Pipeline,
  intents: readonly Intent[],
  { made, signal }: { readonly made: ReadonlyMap<LinkKey, RecordId>; readonly signal: AbortSignal },
): Promise<readonly LostCreate[]> {
  const asked = intents.flatMap((intent) => {
    const criteria = criteriaOf(intent.change, made)
    return criteria.length === 0 ? [] : [{ intent, criteria, question: questionFor(pipeline, intent.change, criteria) }]
  })
  const answers = await ask(
    pipeline,
    'target',
    asked.map(({ question }) => question),
    signal,
  )
  return asked.flatMap(({ intent, criteria }, index) => {
    const before = new Set(intent.change.noneOf)
    const record = (answers[index] ?? []).find((one) => !one.gone && !before.has(one.id) && fits(one, criteria))
    return record ? [{ intent, record }] : []
  })
}

/** Ids of the records that these creates point to, by the key they were made under. */
async function madeOf({ ledger }: Pipeline, intents: readonly Intent[]): Promise<Map<LinkKey, RecordId>> {
  const keys = [...new Set(intents.flatMap(({ change }) => pointersIn(change)))]
  const [records, links] = [await ledger.getMany('made', keys), await ledger.getMany('link', keys)]
  return new Map(
    keys.flatMap((key, index) => {
      const id = records[index]?.id ?? links[index]?.record
      return id ? [[key, id] as const] : []
    }),
  )
}

const pointersIn = ({ write }: Change): readonly LinkKey[] =>
  Object.values(write.fields).flatMap((value) => (isPointer(value) ? [value.$write] : []))

/** What the record would show if it had been made. Empty: it cannot have been, or nothing tells it from others. */
function criteriaOf(change: Change, made: ReadonlyMap<LinkKey, RecordId>): readonly MatchCriterion[] {
  const { write } = change
  if (write.do !== 'create') return []
  if (write.keyField !== null) return [{ field: write.keyField, value: write.key, compare: 'exact' }]
  const pointed: MatchCriterion[] = []
  for (const [field, value] of Object.entries(write.fields)) {
    if (!isPointer(value)) continue
    const id = made.get(value.$write)
    if (id === undefined) return []
    pointed.push({ field, value: id, compare: 'exact' })
  }
  if (change.findBy && change.findBy.length > 0) return [...change.findBy, ...pointed]
  const known = Object.entries(write.fields).flatMap(([field, value]) =>
    typeof value === 'string' ? [{ field, value, compare: 'exact' as const }] : [],
  )
  return [...pointed, ...known]
}

function questionFor({ mapping }: Pipeline, { kind, write }: Change, criteria: readonly MatchCriterion[]): Question {
  const known = mapping.shapes.find((shape) => shape.kind === kind)?.fields ?? []
  const shape = {
    kind,
    fields: [...new Set([...known, ...Object.keys(write.fields), ...criteria.map(({ field }) => field)])],
  }
  const [only] = criteria
  if (write.do === 'create' && write.keyField !== null && only)
    return { shape, by: { key: { field: only.field, value: only.value } } }
  return { shape, by: { match: criteria } }
}

const fits = ({ fields }: VendorRecord, criteria: readonly MatchCriterion[]): boolean =>
  criteria.every(({ field, value, compare }) => sameThing(compare, textOf(fields[field]), value))
