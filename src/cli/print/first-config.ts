// The first configuration of a folder: small, with a line about each thing, and observing only.

export const crms = ['salesforce', 'dynamics'] as const
export type Crm = (typeof crms)[number]

export const secretHomes = ['env', 'file'] as const
export type SecretHome = (typeof secretHomes)[number]

/** How dealbridge can sign in to each CRM; the first is the simplest. */
export const signIns = {
  salesforce: ['clientCredentials', 'jwt'],
  dynamics: ['managedIdentity', 'clientSecret', 'certificate'],
} as const satisfies Readonly<Record<Crm, readonly string[]>>

export interface FirstConfig {
  readonly crm: Crm
  readonly url: string
  readonly tenant: string
  readonly timezone: string
  readonly signIn: string
  readonly secrets: SecretHome
  readonly pipeline: string
  readonly mapping: string
  /** Where the pretended systems of the sandbox answer; null for the real ones. */
  readonly pretended: { readonly source: string; readonly target: string } | null
}

export function configFor(config: FirstConfig): string {
  const { crm, timezone, pipeline, mapping } = config
  return `# yaml-language-server: $schema=../.dealbridge/schema/config.json
# Every setting with its default: dealbridge service config --resolved
version: 1
timezone: ${timezone}

${sourceLines(config)}

# Where they go. Secrets are references: env:NAME, file:PATH, credential:NAME.
targets:
  ${crm}:
    type: ${crm}
    ${targetLines(config)}

# What runs. It begins by observing: it reads and plans, and writes nothing.
pipelines:
  ${pipeline}:
    source: partner-center
    target: ${crm}
    mapping: ${mapping}
    mode: observe                        # then review (a person agrees), then auto
`
}

function sourceLines({ tenant, secrets, pretended }: FirstConfig): string {
  const head = `sources:
  partner-center:
    type: partner-center
    tenant: ${JSON.stringify(tenant)}`
  if (pretended)
    return `# Where referrals come from: the pretended Partner Center of \`dealbridge sandbox\`.
${head}
    endpoint: ${pretended.source}
    auth: { flow: none }`
  const [id, secret] = [secretRef(secrets, 'PC_CLIENT_ID'), secretRef(secrets, 'PC_CLIENT_SECRET')]
  return `# Where referrals come from. The referrals API acts for a person; sign in once:
#   dealbridge connect sign-in partner-center
${head}
    auth: { flow: user, clientId: ${id}, clientSecret: ${secret} }`
}

function targetLines({ crm, url, signIn, secrets, pretended }: FirstConfig): string {
  const address = `url: ${JSON.stringify(url)}`
  if (pretended) return `${address}\n    endpoint: ${pretended.target}\n    auth: { flow: none }`
  return `${address}\n    ${authLine(crm, signIn, secrets)}`
}

function authLine(crm: Crm, flow: string, home: SecretHome): string {
  const ref = (name: string): string => secretRef(home, `${crm === 'salesforce' ? 'SF' : 'D365'}_${name}`)
  if (flow === 'managedIdentity')
    return 'auth: { flow: managedIdentity }      # or certificate, clientSecret; these need a clientId too'
  if (flow === 'jwt')
    return `auth: { flow: jwt, clientId: ${ref('CLIENT_ID')}, username: dealbridge@company.example, privateKey: ${ref('PRIVATE_KEY')} }`
  if (flow === 'certificate')
    return `auth: { flow: certificate, clientId: ${ref('CLIENT_ID')}, certificate: ${ref('CERTIFICATE')}, privateKey: ${ref('PRIVATE_KEY')} }`
  return `auth: { flow: ${flow}, clientId: ${ref('CLIENT_ID')}, clientSecret: ${ref('CLIENT_SECRET')} }`
}

const secretRef = (home: SecretHome, name: string): string =>
  home === 'env' ? `env:${name}` : `file:/run/secrets/${name.toLowerCase().replaceAll('_', '-')}`
