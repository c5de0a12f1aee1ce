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
  z.strictObject({ type: z.literal('teamsWorkflow'), url: SecretRef }),
  z.strictObject({ type: z.literal('graphMail'), from: z.email(), to: z.union([z.literal('recordOwner'), z.email()]) }),
  z.strictObject({ type: z.literal('webhook'), url: SecretRef }),
  z.strictObject({ type: z.literal('console') }),
])

const Rule = z.strictObject({
  event: z.enum(events),
  to: z.array(Name).min(1),
  at: z.array(Duration).min(1).optional(),
  digest: z.enum(['daily']).optional(),
  groupBy: z.enum(['cause']).optional(),
  after: Duration.optional(),
})

const Quiet = z.strictObject({ from: TimeOfDay, to: TimeOfDay, except: z.array(z.enum(events)).prefault([]) })

export const Alerts = z.strictObject({
  channels: z.record(Name, Channel).prefault({}),
  rules: z.array(Rule).prefault([]),
  quiet: Quiet.optional(),
})
