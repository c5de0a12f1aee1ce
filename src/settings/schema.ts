// The configuration file as a whole: its keys, their defaults, and one line about each. The file for editors
// (config/schema.json) and the list of all settings (config/default.yaml) are made from it.

import { z } from 'zod'
import { Alerts } from './schema/alerts.ts'
import { Connections } from './schema/connections.ts'
import { HttpDoors } from './schema/http.ts'
import { Limits } from './schema/limits.ts'
import { Logging, Telemetry } from './schema/logging.ts'
import { Network } from './schema/network.ts'
import { Pipelines } from './schema/pipelines.ts'
import { Store } from './schema/store.ts'
import { TimeZone } from './schema/text.ts'

export const Document = z.strictObject({
  version: z.literal(1).describe('The version of this file format.'),
  name: z
    .string()
    .regex(/^[\w. -]{1,80}$/, { error: 'must be 80 plain characters at most' })
    .prefault('dealbridge')
    .describe('This installation, in alerts and on the console.'),
  timezone: TimeZone.prefault('UTC').describe('For schedules, and for times shown to people.'),
  language: z
    .enum(['en', 'de', 'pt-BR', 'zh-TW', 'ru'])
    .prefault('en')
    .describe('Of alerts and of messages in the CRM.'),
  sources: Connections.describe('Where referrals come from, by names of your choice.'),
  targets: Connections.describe('Where they go.'),
  pipelines: Pipelines.describe('What runs.'),
  limits: Limits.prefault({}).describe('How much it may do before it stops and asks.'),
  store: Store.prefault({}).describe('What it remembers.'),
  alerts: Alerts.prefault({}).describe('Who hears about it.'),
  network: Network.prefault({}).describe('The way out.'),
  http: HttpDoors.prefault({}).describe('Its own doors.'),
  logging: Logging.prefault({}).describe('What it writes down as it goes.'),
  telemetry: Telemetry.prefault({}).describe('What it tells other machines.'),
})
export type Document = z.infer<typeof Document>

/** `profiles` is taken out of the file before the rest is read: each is laid over it, not part of it. */
export const profilesKey = 'profiles'
