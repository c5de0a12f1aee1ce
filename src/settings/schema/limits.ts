// How much the daemon may do: to the vendors' quotas, and to anybody's records, before it stops and asks.

import { z } from 'zod'
import { Share } from '#core/units'
import { Count, durationWithin, Name } from './text.ts'

/** What a connector does not know is the door's: so many calls at a time, so many in a minute. */
export const RequestLimits = z.strictObject({
  parallel: Count.optional().describe('Calls at a time; 4 unless the connector says otherwise.'),
  perMinute: Count.optional().describe('Calls in any minute.'),
  perFiveMinutes: Count.optional().describe('Calls in any five minutes, where the vendor counts so.'),
  shareOfDailyLimit: z.string().optional().describe("Our part of the vendor's daily limit: 15%. Beyond it we wait."),
  batch: Count.optional().describe('Records in one write; never more than the vendor takes.'),
})

const Vanished = z.strictObject({
  links: Count.prefault(3).describe('So many linked records may disappear in one run.'),
  share: Share.prefault('2%').describe('Or this share of all of them, if that is more.'),
})

const Changes = z.strictObject({
  perRun: Count.prefault(200).describe('Changes of any kind.'),
  shareOfLinked: Share.prefault('25%').describe('Linked records that may change; 20 are always fine.'),
  creates: z.int().min(0).prefault(50).describe('New records.'),
  outcomes: z.int().min(0).prefault(5).describe('Won, Lost and Declined, which nobody can take back.'),
  vanished: Vanished.prefault({}).describe('Records that can no longer be found.'),
})

const Retries = z.strictObject({
  tries: z.int().min(1).max(20).prefault(8).describe('How often one change is tried.'),
  first: durationWithin('100ms', '1h')
    .prefault('2s')
    .describe('The wait before the second try; each next one doubles.'),
  max: durationWithin('1s', '1d').prefault('15m').describe('The longest wait between two tries.'),
  giveUpAfter: durationWithin('1m', '30d').prefault('24h').describe('Then the change is held, and somebody is told.'),
})

export const Limits = z.strictObject({
  requests: z.record(Name, RequestLimits).prefault({}).describe('By the name of the connection.'),
  changes: Changes.prefault({}).describe('A run that wants more stops and asks.'),
  retries: Retries.prefault({}).describe('Of one change that a vendor did not take for now.'),
  shutdown: durationWithin('1s', '10m')
    .prefault('25s')
    .describe('How long the write in hand may take when the daemon is told to stop.'),
})
