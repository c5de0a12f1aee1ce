// What helps the people who write mappings: a first draft, completion, tidying, fixing, comparing, a page for the wiki.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Validator, type Schema } from '@cfworker/json-schema'
import { describe, expect, test } from 'vitest'
import { describeMapping } from '#core/mapping/describe'
import { diffMappings } from '#core/mapping/diff'
import { applyFixes } from '#core/mapping/fix'
import { formatMapping, mendUnreadable } from '#core/mapping/fmt'
import { mappingJsonSchema } from '#core/mapping/json-schema'
import { suggestMapping, type Suggestion } from '#core/mapping/suggest'
import type { MappingWorld } from '#core/mapping/compile'
import { isObject, own, type JsonObject } from '#core/model/json'
import type { KindSchema } from '#core/model/schema'
import { dataOf, type SourceTree } from '#core/source'
import { parseYaml } from '#settings/yaml'
import { compiled, dynamics, exampleText, problemsIn, replaced, salesforce } from './support.ts'

function treeOf(text: string): SourceTree {
  const tree = parseYaml('mapping.yaml', text)
  if (tree.ok) return tree.value
  throw new Error(tree.problems.map((problem) => problem.what).join(' '))
}

const recordOf = ({ crm }: MappingWorld): KindSchema => {
  const [record] = crm?.kinds ?? []
  if (!record) throw new Error('no schema')
  return record
}

const folder = join(import.meta.dirname, '..', '..', '..', '..', 'mappings')
const shipped = (name: string): string => readFileSync(join(folder, name), 'utf8')

const suggested = (world: MappingWorld, record = recordOf(world)): Suggestion =>
  suggestMapping({
    name: 'deals',
    source: 'partner-center',
    target: 'crm',
    record,
    model: world.target,
    timezone: 'Europe/Berlin',
    contact: 'crm-admins@fabrikam.example',
  })
const suggestedText = (world: MappingWorld): string => suggested(world).text

const timezone = (zone: string): string =>
  shipped('salesforce.opportunity.yaml').replace('timezone: Europe/Berlin', `timezone: ${zone}`)

describe('suggest', () => {
  test.each([
    ['Salesforce', salesforce],
    ['Dynamics', dynamics],
  ] as const)('%s: the draft compiles as it is', (_name, world) => {
    const found = problemsIn(suggested(world).text, world)
    expect(found.filter((problem) => problem.severity === 'error')).toEqual([])
  })

  test('fields are found by what they are usually called', () => {
    expect(suggested(salesforce).fields).toContainEqual({ path: 'details.dealValue', field: 'Amount' })
    expect(suggested(dynamics).fields).toContainEqual({ path: 'details.dealValue', field: 'estimatedvalue' })
    expect(suggested(dynamics).fields).toContainEqual({ path: 'ref.solutionAreas', field: null })
  })

  test('stages are placed by their names, and what only their order says is marked', () => {
    const placed = suggested(salesforce).stages.map(({ choice, stage, step }) => [choice.value, stage, step])
    expect(placed).toContainEqual(['Needs Analysis', 'Accepted', 'Qualified'])
    expect(placed).toContainEqual(['Expired at Microsoft', 'Expired', null])
    const odd = {
      ...recordOf(salesforce),
      fields: recordOf(salesforce).fields.map((field) =>
        field.name === 'StageName'
          ? {
              ...field,
              choices: [
                { value: 'Alpha', label: 'Alpha', active: true, means: 'open' as const },
                { value: 'Beta', label: 'Beta', active: true, means: 'open' as const },
              ],
            }
          : field,
      ),
    }
    expect(suggested(salesforce, odd).text).toContain('{ referral: New, crm: Alpha }     # please check')
    expect(suggested(salesforce, odd).text).toContain('# Won: no stage looks like it.')
  })

  test('where the state of the record tells the outcome, rows use it', () => {
    expect(suggested(dynamics).text).toContain(
      '- { referral: Declined, crm: { statecode: Lost, statuscode: Canceled } }',
    )
  })

  test('fields that do not exist yet are named as the org names its own', () => {
    const bare = (world: MappingWorld): KindSchema => ({
      ...recordOf(world),
      fields: recordOf(world).fields.filter(({ name }) => !/pc_?referral_?id/i.test(name)),
    })
    expect(suggested(salesforce, bare(salesforce)).toMake).toContainEqual({
      name: 'PC_Referral_Id__c',
      label: 'PC Referral Id',
      type: 'text',
    })
    expect(suggested(dynamics, bare(dynamics)).toMake).toContainEqual({
      name: 'fab_pcreferralid',
      label: 'PC Referral Id',
      type: 'text',
    })
  })
})

describe('the schema for editors', () => {
  const schema = mappingJsonSchema({
    world: salesforce,
    record: 'Opportunity',
    title: 'fabrikam.my.salesforce.example',
  })
  const definition = (name: string): JsonObject => {
    const found = own(schema['definitions'] as JsonObject, name)
    return isObject(found) ? found : {}
  }

  test('names real fields with their labels and types', () => {
    expect(schema).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: 'dealbridge mapping for fabrikam.my.salesforce.example',
    })
    expect(definition('crmField')['anyOf']).toContainEqual({
      const: 'Amount',
      title: 'Amount (currency)',
      description: 'Writable.',
    })
    expect(definition('crmField')['anyOf']).toContainEqual({
      const: 'ExpectedRevenue',
      title: 'Expected Amount (currency, calculated)',
      description: 'Can only be read.',
    })
    expect(definition('stageValue')['anyOf']).toContainEqual({ const: 'Closed Won', title: 'Closed Won (won)' })
    expect(definition('user')['anyOf']).not.toContainEqual(
      expect.objectContaining({ const: 'former.seller@fabrikam.example' }),
    )
  })

  const editor = (world: MappingWorld): Validator => {
    const made = mappingJsonSchema({ world, record: recordOf(world).kind, title: 'an org' })
    return new Validator(JSON.parse(JSON.stringify(made)) as Schema, '7', false)
  }
  const [inSalesforce, inDynamics] = [editor(salesforce), editor(dynamics)]
  const data = (text: string): unknown => {
    const { root } = treeOf(text)
    return root ? JSON.parse(JSON.stringify(dataOf(root))) : null
  }
  const complaints = (validator: Validator, text: string): readonly string[] =>
    validator.validate(data(text)).errors.map(({ instanceLocation }) => instanceLocation.replace('#/', ''))

  // A schema that refuses what the compiler takes would be worse than none.
  test.each([
    ['the Salesforce example', inSalesforce, exampleText('cosell-salesforce')],
    ['the Dynamics example', inDynamics, exampleText('deals-dynamics')],
    ['salesforce.opportunity.yaml', inSalesforce, shipped('salesforce.opportunity.yaml')],
    ['dynamics.opportunity.yaml', inDynamics, shipped('dynamics.opportunity.yaml')],
    ['dynamics.lead-first.yaml', inDynamics, shipped('dynamics.lead-first.yaml')],
    ['a zone by its other name', inSalesforce, timezone('Asia/Kolkata')],
    ['UTC', inSalesforce, timezone('UTC')],
    ['what is suggested', inSalesforce, suggestedText(salesforce)],
  ])('takes %s', (_what, validator, text) => {
    expect(validator.validate(data(text)).errors).toEqual([])
  })

  test.each([
    ['a field that is not there', '- crm: Amount\n', '- crm: Amout\n', 'fields/1/crm'],
    ['a field of another kind of record', '- crm: Amount\n', '- crm: DUNS__c\n', 'fields/1/crm'],
    ['a field that can only be read, written', '- crm: Priority__c', '- crm: ExpectedRevenue', 'fields/9/crm'],
    ['a table with a value the field has not', ': 251-1000', ': 251-100', 'fields/6/values/251to1000employees'],
    [
      'a constant the field has not',
      'set: Microsoft Partner Center\n    write',
      'set: MPC\n    write',
      'fields/10/set',
    ],
    ['a stand-in the field has not', 'otherwise: blank', 'otherwise: None', 'fields/6/otherwise'],
    ['a stage that is none', 'crm: Value Proposition', 'crm: Value Propositoin', 'stages/rows/2/crm'],
    ['one of several stages that is none', 'Needs Analysis]', 'Needs Analisis]', 'stages/rows/1/crm/1'],
    ['an unknown key', 'conflicts: newest', 'conflict: newest', 'conflict'],
    ['a direction that is none', 'direction: toReferral', 'direction: back', 'fields/5/direction'],
    ['a length of time without a unit', 'hold: 30m', 'hold: 30', 'outcomes/hold'],
  ])('refuses %s', (_what, from, to, place) => {
    const text = replaced(exampleText('cosell-salesforce'), from, to)
    expect(complaints(inSalesforce, text)).toContain(place)
  })

  test('refuses a value of the CRM where a table to the referral begins', () => {
    const text = replaced(exampleText('deals-dynamics'), 'Customer introduction:', 'Introduction:')
    expect(inDynamics.validate(data(text)).valid).toBe(false)
  })
})

describe('fmt', () => {
  test('a formula that YAML cut off at # becomes a block, and is whole again', () => {
    const broken = replaced(
      exampleText('cosell-salesforce'),
      'LEFT(customerProfile.name & " – " & name, 120)',
      'LEFT("Deal #" & name, 120)',
    )
    const { text, edits } = formatMapping(treeOf(broken))
    expect(text).toContain('    formula: |\n      LEFT("Deal #" & name, 120)\n    write: once')
    expect(problemsIn(text, salesforce).filter((problem) => problem.severity === 'error')).toEqual([])
    expect(edits).toHaveLength(1)
  })

  test('a formula that begins with a quotation mark keeps a file from being read; it is mended line by line', () => {
    const broken = replaced(
      exampleText('cosell-salesforce'),
      'LEFT(customerProfile.name & " – " & name, 120)',
      '"Deal " & name',
    )
    expect(parseYaml('mapping.yaml', broken).ok).toBe(false)
    expect(mendUnreadable(broken)).toContain('    formula: |\n      "Deal " & name\n')
    expect(problemsIn(mendUnreadable(broken), salesforce)).toEqual([])
  })

  test.each([
    ['a text in quotation marks', 'formula: "name"'],
    ['one with a comment', "formula: 'UPPER(name)'   # in capitals"],
    ['what is no formula either', 'formula: "Deal " &'],
  ])('%s is left alone', (_what, line) => {
    expect(mendUnreadable(line)).toBe(line)
  })

  test('nothing else is touched: comments stay, byte for byte', () => {
    for (const name of ['cosell-salesforce', 'deals-dynamics']) {
      expect(formatMapping(treeOf(exampleText(name)))).toEqual({ text: exampleText(name), edits: [] })
    }
  })

  test.each([
    ['spaces at the ends of lines', 'name: deals   \nversion: 1\t\n', 'name: deals\nversion: 1\n'],
    ['words other tools misread', 'values: { NO: off }\n', 'values: { "NO": "off" }\n'],
    ['the end of the file', 'name: deals', 'name: deals\n'],
    ['a formula full of doubled marks', "formula: 'name & ''x'''\n", "formula: |\n  name & 'x'\n"],
    ['a comment that is one', 'formula: UPPER(name) # in capitals\n', 'formula: UPPER(name) # in capitals\n'],
  ])('%s', (_what, from, to) => {
    expect(formatMapping(treeOf(from)).text).toBe(to)
  })

  test('twice is once', () => {
    const messy = 'when: "name = ""x"" "\nvalues: { NO: yes }  \nformula: LEFT("a #" & name, 3)\n'.replace(
      '""x"" ',
      "'x'",
    )
    const once = formatMapping(treeOf(messy)).text
    expect(formatMapping(treeOf(once)).text).toBe(once)
  })
})

describe('fix', () => {
  test('applies what needs no decision, and leaves the rest of the text alone', () => {
    const text = exampleText('cosell-salesforce')
      .replace('- crm: Amount\n', '- crm: Amout\n')
      .replace('"High", "Normal"', '"Hihg", "Normal"')
    const { text: mended, applied } = applyFixes(text, problemsIn(text, salesforce))
    expect(applied.map((problem) => problem.code)).toEqual(['DB-2101', 'DB-2107'])
    expect(mended).toBe(exampleText('cosell-salesforce'))
  })

  test('edits that overlap wait for the next round', () => {
    const edit = (start: number, end: number, text: string) =>
      ({ code: 'DB-2101', severity: 'error', what: '', edit: { start, end, text } }) as const
    expect(applyFixes('abcdef', [edit(2, 4, 'X'), edit(0, 3, 'Y'), edit(5, 6, 'Z')])).toMatchObject({
      text: 'YdeZ',
      applied: [{ edit: { text: 'Y' } }, { edit: { text: 'Z' } }],
    })
  })
})

describe('diff', () => {
  const example = exampleText('cosell-salesforce')
  const changes = (from: string, to: string) => diffMappings(treeOf(example), treeOf(replaced(example, from, to)))

  test('nothing changed', () => {
    expect(diffMappings(treeOf(example), treeOf(`# another comment\n${example}`))).toEqual([])
  })

  test.each([
    [
      'a key of a row',
      'default: 0',
      'default: 1',
      [{ change: 'changed', what: 'fields Amount', key: 'default', before: 0, after: 1 }],
    ],
    [
      'a row more',
      'fields:\n',
      'fields:\n  - { crm: Co_Sell__c, set: true, direction: toCrm }\n',
      [{ change: 'added', what: 'fields Co_Sell__c', after: { crm: 'Co_Sell__c', set: true, direction: 'toCrm' } }],
    ],
    [
      'a stage row',
      'crm: Closed Lost }',
      'crm: Lost }',
      [{ change: 'changed', what: 'stages Lost', key: 'crm', before: 'Closed Lost', after: 'Lost' }],
    ],
    ['a brake', 'hold: 30m', 'hold: 1h', [{ change: 'changed', what: 'outcomes.hold', before: '30m', after: '1h' }]],
    [
      'a search',
      'crm: DUNS__c',
      'crm: Site',
      [{ change: 'changed', what: 'lookups.account.try 1', key: 'crm', before: 'DUNS__c', after: 'Site' }],
    ],
    [
      'a test',
      'name: a small inbound deal is left alone',
      'name: small deals stay',
      [
        expect.objectContaining({ change: 'removed', what: 'tests "a small inbound deal is left alone"' }),
        expect.objectContaining({ change: 'added', what: 'tests "small deals stay"' }),
      ],
    ],
  ])('%s', (_what, from, to, expected) => {
    expect(changes(from, to)).toEqual(expected)
  })

  test('the order of stage rows means something', () => {
    const [won, lost] = [
      '    - { referral: Won,      crm: Closed Won }\n',
      '    - { referral: Lost,     crm: Closed Lost }\n',
    ]
    expect(changes(won + lost, lost + won)).toEqual([{ change: 'changed', what: 'stages.rows', key: 'order' }])
  })
})

test('docs: a page for people who never open the file', () => {
  const page = describeMapping(compiled(exampleText('cosell-salesforce'), salesforce))
  expect(page).toContain('| details.dealValue | ↔ | Amount | round2; default 0; required | newest |')
  expect(page).toContain('| Accepted · Qualified | ↔ | Qualification, Needs Analysis |')
  expect(page).toContain('- Won waits until 72 hours after creation for deals that can be registered.')
  expect(page).toContain('by turns: mei.tan@fabrikam.example, lukas.weber@fabrikam.example')
  expect(describeMapping(compiled(exampleText('deals-dynamics'), dynamics))).toContain('| Won | ↔ | statecode = Won |')
})
