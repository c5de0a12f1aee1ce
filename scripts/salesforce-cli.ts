// The pretended Salesforce org, used by Salesforce's own command line. Not part of the tests, because the CLI is a
// download of 300 MB:
//
//   npm install --no-save --prefix /tmp/sf @salesforce/cli@2.150.6
//   node scripts/salesforce-cli.ts /tmp/sf/node_modules/.bin/sf
//
// Prints each command with its result and ends with 1 when one of them did not do what it should.

import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { salesforceSimulator, sandboxClient } from '../connectors/salesforce/simulator/index.ts'
import { type JsonObject, at, instantFromMs, isObject, kind, parseJson, textOf } from '#spi'
import { type Served, serve } from '#testkit/serve'

const sf = process.argv[2] ?? 'sf'
const say = (line: string): void => void process.stdout.write(`${line}\n`)

interface Step {
  readonly what: readonly string[]
  /** What the answer must be. */
  readonly holds: (answer: JsonObject) => boolean
}

async function main(): Promise<number> {
  const simulators: ReturnType<typeof salesforceSimulator>[] = []
  const served = await serve((url) => {
    const made = salesforceSimulator({
      now: () => instantFromMs(Date.now()),
      random: () => Math.random(),
      baseUrl: () => url,
    })
    simulators.push(made)
    return made
  })
  const home = await mkdtemp(join(tmpdir(), 'sf-home-'))
  try {
    const csv = join(home, 'deals.csv')
    const rows = ['bulk-1', 'bulk-2'].map((key) => `"Deal, ${key}",Qualification,2027-01-31,1000.5,${key}\n`)
    await writeFile(csv, `Name,StageName,CloseDate,Amount,PC_Referral_Id__c\n${rows.join('')}`)
    const env = await signedIn(served, home)
    let failed = 0
    for (const step of steps(csv)) failed += (await run(step, env)) ? 0 : 1
    const deals = simulators[0]?.desk.all(kind('Opportunity')) ?? []
    const loaded = deals.filter(({ fields }) => textOf(fields['PC_Referral_Id__c']).startsWith('bulk-')).length
    say(`the org holds ${loaded} of 2 deals of the bulk job; it answered ${served.calls.length} calls`)
    return failed === 0 && loaded === 2 ? 0 : 1
  } finally {
    await served.close()
    await rm(home, { recursive: true, force: true })
  }
}

const org = ['--target-org', 'pretended']

const steps = (csv: string): readonly Step[] => [
  {
    what: [
      'data',
      'query',
      '--query',
      'SELECT Name, Account.Name, Amount FROM Opportunity WHERE IsClosed = false',
      ...org,
    ],
    holds: (answer) => at(answer, 'result.totalSize') === 14,
  },
  {
    what: ['sobject', 'describe', '--sobject', 'Opportunity', ...org],
    holds: (answer) => at(answer, 'result.name') === 'Opportunity',
  },
  {
    what: [
      'data',
      'create',
      'record',
      '--sobject',
      'Account',
      '--values',
      "Name='From the CLI' BillingCountryCode=DE",
      ...org,
    ],
    holds: (answer) => at(answer, 'result.success') === true,
  },
  {
    what: [
      'data',
      'upsert',
      'bulk',
      '--sobject',
      'Opportunity',
      '--file',
      csv,
      '--external-id',
      'PC_Referral_Id__c',
      '--line-ending',
      'LF',
      '--wait',
      '2',
      ...org,
    ],
    holds: (answer) => at(answer, 'result.jobInfo.numberRecordsFailed') === 0,
  },
]

type Env = Readonly<Record<string, string | undefined>>

async function signedIn({ url }: Served, home: string): Promise<Env> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: sandboxClient.id,
    client_secret: sandboxClient.secret,
  })
  const response = await fetch(`${url}/services/oauth2/token`, { method: 'POST', body: form })
  const answer = parseJson(await response.text())
  const token = textOf(isObject(answer) ? answer['access_token'] : undefined)
  const quiet = { SF_DISABLE_TELEMETRY: 'true', SF_AUTOUPDATE_DISABLE: 'true', SF_SKIP_NEW_VERSION_CHECK: 'true' }
  const env = { ...process.env, ...quiet, HOME: home, SF_USE_GENERIC_UNIX_KEYCHAIN: 'true', SF_ACCESS_TOKEN: token }
  const login = ['org', 'login', 'access-token', '--instance-url', url, '--alias', 'pretended', '--no-prompt']
  await run({ what: login, holds: (said) => at(said, 'status') === 0 }, env)
  return env
}

async function run({ what, holds }: Step, env: Env): Promise<boolean> {
  const text = await output([...what, '--json'], env)
  const answer = parseJson(text)
  const isRight = isObject(answer) && holds(answer)
  say(`${isRight ? '✓' : '✗'} sf ${what.join(' ')}`)
  if (!isRight) say(text.slice(0, 2_000))
  return isRight
}

function output(words: readonly string[], env: Env): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(sf, words, { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    child.stdout.on('data', (piece: Buffer) => {
      text += piece.toString('utf8')
    })
    child.on('error', reject)
    child.on('close', () => resolve(text))
  })
}

process.exitCode = await main()
