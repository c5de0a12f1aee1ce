// The daemon's own doors: console, health, metrics.

import { z } from 'zod'
import { ListenAddress, WebUrl } from './text.ts'

const roles = ['viewer', 'seller', 'mapper', 'operator', 'owner'] as const

const SignIn = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none').describe('Or entra, oidc.') }),
  z.strictObject({
    type: z.literal('entra'),
    tenant: z.string().min(1),
    clientId: z.string().min(1),
    roles: z.record(z.string(), z.enum(roles)).prefault({}),
  }),
  z.strictObject({
    type: z.literal('oidc'),
    issuer: WebUrl,
    clientId: z.string().min(1),
    roles: z.record(z.string(), z.enum(roles)).prefault({}),
  }),
])

const Console = z.strictObject({
  enabled: z.boolean().prefault(true).describe('The web pages for admins and operations.'),
  signIn: SignIn.optional().describe('Who may enter; on this computer nobody is asked.'),
  editMappings: z.enum(['files', 'gitPatch', 'readOnly']).prefault('readOnly').describe('What the editor may write.'),
  publishNeeds: z.int().min(1).max(2).prefault(1).describe('How many people a mapping needs to go live.'),
})

const path = (fallback: string) =>
  z
    .string()
    .regex(/^\/[\w/-]{1,100}$/, { error: 'must be a path: /livez' })
    .prefault(fallback)

const Health = z.strictObject({
  live: path('/livez').describe('Answers as long as the process works.'),
  ready: path('/readyz').describe('Answers when pipelines run.'),
})

const Metrics = z.strictObject({
  path: path('/metrics').describe('For Prometheus.'),
  allow: z
    .array(z.union([z.cidrv4(), z.cidrv6()], { error: 'must be a network: 10.20.0.0/16' }))
    .prefault(['127.0.0.1/32', '::1/128'])
    .describe('Networks that may read them.'),
})

export const HttpDoors = z.strictObject({
  listen: ListenAddress.prefault('127.0.0.1:8787').describe('Address and port.'),
  publicUrl: WebUrl.optional().describe('How people reach it from elsewhere.'),
  console: Console.prefault({}).describe('The console.'),
  health: Health.prefault({}).describe('For whatever watches the process.'),
  metrics: Metrics.prefault({}).describe('For whatever watches the work.'),
})
