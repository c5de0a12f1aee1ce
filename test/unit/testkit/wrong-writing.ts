// Connectors that write wrongly, each with the checks that find it.

import { linkKey, recordId, RetryLater, version } from '#spi'
import { another, asked, error, told, writing, type Wrong } from './wrong-ways.ts'

export const wrongWriting: readonly Wrong[] = [
  {
    does: 'makes up the versions of its receipts',
    found: ['the version of a receipt'],
    ...told((receipt) => (receipt.outcome === 'written' ? { ...receipt, version: version('0') } : receipt)),
  },
  {
    does: 'calls what was stale written',
    found: ['newer work is not overwritten', 'an update of what is not there'],
    ...told((receipt, write) =>
      receipt.outcome === 'stale' && write.do === 'update'
        ? { outcome: 'written', id: write.id, version: null }
        : receipt,
    ),
  },
  {
    does: 'answers where nothing was asked',
    found: ['nothing to write'],
    ...writing(
      (session) => async (batch, signal) =>
        batch.length === 0 ? [{ outcome: 'stale' }] : await session.write(batch, signal),
    ),
  },
  {
    does: 'makes records without what they should hold',
    found: ['a creation makes one record'],
    ...asked((write) => (write.do === 'create' ? { ...write, fields: { ...write.fields, title: 'New' } } : write)),
  },
  {
    does: 'overwrites newer work',
    found: ['newer work is not overwritten', 'receipts are as many'],
    ...asked((write) => (write.do === 'update' ? { ...write, expect: null } : write)),
  },
  {
    does: 'updates nothing that has no version',
    found: ['with no version to expect'],
    ...asked((write) => (write.do === 'update' && write.expect === null ? { ...write, expect: version('0') } : write)),
  },
  {
    does: 'writes fields that nobody asked it to write',
    found: ['an update changes what it names'],
    ...asked((write) => (write.do === 'update' ? { ...write, fields: { stage: null, ...write.fields } } : write)),
  },
  {
    does: 'makes a new record when it is asked again',
    found: ['a creation that is repeated', 'one key twice', 'a creation whose answer is lost'],
    ...asked((write) => (write.do === 'create' ? { ...write, key: linkKey(`${write.key} ${another()}`) } : write)),
  },
  {
    does: 'updates what is there already, as an upsert would',
    found: ['a creation that is repeated'],
    ...writing((session) => async (batch, signal) => {
      const receipts = await session.write(batch, signal)
      for (const [n, { kind, fields }] of batch.entries()) {
        const receipt = receipts[n]
        if (receipt?.outcome !== 'already-there') continue
        await session.write([{ do: 'update', kind, id: receipt.id, expect: null, fields }], signal)
      }
      return receipts
    }),
  },
  {
    does: 'calls what was there already written',
    found: ['a creation that is repeated', 'one that is repeated among new ones', 'one key twice'],
    ...told((receipt) => (receipt.outcome === 'already-there' ? { ...receipt, outcome: 'written' } : receipt)),
  },
  {
    does: 'names another record as the one that was there',
    found: ['a creation that is repeated'],
    ...told((receipt) => (receipt.outcome === 'already-there' ? { ...receipt, id: recordId('another') } : receipt)),
  },
  {
    does: 'mixes up receipts',
    found: ['receipts are as many'],
    ...writing((session) => async (batch, signal) => (await session.write(batch, signal)).toReversed()),
  },
  {
    does: 'stops at the first bad row',
    found: ['receipts are as many', 'of creations, too', 'what points to a record'],
    ...writing((session) => async (batch, signal) => {
      const receipts = await session.write(batch, signal)
      const bad = receipts.findIndex(({ outcome }) => outcome === 'refused')
      return bad < 0 ? receipts : receipts.map((receipt, n) => (n > bad ? { outcome: 'refused', error } : receipt))
    }),
  },
  {
    does: 'forgets the receipts of refused rows',
    found: ['receipts are as many', 'of creations, too', 'a refusal says its remedy'],
    ...writing(
      (session) => async (batch, signal) =>
        (await session.write(batch, signal)).filter(({ outcome }) => outcome !== 'refused'),
    ),
  },
  {
    does: 'sends pointers as they are',
    found: ['a record may point'],
    ...asked((write) => ({
      ...write,
      fields: Object.fromEntries(
        Object.entries(write.fields).map(([name, value]) => [name, typeof value === 'object' ? 'a pointer' : value]),
      ),
    })),
  },
  {
    does: 'refuses without a code that is explained',
    found: ['a refusal says its remedy'],
    ...told((receipt) =>
      receipt.outcome === 'refused'
        ? { ...receipt, error: new RetryLater('No.', { code: 'DB-9999', scope: 'record' }) }
        : receipt,
    ),
  },
]
