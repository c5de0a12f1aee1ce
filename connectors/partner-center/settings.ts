// The settings of one Partner Center connection. Secrets are references; an id that is public anyway (the app's client
// id) may stand in the file.

import { z } from 'zod'
import { Duration, parseDate, parseInstant, SecretRef } from '#spi'

/** Where Microsoft serves each part. A test or a sandbox names its own. */
export const defaults = {
  endpoint: 'https://api.partner.microsoft.com',
  webhookEndpoint: 'https://api.partnercenter.microsoft.com',
  authority: 'https://login.microsoftonline.com',
} as const

const BaseUrl = z.url({ protocol: /^https?$/, abort: true }).superRefine((text, context) => {
  const url = new URL(text)
  const refuse = (message: string): void => context.addIssue({ code: 'custom', message })
  if (url.username !== '' || url.password !== '') refuse('must not hold a user or a password')
  if (url.search !== '' || url.hash !== '') refuse('must not hold a query or a fragment')
  if (url.protocol !== 'https:' && !isLoopback(url)) refuse('must be https; plain http is for this computer only')
})

const overlapMaxMs = 24 * 60 * 60 * 1_000

const Overlap = Duration.refine((ms) => ms >= 1_000 && ms <= overlapMaxMs, { error: 'must be between 1s and 1d' })

/** A date means its midnight in UTC. */
const Since = z.string().transform((text, context) => {
  const instant = parseInstant(parseDate(text) ? `${text}T00:00:00Z` : text)
  if (instant) return instant
  context.addIssue({ code: 'custom', message: 'must be a date (2026-01-01) or an instant with a zone' })
  return z.NEVER
})

export const takes = ['leads', 'cosell', 'own', 'partnerToPartner', 'solutionAssessments'] as const

const Read = z.strictObject({
  since: Since.optional().describe(
    'Read only referrals updated since this date. Counts when everything is read, not for polling.',
  ),
  include: z
    .array(z.enum(takes))
    .min(1)
    .optional()
    .describe("Which kinds to read; all of them by default. 'cosell' brings the partner's own deals with it."),
  overlap: Overlap.prefault('10m').describe(
    'Read this much again at each poll, so that late updates are never missed.',
  ),
  microsoft: z
    .boolean()
    .default(false)
    .describe("Read Microsoft's own referral of a co-sell too: one more call for each open co-sell that changed."),
})

const UserFlow = z.strictObject({
  flow: z.literal('user'),
  clientId: z.string().min(1).describe('The application (client) id, or a reference to it.'),
  clientSecret: SecretRef.optional().describe('Absent for a public client.'),
  refreshToken: SecretRef.optional().describe('The first one. Once the vault holds a newer one, that is used.'),
  signedInAs: z
    .string()
    .min(1)
    .optional()
    .describe('Who signs in: named in messages and suggested on the sign-in page.'),
})
const NoFlow = z.strictObject({ flow: z.literal('none').describe('No sign-in at all: for loopback endpoints only.') })

const Webhook = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('The public address at which Partner Center reaches this daemon.'),
  certificateOrigins: z
    .array(BaseUrl)
    .min(1)
    .describe(
      'The only places from which a signing certificate is fetched: what X-MS-Certificate-Url names at your tenant.',
    ),
  trustAnchors: SecretRef.optional().describe('PEM certificates to trust instead of the Microsoft and DigiCert roots.'),
  fingerprints: z
    .array(z.string().regex(/^([0-9a-f]{2}:?){32}$/i, { error: 'must be a SHA-256 fingerprint' }))
    .min(1)
    .optional()
    .describe('Accept only signing certificates with one of these SHA-256 fingerprints.'),
})

export const Settings = z
  .strictObject({
    tenant: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{1,252}$/, { error: 'must be a tenant id or domain' }),
    organizationId: z
      .string()
      .min(1)
      .optional()
      .describe("The partner organisation's own id, if it must be told apart from other partners' copies."),
    endpoint: BaseUrl.default(defaults.endpoint),
    webhookEndpoint: BaseUrl.default(defaults.webhookEndpoint),
    authority: BaseUrl.default(defaults.authority),
    auth: z.discriminatedUnion('flow', [UserFlow, NoFlow]),
    read: Read.prefault({}),
    webhook: Webhook.optional(),
  })
  .superRefine((settings, context) => {
    if (settings.auth.flow !== 'none' || isLoopback(new URL(settings.endpoint))) return
    const message = 'flow: none is for a loopback endpoint only; Partner Center itself wants a signed-in user'
    context.addIssue({ code: 'custom', path: ['auth', 'flow'], message })
  })
export type Settings = z.infer<typeof Settings>
export type UserAuth = z.infer<typeof UserFlow>

export function isLoopback(url: URL): boolean {
  return url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(url.hostname)
}

/** Every origin this connection may talk to. */
export function originsOf(settings: Settings): readonly string[] {
  const user = settings.auth.flow === 'user' ? [settings.authority] : []
  const webhook = settings.webhook ? [settings.webhookEndpoint, ...settings.webhook.certificateOrigins] : []
  return [...new Set([settings.endpoint, ...user, ...webhook].map((url) => new URL(url).origin))]
}
