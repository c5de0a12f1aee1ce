// The complete example of a mapping for Salesforce, unchanged, and the one we ship: both compile against what a probe of
// the pretended org reports, and the tests they carry pass with the connector's own facts about Salesforce.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { facts } from '../../connectors/partner-center/facts.ts'
import { moves, stepNames } from '../../connectors/partner-center/lifecycle.ts'
import { properties } from '../../connectors/partner-center/properties.ts'
import { connector } from '../../connectors/salesforce/index.ts'
import { compileMapping, type MappingWorld } from '#core/mapping/compile'
import { runTests } from '#core/mapping/run'
import { isObject, type JsonObject, parseJson } from '#spi'
import { parseYaml } from '#settings/yaml'
import {
  Account,
  Contact,
  never,
  Opportunity,
  pagesOf,
  Role,
  type TestOrg,
  testOrg,
} from '../unit/connectors/salesforce/org.ts'

const root = join(import.meta.dirname, '../..')
const { target } = connector
if (!target) throw new Error('a CRM has a target facet')

let org: TestOrg
let world: MappingWorld

beforeAll(async () => {
  org = await testOrg({ company: 'fabrikam' })
  const { kinds, owners, currencies } = await org.session.probe([Opportunity, Account, Contact, Role], never)
  world = { properties, target, crm: { kinds, owners, currencies } }
})
afterAll(() => org.close())

function compiled(path: string) {
  const tree = parseYaml(path, readFileSync(join(root, path), 'utf8'))
  if (!tree.ok) throw new Error('the example is YAML')
  const made = compileMapping(tree.value, world)
  if (!made.ok)
    throw new Error(made.problems.map(({ code, what, where }) => `${where?.line} ${code} ${what}`).join('\n'))
  return made
}

function fixture(path: string): JsonObject | undefined {
  const read = parseJson(readFileSync(join(root, 'mappings', path), 'utf8'))
  return isObject(read) ? read : undefined
}

describe.each(['test/corpus/mappings/examples/cosell-salesforce.yaml', 'mappings/salesforce.opportunity.yaml'])(
  '%s',
  (path) => {
    test('compiles against the org as it is; what it is warned of is on the other side', () => {
      const aboutReferrals = new Set(['DB-2107', 'DB-2109'])
      expect(compiled(path).warnings.filter(({ code }) => !aboutReferrals.has(code))).toEqual([])
    })

    test('passes its own tests', () => {
      const source = {
        label: 'Partner Center',
        moves,
        reasonField: 'statusReason',
        step: { field: 'salesStage', write: stepNames },
      }
      const report = runTests(compiled(path).value, { source, target, facts, crm: world.crm, fixture })
      expect(report.results.map(({ name, differences }) => [name, differences])).toEqual(
        report.results.map(({ name }) => [name, []]),
      )
      expect(report.passed).toBeGreaterThanOrEqual(4)
    })

    test('asks for nothing that the connector cannot read', async () => {
      const { mapping } = compiled(path).value
      expect((await pagesOf(org.session.changes(mapping.shapes, null, never))).length).toBeGreaterThan(0)
      expect(org.host.logLines.filter((line) => line.includes('"warn"'))).toEqual([])
    })
  },
)
