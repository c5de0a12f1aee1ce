// Who hears about what, where, and when.

import { z } from 'zod'
import { SecretRef } from '#spi'
import { Duration } from '#core/units'
import { Name, TimeOfDay, WebUrl } from './text.ts'

export const alertEvents = [
  'referral.new',
  'referral.wantsCallBack',
  'referral.answerSoon',
  'conflict.waiting',
  'problem.new',
  'plan.waiting',
  'mapping.refused',
  'connection.down',
  'pipeline.stale',
  'connection.expiring',
] as const
export type AlertEvent = (typeof alertEvents)[number]

const GraphMail = z.strictObject({
  type: z.literal('graphMail'),
  from: z.email().describe('The mailbox it is sent from.'),
  to: z
    .union([z.literal('recordOwner'), z.email(), z.array(z.email()).min(1).max(20)])
    .describe('One address, or several.'),
  tenant: z
    .string()
    .regex(/^[\w.-]{1,253}$/, { error: 'must be a domain or an id' })
    .describe('The Entra tenant of the mailbox: its domain or id.'),
  auth: z
    .strictObject({
      flow: z.literal('clientSecret').describe('The application signs in with a secret.'),
      clientId: z.string().min(1).describe('The application (client) id, or a reference to it.'),
      clientSecret: SecretRef,
    })
    .describe('The application that may send as this mailbox.'),
  endpoint: WebUrl.prefault('https://graph.microsoft.com').describe('Where Microsoft Graph answers.'),
  authority: WebUrl.prefault('https://login.microsoftonline.com').describe('Where tokens come from.'),
})
export type GraphMail = z.infer<typeof GraphMail>

const Channel = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('teamsWorkflow').describe('Or graphMail, webhook, console.'),
    url: SecretRef.describe('Where the address is kept: whoever has it can write there.'),
  }),
  GraphMail,
  z.strictObject({
    type: z.literal('webhook'),
    url: SecretRef,
    secret: SecretRef.optional().describe('Signs each message, so that the receiver knows whom it comes from.'),
  }),
  z.strictObject({ type: z.literal('console').describe('A line in the log.') }),
])
export type Channel = z.infer<typeof Channel>

const Rule = z.strictObject({
  event: z.enum(alertEvents).describe('What happened.'),
  to: z.array(Name).min(1).describe('Which channels hear of it.'),
  at: z.array(Duration).min(1).max(10).optional().describe('How long before, or after, what is due.'),
  digest: z.enum(['daily']).optional().describe('Together, once a day.'),
  groupBy: z.enum(['cause']).optional().describe('Once for each cause, as problems are in any case.'),
  after: Duration.optional().describe('Only when it has lasted this long.'),
})

const Quiet = z.strictObject({
  from: TimeOfDay.describe('From this time of day, in the configured zone.'),
  to: TimeOfDay.describe('To this one.'),
  except: z.array(z.enum(alertEvents)).prefault([]).describe('Events that are told at any hour.'),
})

export const Alerts = z.strictObject({
  channels: z.record(Name, Channel).prefault({}).describe('Where messages go, by names of your choice.'),
  rules: z.array(Rule).max(100).prefault([]).describe('Who hears of which event, and when.'),
  quiet: Quiet.optional().describe('When nobody is to be disturbed.'),
})
export type Alerts = z.infer<typeof Alerts>
