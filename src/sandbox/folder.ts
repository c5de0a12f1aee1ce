// What the sandbox writes into its folder: an ordinary configuration, aimed at the pretended vendors, and the shipped
// mappings. Nothing in it is special; a newcomer can read and change it.

import type { World } from './world.ts'

export interface SandboxFile {
  readonly path: string
  readonly text: string
}

export interface FolderOptions {
  readonly world: World
  readonly port: number
  /** The texts of the shipped mappings, by file name. */
  readonly mappings: Readonly<Record<string, string>>
  /** Fixtures that the mappings' own tests use. */
  readonly fixtures: Readonly<Record<string, string>>
}

export function filesFor({ world, port, mappings, fixtures }: FolderOptions): readonly SandboxFile[] {
  return [
    { path: 'config/dealbridge.yaml', text: configFor(world, port) },
    ...Object.entries(mappings).map(([name, text]) => ({ path: `mappings/${name}`, text })),
    ...Object.entries(fixtures).map(([name, text]) => ({ path: `mappings/fixtures/${name}`, text })),
  ]
}

function configFor({ source, crms }: World, port: number): string {
  const targets = crms.map(
    ({ name, served }) =>
      `  ${name}:\n    type: ${name}\n${addressOf(name)}    endpoint: ${served.url}\n    auth: { flow: none }`,
  )
  const pipelines = crms.map(
    ({ name, mapping }) =>
      `  ${name}:\n    source: partner-center\n    target: ${name}\n    mapping: mappings/${mapping}\n    mode: observe               # reads only; the tour promotes it\n    schedule: { every: 1s }`,
  )
  return `# The sandbox's configuration: pretended systems on this computer, no accounts. Written anew at each start.
version: 1
name: sandbox
timezone: Europe/Berlin
sources:
  partner-center:
    type: partner-center
    tenant: sandbox
    endpoint: ${source.served.url}
    auth: { flow: none }
targets:
${targets.join('\n')}
pipelines:
${pipelines.join('\n')}
store: { type: lowdb, path: data/ledger }
logging: { level: error, format: json }
http: { listen: "127.0.0.1:${port}" }
`
}

const addresses: Readonly<Record<string, string>> = {
  salesforce: 'https://fabrikam.my.salesforce.com',
  dynamics: 'https://fabrikam.crm4.dynamics.com',
}

function addressOf(name: string): string {
  return `    url: ${addresses[name] ?? 'https://crm.example'}\n`
}
