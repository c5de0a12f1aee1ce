// Who hears about what. The shape is settled; sending is not part of this version, and whoever sets it is told so.

import { z } from 'zod'
import { SecretRef } from '#spi'
import { Duration } from '#core/units'
import { Name, TimeOfDay } from './text.ts'

const events = [
  'referral.new',
  'referral.wantsCallBack',
  'referral.answerSoon',
  'conflict.waiting',
  'problem.new',
  'pipeline.stale',
  'connection.expiring',
] as const

const Channel = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('teamsWorkflow').describe('Or graphMail, webhook, console.'),
    url: SecretRef.describe('Where the address is kept: whoever has it can write there.'),
  }),
  z.strictObject({ type: z.literal('graphMail'), from: z.email(), to: z.union([z.literal('recordOwner'), z.email()]) }),
  z.strictObject({ type: z.literal('webhook'), url: SecretRef }),
  z.strictObject({ type: z.literal('console') }),
])

const Rule = z.strictObject({
  event: z.enum(events).describe('What happened.'),
  to: z.array(Name).min(1).describe('Which channels hear of it.'),
  at: z.array(Duration).min(1).optional().describe('How long before, or after, what is due.'),
  digest: z.enum(['daily']).optional().describe('Together, once a day.'),
  groupBy: z.enum(['cause']).optional().describe('Once for each cause.'),
  after: Duration.optional().describe('Only when it has lasted this long.'),
})

const Quiet = z.strictObject({
  from: TimeOfDay.describe('From this time of day, in the configured zone.'),
  to: TimeOfDay.describe('To this one.'),
  except: z.array(z.enum(events)).prefault([]).describe('Events that are told at any hour.'),
})

export const Alerts = z.strictObject({
  channels: z.record(Name, Channel).prefault({}).describe('Where messages go, by names of your choice.'),
  rules: z.array(Rule).prefault([]).describe('Who hears of which event, and when.'),
  quiet: Quiet.optional().describe('When nobody is to be disturbed.'),
})
