import { describe, expect, test } from 'vitest'
import { exitOf } from '#cli/exit'
import { Bug, FixConfig, NeedsHuman, RetryLater, type SyncError } from '#spi'
import { fakeCli, type FakeCli } from '../../support/fake-cli.ts'
import { addReferral, opportunity } from '../../support/fake-vendors.ts'

/** A house with one deal to be made. */
function oneNew(options: Parameters<typeof fakeCli>[0] = {}): FakeCli {
  const cli = fakeCli(options)
  addReferral(cli.source, 'aaaa0001', { status: 'Accepted' })
  return cli
}

async function withHeld(): Promise<FakeCli> {
  const cli = oneNew()
  await cli.run('sync')
  const [id = ''] = cli.salesforce.records.keys()
  cli.salesforce.put(opportunity, id, { StageName: 'Strange' })
  await cli.run('sync')
  return cli
}

const failing = (error: SyncError) => (): FakeCli => {
  const cli = oneNew()
  cli.salesforce.fails = () => error
  return cli
}

describe('how it went', () => {
  test.each<[number, string, () => FakeCli | Promise<FakeCli>, readonly string[]]>([
    [0, 'done', oneNew, ['sync']],
    [0, 'a plan, whatever it holds', oneNew, ['plan']],
    [0, 'nothing pending', fakeCli, ['plan', '--exit-code']],
    [2, 'changes are pending', oneNew, ['plan', '--exit-code']],
    [1, 'something was held', withHeld, ['problems']],
    [1, 'something needs someone', withHeld, ['status', '--exit-code']],
    [0, 'a status for people', withHeld, ['status']],
    [1, 'a check found an error', failing(new FixConfig('signed out', { code: 'DB-1301' })), ['check']],
    [3, 'a pipeline that observes', () => oneNew({ pipelines: [{ mode: 'observe' }] }), ['sync']],
    [3, 'a plan that waits for a person', () => oneNew({ pipelines: [{ mode: 'review' }] }), ['sync']],
    [0, 'agreed to beforehand', () => oneNew({ pipelines: [{ mode: 'review' }] }), ['sync', '--yes']],
    [3, 'an outcome nobody is here to agree to', oneNew, ['referrals', 'release', 'aaaa0001']],
    [64, 'an unknown flag', fakeCli, ['plan', '--frobnicate']],
    [64, 'no argument where one is needed', fakeCli, ['explain']],
    [64, 'not a number', fakeCli, ['sync', '--limit', 'many']],
    [64, 'no such deal', fakeCli, ['explain', 'ffff0000']],
    [69, 'a vendor is down', failing(new RetryLater('no answer', { code: 'DB-1305' })), ['sync']],
    [70, 'our bug', failing(new Bug('impossible', { code: 'DB-9002' })), ['sync']],
    [
      75,
      'a rate limit',
      failing(new RetryLater('slow down', { code: 'DB-1306', notBefore: '2026-11-20T15:00:00.000Z' as never })),
      ['sync'],
    ],
    [77, 'signed out', failing(new FixConfig('signed out', { code: 'DB-1301' })), ['sync']],
    [77, 'signed out, seen by a plan', failing(new FixConfig('signed out', { code: 'DB-1301' })), ['plan']],
    [78, 'another org', failing(new FixConfig('another org', { code: 'DB-1101' })), ['sync']],
    [0, 'the version', fakeCli, ['--version']],
  ])('%i: %s', async (code, _, make, args) => {
    const cli = await make()
    expect((await cli.run(...args)).code).toBe(code)
  })

  test('78: a configuration with mistakes, each shown with its line', async () => {
    const cli = fakeCli()
    const where = { file: 'config/dealbridge.yaml', line: 2, column: 1, length: 4 }
    cli.problems = [{ code: 'DB-1010', severity: 'error', what: 'There is no setting "name".', where }]
    const { code, err, out } = await cli.run('plan')
    expect([code, out]).toEqual([78, ''])
    expect(err).toContain('config/dealbridge.yaml:2:1  error  DB-1010')
    expect(err).toContain('^^^^')
    expect(err).toContain('1 error')
  })
})

describe('of errors', () => {
  test.each<[number, SyncError]>([
    [75, new FixConfig('in use', { code: 'DB-4001' })],
    [78, new FixConfig('no such variable', { code: 'DB-1401' })],
    [77, new FixConfig('sign in again', { code: 'DB-1411' })],
    [78, new FixConfig('damaged', { code: 'DB-4003' })],
    [74, new FixConfig('cannot be written', { code: 'DB-4007' })],
    [74, new FixConfig('full', { code: 'DB-4008' })],
    [74, new FixConfig('failed', { code: 'DB-4009' })],
    [74, new FixConfig('stopped', { code: 'DB-4010' })],
    [3, new NeedsHuman('two fit', { code: 'DB-3502', who: 'the seller' })],
    [75, new RetryLater('rests', { code: 'DB-3001' })],
  ])('%i: %s', (code, { remedy, code: of }) => expect(exitOf({ remedy, code: of })).toBe(code))
})

describe('of the daemon', () => {
  test.each([
    [0, 'told to end', { isClean: true, signal: 'SIGTERM', error: null }],
    [143, 'cut off by SIGTERM', { isClean: false, signal: 'SIGTERM', error: null }],
    [130, 'cut off by Ctrl-C', { isClean: false, signal: 'SIGINT', error: null }],
    [
      74,
      'F73: a ledger that fails',
      { isClean: true, signal: null, error: new FixConfig('full', { code: 'DB-4008' }) },
    ],
  ] as const)('%i: %s', async (code, _, end) => {
    const cli = fakeCli()
    cli.daemonEnds = () => end
    expect((await cli.run('run')).code).toBe(code)
  })

  test('is told which pipeline, to observe only, and where to listen', async () => {
    const cli = fakeCli()
    await cli.run('run', '--pipeline', 'cosell', '--observe', '--listen', '127.0.0.1:9000', '--profile', 'test')
    expect(cli.daemonWishes).toMatchObject([
      {
        pipeline: 'cosell',
        observe: true,
        profile: 'test',
        flags: { '--listen': { path: ['http', 'listen'], value: '127.0.0.1:9000' } },
      },
    ])
  })

  test('run --once is sync', async () => {
    const cli = oneNew()
    expect((await cli.run('run', '--once')).code).toBe(0)
    expect([cli.salesforce.writes.length, cli.daemonWishes.length]).toEqual([1, 0])
  })
})
