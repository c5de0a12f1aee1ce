// The mappings we ship: right for the invented orgs, every test of theirs passes, and no row is without one.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { facts } from '../../../../connectors/partner-center/facts.ts'
import { moves, stepNames } from '../../../../connectors/partner-center/lifecycle.ts'
import { isObject, type JsonObject } from '#core/model/json'
import { parseJson } from '#core/model/json-text'
import { formatMapping } from '#core/mapping/fmt'
import { coverageText, runTests } from '#core/mapping/run'
import { parseYaml } from '#settings/yaml'
import { compiled, dynamics, problemsIn, salesforce, shown } from './support.ts'

const folder = join(import.meta.dirname, '..', '..', '..', '..', 'mappings')
const source = {
  label: 'Partner Center',
  moves,
  reasonField: 'statusReason',
  step: { field: 'salesStage', write: stepNames },
}

function fixture(path: string): JsonObject | undefined {
  const read = parseJson(readFileSync(join(folder, path), 'utf8'))
  return isObject(read) ? read : undefined
}

describe.each([
  ['salesforce.opportunity.yaml', salesforce],
  ['dynamics.opportunity.yaml', dynamics],
  ['dynamics.lead-first.yaml', dynamics],
] as const)('%s', (name, world) => {
  const text = readFileSync(join(folder, name), 'utf8')

  test('there is nothing to say about it', () => {
    expect(problemsIn(text, world, name).map(shown)).toEqual([])
    expect(problemsIn(text, { ...world, crm: null }, name).map(shown)).toEqual([])
  })

  test('is tidy already', () => {
    const tree = parseYaml(name, text)
    expect(tree.ok && formatMapping(tree.value).edits).toEqual([])
  })

  const report = runTests(compiled(text, world), { source, target: world.target, facts, crm: world.crm, fixture })

  test.each(report.results.map((result) => [result.name, result] as const))('%s', (_name, result) => {
    expect(result.differences).toEqual([])
  })

  test('every row, rule and exception has a test', () => {
    expect(coverageText(report.coverage)).toBe('')
  })
})
