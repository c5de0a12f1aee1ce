// What every connector promises about writing: one receipt for each write, in order; a creation only creates; an update
// changes what it names and refuses to overwrite newer work; a bad row sinks nobody else.

import assert from 'node:assert/strict'
import { type CreateWrite, isSyncError, pointer, recordId, type RecordId, type Write } from '#spi'
import {
  added,
  byId,
  check,
  type ConnectorCheck,
  type ConnectorSubject,
  created,
  edited,
  errorIn,
  given,
  heldUnder,
  never,
  outcomes,
  seen,
  updateOf,
  valueIn,
  writeOne,
} from './connector-subject.ts'

const updating: readonly ConnectorCheck[] = [
  check('an update changes what it names and nothing else', async (subject) => {
    const [id = none] = added(subject, 1)
    edited(subject, id, 'what a person wrote')
    const before = await byId(subject, id)
    const receipt = await writeOne(subject, updateOf(subject, before, 'what we wrote'))
    assert.equal(receipt.outcome, 'written')
    assert.equal('id' in receipt && receipt.id, id)
    assert.equal(seen(subject, id, subject.ours), 'what we wrote')
    assert.equal(seen(subject, id, subject.theirs), 'what a person wrote')
    const after = await byId(subject, id)
    const moved = subject.shape.fields.filter((name) => valueIn(before, name) !== valueIn(after, name))
    assert.deepEqual(
      moved.filter((name) => name !== subject.ours && !isStamp(valueIn(after, name))),
      [],
    )
  }),

  check('the version of a receipt, where it tells one, is that of the next read', async (subject) => {
    const [id = none] = added(subject, 1)
    const receipt = await writeOne(subject, updateOf(subject, await byId(subject, id), 'what we wrote'))
    const { version } = await byId(subject, id)
    if ('id' in receipt && receipt.version !== null) assert.equal(receipt.version, version)
    const next = await writeOne(subject, updateOf(subject, { id, version }, 'and once more'))
    assert.equal(next.outcome, 'written', 'the version that was read is good for a write')
  }),

  check('newer work is not overwritten: the receipt is stale, and what the person wrote stands', async (subject) => {
    const [id = none] = added(subject, 1)
    const before = await byId(subject, id)
    subject.passes(2_000)
    subject.desk.edit(subject.shape.kind, id, { [subject.ours]: 'theirs', [subject.theirs]: 'theirs too' })
    const receipt = await writeOne(subject, updateOf(subject, before, 'ours'))
    assert.deepEqual(receipt, { outcome: 'stale' })
    assert.equal(seen(subject, id, subject.ours), 'theirs')
    assert.equal(seen(subject, id, subject.theirs), 'theirs too')
  }),

  check('with no version to expect, an update is written', async (subject) => {
    const [id = none] = added(subject, 1)
    const receipt = await writeOne(subject, updateOf(subject, { id, version: null }, 'ours'))
    assert.equal(receipt.outcome, 'written')
    assert.equal(seen(subject, id, subject.ours), 'ours')
  }),

  check(
    'an update of what is not there any more is refused, and makes nothing',
    async (subject) => {
      const [id = none] = added(subject, 2)
      const before = await byId(subject, id)
      subject.desk.remove(subject.shape.kind, id)
      const many = subject.desk.all(subject.shape.kind).length
      const receipt = await writeOne(subject, updateOf(subject, before, 'ours'))
      assert.ok(['refused', 'stale'].includes(receipt.outcome), receipt.outcome)
      assert.equal(subject.desk.all(subject.shape.kind).length, many)
    },
    ['removal'],
  ),
]

const inBatches: readonly ConnectorCheck[] = [
  check('receipts are as many as writes and in their order; bad and stale rows sink nobody', async (subject) => {
    const size = Math.min(subject.connector.traits.batchMax, 40)
    const ids = added(subject, size)
    const questions = ids.map((id) => ({ shape: subject.shape, by: { id } }))
    const records = (await subject.session.find(questions, never)).flat()
    const [bad, late] = [Math.floor(size / 2), size - 2]
    edited(subject, ids[late] ?? none, 'a person was faster')
    const batch = records.map((record, n): Write => {
      const fine = updateOf(subject, record, `number ${n}`)
      return n === bad ? { ...fine, fields: { ...fine.fields, ...subject.unfit } } : fine
    })
    const receipts = await subject.session.write(batch, never)
    const expected = ids.map((_, n) => (n === bad ? 'refused' : n === late ? 'stale' : 'written'))
    assert.deepEqual(outcomes(receipts), expected)
    for (const [n, id] of ids.entries()) {
      const receipt = receipts[n]
      if (receipt && 'id' in receipt) assert.equal(receipt.id, id)
      assert.equal(seen(subject, id, subject.ours) === `number ${n}`, expected[n] === 'written')
    }
  }),

  check('a refusal says its remedy, with a code that is explained', async (subject) => {
    const [id = none] = added(subject, 1)
    const { version } = await byId(subject, id)
    const write: Write = { do: 'update', kind: subject.shape.kind, id, expect: version, fields: subject.unfit }
    const error = errorIn(await writeOne(subject, write))
    assert.ok(isSyncError(error))
    assert.notEqual(error.remedy, 'bug')
    assert.ok(Object.hasOwn(subject.connector.codes, error.code), `${error.code} is explained`)
  }),

  check('nothing to write is no receipt', async ({ session }) => {
    assert.deepEqual(await session.write([], never), [])
  }),
]

const creating: readonly ConnectorCheck[] = [
  check('a creation makes one record, under its key, with what it was given', async (subject) => {
    const mine = created(subject, 1)
    const receipt = await writeOne(subject, mine)
    assert.equal(receipt.outcome, 'written')
    assert.deepEqual(heldUnder(subject, mine), ['id' in receipt ? receipt.id : none])
    const id = 'id' in receipt ? receipt.id : none
    assert.equal(seen(subject, id, subject.ours), valueIn(mine, subject.ours))
  }),

  check('a creation that is repeated makes no second one and overwrites nothing', async (subject) => {
    const mine = created(subject, 1)
    const first = await writeOne(subject, mine)
    const id = 'id' in first ? first.id : none
    subject.passes(2_000)
    subject.desk.edit(subject.shape.kind, id, { [subject.ours]: 'a person was here' })
    for (const session of [subject.session, await subject.open()]) {
      const [again] = await session.write([mine], never)
      assert.equal(again?.outcome, 'already-there')
      assert.equal(again && 'id' in again && again.id, id, 'it names the record that holds the key')
      assert.equal(seen(subject, id, subject.ours), 'a person was here')
    }
    assert.deepEqual(heldUnder(subject, mine), [id])
  }),

  check('one that is repeated among new ones is told apart from them', async (subject) => {
    const old = created(subject, 1)
    const first = await writeOne(subject, old)
    const batch = [created(subject, 2), old, created(subject, 3)]
    const receipts = await subject.session.write(batch, never)
    assert.deepEqual(outcomes(receipts), ['written', 'already-there', 'written'])
    assert.equal(receipts[1] && 'id' in receipts[1] && receipts[1].id, 'id' in first ? first.id : none)
    for (const one of batch) assert.equal(heldUnder(subject, one).length, 1)
  }),

  check('one key twice in a batch is one record', async (subject) => {
    const mine = created(subject, 1)
    const receipts = await subject.session.write([mine, mine], never)
    assert.deepEqual(outcomes(receipts), ['written', 'already-there'])
    assert.equal(heldUnder(subject, mine).length, 1)
  }),

  check('of creations, too, a bad one sinks nobody and is not made', async (subject) => {
    const batch = [1, 2, 3].map((n) => {
      const fine = created(subject, n)
      return n === 2 ? { ...fine, fields: { ...fine.fields, ...subject.unfit } } : fine
    })
    assert.deepEqual(outcomes(await subject.session.write(batch, never)), ['written', 'refused', 'written'])
    assert.deepEqual(
      batch.map((one) => heldUnder(subject, one).length),
      [1, 0, 1],
    )
  }),
].map((one) => ({ ...one, needs: ['creates' as const] }))

const pointing: readonly ConnectorCheck[] = [
  check('a record may point to one that is made in the same batch', async (subject) => {
    const { create: parent, field } = given(subject.ground, 'pointers')
    const child = pointed(subject, 1)
    const receipts = await subject.session.write([parent, child], never)
    assert.deepEqual(outcomes(receipts), ['written', 'written'])
    const [id = none] = heldUnder(subject, child)
    assert.equal(seen(subject, id, field), receipts[0] && 'id' in receipts[0] && receipts[0].id)
  }),

  check('what points to a record that was refused is not made', async (subject) => {
    const { create: parent, unfit } = given(subject.ground, 'pointers')
    const child = pointed(subject, 1)
    const bad = { ...parent, fields: { ...parent.fields, ...unfit } }
    const receipts = await subject.session.write([bad, child, created(subject, 2)], never)
    assert.deepEqual(outcomes(receipts), ['refused', 'refused', 'written'])
    assert.deepEqual(heldUnder(subject, child), [])
  }),
].map((one) => ({ ...one, needs: ['creates' as const, 'pointers' as const] }))

const none: RecordId = recordId('')

/** Fields that a vendor moves by itself: times of change, versions. */
const isStamp = (text: string): boolean => /^\d{4}-\d{2}-\d{2}T|^\d+$/.test(text)

function pointed(subject: ConnectorSubject, n: number): CreateWrite {
  const { create, field } = given(subject.ground, 'pointers')
  const child = created(subject, n)
  return { ...child, fields: { ...child.fields, [field]: pointer(create.key) } }
}

export const writingChecks: readonly ConnectorCheck[] = [...updating, ...inBatches, ...creating, ...pointing]
