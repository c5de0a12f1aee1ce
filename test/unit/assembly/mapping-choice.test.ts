// The file is the truth; while it cannot be used, the last version that could goes on working.

import { describe, expect, test } from 'vitest'
import { readFact } from '#assembly/facts'
import { readVersions } from '#assembly/mapping-versions'
import type { Runner } from '#assembly/runner'
import type { MappingDraft } from '#assembly/mapping-draft'
import { pipelineName } from '#core/model/ids'
import { parsed, refused, type Parsed, type Problem } from '#core/problem'
import type { TestReport } from '#core/mapping/run'
import { later, parseInstant } from '#spi'
import { draftOf, fakeHouse, type FakeHouse } from '../../support/fake-house.ts'
import { fakeMapping } from '../../support/fake-mapping.ts'

const { signal } = new AbortController()
const now = parseInstant('2026-11-20T14:00:00Z') ?? expect.fail('an instant')
const where = { file: 'mappings/cosell.yaml', line: 80, column: 10 }
const amiss: Problem = { code: 'DB-2101', severity: 'error', what: 'There is no field "Amout".', where }

/** A folder with one mapping file whose words can be changed; each text names the mapping's hash. */
function withFile(house: FakeHouse) {
  const file = { text: 'hash: m1' }
  const read = (text: string): Parsed<MappingDraft> => {
    if (text.includes('unreadable')) return refused([amiss])
    const draft = draftOf(fakeMapping({ hash: text.replace('hash: ', '') }))
    if (!draft.ok) return draft
    return parsed({
      ...draft.value,
      text,
      ...(text.includes('amiss') ? { compile: () => refused([amiss]) } : {}),
      ...(text.includes('failing') ? { test: async () => parsed(failing) } : {}),
    })
  }
  Object.assign(house.machine, { readMapping: async (_: string, __: string, known = file.text) => read(known) })
  return file
}

const failing: TestReport = {
  mapping: 'cosell',
  results: [
    {
      name: 'Won waits',
      where: { ...where, line: 213 },
      passed: false,
      differences: [{ what: 'action', expected: 'hold', got: 'update', where }],
      outcome: null,
    },
  ],
  passed: 0,
  coverage: { rows: [], assignRules: [], exceptions: [] },
}

async function runnerOf(house: FakeHouse): Promise<Runner> {
  const { runners } = await house.assemble()
  return runners.get(pipelineName('cosell')) ?? expect.fail('a pipeline')
}

const usual = { who: 'dealbridge', note: null }

/** A pipeline that has worked with its first version. */
async function working(): Promise<{ house: FakeHouse; file: { text: string }; runner: Runner }> {
  const house = fakeHouse()
  const file = withFile(house)
  const runner = await runnerOf(house)
  await runner.ready(signal)
  await runner.adopt(usual)
  return { house, file, runner }
}

describe('a mapping file that changed', () => {
  test('is taken over with the next look, and becomes a version when it is worked with', async () => {
    const { file, runner } = await working()
    file.text = 'hash: m2'
    const pipeline = await runner.ready(signal, { fresh: true })
    expect(pipeline.mapping.hash).toBe('m2')
    expect(await readVersions(runner.ledger)).toHaveLength(1)
    await runner.adopt(usual)
    expect((await readVersions(runner.ledger)).map(({ number, hash }) => [number, hash])).toEqual([
      [1, 'm1'],
      [2, 'm2'],
    ])
  })

  test.each([
    ['cannot be read', 'unreadable', 'mappings/cosell.yaml:80: There is no field "Amout".'],
    ['does not fit the CRM', 'hash: amiss', 'mappings/cosell.yaml:80: There is no field "Amout".'],
    ['fails one of its own tests', 'hash: failing', 'mappings/cosell.yaml:213: The test "Won waits" fails.'],
  ])('I39: that %s leaves the last good version at work, and says so', async (_, text, message) => {
    const { file, runner } = await working()
    file.text = text
    const pipeline = await runner.ready(signal, { fresh: true })
    expect(pipeline.mapping.hash).toBe('m1')
    expect(runner.trouble).toBeNull()
    expect(runner.refusedMapping).toMatchObject({ since: now, version: 1, problems: [{ severity: 'error' }] })
    expect(await readFact(runner.ledger, 'refused-mapping')).toMatchObject({ since: now, version: 1, message })
    await runner.adopt(usual)
    expect(await readVersions(runner.ledger)).toHaveLength(1)
  })

  test('is bad since it was first seen to be, also after a restart; mended, nothing is left of it', async () => {
    const { house, file, runner } = await working()
    file.text = 'unreadable'
    await runner.ready(signal, { fresh: true })
    house.clock.turn(3_600_000)
    const again = await runnerOf(house)
    await again.ready(signal)
    expect(again.refusedMapping?.since).toBe(now)
    file.text = 'hash: failing'
    await again.ready(signal, { fresh: true })
    expect(again.refusedMapping?.since).toBe(later(now, 3_600_000))
    file.text = 'hash: m2'
    await again.ready(signal, { fresh: true })
    expect(again.refusedMapping).toBeNull()
    expect(await readFact(again.ledger, 'refused-mapping')).toBeNull()
  })

  test('has nothing to fall back on when it never worked, or is the version that worked', async () => {
    const house = fakeHouse()
    const file = withFile(house)
    file.text = 'hash: amiss'
    const runner = await runnerOf(house)
    await expect(runner.ready(signal)).rejects.toThrow('There is no field "Amout".')
    expect(runner.trouble).toMatchObject({ error: { code: 'DB-2101' } })
  })

  test('for another CRM is refused like any other', async () => {
    const { house, file, runner } = await working()
    const read = house.machine.readMapping
    Object.assign(house.machine, {
      readMapping: async (path: string, shown: string, known?: string) => {
        const draft = await read(path, shown, known)
        return known === undefined && draft.ok
          ? parsed({ ...draft.value, text: 'other', compile: () => parsed({ ...fakeMapping(), target: 'hubspot' }) })
          : draft
      },
    })
    file.text = 'hash: m1'
    expect((await runner.ready(signal, { fresh: true })).mapping.target).toBe('fake-crm')
    expect(runner.refusedMapping?.problems).toMatchObject([{ code: 'DB-1107' }])
  })
})

describe('publishing', () => {
  test('says who brought a version, and why', async () => {
    const { file, runner } = await working()
    file.text = 'hash: m2'
    const version = await runner.publish({ who: 'anna', note: 'ask for dates' }, signal)
    expect(version).toMatchObject({ number: 2, who: 'anna', note: 'ask for dates', hash: 'm2' })
    expect(runner.mapping?.hash).toBe('m2')
  })

  test('refuses a file whose tests fail; the version before goes on', async () => {
    const { file, runner } = await working()
    file.text = 'hash: failing'
    await expect(runner.publish({ who: 'anna', note: 'quick' }, signal)).rejects.toMatchObject({
      code: 'DB-2030',
      problems: [{ what: 'The test "Won waits" fails.', hint: 'action: expected hold, got update' }],
    })
    expect(runner.mapping?.hash).toBe('m1')
    expect(await readVersions(runner.ledger)).toHaveLength(1)
  })
})
