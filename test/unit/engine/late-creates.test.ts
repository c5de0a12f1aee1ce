import { expect, test } from 'vitest'
import { OpenIntents } from '#engine/intents'
import { awaitLateCreates, lateUntil } from '#engine/late-creates'
import type { Side } from '#core/reconcile/plan'
import type { Intent } from '#ledger/entries'
import { type Instant, instantFromMs, kind, linkKey, msOf, recordId, type Traits, type Write } from '#spi'
import { handClock } from '../../support/host.ts'

const at = instantFromMs(Date.UTC(2026, 10, 20, 14))
const create: Write = { do: 'create', kind: kind('Account'), key: linkKey('a'), keyField: null, fields: {} }
const keyed: Write = { ...create, keyField: 'PC_Referral_Id__c' }
const update: Write = { do: 'update', kind: kind('Account'), id: recordId('1'), expect: null, fields: {} }
const intent = (write: Write, sent: Instant = at, side: Side = 'crm'): Intent =>
  ({ change: { write, side }, at: sent }) as Intent
const party = (lateCreatesMs?: number): { readonly traits: Traits } => ({
  traits: {
    writes: 'create-and-update',
    guard: 'etag',
    batchMax: 1,
    ...(lateCreatesMs === undefined ? {} : { lateCreatesMs }),
  },
})
const minutes = (count: number): Instant => instantFromMs(msOf(at) + count * 60_000)

test.each<[string, Write, number | undefined, Instant | null]>([
  ['a replica may lag for ten minutes', create, undefined, minutes(10)],
  ['a vendor that answers from its database is believed sooner', create, 10_000, minutes(1 / 6)],
  ['an id that follows from the key needs no time at all', create, 0, at],
  ['a key that the vendor holds refuses the second one', keyed, undefined, null],
  ['an update makes nothing', update, undefined, null],
])('%s', (_, write, lateCreatesMs, until) => {
  expect(lateUntil(intent(write), party(lateCreatesMs))).toBe(until)
})

test.each<[string, number | undefined, number]>([
  ['seconds are waited for, so that one look settles it (F66)', 10_000, 10_000],
  ['minutes are left to a later pass', undefined, 0],
  ['nothing is waited for where nothing can turn up', 0, 0],
  ['a quarter of a minute is the longest a pass waits', 15_000, 15_000],
  ['a little more is left to a later pass', 15_001, 0],
])('%s', async (_, lateCreatesMs, slept) => {
  const clock = handClock(at)
  await awaitLateCreates(
    { clock, source: party(0), target: party(lateCreatesMs) },
    new OpenIntents([intent(create), intent(keyed)]),
    AbortSignal.timeout(1_000),
  )
  expect(msOf(clock.now()) - msOf(at)).toBe(slept)
})

test.each<[string, readonly Intent[], number]>([
  ['the one that may turn up last', [intent(create, at), intent(create, instantFromMs(msOf(at) - 4_000))], 10_000],
  ['what is left of its time', [intent(create, instantFromMs(msOf(at) - 4_000))], 6_000],
  ['none of which the time is over', [intent(create, instantFromMs(msOf(at) - 60_000))], 0],
  ['one at the source for as long as the source may take', [intent(create, at, 'referral')], 3_000],
])('waited for is %s', async (_, intents, slept) => {
  const clock = handClock(at)
  const { signal } = new AbortController()
  await awaitLateCreates({ clock, source: party(3_000), target: party(10_000) }, new OpenIntents(intents), signal)
  expect(msOf(clock.now()) - msOf(at)).toBe(slept)
})
