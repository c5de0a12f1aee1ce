// What the daemon tells machines about itself.

import { z } from 'zod'
import { Share } from '#core/units'
import { WebUrl } from './text.ts'

export const Logging = z.strictObject({
  level: z.enum(['debug', 'info', 'warn', 'error']).prefault('info').describe('The least that is written.'),
  format: z
    .enum(['auto', 'text', 'json', 'journald'])
    .prefault('auto')
    .describe('auto: text on a terminal, JSON lines elsewhere.'),
  personalData: z.enum(['mask', 'hash', 'show']).prefault('mask').describe('People in the log.'),
})

const Otlp = z.strictObject({
  endpoint: WebUrl.describe('Where it listens.'),
  traces: Share.prefault('10%').describe('Of all runs.'),
  metrics: z.boolean().prefault(true).describe('Metrics too.'),
})

export const Telemetry = z.strictObject({
  otlp: Otlp.optional().describe('An OpenTelemetry collector; not in this version.'),
  usage: z.literal('never').prefault('never').describe('We never phone home.'),
})
