// What every connector promises about reading: who we are, what changed, and what is found. A change is told once or
// more often, never not at all.

import assert from 'node:assert/strict'
import { at, cursor, type Cursor, isObject, type Json, recordId, type RecordId } from '#spi'
import {
  added,
  byId,
  check,
  type ConnectorCheck,
  type ConnectorSubject,
  created,
  edited,
  given,
  never,
  poll,
  seen,
  settled,
  valueIn,
  writeOne,
} from './connector-subject.ts'

const probing: readonly ConnectorCheck[] = [
  check('it says who it is and what there is, and says the same the next time', async (subject) => {
    const { connector, session, shape, ours } = subject
    assert.equal(connector.contract, 1)
    const first = await session.probe([shape.kind], never)
    const second = await (await subject.open()).probe([shape.kind], never)
    assert.notEqual(first.account, '')
    assert.notEqual(first.organization, '')
    assert.equal(second.organization, first.organization, 'the ledger is bound to it')
    assert.deepEqual(
      first.kinds.map(({ kind }) => kind),
      [shape.kind],
    )
    const field = first.kinds[0]?.fields.find(({ name }) => name === ours)
    if (first.kinds[0]?.fields.length !== 0) assert.equal(field?.updatable, true, `${ours} can be written`)
    for (const { code } of first.findings)
      if (code !== undefined) assert.ok(Object.hasOwn(connector.codes, code), `${code} is explained`)
  }),
]

const changing: readonly ConnectorCheck[] = [
  check('from nothing, a source tells everything and a target may begin now; both give a bookmark', async (subject) => {
    const ids = added(subject, 7)
    const { records, next } = await poll(subject, null)
    assert.notEqual(next, '')
    if (subject.connector.source) assert.deepEqual(idsIn(records), ids.toSorted())
  }),

  check('from a bookmark, it tells what changed since, and nothing else', async (subject) => {
    const ids = added(subject, 7)
    const since = await settled(subject)
    const [, second = none] = ids
    edited(subject, second, 'changed by a person')
    const { records, next } = await poll(subject, since)
    assert.deepEqual(idsIn(records), [second])
    assert.equal(records.at(-1)?.gone, false)
    assert.equal(records.at(-1) && valueIn(records.at(-1) ?? { fields: {} }, subject.theirs), 'changed by a person')
    assert.notEqual(next, since)
  }),

  check('when nothing is new the bookmark stands still, and no record is told', async (subject) => {
    added(subject, 3)
    const since = await settled(subject)
    for (let time = 0; time < 3; time += 1) assert.deepEqual(await poll(subject, since), { records: [], next: since })
  }),

  check('a bookmark is opaque text: it survives JSON, a restart and being used twice', async (subject) => {
    const [id = none] = added(subject, 3)
    const since = await settled(subject)
    const kept = cursor(thereAndBack(since))
    edited(subject, id, 'meanwhile')
    for (const session of [await subject.open(), await subject.open()]) {
      // A new life may tell again what an earlier one told.
      const told = (await poll(subject, kept, session)).records
      assert.ok(told.some((record) => record.id === id && valueIn(record, subject.theirs) === 'meanwhile'))
    }
  }),

  check('whoever dies between two pages misses nothing by going on from the last bookmark', async (subject) => {
    const ids = added(subject, 7)
    const since = await settled(subject)
    for (const [n, id] of ids.entries()) edited(subject, id, `edit ${n}`)
    const told = new Set<RecordId>()
    let from: Cursor = since
    // Each life sees one page and dies; the last one lives on.
    for (let life = 0; life < 3; life += 1) {
      for await (const page of (await subject.open()).changes([subject.shape], from, never)) {
        for (const { id } of page.records) told.add(id)
        from = page.next
        break
      }
    }
    for (const { id } of (await poll(subject, from, await subject.open())).records) told.add(id)
    assert.deepEqual([...told].toSorted(), ids.toSorted())
  }),

  check('an edit made while pages are being read is told then or the next time', async (subject) => {
    const ids = added(subject, 7)
    const since = await settled(subject)
    for (const [n, id] of ids.entries()) edited(subject, id, `first ${n}`)
    const last = new Map<RecordId, string>()
    let next = since
    let edits = 0
    for await (const page of subject.session.changes([subject.shape], since, never)) {
      for (const record of page.records) last.set(record.id, valueIn(record, subject.theirs))
      ;({ next } = page)
      const moved = ids[(edits * 3) % ids.length] ?? none
      if (edits < 5) edited(subject, moved, `second ${edits}`)
      edits += 1
    }
    for (const record of (await poll(subject, next)).records) last.set(record.id, valueIn(record, subject.theirs))
    for (const id of ids) assert.equal(last.get(id), seen(subject, id, subject.theirs), 'the newest state was told')
  }),

  check('edits of one moment are all told, however many they are and wherever a page ends', async (subject) => {
    const ids = added(subject, 7)
    const since = await settled(subject)
    subject.passes(1_000)
    for (const id of ids) subject.desk.edit(subject.shape.kind, id, { [subject.theirs]: 'at once' })
    const first = await poll(subject, since)
    const second = await poll(subject, first.next, await subject.open())
    assert.deepEqual(idsIn([...first.records, ...second.records]), ids.toSorted())
  }),

  check(
    'a change that could not be seen when a newer one was told is told once it can',
    async (subject) => {
      const [early = none, later = none] = added(subject, 2)
      const since = await settled(subject)
      const reveal = given(subject.editLate, 'late commits')(early, { [subject.theirs]: 'slow' })
      edited(subject, later, 'quick')
      const first = await poll(subject, since)
      assert.deepEqual(idsIn(first.records), [later])
      reveal()
      const second = await poll(subject, first.next)
      assert.ok(idsIn(second.records).includes(early), 'a bookmark is never past a change that is still to come')
    },
    ['late commits'],
  ),

  check(
    'a record that was removed is gone, or not found; it is never shown as it was',
    async (subject) => {
      const [first = none, second = none] = added(subject, 2)
      const since = await settled(subject)
      subject.passes(1_000)
      subject.desk.remove(subject.shape.kind, first)
      const { records } = await poll(subject, since)
      for (const { id, gone } of records) assert.deepEqual([id, gone], [first, true])
      const questions = [first, second].map((id) => ({ shape: subject.shape, by: { id } }))
      const [of = [], still = []] = await subject.session.find(questions, never)
      assert.ok(of.every(({ gone }) => gone))
      assert.deepEqual(idsIn(still), [second])
    },
    ['removal'],
  ),
]

const finding: readonly ConnectorCheck[] = [
  check(
    'each question is answered in its place, however many and whether or not there is an answer',
    async (subject) => {
      const { shape } = subject
      const ids = added(subject, 7)
      const [first = none] = ids
      const unknown = recordId(first.replace(/[0-9a-f](?=[^0-9a-f]*$)/i, (digit) => (digit === '0' ? '1' : '0')))
      const wanted = [unknown, ...ids, unknown, ...ids.toReversed()]
      const isThere = new Set(ids)
      const answers = await subject.session.find(
        wanted.map((id) => ({ shape, by: { id } })),
        never,
      )
      const expected = wanted.map((id) => (isThere.has(id) ? [id] : []))
      assert.deepEqual(
        answers.map((records) => records.map(({ id }) => id)),
        expected,
      )
      assert.deepEqual(await subject.session.find([], never), [])
    },
  ),

  check('a field that is asked for and empty is shown as empty, since absent would mean hidden', async (subject) => {
    const [id = none] = added(subject, 1)
    const record = await byId(subject, id)
    assert.equal(record.gone, false)
    assert.notEqual(record.version, '')
    for (const name of subject.shape.fields)
      assert.ok(Object.hasOwn(record.fields, name), `${name} is not shown at all`)
    assert.ok(isPlain(record.fields), 'fields are plain values, which a ledger can keep')
  }),

  check('what is told and what is found of one record are the same', async (subject) => {
    const [id = none] = added(subject, 1)
    const since = await settled(subject)
    edited(subject, id, 'changed by a person')
    const told = (await poll(subject, since)).records.at(-1)
    const found = await byId(subject, id)
    assert.equal(told?.version, found.version, 'a version is a mark of a state, whichever way it was read')
    for (const name of [...subject.shape.fields, subject.ours, subject.theirs])
      assert.deepEqual(at(told?.fields, name), at(found.fields, name), name)
  }),

  check('a version stays while nobody changes anything, and moves when somebody does', async (subject) => {
    const [id = none] = added(subject, 1)
    const { version } = await byId(subject, id)
    subject.passes(60_000)
    assert.equal((await byId(subject, id)).version, version)
    edited(subject, id, 'changed by a person')
    assert.notEqual((await byId(subject, id)).version, version)
  }),

  check(
    'a record is found by its key, and only under its own',
    async (subject) => {
      const mine = created(subject, 1)
      const receipt = await writeOne(subject, mine)
      await writeOne(subject, created(subject, 2))
      assert.equal(receipt.outcome, 'written')
      const questions = [mine, created(subject, 3)].map(({ keyField, fields }) => ({
        shape: subject.shape,
        by: { key: { field: keyField ?? '', value: textIn(fields, keyField) } },
      }))
      const answers = await subject.session.find(questions, never)
      assert.deepEqual(
        answers.map((records) => records.map(({ id }) => id)),
        [['id' in receipt ? receipt.id : none], []],
      )
    },
    ['creates'],
  ),
]

const none = recordId('')

const idsIn = (records: readonly { readonly id: RecordId }[]): readonly RecordId[] =>
  [...new Set(records.map(({ id }) => id))].toSorted()

const thereAndBack = (text: string): string => String(JSON.parse(JSON.stringify(text)))

const textIn = (fields: ConnectorSubject['unfit'], name: string | null): string => valueIn({ fields }, name ?? '')

function isPlain(value: Json): boolean {
  if (Array.isArray(value)) return value.every(isPlain)
  return isObject(value) ? Object.values(value).every(isPlain) : value === null || typeof value !== 'object'
}

export const readingChecks: readonly ConnectorCheck[] = [...probing, ...changing, ...finding]
