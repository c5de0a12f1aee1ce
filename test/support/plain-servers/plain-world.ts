// Three systems that are not ours, and a folder with the configuration anybody would write for them: addresses, secrets
// by reference, a rhythm. Nothing in it says that this is a test.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Running, start, type Workplace, workplace } from '../daemon-process.ts'
import { dynamicsSecrets, type PlainDynamics, plainDynamics } from './dynamics.ts'
import type { PlainServer } from './listener.ts'
import { type PlainPartnerCenter, partnerCenterSecrets, plainPartnerCenter } from './partner-center.ts'
import { type PlainSalesforce, plainSalesforce, salesforceSecrets } from './salesforce.ts'

export type Crm = 'salesforce' | 'dynamics'

export interface PlainWorld {
  readonly pc: PlainPartnerCenter
  readonly sf: PlainSalesforce
  readonly dv: PlainDynamics
  readonly place: Workplace
  readonly env: Readonly<Record<string, string>>
  /** All four listeners. */
  readonly servers: readonly PlainServer[]
  daemon(args?: readonly string[]): Running
  close(): Promise<void>
}

export interface WorldWish {
  readonly crms: readonly Crm[]
  /** More of the configuration. */
  readonly more?: string
  readonly env?: Readonly<Record<string, string>>
  /** Changes the text of a shipped mapping. */
  readonly mapping?: (text: string) => string
}

const shipped = join(import.meta.dirname, '..', '..', '..', 'mappings')

export async function plainWorld({
  crms,
  more = '',
  env = {},
  mapping = (text) => text,
}: WorldWish): Promise<PlainWorld> {
  const [pc, sf, dv] = await Promise.all([plainPartnerCenter(), plainSalesforce(), plainDynamics()])
  const targets = { salesforce: salesforceTarget(sf), dynamics: dynamicsTarget(dv) }
  const config = [
    'version: 1',
    'name: plain',
    'timezone: Europe/Berlin',
    'sources:',
    sourceOf(pc),
    'targets:',
    ...crms.map((crm) => targets[crm]),
    'pipelines:',
    ...crms.map(pipelineOf),
    'http: { listen: "127.0.0.1:0" }',
    more,
  ]
  const place = workplace({ 'config/dealbridge.yaml': `${config.join('\n')}\n`, ...mappings(crms, mapping) })
  const secrets = { ...partnerCenterSecrets, ...salesforceSecrets, ...dynamicsSecrets, ...env }
  const servers = [pc.api, pc.tokens, sf.api, dv.api]
  return {
    pc,
    sf,
    dv,
    place,
    env: secrets,
    servers,
    daemon: (args = ['run']) => start(place.folder, args, secrets),
    close: async () => {
      await Promise.all(servers.map((server) => server.close()))
      place.remove()
    },
  }
}

const sourceOf = ({ api, tokens }: PlainPartnerCenter): string => `  partner-center:
    type: partner-center
    tenant: contoso.example
    endpoint: ${api.url}
    authority: ${tokens.url}
    auth: { flow: user, clientId: an-app, clientSecret: env:PC_CLIENT_SECRET, refreshToken: env:PC_REFRESH_TOKEN }`

const salesforceTarget = ({ api }: PlainSalesforce): string => `  salesforce:
    type: salesforce
    url: https://fabrikam.my.salesforce.com
    endpoint: ${api.url}
    authority: ${api.url}
    auth: { flow: clientCredentials, clientId: env:SF_CLIENT_ID, clientSecret: env:SF_CLIENT_SECRET }`

const dynamicsTarget = ({ api }: PlainDynamics): string => `  dynamics:
    type: dynamics
    url: https://fabrikam.crm4.dynamics.com
    endpoint: ${api.url}
    authority: ${api.url}
    tenant: fabrikam.example
    auth: { flow: clientSecret, clientId: an-app, clientSecret: env:D365_CLIENT_SECRET }`

const pipelineOf = (crm: Crm): string => `  ${crm}:
    source: partner-center
    target: ${crm}
    mapping: mappings/${crm}.opportunity.yaml
    mode: auto
    schedule: { every: 1s }`

/** The shipped mappings of these CRMs, with the fixtures their own tests use. */
function mappings(crms: readonly Crm[], change: (text: string) => string): Readonly<Record<string, string>> {
  const files = crms.map((crm) => `${crm}.opportunity.yaml`)
  const fixtures = readdirSync(join(shipped, 'fixtures')).map((name) => `fixtures/${name}`)
  const read = (name: string): string => readFileSync(join(shipped, name), 'utf8')
  return Object.fromEntries([
    ...files.map((name) => [`mappings/${name}`, change(read(name))]),
    ...fixtures.map((name) => [`mappings/${name}`, read(name)]),
  ])
}
