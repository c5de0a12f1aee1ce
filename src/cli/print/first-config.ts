// The first configuration of a folder: small, with a line about each thing, and observing only.

export const crms = ['salesforce', 'dynamics'] as const
export type Crm = (typeof crms)[number]

export interface FirstConfig {
  readonly crm: Crm
  readonly url: string
  readonly tenant: string
  readonly mapping: string
}

const auth: Readonly<Record<Crm, string>> = {
  salesforce: 'auth: { flow: clientCredentials, clientId: env:SF_CLIENT_ID, clientSecret: env:SF_CLIENT_SECRET }',
  dynamics: 'auth: { flow: managedIdentity }      # or certificate, clientSecret',
}

export function configFor({ crm, url, tenant, mapping }: FirstConfig): string {
  return `# yaml-language-server: $schema=../.dealbridge/schema/config.json
# Every setting with its default: dealbridge service config --resolved
version: 1
timezone: Europe/Berlin

# Where referrals come from. The referrals API acts for a person; sign in once:
#   dealbridge connect sign-in partner-center
sources:
  partner-center:
    type: partner-center
    tenant: ${JSON.stringify(tenant)}
    auth: { flow: user, clientId: env:PC_CLIENT_ID, clientSecret: env:PC_CLIENT_SECRET }

# Where they go. Secrets are references: env:NAME, file:PATH, credential:NAME.
targets:
  ${crm}:
    type: ${crm}
    url: ${JSON.stringify(url)}
    ${auth[crm]}

# What runs. It begins by observing: it reads and plans, and writes nothing.
pipelines:
  cosell:
    source: partner-center
    target: ${crm}
    mapping: ${mapping}
    mode: observe                        # then review (a person agrees), then auto
`
}
