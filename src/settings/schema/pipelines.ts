// What runs: one source, one target, one mapping, and how often.

import { z } from 'zod'
import { durationWithin, Name, TimeOfDay, TimeWindow } from './text.ts'

const Schedule = z.strictObject({
  every: durationWithin('1s', '1d').prefault('5m').describe('How often a pipeline looks for changes.'),
  jitter: durationWithin('0s', '1h')
    .prefault('30s')
    .describe('Up to this much later, so that many pipelines do not ask at once.'),
  between: TimeWindow.optional().describe('Only in these hours; "06:00-22:00", in the configured zone.'),
  outside: durationWithin('1s', '1d').optional().describe('How often outside these hours; never, when left out.'),
})

const Reconcile = z.strictObject({
  every: durationWithin('10m', '30d').prefault('1d').describe('How often both sides are compared in full.'),
  at: TimeOfDay.prefault('03:15').describe('When in the day, in the configured zone.'),
})

export const Pipeline = z
  .strictObject({
    source: Name.describe('The connection that referrals come from.'),
    target: Name.describe('The connection they go to.'),
    mapping: z.string().min(1).describe('The mapping file, from the folder that holds config/.'),
    mode: z
      .enum(['observe', 'review', 'auto'])
      .prefault('observe')
      .describe('observe: only shows plans; review: plans wait for a person; auto: writes.'),
    schedule: Schedule.prefault({}).describe('When it runs.'),
    reconcile: Reconcile.prefault({}).describe('The full comparison, for what looking for changes cannot see.'),
  })
  .refine(({ schedule }) => schedule.outside === undefined || schedule.between !== undefined, {
    error: 'means nothing without "between"',
    path: ['schedule', 'outside'],
  })

export const Pipelines = z.record(Name, Pipeline)
