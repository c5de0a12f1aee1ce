import { describe, expect, test } from 'vitest'
import { fakeCli } from '../../support/fake-cli.ts'
import { addReferral } from '../../support/fake-vendors.ts'

const person = { out: true, err: true, in: true }
// oxlint-disable-next-line no-control-regex -- colours are what this looks for
const colours = /\u001B\[/

describe('streams', () => {
  test('results go to standard output, hints and errors to standard error', async () => {
    const cli = fakeCli()
    addReferral(cli.source, 'aaaa0001')
    const plan = await cli.run('plan', '--out', 'plan.json')
    expect(plan.out).toContain('Contoso AG – Azure migration')
    expect(plan.err).toBe('Nothing has been written. Exactly this, later:  dealbridge sync --plan plan.json\n')
    const failed = await cli.run('explain', 'ffff0000')
    expect(failed.out).toBe('')
    expect(failed.err).toContain('DB-1150')
  })

  test.each([
    ['plan', 'dealbridge.plan/v1'],
    ['sync', 'dealbridge.sync/v1'],
    ['status', 'dealbridge.status/v1'],
    ['check', 'dealbridge.check/v1'],
    ['problems', 'dealbridge.problems/v1'],
    ['referrals list', 'dealbridge.referrals/v1'],
    ['replay', 'dealbridge.replay/v1'],
    ['explain DB-3107', 'dealbridge.code/v1'],
    ['explain aaaa0001', 'dealbridge.explain/v1'],
  ])('%s --json is one document, with its schema', async (command, schema) => {
    const cli = fakeCli()
    addReferral(cli.source, 'aaaa0001')
    const { out } = await cli.run(...command.split(' '), '--json')
    expect(JSON.parse(out)).toMatchObject({ schema })
  })
})

describe('colour', () => {
  test.each<[string, Parameters<typeof fakeCli>[0], readonly string[], boolean]>([
    ['a terminal', { terminal: person }, [], true],
    ['no terminal', {}, [], false],
    ['NO_COLOR', { terminal: person, env: { NO_COLOR: '1' } }, [], false],
    ['TERM=dumb', { terminal: person, env: { TERM: 'dumb' } }, [], false],
    ['--no-color', { terminal: person }, ['--no-color'], false],
  ])('%s', async (_, options, flags, coloured) => {
    const { out } = await fakeCli(options).run('status', ...flags)
    expect(colours.test(out)).toBe(coloured)
  })
})

describe('without a terminal', () => {
  test('nothing is asked, and the flag that would answer is named', async () => {
    const cli = fakeCli({ pipelines: [{ mode: 'review' }] })
    addReferral(cli.source, 'aaaa0001')
    const { code, err, questions } = await cli.run('sync')
    expect([code, questions]).toEqual([3, []])
    expect(err).toContain('--yes')
    expect(cli.salesforce.writes).toEqual([])
  })

  test('--no-input is the same on a terminal', async () => {
    const cli = fakeCli({ pipelines: [{ mode: 'review' }], terminal: person })
    addReferral(cli.source, 'aaaa0001')
    expect(await cli.run('sync', '--no-input')).toMatchObject({ code: 3, questions: [] })
  })
})

describe('did you mean', () => {
  test.each([
    ['plam', 'plan'],
    ['stauts', 'status'],
  ])('%s: %s is suggested, and not run', async (typed, meant) => {
    const { code, err, out } = await fakeCli().run(typed)
    expect([code, out]).toEqual([64, ''])
    expect(err).toContain(`Did you mean ${meant}?`)
  })

  test.each([
    [['plan', '--jsom'], '--json'],
    [['plan', '--pipeline', 'cosel'], '"cosell"'],
    [['plan', '--select', 'stat:ready'], '"state:"'],
    [['explain', 'DB-3170'], 'DB-3107'],
    [['sandbox', 'play', 'wom'], '"won"'],
    [['check', '--only', 'salesforse'], '"salesforce"'],
  ])('%j: %s', async (args, meant) => {
    const cli = fakeCli()
    addReferral(cli.source, 'aaaa0001')
    const { code, err } = await cli.run(...args)
    expect(code).toBe(64)
    expect(err).toContain(meant)
  })
})

describe('help', () => {
  const commands = [[], ['plan'], ['sync'], ['run'], ['status'], ['check'], ['explain'], ['problems'], ['replay']]
  const more = [
    ['referrals'],
    ['referrals', 'list'],
    ['referrals', 'resolve'],
    ['reload'],
    ['pause'],
    ['mode'],
    ['sandbox'],
  ]
  test.each([...commands, ...more])('of %j begins with two examples and fits on a screen', async (...command) => {
    const { code, out } = await fakeCli().run(...command, '--help')
    const [first, ...lines] = out.split('\n')
    expect(code).toBe(0)
    expect(first).toBe('Examples')
    expect(lines.slice(0, 2).every((line) => line.startsWith('  $ dealbridge'))).toBe(true)
    expect(lines.length).toBeLessThan(command.length === 0 ? 75 : 40)
  })

  test('is what a bare call shows', async () => {
    const { code, out, err } = await fakeCli().run()
    expect(code).toBe(0)
    expect(out + err).toContain('Usage: dealbridge')
  })
})

test('times are in the configured zone, or in UTC where that is wished for', async () => {
  const cli = fakeCli()
  expect((await cli.run('plan')).out).toContain('15:00')
  expect((await cli.run('plan', '--utc')).out).toContain('14:00')
})

test('every failure says what, how it is mended, who can, and its code', async () => {
  const { err } = await fakeCli().run('referrals', 'release', 'ffff0000', '--approve-outcomes', '1')
  expect(err).toMatch(
    /^✗ No deal is known under "ffff0000".*DB-1150\n {2}Fix: .+\n {2}Who: operations {3}More: dealbridge explain DB-1150\n$/s,
  )
})

test('an error that nobody expected is told without its words or its stack, and where it is kept', async () => {
  const cli = fakeCli()
  cli.mapping = () => {
    throw new Error('secret=hunter2 at /srv/x.ts')
  }
  const { code, err, out } = await cli.run('plan')
  expect(code).toBe(70)
  expect(err).toContain('DB-9001')
  expect(err).toContain('.dealbridge/errors.log')
  expect(out + err).not.toMatch(/hunter2|\.ts|\bat \//)
})

test('an interrupt ends a command that only reads', async () => {
  const cli = fakeCli()
  cli.source.holds = (call) => {
    if (call === 'changes') cli.interrupt()
    return undefined
  }
  expect((await cli.run('plan')).code).toBe(130)
})

describe('a new folder', () => {
  test('gets a configuration and a mapping; what stands there is left alone', async () => {
    const cli = fakeCli({ terminal: person, answers: ['salesforce', 'https://contoso.my.salesforce.com', ''] })
    cli.files.set('.gitignore', 'mine')
    const { code, out, err } = await cli.run('init')
    expect(code).toBe(0)
    expect(out).toContain('config/dealbridge.yaml')
    expect(err).toContain('left alone: .gitignore')
    expect(cli.files.get('config/dealbridge.yaml')).toContain('url: "https://contoso.my.salesforce.com"')
    expect(cli.files.get('config/dealbridge.yaml')).toContain('tenant: "fabrikam.onmicrosoft.com"')
    expect(cli.files.get('.gitignore')).toBe('mine')
  })

  test('asks nothing where nobody is there, and takes what the flags say', async () => {
    const cli = fakeCli()
    const { questions } = await cli.run('init', '--crm', 'dynamics', '--url', 'https://contoso.crm.dynamics.com')
    expect(questions).toEqual([])
    expect(cli.files.get('config/dealbridge.yaml')).toMatch(/type: dynamics[^]*contoso\.crm\.dynamics\.com/)
  })
})

test('signing in shows where to go, and tries the connection at once', async () => {
  const { code, err, out } = await fakeCli().run('connect', 'sign-in', 'partner-center')
  expect(err).toContain('https://login.example/authorize')
  expect(out).toContain('signed in to partner-center as svc-referrals@fabrikam.example')
  expect(out).toContain('Partner Center')
  expect(code).toBe(0)
})

test('a unit for systemd restarts after a failure, and not where that would not help', async () => {
  const { out } = await fakeCli().run('service', 'install', '--systemd')
  expect(out).toContain('ExecReload=/bin/kill -HUP $MAINPID')
  expect(out).toContain('RestartPreventExitStatus=77 78')
  expect(out).toContain('TimeoutStopSec=15')
})

test('a support file names no customer', async () => {
  const cli = fakeCli()
  addReferral(cli.source, 'aaaa0001')
  await cli.run('sync')
  await cli.run('service', 'bundle', '--out', 'bundle.json')
  const bundle = cli.files.get('bundle.json') ?? ''
  expect(JSON.parse(bundle)).toMatchObject({ schema: 'dealbridge.bundle/v1', status: { answers: 1 } })
  expect(bundle).not.toContain('Contoso')
})
