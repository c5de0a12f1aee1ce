// The complete example of a mapping for Dynamics, unchanged: it compiles against what a probe of the environment
// reports, and the tests it carries pass with the connector's own facts about Dynamics.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connector } from '../../connectors/dynamics/index.ts'
import { facts } from '../../connectors/partner-center/facts.ts'
import { moves, stepNames } from '../../connectors/partner-center/lifecycle.ts'
import { properties } from '../../connectors/partner-center/properties.ts'
import { compileMapping, type MappingWorld } from '#core/mapping/compile'
import { runTests } from '#core/mapping/run'
import { isObject, kind, parseJson, type JsonObject } from '#spi'
import { parseYaml } from '#settings/yaml'
import { connect, signal, type Connected } from '../unit/connectors/dynamics/session.ts'

const root = join(import.meta.dirname, '..')
const text = readFileSync(join(root, 'corpus', 'mappings', 'examples', 'deals-dynamics.yaml'), 'utf8')
const { target } = connector
if (!target) throw new Error('a CRM has a target facet')

let there: Connected
let world: MappingWorld

beforeAll(async () => {
  there = await connect()
  const kinds = ['opportunity', 'lead', 'account', 'contact', 'transactioncurrency', 'opportunityclose'].map(kind)
  const { kinds: schemas, owners, currencies } = await there.session.probe(kinds, signal)
  world = { properties, target, crm: { kinds: schemas, owners, currencies } }
})
afterAll(() => there.close())

function compiled() {
  const tree = parseYaml('deals-dynamics.yaml', text)
  if (!tree.ok) throw new Error('the example is YAML')
  const made = compileMapping(tree.value, world)
  if (!made.ok)
    throw new Error(made.problems.map(({ code, what, where }) => `${where?.line} ${code} ${what}`).join('\n'))
  return made
}

function fixture(path: string): JsonObject | undefined {
  const read = parseJson(readFileSync(join(root, '..', 'mappings', path), 'utf8'))
  return isObject(read) ? read : undefined
}

describe('the example', () => {
  test('compiles against the environment as it is; what it is warned of is on the other side', () => {
    const aboutReferrals = new Set(['DB-2107', 'DB-2109'])
    expect(compiled().warnings.filter(({ code }) => !aboutReferrals.has(code))).toEqual([])
  })

  test('passes its own tests', () => {
    const source = {
      label: 'Partner Center',
      moves,
      reasonField: 'statusReason',
      step: { field: 'salesStage', write: stepNames },
    }
    const report = runTests(compiled().value, { source, target, facts, crm: world.crm, fixture })
    expect(report.results.map(({ name, differences }) => [name, differences])).toEqual(
      report.results.map(({ name }) => [name, []]),
    )
    expect(report.passed).toBeGreaterThanOrEqual(4)
  })

  test('asks for nothing that the connector cannot read', async () => {
    const { mapping } = compiled().value
    const pages = []
    for await (const page of there.session.changes(mapping.shapes, null, signal)) pages.push(page)
    expect(pages.length).toBeGreaterThan(0)
    expect(there.host.logLines.filter((line) => line.includes('"warn"'))).toEqual([])
  })
})
