import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Problem } from '#core/problem'
import { loadSettings, type Loaded, type LoadOptions } from '#settings/load'
import { printProblems } from '#settings/print-problem'
import type { Settings } from '#settings/settings'
import { connectorId, CONTRACT, SecretRef } from '#spi'

/** Connectors with just enough in them to be found, checked and told apart. */
function connectorFor(id: string, role: 'source' | 'target', settings: z.ZodType): unknown {
  return {
    connector: {
      id: connectorId(id),
      contract: CONTRACT,
      settings,
      traits: { writes: 'update', guard: 'etag', batchMax: 1 },
      codes: {},
      [role]: {},
      origins: (parsed: { readonly endpoint: string }) => [new URL(parsed.endpoint).origin],
      open: () => expect.fail('settings never open a connection'),
    },
  }
}

const auth = z.discriminatedUnion('flow', [
  z.strictObject({ flow: z.literal('user'), clientId: z.string(), clientSecret: SecretRef }),
  z.strictObject({ flow: z.literal('none') }),
])
const source = z.strictObject({ tenant: z.string(), endpoint: z.string().default('https://pc.example'), auth })
const target = z.strictObject({
  url: z.string(),
  endpoint: z.string().default('https://crm.example'),
  read: z.strictObject({ overlap: z.int().default(10) }).prefault({}),
  limits: z.strictObject({ share: z.string().default('15%'), parallel: z.int().max(20).default(8) }).prefault({}),
})

const connectors = {
  'partner-center': async () => connectorFor('partner-center', 'source', source),
  salesforce: async () => connectorFor('salesforce', 'target', target),
  dynamics: async () => connectorFor('dynamics', 'target', target),
}

const smallest = `
version: 1
sources:
  partner-center:
    type: partner-center
    tenant: fabrikam.example
    auth: { flow: user, clientId: env:PC_ID, clientSecret: env:PC_SECRET }
targets:
  salesforce:
    type: salesforce
    url: https://fabrikam.example
pipelines:
  cosell: { source: partner-center, target: salesforce, mapping: mappings/cosell.yaml }
`

async function load(text: string | undefined, options: Partial<LoadOptions> = {}): Promise<Loaded> {
  return await loadSettings({
    workingDirectory: '/srv/deals',
    env: {},
    readText: async () => text,
    connectors,
    importPackage: async () => {
      throw Object.assign(new Error('not found'), { code: 'ERR_MODULE_NOT_FOUND' })
    },
    ...options,
  })
}

async function settings(text: string, options: Partial<LoadOptions> = {}): Promise<Settings> {
  const { result, sources } = await load(text, options)
  if (!result.ok) throw new Error(printProblems(result.problems, { sources }))
  return result.value
}

async function problems(text: string | undefined, options: Partial<LoadOptions> = {}): Promise<readonly Problem[]> {
  const { result } = await load(text, options)
  return result.ok ? result.warnings : result.problems
}

/** `DB-1010 5:3 There is no setting …` */
async function seen(text: string, options: Partial<LoadOptions> = {}): Promise<readonly string[]> {
  const found = await problems(text, options)
  return found.map(({ code, where, what }) => `${code} ${where?.line}:${where?.column} ${what}`)
}

describe('the smallest configuration', () => {
  test('is complete', async () => {
    const loaded = await settings(smallest)
    expect(loaded).toMatchObject({
      file: 'config/dealbridge.yaml',
      root: '/srv/deals',
      name: 'dealbridge',
      timezone: 'UTC',
      limits: {
        changes: { perRun: 200, shareOfLinked: 0.25, vanished: { count: 3, share: 0.02 } },
        shutdownMs: 25_000,
      },
      store: { type: 'lowdb', path: '/srv/deals/data/ledger', keep: { payloadsMs: 1_209_600_000 } },
      http: { host: '127.0.0.1', port: 8787, publicUrl: null },
      logging: { level: 'info', format: 'auto' },
    })
    expect(loaded.pipelines).toMatchObject([
      { name: 'cosell', mapping: '/srv/deals/mappings/cosell.yaml', schedule: { everyMs: 300_000, jitterMs: 30_000 } },
    ])
  })
  test('new pipelines only observe', async () => {
    expect((await settings(smallest)).pipelines[0]?.mode).toBe('observe')
  })
  test('each connection is parsed by its own connector', async () => {
    const { connections } = await settings(smallest)
    expect(
      [...connections.values()].map(({ name, role, type, settings, origins, requests }) => ({
        name,
        role,
        type,
        settings,
        origins,
        requests,
      })),
    ).toEqual([
      {
        name: 'partner-center',
        role: 'source',
        type: 'partner-center',
        settings: {
          tenant: 'fabrikam.example',
          endpoint: 'https://pc.example',
          auth: { flow: 'user', clientId: 'env:PC_ID', clientSecret: 'env:PC_SECRET' },
        },
        origins: ['https://pc.example'],
        requests: { parallel: 4 },
      },
      {
        name: 'salesforce',
        role: 'target',
        type: 'salesforce',
        settings: {
          url: 'https://fabrikam.example',
          endpoint: 'https://crm.example',
          read: { overlap: 10 },
          limits: { share: '15%', parallel: 8 },
        },
        origins: ['https://crm.example'],
        requests: { parallel: 8 },
      },
    ])
  })
  test.each(['dataverse', 'dynamics'])('%s is the Dynamics connector', async (type) => {
    const loaded = await settings(smallest.replace('type: salesforce', `type: ${type}`))
    expect(loaded.connections.values().toArray()[1]?.connector.id).toBe('dynamics')
  })
})

describe('where the file is', () => {
  const paths = async (options: Partial<LoadOptions>): Promise<readonly [string, string, string]> => {
    let read = ''
    const readText = async (path: string): Promise<string> => {
      read = path
      return smallest
    }
    const { file, root } = await settings(smallest, { readText, ...options })
    return [read, file, root]
  }
  test.each<[string, Partial<LoadOptions>, readonly [string, string, string]]>([
    ['the usual place', {}, ['/srv/deals/config/dealbridge.yaml', 'config/dealbridge.yaml', '/srv/deals']],
    [
      'the flag',
      { config: 'other/config/x.yaml' },
      ['/srv/deals/other/config/x.yaml', 'other/config/x.yaml', '/srv/deals/other'],
    ],
    [
      'outside a config folder',
      { config: '/etc/dealbridge.yaml' },
      ['/etc/dealbridge.yaml', '/etc/dealbridge.yaml', '/etc'],
    ],
    [
      'the variable',
      { env: { DEALBRIDGE_CONFIG: '/etc/config/d.yaml' } },
      ['/etc/config/d.yaml', '/etc/config/d.yaml', '/etc'],
    ],
    [
      'the flag before the variable',
      { config: 'a.yaml', env: { DEALBRIDGE_CONFIG: 'b.yaml' } },
      ['/srv/deals/a.yaml', 'a.yaml', '/srv/deals'],
    ],
  ])('%s', async (_, options, expected) => {
    expect(await paths(options)).toEqual(expected)
  })
  test('nowhere', async () => {
    expect(await problems(undefined)).toMatchObject([{ code: 'DB-1001', severity: 'error' }])
  })
  test.each(['', '# nothing\n', '- a list\n', 'text\n'])('a file that holds no settings: %j', async (text) => {
    expect(await problems(text)).toMatchObject([
      { code: 'DB-1014', where: { file: 'config/dealbridge.yaml', line: 1 } },
    ])
  })
})

describe('what is wrong, where and what instead', () => {
  const after = (text: string): string => `${smallest}${text}`
  test.each<[string, string, readonly string[]]>([
    ['an unknown key', after('loging: { level: info }\n'), ['DB-1010 14:1 There is no setting "loging".']],
    ['one further in', after('logging: { levl: info }\n'), ['DB-1010 14:12 There is no setting "levl" in logging.']],
    [
      'one of a connection',
      smallest.replace('tenant:', 'tennant:'),
      ['DB-1010 6:5 There is no setting "tennant" in sources.partner-center.'],
    ],
    [
      'a number without its unit',
      after('limits: { shutdown: 25 }\n'),
      ['DB-1013 14:21 "limits.shutdown" must have a unit: 30s, 5m, 1d.'],
    ],
    [
      'the same as text',
      after('limits: { shutdown: "25" }\n'),
      ['DB-1013 14:21 "limits.shutdown" must have a unit: 30s, 5m, 1d.'],
    ],
    [
      'a schedule without a pause',
      smallest.replace('mappings/cosell.yaml }', 'm.yaml, schedule: { every: 0s } }'),
      ['DB-1011 13:93 "pipelines.cosell.schedule.every" must be between 1s and 1d.'],
    ],
    [
      'a value not in the list',
      after('logging: { level: inof }\n'),
      ['DB-1011 14:19 "logging.level" must be one of debug, info, warn, error.'],
    ],
    ['the wrong sort of thing', after('logging: info\n'), ['DB-1011 14:10 "logging" must be a group of settings.']],
    [
      'too small',
      after('limits: { retries: { tries: 0 } }\n'),
      ['DB-1011 14:29 "limits.retries.tries" must be at least 1.'],
    ],
    [
      'not whole',
      after('limits: { changes: { creates: 1.5 } }\n'),
      ['DB-1011 14:31 "limits.changes.creates" must be a whole number.'],
    ],
    [
      'a literal secret',
      smallest.replace('env:PC_SECRET', 'hunter2'),
      [
        'DB-1007 7:60 "sources.partner-center.auth.clientSecret" must say where the secret is, not hold it: everyone who sees this file would see it.',
      ],
    ],
    [
      'a key vault',
      smallest.replace('env:PC_SECRET', 'keyvault:v/n'),
      [
        'DB-1016 7:60 "sources.partner-center.auth.clientSecret" names a key vault; this version does not read key vaults.',
      ],
    ],
    [
      'a key vault for the store',
      after('store: { type: lowdb, encryptionKey: keyvault:v/n }\n'),
      ['DB-1016 14:38 "store.encryptionKey" names a key vault; this version does not read key vaults.'],
    ],
    [
      'PostgreSQL',
      after('store: { type: postgres, url: env:PG }\n'),
      ['DB-1016 14:16 The PostgreSQL store is not part of this version.'],
    ],
    [
      'no such store',
      after('store: { type: sqlite }\n'),
      ['DB-1011 14:16 "store.type" must be one of lowdb, memory, postgres.'],
    ],
    ['no version', smallest.replace('version: 1\n', ''), ['DB-1014 2:1 The configuration needs "version".']],
    [
      'a key with nothing after it',
      smallest.replace('https://fabrikam.example', ''),
      ['DB-1014 11:5 targets.salesforce needs "url".'],
    ],
    ['another version', smallest.replace('version: 1', 'version: 2'), ['DB-1011 2:10 "version" must be 1.']],
    ['no type', smallest.replace('    type: salesforce\n', ''), ['DB-1014 9:3 targets.salesforce needs "type".']],
    [
      'an unknown connector',
      smallest.replace('type: salesforce', 'type: salesfroce'),
      ['DB-1018 10:11 There is no connector "salesfroce", and no package of that name is installed.'],
    ],
    [
      'a CRM as a source',
      smallest.replace('type: partner-center', 'type: dynamics'),
      ['DB-1019 5:11 The connector "dynamics" cannot be a source.'],
    ],
    [
      'plain http to elsewhere',
      smallest.replace('url: https', 'endpoint: http://crm.example\n    url: https'),
      ['DB-1017 11:15 "targets.salesforce.endpoint" must be an https address; plain http is for this computer only.'],
    ],
    [
      'a user in an endpoint',
      smallest.replace('url: https', 'endpoint: https://me@crm.example\n    url: https'),
      ['DB-1017 11:15 "targets.salesforce.endpoint" must be an https address; plain http is for this computer only.'],
    ],
    [
      'a pipeline to nowhere',
      smallest.replace('target: salesforce', 'target: salesfroce'),
      ['DB-1023 13:45 "pipelines.cosell.target" names a target that is not in this file: "salesfroce".'],
    ],
    [
      'a limit for nobody',
      after('limits: { requests: { salesfarce: { parallel: 2 } } }\n'),
      ['DB-1023 14:23 "limits.requests.salesfarce" names a connection that is not in this file: "salesfarce".'],
    ],
    [
      'a name that cannot be used',
      smallest.replace('  cosell: {', '  Co Sell: {'),
      ['DB-1011 13:3 The name "Co Sell" must be lower-case letters, digits and hyphens, 63 at most.'],
    ],
    [
      'a zone that does not exist',
      after('timezone: Europe/Berlim\n'),
      ['DB-1011 14:11 "timezone" must be the name of a time zone: Europe/Berlin.'],
    ],
    [
      'the console open to everyone',
      after('http: { listen: "0.0.0.0:8787" }\n'),
      [`DB-1022 14:17 "http.listen" opens the console to other machines, and nobody has to sign in to it.`],
    ],
    [
      'a proxy with its password in the file',
      after('network: { proxy: "http://me:hunter2@proxy.example:3128" }\n'),
      [
        'DB-1011 14:19 "network.proxy" must be like http://proxy.fabrikam.example:3128, or env:NAME where the address holds a password.',
      ],
    ],
    [
      'an hour that means nothing',
      after('').replace('mappings/cosell.yaml }', 'm.yaml, schedule: { outside: 1h } }'),
      ['DB-1011 13:95 "pipelines.cosell.schedule.outside" means nothing without "between".'],
    ],
  ])('%s', async (_, text, expected) => {
    expect(await seen(text)).toEqual(expected)
  })
  test('a group or a value left empty sets nothing', async () => {
    const loaded = await settings(after('store:\nlogging:\n  level:\nprofiles:\n'))
    expect([loaded.store.type, loaded.logging.level]).toEqual(['lowdb', 'info'])
  })
  test('suggestions', async () => {
    expect(await problems(after('loging: {}\n'))).toMatchObject([
      { hint: 'did you mean "logging"?', edit: { text: 'logging' } },
    ])
    expect(await problems(after('logging: { level: wran }\n'))).toMatchObject([{ hint: 'did you mean "warn"?' }])
    expect(await problems(smallest.replace('type: salesforce', 'type: dynamic'))).toMatchObject([
      { hint: 'did you mean "dynamics"?' },
    ])
    expect(await problems(smallest.replace('url:', 'rul:'))).toMatchObject([{ hint: 'did you mean "url"?' }])
  })
  test('all of them at once', async () => {
    const text = after('loging: {}\nlimits: { shutdown: 5 }\n')
      .replace('tenant:', 'tennant:')
      .replace('target: sales', 'target: sels')
    expect((await problems(text)).map(({ code }) => code)).toEqual(['DB-1010', 'DB-1010', 'DB-1013'])
  })
  test('what a loopback sandbox may do', async () => {
    const text = smallest.replace('url: https', 'endpoint: http://127.0.0.1:9702\n    url: https')
    expect((await settings(text)).connections.values().toArray()[1]?.origins).toEqual(['http://127.0.0.1:9702'])
  })
  test.each(['http://proxy.fabrikam.example:3128', 'env:HTTPS_PROXY', 'file:/run/secrets/proxy'])(
    'a proxy may be %s',
    async (proxy) => {
      expect((await settings(after(`network: { proxy: "${proxy}" }\n`))).proxy).toBe(proxy)
      expect((await settings(smallest)).proxy).toBeNull()
    },
  )
  test('health and metrics alone may be public', async () => {
    const loaded = await settings(after('http: { listen: "0.0.0.0:80", console: { enabled: false } }\n'))
    expect(loaded.http).toMatchObject({ host: '0.0.0.0', port: 80 })
  })
})

describe('what this version does not act on', () => {
  test.each<[string, string]>([
    [
      'mail to the owner of a record',
      'alerts: { channels: { owner: { type: graphMail, from: a@b.example, to: recordOwner, tenant: t, auth: { flow: clientSecret, clientId: c, clientSecret: env:S } } } }',
    ],
    ['console sign-in', 'http: { console: { signIn: { type: entra, tenant: t, clientId: env:C } } }'],
    ['telemetry', 'telemetry: { otlp: { endpoint: "http://127.0.0.1:4318" } }'],
    ['personal data in the log', 'logging: { personalData: show }'],
    ['another language', 'language: de'],
    ['two people', 'http: { console: { publishNeeds: 2 } }'],
  ])('%s is said aloud', async (_, text) => {
    expect(await problems(`${smallest}${text}\n`)).toMatchObject([
      { code: 'DB-1015', severity: 'warning', where: { line: 14 } },
    ])
  })
  test('what only states the default is not', async () => {
    expect(
      await problems(`${smallest}language: en\nhttp: { console: { signIn: { type: none } } }\nalerts: {}\n`),
    ).toEqual([])
  })
})

describe('limits.requests', () => {
  const limited = (requests: string): string => `${smallest}limits: { requests: { ${requests} } }\n`
  test('what the connector knows goes to it, and the door agrees', async () => {
    const { connections } = await settings(limited('salesforce: { parallel: 3 }, partner-center: { perMinute: 60 }'))
    expect(connections.values().toArray()).toMatchObject([
      { requests: { parallel: 4, perMinute: 60 } },
      { requests: { parallel: 3 }, settings: { limits: { share: '15%', parallel: 3 } } },
    ])
  })
  test('is checked by the connector too, in its own place', async () => {
    expect(await seen(limited('salesforce: { parallel: 30 }'))).toEqual([
      'DB-1011 14:47 "targets.salesforce.limits.parallel" must be at most 20.',
    ])
  })
  test('a limit that nobody would keep is refused', async () => {
    expect(await seen(limited('partner-center: { shareOfDailyLimit: 15% }'))).toEqual([
      'DB-1011 14:41 "limits.requests.partner-center.shareOfDailyLimit" would not be kept: the connector knows no such limit.',
    ])
  })
})

describe('profiles', () => {
  const sandbox = `${smallest}
profiles:
  sandbox:
    sources: { partner-center: { endpoint: "http://127.0.0.1:9701", auth: { flow: none } } }
    store: { type: memory }
  other:
    logging: { level: debug }
`
  test('are laid over the file', async () => {
    const loaded = await settings(sandbox, { profile: 'sandbox' })
    expect(loaded.profile).toBe('sandbox')
    expect(loaded.store).toEqual({ type: 'memory' })
    expect(loaded.connections.values().toArray()[0]?.settings).toEqual({
      tenant: 'fabrikam.example',
      endpoint: 'http://127.0.0.1:9701',
      auth: { flow: 'none' },
    })
  })
  test('by the environment too', async () => {
    expect((await settings(sandbox, { env: { DEALBRIDGE_PROFILE: 'other' } })).logging.level).toBe('debug')
  })
  test('do nothing unless asked for', async () => {
    const loaded = await settings(sandbox)
    expect(loaded.profile).toBeNull()
    expect(loaded.store.type).toBe('lowdb')
  })
  test('that do not exist', async () => {
    expect(await problems(sandbox, { profile: 'sandbx' })).toMatchObject([
      { code: 'DB-1020', hint: 'did you mean "sandbox"?' },
    ])
  })
  test('are checked even when not in use, once', async () => {
    const text = sandbox.replace('level: debug', 'levl: debug')
    expect(await seen(text, { profile: 'sandbox' })).toEqual(['DB-1010 20:16 There is no setting "levl" in logging.'])
    expect(await seen(text, { profile: 'other' })).toEqual(['DB-1010 20:16 There is no setting "levl" in logging.'])
  })
  test('that are no groups', async () => {
    expect(await problems(`${smallest}profiles: [a]\n`)).toMatchObject([{ code: 'DB-1011' }])
  })
})

describe('the environment', () => {
  test('sets single values, over the file', async () => {
    const env = {
      DEALBRIDGE_LOGGING_LEVEL: 'warn',
      DEALBRIDGE_HTTP_LISTEN: '127.0.0.1:1',
      DEALBRIDGE_LIMITS_CHANGES_PER_RUN: '7',
      DEALBRIDGE_HTTP_CONSOLE_ENABLED: 'false',
      DEALBRIDGE_STORE_PATH: '/var/lib/dealbridge',
      OTHER: 'x',
    }
    const loaded = await settings(`${smallest}logging: { level: debug }\n`, { env })
    expect(loaded).toMatchObject({
      logging: { level: 'warn' },
      http: { port: 1, console: { enabled: false } },
      limits: { changes: { perRun: 7 } },
      store: { path: '/var/lib/dealbridge' },
    })
  })
  test('is named when wrong', async () => {
    expect(await problems(smallest, { env: { DEALBRIDGE_LOGGING_LEVEL: 'loud' } })).toMatchObject([
      { code: 'DB-1011', where: { file: 'DEALBRIDGE_LOGGING_LEVEL' } },
    ])
  })
  test('is watched for slips of the finger', async () => {
    expect(await problems(smallest, { env: { DEALBRIDGE_LOGING_LEVEL: 'warn' } })).toMatchObject([
      { code: 'DB-1021', severity: 'warning', hint: 'did you mean DEALBRIDGE_LOGGING_LEVEL?' },
    ])
  })
  test('may hold a secret under any name', async () => {
    const text = smallest.replace('env:PC_SECRET', 'env:DEALBRIDGE_PC_SECRET')
    expect(await problems(text, { env: { DEALBRIDGE_PC_SECRET: 'x' } })).toEqual([])
  })
  test('an empty variable is none', async () => {
    expect((await settings(smallest, { env: { DEALBRIDGE_LOGGING_LEVEL: '' } })).logging.level).toBe('info')
  })
  test('flags come last', async () => {
    const flags = { '--listen': { path: ['http', 'listen'], value: '127.0.0.1:2' } }
    expect((await settings(smallest, { flags, env: { DEALBRIDGE_HTTP_LISTEN: '127.0.0.1:1' } })).http.port).toBe(2)
    expect(await problems(smallest, { flags: { '--listen': { path: ['http', 'listen'], value: 'x' } } })).toMatchObject(
      [{ code: 'DB-1011', where: { file: '--listen' } }],
    )
  })
})

describe('packages', () => {
  const hubspot = smallest.replace('type: salesforce', 'type: "@contoso/dealbridge-hubspot"')
  test('an installed one is used', async () => {
    const loaded = await settings(hubspot, { importPackage: async () => connectorFor('hubspot', 'target', target) })
    expect(loaded.connections.values().toArray()[1]?.connector.id).toBe('hubspot')
  })
  test.each<[string, unknown, string]>([
    ['that is no connector', { default: 1 }, 'DB-1019'],
    ['of another contract', { connector: { id: 'x', contract: CONTRACT + 1 } }, 'DB-1019'],
    ['that is incomplete', { connector: { id: 'x', contract: CONTRACT } }, 'DB-1019'],
  ])('one %s', async (_, module, code) => {
    expect(await problems(hubspot, { importPackage: async () => module })).toMatchObject([{ code }])
  })
  test('one whose own check breaks does not take the others with it', async () => {
    const broken = target.refine(() => expect.fail('a fault of the connector'))
    const found = await problems(hubspot.replace('tenant:', 'tennant:'), {
      importPackage: async () => connectorFor('hubspot', 'target', broken),
    })
    expect(found).toMatchObject([{ code: 'DB-1010' }, { code: 'DB-1019', where: { line: 9, column: 3 } }])
  })
  test.each(['../evil', './x.js', 'https://x.example/y.js', 'node:fs', '/etc/x'])(
    '%s is not a package',
    async (type) => {
      const importPackage = async (): Promise<unknown> => expect.fail('must not be loaded')
      expect(await problems(smallest.replace('type: salesforce', `type: "${type}"`), { importPackage })).toMatchObject([
        { code: 'DB-1018' },
      ])
    },
  )
})
