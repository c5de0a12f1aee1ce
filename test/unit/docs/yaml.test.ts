// Every piece of YAML on a page is right. What it is stands behind the word yaml:
//
//   config            a whole configuration                     loads, with nothing to say about it
//   config part       some of its top-level sections            laid over the smallest one, then the same
//   mapping           some sections of a Salesforce mapping     laid over the shipped one, compiled, its tests run
//   mapping dynamics  the same for Dynamics 365

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { facts } from '../../../connectors/partner-center/facts.ts'
import { moves, stepNames } from '../../../connectors/partner-center/lifecycle.ts'
import { runTests } from '#core/mapping/run'
import { isObject, type JsonObject } from '#core/model/json'
import { parseJson } from '#core/model/json-text'
import { loadSettings } from '#settings/load'
import { printProblems } from '#settings/print-problem'
import { compiled, problemsIn, shown } from '../core/mapping/support.ts'
import { connectors } from '../settings/connectors.ts'
import { worlds } from './mapping-world.ts'
import { type Block, blocksOf, type Page, pages, root } from './pages.ts'

// The guide to mappings and the connectors' pages have tests of their own kind of block.
const yamlOf = (page: Page): readonly Block[] => blocksOf(page).filter(({ language }) => language === 'yaml')
const blocks = pages.filter(({ path }) => path.startsWith('docs/')).flatMap(yamlOf)
/** The front page shows its code without a word about it. */
const [inReadme] = pages.filter(({ path }) => path === 'README.md').flatMap(yamlOf)

const marked = (mark: string): readonly (readonly [string, Block])[] =>
  blocks.filter((block) => block.mark === mark).map((block) => [`${block.page}:${block.line}`, block])

test('says what it is', () => {
  const marks = ['config', 'config part', 'mapping', 'mapping dynamics']
  expect(blocks.filter(({ mark }) => !marks.includes(mark)).map(({ page, line }) => `${page}:${line}`)).toEqual([])
})

/** Top-level sections by name. */
function sections(text: string): ReadonlyMap<string, string> {
  const parts = text.split(/^(?=[A-Za-z])/m).filter((part) => /^[A-Za-z]/.test(part))
  return new Map(parts.map((part) => [part.slice(0, part.indexOf(':')), part.endsWith('\n') ? part : `${part}\n`]))
}

const laidOver = (whole: string, part: string): string =>
  [...new Map([...sections(whole), ...sections(part)]).values()].join('')

const without = (text: string, ...names: readonly string[]): string =>
  [...sections(text)].flatMap(([name, part]) => (names.includes(name) ? [] : [part])).join('')

/** One pipeline between a source and the first target that is named. */
function smallestFor(part: string): string {
  const target = /^targets:\n  ([\w-]+):/m.exec(part)?.[1] ?? 'salesforce'
  return `version: 1
sources:
  partner-center: { type: partner-center, tenant: fabrikam.example, auth: { flow: user, clientId: id } }
targets:
  salesforce: { type: salesforce, url: "https://fabrikam.my.salesforce.com", auth: { flow: clientCredentials, clientId: id, clientSecret: env:SECRET } }
pipelines:
  cosell: { source: partner-center, target: ${target}, mapping: mappings/${target}.opportunity.yaml }
`
}

describe('configuration', () => {
  const cases = [
    ['README.md', inReadme?.text ?? ''],
    ...marked('config').map(([place, { text }]) => [place, text] as const),
    ...marked('config part').map(([place, { text }]) => [place, laidOver(smallestFor(text), text)] as const),
  ] as const

  test.each(cases)('%s loads, and nothing in it goes unheard', async (_place, text) => {
    const { result, sources } = await loadSettings({
      workingDirectory: root,
      config: 'config/dealbridge.yaml',
      env: {},
      readText: async () => await Promise.resolve(text),
      connectors,
    })
    const found = result.ok ? result.warnings : result.problems
    expect(printProblems(found, { sources })).toBe('')
  })
})

const shipped = (name: string): string => readFileSync(join(root, 'mappings', name), 'utf8')
const bases = {
  mapping: ['salesforce', without(shipped('salesforce.opportunity.yaml'), 'tests', 'checks')],
  'mapping dynamics': ['dynamics', without(shipped('dynamics.opportunity.yaml'), 'tests', 'checks')],
} as const

function fixture(path: string): JsonObject | undefined {
  const read = parseJson(shipped(path))
  return isObject(read) ? read : undefined
}

const source = {
  label: 'Partner Center',
  moves,
  reasonField: 'statusReason',
  step: { field: 'salesStage', write: stepNames },
}

describe.each(Object.entries(bases))('%s', (mark, [world, base]) => {
  test.each(marked(mark))('%s is right, and its tests pass', (_place, { text }) => {
    const whole = laidOver(base, text)
    expect(problemsIn(whole, worlds[world]).map(shown)).toEqual([])
    const { target, crm } = worlds[world]
    const { results } = runTests(compiled(whole, worlds[world]), { source, target, facts, crm, fixture })
    expect(results.map(({ name, differences }) => [name, differences])).toEqual(results.map(({ name }) => [name, []]))
  })
})
