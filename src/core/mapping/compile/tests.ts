// The tests of a mapping: a situation and what follows from it, in the words of the person who wrote them.

import { parseInstant, type Instant } from '../../model/instant.ts'
import { isList, isObject, type Json, type JsonObject } from '../../model/json.ts'
import type { Fields } from '../../model/record.ts'
import { dataOf, entryOf, whereIs, type MapNode, type SourceNode } from '../../source.ts'
import type { Where } from '../../problem.ts'
import type { GivenDocument, TestDocument } from '../document/document.ts'
import { headOf, type Pairs } from '../grammar/form.ts'
import { suggestion } from '../notes.ts'
import type { Desk } from './desk.ts'

export const actions = ['create', 'update', 'skip', 'hold', 'refuse', 'none'] as const
export type TestAction = (typeof actions)[number]

export interface MappingTest {
  readonly name: string
  readonly where: Where
  readonly given: {
    /** The file with the referral, as the mapping names it. */
    readonly referral: string
    /** Values changed in it, by path. */
    readonly changes: Readonly<Record<string, Json>>
    /** Records the referral is linked to, by kind; null where there is no link. */
    readonly linked: Readonly<Record<string, Fields>> | null
    /** What else is in the CRM, by kind. */
    readonly crm: Readonly<Record<string, readonly Fields[]>>
    readonly now: Instant
  }
  readonly expect: Expectation
}

export interface Expectation {
  readonly where: Where
  readonly action?: string
  readonly because?: string
  readonly code?: string
  readonly until?: string
  /** Fields that are not named must not be written either. */
  readonly exactly: boolean
  /** What is expected of the referral and of records of each kind. */
  readonly records: readonly ExpectedRecord[]
}

export interface ExpectedRecord {
  /** `referral`, or a kind of the CRM. */
  readonly kind: string
  readonly action?: string
  readonly fields: readonly ExpectedField[]
  readonly where: Where
}

export interface ExpectedField {
  readonly name: string
  readonly value: Json
  readonly where: Where
}

/** A moment for tests that name none: every test means the same on every day. */
export const testNow = '2026-11-20T14:00:00.000Z' as Instant

export function compileTests(desk: Desk, documents: readonly TestDocument[]): readonly MappingTest[] {
  const names = new Set<string>()
  return documents.flatMap((document) => {
    const test = compileTest(desk, document)
    if (test && names.has(test.name))
      desk.notes.error(document.name?.node ?? document.node, 'DB-2020', `Two tests are called "${test.name}".`)
    if (test) names.add(test.name)
    return test ? [test] : []
  })
}

function compileTest(desk: Desk, { node, name, given, expect }: TestDocument): MappingTest | undefined {
  const expected = expect && expectationOf(desk, expect)
  const situation = given && situationOf(desk, given)
  if (!name || !expected || !situation) return undefined
  return { name: name.value, where: whereIs(desk.notes.source, headOf(node)), given: situation, expect: expected }
}

function situationOf(desk: Desk, given: GivenDocument): MappingTest['given'] | undefined {
  if (!given.referral) return undefined
  for (const { key } of given.with?.pairs ?? []) desk.path({ value: key.text, node: key })
  const now = given.now && parseInstant(given.now.value)
  if (given.now && !now)
    desk.notes.error(given.now.node, 'DB-2014', 'This is no point in time.', { fix: 'write 2026-11-20T14:00:00Z' })
  return {
    referral: given.referral.value,
    changes: Object.fromEntries((given.with?.pairs ?? []).map(({ key, value }) => [key.text, dataOf(value)])),
    linked: given.linked ? linkedOf(desk, given.linked) : null,
    crm: Object.fromEntries((given.crm?.pairs ?? []).map(({ key, value }) => [key.text, recordsIn(desk, value)])),
    now: now ?? testNow,
  }
}

function linkedOf(desk: Desk, { pairs }: Pairs<SourceNode>): Readonly<Record<string, Fields>> {
  return Object.fromEntries(
    pairs.flatMap(({ key, value }) => {
      const fields = dataOf(value)
      if (isObject(fields)) return [[key.text, fields] as const]
      desk.notes.error(headOf(value), 'DB-2012', 'The fields of the linked record are needed here.', {
        fix: '{ StageName: Qualification }',
      })
      return []
    }),
  )
}

function recordsIn(desk: Desk, node: SourceNode): readonly JsonObject[] {
  const data = dataOf(node)
  const records = isList(data) ? data : [data]
  if (records.every(isObject)) return records
  desk.notes.error(headOf(node), 'DB-2012', 'A list of records is needed here.', { fix: '[] for none' })
  return []
}

// ── expectations ─────────────────────────────────────────────────────────────────────────────────────────────

const words = ['action', 'because', 'code', 'until', 'exactly'] as const
const recordActions = [...actions, 'qualify'] as const

function expectationOf(desk: Desk, { node, pairs }: Pairs<SourceNode>): Expectation {
  const text = (name: string): string | undefined => {
    const value = entryOf(node, name)?.value
    return value?.kind === 'scalar' ? value.text : undefined
  }
  checkAction(desk, node, actions)
  const records = pairs.flatMap(({ key, value }) => {
    if ((words as readonly string[]).includes(key.text)) return []
    if (value.kind === 'map') return [expectedRecord(desk, key.text, value)]
    const what = `"${key.text}" is neither something to expect nor a kind of record with its fields.`
    desk.notes.error(key, 'DB-2010', what, suggestion(key.text, words, key))
    return []
  })
  const [action, because, code, until] = [text('action'), text('because'), text('code'), text('until')]
  return {
    where: whereIs(desk.notes.source, headOf(node)),
    ...(action === undefined ? {} : { action }),
    ...(because === undefined ? {} : { because }),
    ...(code === undefined ? {} : { code }),
    ...(until === undefined ? {} : { until }),
    exactly: text('exactly') === 'true',
    records,
  }
}

function checkAction(desk: Desk, node: MapNode, allowed: readonly string[]): void {
  const value = entryOf(node, 'action')?.value
  if (!value) return
  if (value.kind === 'scalar' && allowed.includes(value.text)) return
  const more = value.kind === 'scalar' ? suggestion(value.text, allowed, value) : {}
  desk.notes.error(headOf(value), 'DB-2013', `An action is one of ${allowed.join(', ')}.`, more)
}

function expectedRecord(desk: Desk, kind: string, node: MapNode): ExpectedRecord {
  const { source } = desk.notes
  checkAction(desk, node, recordActions)
  const action = entryOf(node, 'action')?.value
  const fields = node.entries
    .filter(({ key }) => key.text !== 'action')
    .map(({ key, value }) => ({ name: key.text, value: dataOf(value), where: whereIs(source, key) }))
  return {
    kind,
    ...(action?.kind === 'scalar' ? { action: action.text } : {}),
    fields,
    where: whereIs(source, headOf(node)),
  }
}
