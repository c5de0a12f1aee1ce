// mappings/README.md is what admins go by: its tables are those of the code, its examples are right, and no key, function
// or transform is left out.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { facts } from '../../../../connectors/partner-center/facts.ts'
import { moves, stepNames } from '../../../../connectors/partner-center/lifecycle.ts'
import { properties } from '../../../../connectors/partner-center/properties.ts'
import { upToDate } from '../../../../scripts/mapping-guide.ts'
import { compileFormula } from '#core/formula/formula'
import { functions } from '#core/formula/functions'
import { namesOf } from '#core/formula/types'
import { mapping } from '#core/mapping/document/document'
import { runTests } from '#core/mapping/run'
import { transforms } from '#core/mapping/transforms'
import { isList, isObject, type Json } from '#core/model/json'
import { parseJson } from '#core/model/json-text'
import { compiled, dynamics, problemsIn, salesforce, shown } from './support.ts'

const folder = join(import.meta.dirname, '..', '..', '..', '..', 'mappings')
const guide = readFileSync(join(folder, 'README.md'), 'utf8')

interface Block {
  readonly line: number
  readonly about: string
  readonly text: string
}

const blocks: readonly Block[] = [...guide.matchAll(/^```(.*)\n([^]*?)^```$/gm)].map(
  ({ index, 1: about, 2: text }) => ({
    line: guide.slice(0, index).split('\n').length,
    about: about ?? '',
    text: text ?? '',
  }),
)

test('its tables are those of the code: run npm run mappings:guide', () => {
  expect(upToDate(guide)).toBe(guide)
})

test('each key, function and transform is explained', () => {
  const names = [
    ...keysOf(mapping.schema()),
    ...functions.flatMap((one) => [one.name, ...(one.synonyms ?? [])]),
    ...transforms.map(({ name }) => name),
  ]
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(guide))).toEqual([])
})

function keysOf(schema: Json): readonly string[] {
  if (isList(schema)) return schema.flatMap(keysOf)
  if (!isObject(schema)) return []
  const own = isObject(schema['properties']) ? Object.keys(schema['properties']) : []
  return [...own, ...Object.values(schema).flatMap(keysOf)]
}

// ── examples ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** Sections by name, each with the lines that belong to it. */
function sections(text: string): ReadonlyMap<string, string> {
  const parts = text.split(/^(?=[A-Za-z])/m)
  return new Map(parts.flatMap((part) => (/^[A-Za-z]/.test(part) ? [[part.slice(0, part.indexOf(':')), part]] : [])))
}

const put = (whole: string, ...parts: readonly string[]): string =>
  [...new Map(([whole, ...parts] as const).flatMap((part) => [...sections(part)])).values()].join('')

const without = (text: string, ...names: readonly string[]): string =>
  [...sections(text)].flatMap(([name, part]) => (names.includes(name) ? [] : [part])).join('')

const shipped = (name: string): string => without(readFileSync(join(folder, name), 'utf8'), 'tests')

const base = {
  // Lookups, owners and rules would name sections that an example replaces.
  salesforce: without(shipped('salesforce.opportunity.yaml'), 'checks', 'outcomes', 'lookups'),
  // What is shared is read from the records that lookups point to.
  salesforceWithLookups: without(shipped('salesforce.opportunity.yaml'), 'checks', 'outcomes'),
  dynamics: without(shipped('dynamics.opportunity.yaml'), 'checks', 'outcomes'),
}

const mappingBlocks = blocks.filter(({ about }) => about.startsWith('yaml'))

describe('examples', () => {
  test.each(mappingBlocks.map((block) => [block.line, block] as const))(
    'the one on line %i is right',
    (_line, block) => {
      const isDynamics = block.about.includes('dynamics')
      const salesforceBase = block.text.startsWith('share:') ? base.salesforceWithLookups : base.salesforce
      const text = put(isDynamics ? base.dynamics : salesforceBase, block.text)
      expect(problemsIn(text, isDynamics ? dynamics : salesforce).map(shown)).toEqual([])
    },
  )

  test('together they are a mapping whose tests pass', () => {
    const first = mappingBlocks.filter(({ about, text }) => !about.includes('dynamics') && !text.includes('valuesBack'))
    const whole = put('', ...first.map(({ text }) => text))
    const fixture = (path: string) => {
      const read = parseJson(readFileSync(join(folder, path), 'utf8'))
      return isObject(read) ? read : undefined
    }
    const step = { field: 'salesStage', write: stepNames }
    const source = { label: 'Partner Center', moves, reasonField: 'statusReason', step }
    const { target, crm } = salesforce
    const { results } = runTests(compiled(whole, salesforce), { source, target, facts, crm, fixture })
    expect(results.map(({ name, differences }) => [name, differences])).toEqual([
      ['a small inbound deal is left alone', []],
      ['a customer we know is not made again', []],
      ['moving the stage on accepts the referral', []],
    ])
  })

  const formulas =
    blocks
      .find(({ text }) => text.startsWith('LEFT('))
      ?.text.trim()
      .split('\n') ?? []

  test.each(formulas.map((formula) => [formula] as const))('%s', (formula) => {
    const { problems } = compileFormula(formula, { names: namesOf(properties), zone: null }, 'value')
    expect(problems).toEqual([])
  })

  test('there are formulas among them', () => {
    expect(formulas.length).toBeGreaterThan(3)
  })
})
