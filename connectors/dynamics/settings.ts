// The settings of one Dynamics 365 connection. Secrets are references; an application's id opens nothing by itself and
// may stand in the file.

import { z } from 'zod'
import { SecretRef } from '#spi'

/** Where Microsoft signs applications in. Sovereign clouds have their own; a test names its own. */
export const defaultAuthority = 'https://login.microsoftonline.com'
/** Where an Azure virtual machine hands out its own identity. Plain http by design: it never leaves the machine. */
export const machineIdentity = 'http://169.254.169.254'

const BaseUrl = z.url({ protocol: /^https?$/, abort: true }).superRefine((text, context) => {
  const url = new URL(text)
  const refuse = (message: string): void => context.addIssue({ code: 'custom', message })
  if (url.username !== '' || url.password !== '') refuse('must not hold a user or a password')
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') refuse('must be a host, with nothing after it')
  if (url.protocol !== 'https:' && !isLoopback(url)) refuse('must be https; plain http is for this computer only')
})

const IdentityUrl = z
  .url({ protocol: /^https?$/, abort: true })
  .refine((text) => text.startsWith(machineIdentity) || isLoopback(new URL(text)), {
    error: 'must be on this machine: what IDENTITY_ENDPOINT says',
  })

const clientId = z.string().min(1).describe('The application (client) id, or a reference to it.')

const ClientSecret = z.strictObject({
  flow: z.literal('clientSecret').describe('The application signs in with a secret.'),
  clientId,
  clientSecret: SecretRef,
})
const Certificate = z.strictObject({
  flow: z.literal('certificate').describe('The application signs each token request; no secret travels.'),
  clientId,
  certificate: SecretRef.describe('PEM of the certificate that is uploaded to the app registration.'),
  privateKey: SecretRef.describe('PEM of its RSA key.'),
})
const ManagedIdentity = z.strictObject({
  flow: z.literal('managedIdentity').describe('Azure vouches for the machine we run on; there is nothing to rotate.'),
  clientId: clientId.optional().describe('For a user-assigned identity: which one.'),
  endpoint: IdentityUrl.optional().describe('On App Service and Container Apps: what IDENTITY_ENDPOINT says.'),
  header: SecretRef.optional().describe('On App Service and Container Apps: env:IDENTITY_HEADER.'),
})
const NoSignIn = z.strictObject({ flow: z.literal('none').describe('No sign-in at all: for loopback endpoints only.') })

const Limits = z.strictObject({
  perFiveMinutes: z
    .int()
    .min(10)
    .max(6000)
    .default(2000)
    .describe('Requests in any five minutes. Dynamics allows 6000 to one user; others may act as it too.'),
  parallel: z.int().min(1).max(52).default(8).describe('Reads at the same time. Writes go one after another.'),
})

export const Settings = z
  .strictObject({
    url: BaseUrl.optional().describe('The environment: https://fabrikam.crm4.dynamics.com'),
    endpoint: BaseUrl.optional().describe('Where the Web API answers, if not at `url`: a sandbox or a test.'),
    authority: BaseUrl.default(defaultAuthority).describe('Where tokens come from.'),
    tenant: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9.-]{1,252}$/, { error: 'must be a tenant id or domain' })
      .optional()
      .describe('The Entra tenant of the application. Without it, the environment is asked which one it belongs to.'),
    apiVersion: z
      .string()
      .regex(/^v9\.[0-2]$/, { error: 'must be v9.0, v9.1 or v9.2' })
      .default('v9.2'),
    language: z
      .int()
      .min(1025)
      .max(65_535)
      .optional()
      .describe(
        'Which labels of choices mappings use, as a language code (1033 is English); by default those of the application user.',
      ),
    auth: z.discriminatedUnion('flow', [ClientSecret, Certificate, ManagedIdentity, NoSignIn]),
    limits: Limits.prefault({}),
  })
  .superRefine(({ url, endpoint, auth }, context) => {
    const refuse = (path: string[], message: string): void => context.addIssue({ code: 'custom', path, message })
    const target = endpoint ?? url
    if (target === undefined) return refuse(['url'], 'is missing: https://<environment>.crm4.dynamics.com')
    if (auth.flow === 'none' && !isLoopback(new URL(target)))
      refuse(['auth', 'flow'], '"none" is for a loopback endpoint only')
  })
export type Settings = z.infer<typeof Settings>
export type Auth = Settings['auth']

export function isLoopback(url: URL): boolean {
  return url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(url.hostname)
}

/** Where requests go. */
export const dataOrigin = ({ endpoint, url }: Settings): string => new URL(endpoint ?? url ?? '').origin

/** What a token is for: the environment itself, also where another address stands in for it. */
export const audienceOf = ({ endpoint, url }: Settings): string => new URL(url ?? endpoint ?? '').origin

/** Every origin this connection may talk to. */
export function originsOf(settings: Settings): readonly string[] {
  const { auth, authority } = settings
  const tokens = {
    clientSecret: [authority],
    certificate: [authority],
    managedIdentity: [auth.flow === 'managedIdentity' ? (auth.endpoint ?? machineIdentity) : machineIdentity],
    none: [],
  }[auth.flow]
  return [...new Set([dataOrigin(settings), ...tokens.map((url) => new URL(url).origin)])]
}
