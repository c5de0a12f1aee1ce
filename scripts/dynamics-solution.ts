// The Dynamics solution, for administrators:
//
//   node scripts/dynamics-solution.ts write [folder] [--prefix fab]
//       writes its source, to be packed and imported with the Power Platform tools:
//       pac solution pack --zipfile dealbridge.zip --folder <folder>
//
//   node scripts/dynamics-solution.ts create --url https://fabrikam.crm4.dynamics.com --tenant <tenant>
//       --client-id <id> --client-secret env:ADMIN_SECRET [--prefix fab]
//       makes the same by the Web API, as an application that may customise the environment. Run it again at will.

import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { originsOf, Settings } from '../connectors/dynamics/settings.ts'
import { createSolution, type Step } from '../connectors/dynamics/solution/create.ts'
import { defaultPrefix } from '../connectors/dynamics/solution/definition.ts'
import { unpacked } from '../connectors/dynamics/solution/unpacked.ts'
import { systemClock } from '#platform/clock'
import { openLog } from '#platform/log'
import { systemRandom } from '#platform/random'
import { openSecrets } from '#platform/secrets'
import { openHttp } from '#platform/transport/http'
import { memoryVault } from '#platform/vault'

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    prefix: { type: 'string', default: defaultPrefix },
    url: { type: 'string' },
    endpoint: { type: 'string' },
    authority: { type: 'string' },
    tenant: { type: 'string' },
    'client-id': { type: 'string' },
    'client-secret': { type: 'string' },
  },
})

async function write(folder: string): Promise<number> {
  for (const [path, text] of unpacked(values.prefix)) {
    const file = join(folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
    say(file)
  }
  return 0
}

async function create(): Promise<number> {
  const { url, endpoint, authority, tenant } = values
  const auth =
    values['client-id'] === undefined
      ? { flow: 'none' }
      : { flow: 'clientSecret', clientId: values['client-id'], clientSecret: values['client-secret'] }
  const given = Object.fromEntries(
    Object.entries({ url, endpoint, authority, tenant }).filter(([, value]) => value !== undefined),
  )
  const settings = Settings.safeParse({ ...given, auth })
  if (!settings.success) {
    for (const { path, message } of settings.error.issues) say(`${path.join('.')} ${message}`)
    return 64
  }
  const clock = systemClock()
  const log = openLog({ clock, level: 'error', format: 'text', destination: process.stderr })
  const http = openHttp({ connection: 'dynamics', origins: originsOf(settings.data), clock, log })
  const host = { http, clock, random: systemRandom, log, vault: memoryVault(), secrets: openSecrets({ clock }) }
  try {
    const tell = ({ what, did, why }: Step): void =>
      say(`  ${did === 'failed' ? '✗' : '✓'} ${what}: ${did}${why === undefined ? '' : `. ${why}`}`)
    const done = await createSolution(settings.data, host, {
      prefix: values.prefix,
      tell,
      signal: new AbortController().signal,
    })
    say(
      done ? 'Everything is there. Give the application user the role "dealbridge".' : 'Not everything could be made.',
    )
    return done ? 0 : 1
  } finally {
    http.close()
  }
}

const [verb, folder = 'connectors/dynamics/solution/src'] = positionals
if (verb === 'write') process.exitCode = await write(folder)
else if (verb === 'create') process.exitCode = await create()
else {
  say('node scripts/dynamics-solution.ts write|create (see the top of this file)')
  process.exitCode = 64
}
