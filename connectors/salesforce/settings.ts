// The settings of one Salesforce connection. Secrets are references; the consumer key of the app may stand in the
// file, since it opens nothing by itself.

import { z } from 'zod'
import { SecretRef } from '#spi'

const BaseUrl = z.url({ protocol: /^https?$/, abort: true }).superRefine((text, context) => {
  const url = new URL(text)
  const refuse = (message: string): void => context.addIssue({ code: 'custom', message })
  if (url.username !== '' || url.password !== '') refuse('must not hold a user or a password')
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') refuse('must be a host, with nothing after it')
  if (url.protocol !== 'https:' && !isLoopback(url)) refuse('must be https; plain http is for this computer only')
  if (url.hostname.endsWith('.lightning.force.com'))
    refuse('is where people work; the API is at https://….my.salesforce.com')
})

const clientId = z.string().min(1).describe('The consumer key of the External Client App, or a reference to it.')

const ClientCredentials = z.strictObject({
  flow: z.literal('clientCredentials').describe('The app signs in as the user named in its "Run As" setting.'),
  clientId,
  clientSecret: SecretRef,
})

const Jwt = z.strictObject({
  flow: z.literal('jwt').describe('The app signs each request with a private key; no secret travels.'),
  clientId,
  username: z.string().min(1).describe('The user it acts as, who must have been let in to the app beforehand.'),
  privateKey: SecretRef.describe('PEM; its certificate is registered with the app.'),
  audience: z.string().min(1).optional().describe('For sites and unusual hosts; otherwise known from the host.'),
})

const RefreshToken = z.strictObject({
  flow: z.literal('refreshToken').describe('A person signed in once; their token is renewed from then on.'),
  clientId,
  clientSecret: SecretRef.optional(),
  refreshToken: SecretRef.describe('The first one. Once the vault holds a newer one, that is used.'),
})

const NoSignIn = z.strictObject({ flow: z.literal('none').describe('No sign-in at all: for loopback endpoints only.') })

/** `15%`, or the fraction it stands for. */
const Share = z
  .union([
    z
      .string()
      .regex(/^\d{1,3}(\.\d+)?\s?%$/, { error: 'must be a share: 15%' })
      .transform((text) => Number.parseFloat(text) / 100),
    z.number(),
  ])
  .refine((share) => share > 0 && share <= 1, { error: 'must be more than 0% and at most 100%' })

const Limits = z.strictObject({
  shareOfDailyLimit: Share.prefault('15%').describe(
    'How much of the org’s daily API calls may be ours. All integrations of an org share one limit.',
  ),
  parallel: z.int().min(1).max(25).default(5).describe('Calls at the same time.'),
  batch: z.int().min(1).max(200).default(200).describe('Rows of one object in one request; Salesforce takes 200.'),
})

export const Settings = z
  .strictObject({
    url: BaseUrl.describe('Your My Domain address: https://fabrikam.my.salesforce.com'),
    endpoint: BaseUrl.optional().describe('Where the API answers, if not at `url`: a sandbox or a test.'),
    authority: BaseUrl.optional().describe('Where tokens come from, if not from `url`.'),
    apiVersion: z
      .string()
      .regex(/^\d{2,3}\.0$/, { error: 'must be a version such as 67.0' })
      .refine((text) => Number(text) >= 46, { error: 'must be 46.0 or newer' })
      .default('67.0')
      .describe('The newest version the org offers is used where this one is newer still.'),
    auth: z.discriminatedUnion('flow', [ClientCredentials, Jwt, RefreshToken, NoSignIn]),
    limits: Limits.prefault({}),
  })
  .superRefine(({ url, endpoint, auth }, context) => {
    if (auth.flow === 'none' && !isLoopback(new URL(endpoint ?? url)))
      context.addIssue({ code: 'custom', path: ['auth', 'flow'], message: '"none" is for a loopback endpoint only' })
  })
export type Settings = z.infer<typeof Settings>

function isLoopback(url: URL): boolean {
  return url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(url.hostname)
}

/** Where the API is asked: no path, no slash at the end, because jsforce appends to it as it stands. */
export const dataOrigin = (settings: Settings): string => new URL(settings.endpoint ?? settings.url).origin

/** Where tokens come from. */
export const tokenOrigin = (settings: Settings): string =>
  new URL(settings.authority ?? settings.endpoint ?? settings.url).origin

/** Whom a signed sign-in is addressed to: Salesforce as a whole, or its sandboxes, never one org. */
export function audienceOf(settings: Settings): string {
  if (settings.auth.flow === 'jwt' && settings.auth.audience !== undefined) return settings.auth.audience
  const authority = settings.authority ?? settings.endpoint
  if (authority !== undefined) return new URL(authority).origin
  const isSandbox = new URL(settings.url).hostname.includes('.sandbox.')
  return isSandbox ? 'https://test.salesforce.com' : 'https://login.salesforce.com'
}
