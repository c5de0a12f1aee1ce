import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { kind } from '#spi'
import { Settings } from '../../../../connectors/dynamics/settings.ts'
import { people } from '../../../../connectors/dynamics/simulator/company.ts'
import { createSolution, type Step } from '../../../../connectors/dynamics/solution/create.ts'
import {
  columns,
  defaultPrefix,
  keys,
  logicalName,
  privileges,
} from '../../../../connectors/dynamics/solution/definition.ts'
import { unpacked } from '../../../../connectors/dynamics/solution/unpacked.ts'
import { connect, dealFor, readById, shape, signal, type Connected } from './session.ts'

const folder = join(import.meta.dirname, '..', '..', '..', '..', 'connectors', 'dynamics', 'solution', 'src')
const clients = [
  { id: 'admin', secret: 's', user: people.administrator },
  { id: 'app', secret: 's', user: people.application },
]
const auth = (clientId: string) => ({ flow: 'clientSecret', clientId, clientSecret: 'env:SECRET' })

const bare = (): Promise<Connected> =>
  connect({ company: 'bare', clients }, () => ({ tenant: 'fabrikam.example', auth: auth('app') }), { SECRET: 's' })

async function made(
  there: Connected,
  { as = 'admin', prefix = defaultPrefix } = {},
): Promise<{ steps: readonly Step[]; done: boolean }> {
  const settings = Settings.parse({
    endpoint: there.url,
    authority: there.url,
    tenant: 'fabrikam.example',
    auth: auth(as),
  })
  const steps: Step[] = []
  const done = await createSolution(settings, there.host, { prefix, tell: (step) => steps.push(step), signal })
  return { steps, done }
}

describe('made by the Web API', () => {
  test('an environment without it can be worked with afterwards', async () => {
    const there = await bare()
    const { steps, done } = await made(there)
    expect([done, steps.filter(({ did }) => did === 'failed')]).toEqual([true, []])
    const kinds = ['opportunity', 'lead', 'account', 'opportunityclose'].map(kind)
    const { findings } = await there.session.probe(kinds, signal)
    expect(findings.filter(({ code }) => code !== undefined && code !== 'DB-1502')).toEqual([])
    const [receipt] = await there.session.write(
      [dealFor('r', { name: 'First', fab_helprequired: 'Pricing', fab_pcanswerby: '2026-11-24T18:00:00.000Z' })],
      signal,
    )
    const id = receipt && 'id' in receipt ? receipt.id : ''
    expect((await readById(there, shape('opportunity', 'fab_helprequired', 'fab_pcanswerby'), id))?.fields).toEqual({
      fab_helprequired: 'Pricing',
      fab_pcanswerby: '2026-11-24T18:00:00.000Z',
    })
    await there.close()
  })

  test('a second run finds everything there', async () => {
    const there = await bare()
    await made(there)
    const { steps, done } = await made(there)
    const again = steps.filter(({ did }) => did === 'made').map(({ what }) => what)
    expect([done, again]).toEqual([true, [expect.stringContaining('privileges of role'), 'publish']])
    await there.close()
  })

  test('the customer’s own prefix is used throughout', async () => {
    const there = await bare()
    await made(there, { prefix: 'contoso' })
    const { kinds } = await there.session.probe([kind('opportunity')], signal)
    const names = kinds[0]?.fields.map(({ name }) => name) ?? []
    expect(names).toContain('contoso_pcreferralid')
    expect(names.some((name) => name.startsWith('fab_'))).toBe(false)
    await there.close()
  })

  test('who may not customise is told so, step by step', async () => {
    const there = await bare()
    const { steps, done } = await made(there, { as: 'app' })
    expect([done, steps[0]?.did, steps[0]?.why]).toEqual([
      false,
      'failed',
      expect.stringContaining('Give it the role "System Customizer"'),
    ])
    await there.close()
  })

  test('what is missing of it is said by check', async () => {
    const there = await connect()
    there.vendor.customize('opportunity', (all) => all.delete('fab_pcanswerby'))
    const { findings } = await there.session.probe([kind('opportunity')], signal)
    expect(findings.find(({ code }) => code === 'DB-1507')?.what).toBe(
      'columns of the solution are missing: opportunity.fab_pcanswerby',
    )
    await there.close()
  })
})

describe('the unpacked source', () => {
  const files = [...unpacked(defaultPrefix)]

  test.each(files)('%s is as the definition makes it', (path, text) => {
    expect(readFileSync(join(folder, path), 'utf8'), 'node scripts/dynamics-solution.ts write').toBe(text)
  })

  test.each(files)('%s is well-formed', (_, text) => {
    const open: string[] = []
    for (const [, end, name, self] of text.matchAll(/<(\/?)([A-Za-z]+)[^<>]*?(\/?)>/g)) {
      if (end === '/') expect(open.pop()).toBe(name)
      else if (self !== '/') open.push(name ?? '')
    }
    expect(open).toEqual([])
  })

  test('holds every column, key and privilege', () => {
    const all = files.map(([, text]) => text).join('\n')
    for (const { name } of columns) expect(all).toContain(`<attribute PhysicalName="${defaultPrefix}_${name}">`)
    for (const { name } of keys) expect(all).toContain(`<Name>${defaultPrefix}_${name}</Name>`)
    for (const name of privileges) expect(all).toContain(`"${name}"`)
  })

  // As the Power Platform tools lay unpacked solutions out: what stands elsewhere is not packed, and nobody says so.
  test.each([
    ['Other/EntityMaps.xml', ['EntityMaps', 'EntityMap', 'AttributeMaps', 'AttributeMap', 'AttributeSource']],
    ['Entities/Opportunity/Entity.xml', ['Entity', 'EntityInfo', 'entity', 'EntityKeys', 'EntityKey', 'LogicalName']],
    ['Entities/Opportunity/Entity.xml', ['EntityKey', 'EntityKeyAttributes', 'AttributeName']],
    [
      'Entities/Opportunity/Entity.xml',
      ['attributes', 'attribute', 'optionset', 'options', 'option', 'labels', 'label'],
    ],
    ['Roles/dealbridge.xml', ['Role', 'RolePrivileges', 'RolePrivilege']],
    ['Other/Solution.xml', ['ImportExportXml', 'SolutionManifest', 'RootComponents', 'RootComponent']],
  ])('%s: %j', (path, elements) => {
    const text = new Map(files).get(path) ?? ''
    const nested = new RegExp(elements.map((name) => `<${name}[ >/]`).join('[^]*?'))
    expect(text).toMatch(nested)
  })
})

test('the pretended company has exactly these columns', async () => {
  const there = await connect()
  const { kinds } = await there.session.probe([...new Set(columns.map(({ table }) => kind(table)))], signal)
  const ours = kinds.flatMap((one) =>
    one.fields.filter(({ name }) => name.startsWith('fab_')).map(({ name }) => `${one.kind}.${name}`),
  )
  expect(ours.toSorted()).toEqual(columns.map(({ table, name }) => `${table}.${logicalName('fab', name)}`).toSorted())
  await there.close()
})
