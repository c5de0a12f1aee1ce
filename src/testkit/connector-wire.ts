// What every connector promises when the network or the vendor has a bad day, tried over real HTTP: nothing is taken for
// done that may not be, nothing for undone that may be, and every fault becomes the remedy that it needs.

import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { later, msOf, recordId, type RecordId, RetryLater, type SimulatedAnswer, type SyncError } from '#spi'
import { during, isData, lostAfter, outages, unreadable, wireOf } from './connector-faults.ts'
import {
  added,
  byId,
  check,
  type ConnectorCheck,
  created,
  edited,
  errorIn,
  failureOf,
  heldUnder,
  poll,
  seen,
  settled,
  updateOf,
  writeOne,
} from './connector-subject.ts'
import type { WireFault } from './serve.ts'

const lost: readonly ConnectorCheck[] = [
  check('an idle look is one call', async (subject) => {
    const { served } = wireOf(subject)
    added(subject, 3)
    const since = await settled(subject)
    const before = served.calls.length
    await poll(subject, since)
    assert.equal(served.calls.length - before, 1)
  }),

  check('an update whose answer is lost is unknown, sent once, and settled by reading', async (subject) => {
    const { served, isWrite } = wireOf(subject)
    for (const fault of lostAfter) {
      const [id = none] = added(subject, 1)
      const record = await byId(subject, id)
      const before = served.calls.length
      const receipt = await during(subject, isWrite, fault, () => writeOne(subject, updateOf(subject, record, 'ours')))
      assert.equal(receipt.outcome, 'unknown', inspect(fault))
      assert.equal(served.calls.slice(before).filter(isWrite).length, 1, 'repeating is the engine’s decision')
      assert.equal(seen(subject, id, subject.ours), 'ours')
      assert.notEqual((await byId(subject, id)).version, record.version)
    }
  }),

  check('an update that may never have arrived is not taken for done', async (subject) => {
    const [id = none] = added(subject, 1)
    const record = await byId(subject, id)
    const write = updateOf(subject, record, 'ours')
    const receipt = await during(subject, wireOf(subject).isWrite, { do: 'cut-before' }, () => writeOne(subject, write))
    assert.ok(['unknown', 'refused'].includes(receipt.outcome), receipt.outcome)
    assert.equal((await writeOne(subject, write)).outcome, 'written', 'and can be sent again')
  }),

  check('half an answer, or another language, is no page: reading fails and can be tried again', async (subject) => {
    const { isRead } = wireOf(subject)
    const [id = none] = added(subject, 3)
    const since = await settled(subject)
    edited(subject, id, 'news')
    for (const fault of unreadable) {
      const error = await during(subject, isRead, fault, () => failureOf(subject, poll(subject, since)))
      assert.ok(['retry-later', 'fix-config'].includes(error.remedy), `${error.remedy} after ${inspect(fault)}`)
      subject.passes(hour)
    }
    assert.deepEqual(
      (await poll(subject, since)).records.map((record) => record.id),
      [id],
    )
  }),
]

const lostCreations: readonly ConnectorCheck[] = [
  check('a creation whose answer is lost is unknown, is found by its key, and is never made twice', async (subject) => {
    const { served, isWrite } = wireOf(subject)
    for (const [n, fault] of lostAfter.entries()) {
      const mine = created(subject, n)
      const before = served.calls.length
      const receipt = await during(subject, isWrite, fault, () => writeOne(subject, mine))
      assert.equal(receipt.outcome, 'unknown', inspect(fault))
      assert.equal(served.calls.slice(before).filter(isWrite).length, 1, 'repeating is the engine’s decision')
      const [there = none] = heldUnder(subject, mine)
      const again = await writeOne(subject, mine)
      assert.deepEqual([again.outcome, 'id' in again && again.id], ['already-there', there])
      assert.deepEqual(heldUnder(subject, mine), [there])
    }
  }),

  check('a creation that never arrived is made when it is sent again', async (subject) => {
    const mine = created(subject, 1)
    const receipt = await during(subject, wireOf(subject).isWrite, { do: 'cut-before' }, () => writeOne(subject, mine))
    assert.ok(['unknown', 'refused'].includes(receipt.outcome), receipt.outcome)
    assert.equal(heldUnder(subject, mine).length, 0)
    assert.equal((await writeOne(subject, mine)).outcome, 'written')
  }),
].map((one) => ({ ...one, needs: ['creates' as const] }))

const remedies: readonly ConnectorCheck[] = [
  check('a vendor that asks for a pause gets it: as long as it said', async (subject) => {
    const { isRead, throttled } = wireOf(subject)
    const [id = none] = added(subject, 1)
    await byId(subject, id)
    const asked = later(subject.now(), 37_000)
    const fault: WireFault = { do: 'answer', answer: throttled(37) }
    assertWaits(await during(subject, isRead, fault, () => failureOf(subject, byId(subject, id))), msOf(asked))
    subject.passes(38_000)
    await byId(subject, id)
  }),

  check('a write that is turned away for a pause was not written, and says when to try again', async (subject) => {
    const { isWrite, throttled } = wireOf(subject)
    const [id = none] = added(subject, 1)
    const record = await byId(subject, id)
    const asked = later(subject.now(), 37_000)
    const fault: WireFault = { do: 'answer', answer: throttled(37) }
    const receipt = await during(subject, isWrite, fault, () => writeOne(subject, updateOf(subject, record, 'ours')))
    assert.equal(receipt.outcome, 'refused')
    assertWaits(errorIn(receipt), msOf(asked))
    subject.passes(38_000)
    assert.equal((await writeOne(subject, updateOf(subject, record, 'ours'))).outcome, 'written')
  }),

  check('a sign-in that has ended is made again, and nobody notices', async (subject) => {
    const { served, isRead } = wireOf(subject)
    const [id = none] = added(subject, 1)
    await byId(subject, id)
    let refused = 0
    served.breaks = (call) => {
      if (!isRead(call) || refused > 0) return undefined
      refused += 1
      return { do: 'answer', answer: signedOut }
    }
    const found = await byId(subject, id).catch(() => null)
    assert.deepEqual([found?.id, refused], [id, 1])
  }),

  check('where nobody listens nothing was written, and it can be tried again', async (subject) => {
    const [id = none] = added(subject, 1)
    const record = await byId(subject, id)
    await wireOf(subject).served.close()
    // The first may still meet a connection that was open, and cannot know what became of it.
    await writeOne(subject, updateOf(subject, record, 'ours'))
    const receipt = await writeOne(subject, updateOf(subject, record, 'ours'))
    assert.equal(receipt.outcome, 'refused')
    assert.equal(errorIn(receipt)?.remedy, 'retry-later')
  }),

  check('signed out for good, it asks for a person and does not go on asking the vendor', async (subject) => {
    const { served } = wireOf(subject)
    const [id = none] = added(subject, 1)
    const record = await byId(subject, id)
    const fault: WireFault = { do: 'answer', answer: signedOut }
    const before = served.calls.length
    const error = await during(subject, isData(subject), fault, () => failureOf(subject, byId(subject, id)))
    assert.equal(error.remedy, 'fix-config')
    assert.ok(served.calls.length - before <= 6, 'a token is renewed once')
    const receipt = await during(subject, isData(subject), fault, () =>
      writeOne(subject, updateOf(subject, record, 'ours')),
    )
    assert.equal(receipt.outcome, 'refused')
    assert.equal(errorIn(receipt)?.remedy, 'fix-config')
  }),

  check('an outage is waited for, whatever its face', async (subject) => {
    const [id = none] = added(subject, 1)
    await byId(subject, id)
    for (const fault of outages) {
      const error = await during(subject, wireOf(subject).isRead, fault, () => failureOf(subject, byId(subject, id)))
      assert.equal(error.remedy, 'retry-later', inspect(fault))
      subject.passes(hour)
    }
    await byId(subject, id)
  }),
]

const signedOut: SimulatedAnswer = { status: 401, headers: {}, body: '' }

function assertWaits(error: SyncError | null, untilMs: number): void {
  assert.ok(error instanceof RetryLater, 'a pause is waited for')
  assert.ok(error.notBefore !== undefined, 'the vendor said how long')
  const { notBefore } = error
  assert.ok(msOf(notBefore) >= untilMs && msOf(notBefore) < untilMs + 5_000, `${notBefore} is not what it said`)
}

const none: RecordId = recordId('')
const hour = 3_600_000

export const wireChecks: readonly ConnectorCheck[] = [...lost, ...lostCreations, ...remedies].map((one) => ({
  ...one,
  needs: [...one.needs, 'wire' as const],
}))
