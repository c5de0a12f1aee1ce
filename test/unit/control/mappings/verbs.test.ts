// What is asked of whoever holds the ledgers: the CRM's schema, versions, publishing, and the impact of a draft.

import { describe, expect, test } from 'vitest'
import type { MappingDraft } from '#assembly/mapping-draft'
import type { Mapping, Row } from '#core/mapping/mapping'
import { reading } from '#core/model/deal'
import { kind } from '#core/model/ids'
import { textOf } from '#core/model/json'
import { parsed, refused, type Parsed, type Problem } from '#core/problem'
import { FixConfig } from '#spi'
import { fakeControl, type FakeControl } from '../../../support/fake-control.ts'
import { draftOf } from '../../../support/fake-house.ts'
import { fakeMapping } from '../../../support/fake-mapping.ts'
import { addReferral, opportunity, opportunitySchema } from '../../../support/fake-vendors.ts'

const who = 'anna'
const where = { file: 'mappings/cosell.yaml', line: 80, column: 10 }
const amiss: Problem = { code: 'DB-2101', severity: 'error', what: 'There is no field "Amout".', where }

/** A mapping whose deals' names are treated like this; its words are its name. */
function treating(hash: string, treat: (name: string) => string): Mapping {
  const mapping = fakeMapping({ hash })
  const treated = (row: Row): Row => ({
    ...row,
    write: 'always',
    fromReferral: ({ referral }) => reading(treat(textOf(referral['name']))),
  })
  return { ...mapping, rows: mapping.rows.map((row) => (row.crm === 'Name' ? treated(row) : row)) }
}

const mappings: Readonly<Record<string, Mapping>> = {
  plain: fakeMapping({ hash: 'plain' }),
  shouting: treating('shouting', (name) => name.toUpperCase()),
}

interface House extends FakeControl {
  /** What stands in the mapping file. */
  readonly file: { text: string }
}

/** Deals in step under the plain mapping. */
async function linked(count = 3): Promise<House> {
  const house = await fakeControl()
  const file = { text: 'plain' }
  const read = (text: string): Parsed<MappingDraft> => {
    const mapping = mappings[text]
    if (!mapping) return refused([amiss])
    const draft = draftOf(mapping)
    return draft.ok ? parsed({ ...draft.value, text }) : draft
  }
  Object.assign(house.machine, {
    readMapping: async (_path: string, _shown: string, known = file.text) => read(known),
  })
  for (let one = 0; one < count; one += 1) addReferral(house.source, `aaaa000${one}`, { status: 'Accepted' })
  await house.control.sync({ who })
  house.salesforce.writes.splice(0)
  return Object.assign(house, { file })
}

describe('versions', () => {
  test('begin with the first pass; the file as it stands becomes the next, with a note and a name', async () => {
    const house = await linked()
    house.file.text = 'shouting'
    const done = await house.control.publish({ pipeline: 'cosell', note: 'louder', who })
    expect(done).toMatchObject({ isNew: true, version: { number: 2, who, note: 'louder', hash: 'shouting' } })
    expect(await house.control.publish({ pipeline: 'cosell', note: 'again', who })).toMatchObject({
      isNew: false,
      version: { number: 2, note: 'louder' },
    })
    const found = await house.control.versions({ pipeline: 'cosell', text: 1 })
    expect(found).toMatchObject({ path: '/srv/dealbridge/mappings/cosell.yaml', text: 'plain' })
    expect(found.versions.map(({ number }) => number)).toEqual([1, 2])
    expect((await house.control.status()).pipelines).toMatchObject([{ mapping: { version: 2, refused: null } }])
  })

  test('a file that cannot be used is refused with all its problems, and the status says what works instead', async () => {
    const house = await linked()
    house.file.text = 'nonsense'
    await expect(house.control.publish({ pipeline: 'cosell', note: 'x', who })).rejects.toMatchObject({
      code: 'DB-2101',
      problems: [amiss],
    })
    expect((await house.control.status()).pipelines).toMatchObject([
      {
        mapping: {
          version: 1,
          refused: { code: 'DB-2101', message: 'mappings/cosell.yaml:80: There is no field "Amout".' },
        },
      },
    ])
    const { sections } = await house.control.check({})
    expect(sections.find(({ of }) => of === 'pipeline')).toMatchObject({
      findings: [{ level: 'ok', what: 'version 1 of the mapping works on meanwhile' }, { level: 'ok' }],
      problems: [amiss],
    })
    house.file.text = 'plain'
    await house.control.check({})
    expect((await house.control.status()).pipelines).toMatchObject([{ mapping: { version: 1, refused: null } }])
  })

  test('of a pipeline that is not there: told the right name', async () => {
    const house = await linked()
    await expect(house.control.versions({ pipeline: 'cosel' })).rejects.toThrow('Did you mean "cosell"?')
  })
})

describe('a preview', () => {
  const draft = { path: '/srv/dealbridge/draft.yaml', text: 'shouting' }

  test('shows every value beside what is published', async () => {
    const house = await linked()
    const { deal, isDraft, version } = await house.control.preview({ deal: 'aaaa0001', mapping: draft, impact: false })
    expect({ isDraft, version }).toEqual({ isDraft: true, version: 1 })
    expect(deal?.values.map(({ name, value, was, isChanged, rule }) => [name, value, was, isChanged, rule])).toEqual([
      ['Name', 'AZURE MIGRATION', 'Azure migration', true, 'mappings/cosell.yaml:20'],
      ['Amount', '84000', '84000', false, 'mappings/cosell.yaml:21'],
      ['StageName', 'Open', 'Open', false, 'mappings/cosell.yaml:31'],
    ])
  })

  test('says why a deal is left alone', async () => {
    const house = await linked()
    addReferral(house.source, 'bbbb0001', { private: true })
    const { deal } = await house.control.preview({ deal: 'bbbb0001', impact: false })
    expect(deal).toMatchObject({ skipped: 'Private deals stay in Partner Center.', values: [] })
  })

  test('of a deal nobody has linked or seen: by the beginning of its id, as a plan shows it', async () => {
    const house = await fakeControl()
    addReferral(house.source, 'cccc0001-4a11', { status: 'Accepted' })
    addReferral(house.source, 'cccc0002-4a12', { status: 'Accepted' })
    const { deal } = await house.control.preview({ deal: 'CCCC0001', impact: false })
    expect(deal).toMatchObject({ referral: 'cccc0001-4a11', record: null })
    await expect(house.control.preview({ deal: 'cccc', impact: false })).rejects.toMatchObject({ code: 'DB-1151' })
    await expect(house.control.preview({ deal: 'dddd', impact: false })).rejects.toMatchObject({ code: 'DB-1150' })
    expect((await house.control.explain({ deal: 'cccc0002' })).referral).toBe('cccc0002-4a12')
  })

  test('counts what only the draft would change, on all linked deals', async () => {
    const house = await linked(4)
    // One of them moved meanwhile: that is no matter of the draft.
    addReferral(house.source, 'aaaa0002', { status: 'Accepted', amount: '1' })
    addReferral(house.source, 'cccc0001', { status: 'Accepted' })
    const { impact } = await house.control.preview({ mapping: draft, impact: true })
    expect(impact).toEqual({
      linked: 4,
      deals: 4,
      fields: [{ name: 'Name', count: 4 }],
      outcomes: 0,
      refusals: 0,
      refusalCodes: [],
      creates: 1,
      calls: 1,
      waits: false,
    })
    expect(house.salesforce.writes).toEqual([])
  })

  test('says when so many deals would wait for a person', async () => {
    const house = await fakeControl()
    for (let one = 0; one < 25; one += 1) addReferral(house.source, `aaaa00${10 + one}`, { status: 'Accepted' })
    await house.control.sync({ who, approved: { changes: true, outcomes: 0 } })
    house.mapping = () => draftOf(mappings['shouting'])
    expect((await house.control.preview({ impact: true })).impact).toMatchObject({ deals: 25, waits: true })
  })

  test('of the file as it stands compares with what was published last, not with what is at hand', async () => {
    const house = await linked()
    house.file.text = 'shouting'
    await house.control.check({})
    const { version, isDraft, impact } = await house.control.preview({ impact: true })
    expect({ version, isDraft }).toEqual({ version: 1, isDraft: true })
    expect(impact?.deals).toBe(3)
  })
})

describe('the schema', () => {
  test('is what was last seen; asked for live, it is seen anew and remembered', async () => {
    const house = await linked()
    const before = await house.control.schema({ connection: 'salesforce' })
    expect(before.probe?.kinds.map((schema) => schema.kind)).toEqual([opportunity])
    house.salesforce.schema = [opportunitySchema, { ...opportunitySchema, kind: kind('Account') }]
    house.clock.turn(60_000)
    const live = await house.control.schema({ connection: 'salesforce', kinds: ['Account'], live: true })
    expect(live.probe?.kinds).toHaveLength(2)
    expect(live.at).not.toBe(before.at)
    expect((await house.control.schema({ connection: 'salesforce' })).probe?.kinds).toHaveLength(2)
  })

  test('of a CRM nobody has asked yet is not known', async () => {
    const { control } = await fakeControl()
    expect(await control.schema({ connection: 'salesforce' })).toEqual({
      connection: 'salesforce',
      at: null,
      probe: null,
    })
  })

  test('of a CRM that cannot be asked is the reason why', async () => {
    const house = await linked()
    house.salesforce.fails = () => new FixConfig('signed out', { code: 'DB-1301' })
    await expect(house.control.schema({ connection: 'salesforce', live: true })).rejects.toThrow('signed out')
  })
})
