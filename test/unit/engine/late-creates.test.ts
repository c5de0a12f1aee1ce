import { expect, test } from 'vitest'
import { OpenIntents } from '#engine/intents'
import { awaitLateCreates, lateUntil } from '#engine/late-creates'
import type { Intent } from '#ledger/entries'
import { type Instant, instantFromMs, kind, linkKey, msOf, recordId, type Traits, type Write } from '#spi'
import { handClock } from '../../support/host.ts'

const at = instantFromMs(Date.UTC(2026, 10, 20, 14))
const create: Write = { do: 'create', kind: kind('Account'), key: linkKey('a'), keyField: null, fields: {} }
const keyed: Write = { ...create, keyField: 'PC_Referral_Id__c' }
const update: Write = { do: 'update', kind: kind('Account'), id: recordId('1'), expect: null, fields: {} }
const intent = (write: Write, sent: Instant = at): Intent => ({ change: { write, side: 'crm' }, at: sent }) as Intent
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
])('%s', async (_, lateCreatesMs, slept) => {
  const clock = handClock(at)
  await awaitLateCreates(
    { clock, source: party(0), target: party(lateCreatesMs) },
    new OpenIntents([intent(create), intent(keyed)]),
    AbortSignal.timeout(1_000),
  )
  expect(msOf(clock.now()) - msOf(at)).toBe(slept)
})
