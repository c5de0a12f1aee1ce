import { describe, expect, test } from 'vitest'
import { fakeCli, type FakeCli } from '../../support/fake-cli.ts'
import { addReferral, opportunity } from '../../support/fake-vendors.ts'

const person = { out: true, err: true, in: true }

function deals(count: number, options: Parameters<typeof fakeCli>[0] = {}): FakeCli {
  const cli = fakeCli(options)
  for (let n = 1; n <= count; n += 1) addReferral(cli.source, `aaaa000${n}`, { name: `Deal ${n}`, status: 'Accepted' })
  return cli
}

async function won(count: number, options: Parameters<typeof fakeCli>[0] = {}): Promise<FakeCli> {
  const cli = deals(count, options)
  await cli.run('sync', '--yes')
  for (const { id } of cli.salesforce.records.values()) cli.salesforce.put(opportunity, id, { StageName: 'Closed Won' })
  return cli
}

describe('a saved plan', () => {
  test('is written exactly, and nothing that came after it', async () => {
    const cli = deals(1)
    await cli.run('plan', '--out', 'plan.json')
    addReferral(cli.source, 'bbbb0002')
    expect((await cli.run('sync', '--plan', 'plan.json')).code).toBe(0)
    expect(cli.salesforce.writes).toHaveLength(1)
  })

  test('is refused when a record moved since: nothing of it is written', async () => {
    const cli = deals(2)
    await cli.run('plan', '--out', 'plan.json')
    addReferral(cli.source, 'aaaa0001', { amount: '1' })
    const { code, out } = await cli.run('sync', '--plan', 'plan.json', '--yes')
    expect(code).toBe(3)
    expect(out).toContain('DB-3126')
    expect(cli.salesforce.writes).toEqual([])
  })

  test('of several pipelines is one file', async () => {
    const cli = deals(1, { pipelines: [{}, { target: 'dynamics' as never }] })
    await cli.run('plan', '--out', 'plan.json')
    expect((await cli.run('sync', '--plan', 'plan.json')).code).toBe(0)
    expect([cli.salesforce.writes.length, cli.dynamics.writes.length]).toEqual([1, 1])
  })

  test.each([
    ['is missing', undefined, 64],
    ['is no plan', '{"schema":"other"}', 78],
    ['is not JSON', 'plan', 78],
    ['was cut', '{"schema":"dealbridge.plan/v1","pipeline":"cosell","changes":[{"id":"x"}]}', 78],
  ])('that %s is refused', async (_, text, code) => {
    const cli = deals(1)
    if (text !== undefined) cli.files.set('plan.json', text)
    const said = await cli.run('sync', '--plan', 'plan.json')
    expect(said.code).toBe(code)
    expect(said.err).toContain('DB-1156')
    expect(cli.salesforce.writes).toEqual([])
  })
})

describe('in mode review', () => {
  test('the plan is shown, and one y/N decides', async () => {
    const cli = deals(2, { pipelines: [{ mode: 'review' }], terminal: person, answers: ['n', 'y'] })
    const no = await cli.run('sync')
    expect(no).toMatchObject({ code: 3, questions: ['Write 2 changes? [y/N] '] })
    expect(no.out).toContain('Deal 1')
    expect(cli.salesforce.writes).toEqual([])
    expect((await cli.run('sync')).code).toBe(0)
    expect(cli.salesforce.writes).toHaveLength(2)
  })

  test('--yes writes what was shown, and never more outcomes than the limit', async () => {
    const cli = await won(6, { pipelines: [{ mode: 'review' }] })
    const { code, err } = await cli.run('sync', '--yes')
    expect(code).toBe(3)
    expect(err).toContain('--approve-outcomes 6')
    expect(cli.source.writes).toEqual([])
    expect((await cli.run('sync', '--yes', '--approve-outcomes', '6')).code).toBe(0)
    expect(cli.source.writes).toHaveLength(6)
  })
})

describe('in mode auto', () => {
  test('nothing is asked', async () => {
    const cli = deals(2, { terminal: person })
    expect(await cli.run('sync')).toMatchObject({ code: 0, questions: [] })
  })

  test('outcomes over the limit are counted out, not waved through', async () => {
    const cli = await won(6, { terminal: person, answers: ['5'] })
    const { code, questions } = await cli.run('sync')
    expect(code).toBe(3)
    expect(questions).toEqual(['6 outcomes cannot be taken back. Type their number to send them: '])
    expect(cli.source.writes).toEqual([])
  })

  test('the right number sends them', async () => {
    const cli = await won(6, { terminal: person, answers: ['6'] })
    expect((await cli.run('sync')).code).toBe(0)
    expect(cli.source.writes).toHaveLength(6)
  })
})

describe('part of a plan', () => {
  test('--limit writes at most so many, and the rest the next time', async () => {
    const cli = deals(3)
    expect((await cli.run('sync', '--limit', '2')).out).toContain('2 written')
    expect(cli.salesforce.writes).toHaveLength(2)
    await cli.run('sync')
    expect(cli.salesforce.writes).toHaveLength(3)
  })

  test('--select writes only what fits', async () => {
    const cli = deals(3)
    await cli.run('sync', '--select', 'text:"deal 2"')
    expect(cli.salesforce.writes.map(({ fields }) => fields['Name'])).toEqual(['Deal 2'])
  })
})

test('an interrupt lets the write in hand finish, and says so', async () => {
  const cli = deals(1)
  cli.salesforce.holds = (call) => {
    if (call === 'write') cli.interrupt()
    return undefined
  }
  const { err, out } = await cli.run('sync')
  expect(err).toContain('the write in hand is finished first')
  expect(out).toContain('1 written')
  expect(await cli.ledgerOf('cosell').count('intent')).toBe(0)
})
