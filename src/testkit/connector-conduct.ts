// How every connector conducts itself, tried over real HTTP: its token stays with its vendor, it is quiet about secrets
// and customers, it deletes nothing, and it hears whoever stops it.

import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { type Receipt, recordId, type RecordId, type SyncError } from '#spi'
import { customer, during, echoes, isData, openStranger, outages, unreadable, wireOf } from './connector-faults.ts'
import {
  added,
  byId,
  check,
  type ConnectorCheck,
  errorIn,
  failureOf,
  seen,
  settled,
  updateOf,
  writeOne,
} from './connector-subject.ts'
import type { WireFault } from './serve.ts'

const stayingHome: readonly ConnectorCheck[] = [
  check('a redirect to another host is not followed, with or without the token', async (subject) => {
    const stranger = await openStranger()
    try {
      const [id = none] = added(subject, 1)
      const record = await byId(subject, id)
      for (const status of [301, 302, 303, 307, 308]) {
        const headers = { location: `${stranger.url}/elsewhere`, 'content-type': 'text/html' }
        const fault: WireFault = { do: 'answer', answer: { status, headers, body: '' } }
        await during(subject, isData(subject), fault, async () => {
          await failureOf(subject, byId(subject, id))
          const receipt = await writeOne(subject, updateOf(subject, record, 'ours'))
          assert.notEqual(receipt.outcome, 'written')
        })
        subject.passes(hour)
      }
      assert.equal(stranger.calls.length, 0, 'nothing goes to a host that is not ours')
    } finally {
      await stranger.close()
    }
  }),
]

const stopping: readonly ConnectorCheck[] = [
  check('whoever has stopped sends nothing more', async (subject) => {
    const { served } = wireOf(subject)
    const [id = none] = added(subject, 1)
    const record = await byId(subject, id)
    const before = served.calls.length
    const stopped = AbortSignal.abort(new Error('stopped'))
    const question = { shape: subject.shape, by: { id } }
    await assert.rejects(async () => await subject.session.find([question], stopped), /stopped/)
    await assert.rejects(async () => await subject.session.probe([subject.shape.kind], stopped), /stopped/)
    await assert.rejects(async () => {
      for await (const _ of subject.session.changes([subject.shape], null, stopped));
    }, /stopped/)
    await writtenAtMost(subject.session.write([updateOf(subject, record, 'ours')], stopped), ['refused'])
    assert.equal(served.calls.slice(before).filter(isData(subject)).length, 0)
    assert.notEqual(seen(subject, id, subject.ours), 'ours')
  }),

  check('whoever stops while the vendor is silent does not wait for it', async (subject) => {
    const { served, isRead } = wireOf(subject)
    const [id = none] = added(subject, 1)
    await byId(subject, id)
    const stop = new AbortController()
    served.breaks = (call) => {
      if (!isRead(call)) return undefined
      stop.abort(new Error('stopped'))
      return { do: 'stall' }
    }
    const question = { shape: subject.shape, by: { id } }
    await assert.rejects(async () => await subject.session.find([question], stop.signal), /stopped/)
  }),

  check('a write that is under way when we stop is not called undone', async (subject) => {
    const { served, isWrite } = wireOf(subject)
    const [id = none] = added(subject, 1)
    const record = await byId(subject, id)
    const stop = new AbortController()
    served.breaks = (call) => {
      if (!isWrite(call)) return undefined
      stop.abort(new Error('stopped'))
      return { do: 'stall' }
    }
    await writtenAtMost(subject.session.write([updateOf(subject, record, 'ours')], stop.signal), ['unknown'])
  }),
]

const keepingQuiet: readonly ConnectorCheck[] = [
  check('no error and no line of the log holds a secret, or a customer’s words', async (subject) => {
    const { secrets, logLines, isWrite, isRead } = wireOf(subject)
    const [id = none] = added(subject, 1)
    const record = await byId(subject, id)
    const told: SyncError[] = []
    for (const fault of [...echoes, ...unreadable, ...outages]) {
      const receipt = await during(subject, isWrite, fault, () =>
        writeOne(subject, updateOf(subject, record, customer)),
      )
      told.push(...[errorIn(receipt)].filter((error) => error !== null))
      subject.passes(hour)
    }
    for (const fault of [...unreadable, ...outages]) {
      told.push(await during(subject, isRead, fault, () => failureOf(subject, byId(subject, id))))
      subject.passes(hour)
    }
    assert.ok(told.length > echoes.length)
    for (const error of told) {
      const whole = inspect(error, { depth: Number.POSITIVE_INFINITY })
      for (const secret of secrets) assert.ok(!whole.includes(secret), `a secret stands in ${error.code}`)
      assert.ok(!`${error.message}${JSON.stringify(error.facts)}`.includes(customer), `${error.code} quotes a customer`)
    }
    for (const word of [...secrets, customer])
      assert.ok(!logLines().some((line) => line.includes(word)), 'the log holds a word that it must not')
  }),

  check('there is no delete', async (subject) => {
    const { served } = wireOf(subject)
    const [id = none] = added(subject, 2)
    await settled(subject)
    await writeOne(subject, updateOf(subject, await byId(subject, id), 'ours'))
    for (const { method, body } of served.calls)
      assert.ok(method !== 'DELETE' && !/^DELETE /m.test(body), 'a connector never deletes')
  }),
]

/** A write that is stopped throws why it stopped, or has a receipt that is true. */
async function writtenAtMost(
  writing: Promise<readonly Receipt[]>,
  allowed: readonly Receipt['outcome'][],
): Promise<void> {
  const receipts = await writing.catch((error: unknown) => {
    assert.match(String(error), /stopped/)
    return []
  })
  for (const { outcome } of receipts) assert.ok(allowed.includes(outcome), outcome)
}

const none: RecordId = recordId('')
const hour = 3_600_000

export const conductChecks: readonly ConnectorCheck[] = [...stayingHome, ...stopping, ...keepingQuiet].map((one) => ({
  ...one,
  needs: ['wire' as const],
}))
