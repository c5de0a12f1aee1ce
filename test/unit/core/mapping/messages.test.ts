// The messages people know from the guide, each for its mistake: the same words, under the same characters.

import { describe, expect, test } from 'vitest'
import { printProblems } from '#settings/print-problem'
import { sourceText } from '#core/source'
import type { FieldSchema } from '#core/model/schema'
import { kind } from '#core/model/ids'
import { day, exampleText, problemsIn, replaced, salesforce, salesforceWith, salesStages } from './support.ts'
import type { MappingWorld } from '#core/mapping/compile'

const example = exampleText('cosell-salesforce')

interface Sample {
  readonly name: string
  /** What the person wrote, and what stood there before. */
  readonly from: string
  readonly to: string
  readonly world?: MappingWorld
  /** The message as printed, below the line with file and position. */
  readonly prints: string
  readonly column: number
}

const stages = (change: (stage: FieldSchema) => FieldSchema): MappingWorld =>
  salesforceWith(
    (field) => (field.name === 'StageName' ? change(field) : field),
    [
      {
        kind: kind('Opportunity'),
        field: 'StageName',
        value: 'Value Proposition',
        change: 'removed',
        on: day('2026-11-20'),
        by: 'Priya Nair',
      },
      {
        kind: kind('Opportunity'),
        field: 'StageName',
        value: 'Perception Analysis',
        change: 'added',
        on: day('2026-11-20'),
      },
    ],
  )

const without =
  (value: string) =>
  (field: FieldSchema): FieldSchema => ({ ...field, choices: salesStages.filter((stage) => stage.value !== value) })
const withMore = (field: FieldSchema): FieldSchema => ({
  ...field,
  choices: [
    ...salesStages,
    ...['Id. Decision Makers', 'Perception Analysis'].map((value) => ({
      value,
      label: value,
      active: true,
      means: 'open' as const,
    })),
  ],
})

const samples: readonly Sample[] = [
  {
    name: 'DB-2101: a field that is not there',
    from: '- crm: Amount\n',
    to: '- crm: Amout\n',
    column: 10,
    prints: `
  There is no field "Amout" on Opportunity.
     80 │   - crm: Amout
        │          ^^^^^ did you mean "Amount" (currency)?
`,
  },
  {
    name: 'DB-2131: a stage that was removed',
    from: 'title: Co-sell',
    to: 'title: Co-sell',
    world: stages(without('Value Proposition')),
    column: 52,
    prints: `
  "Value Proposition" is not a stage of the sales process "Default".
    146 │     - { referral: Accepted, step: Developed,  crm: Value Proposition }
        │                                                    ^^^^^^^^^^^^^^^^^ removed on 20 Nov by Priya Nair
  Fix: put the value back in Salesforce, or point row 3 at another stage
`,
  },
  {
    name: 'DB-2130: stages without a row',
    from: 'title: Co-sell',
    to: 'title: Co-sell',
    world: stages(withMore),
    column: 3,
    prints: `
  Two open stages have no row: "Id. Decision Makers" and "Perception Analysis" (new since 20 Nov).
    143 │   rows:
        │   ^^^^ a deal that enters them would stop syncing
  Fix: add them to a row, or list them under stages.ignore with a reason
`,
  },
  {
    name: 'DB-2142: a table without a way back',
    from: 'referral: customerProfile.size\n    direction: toCrm',
    to: 'referral: qualification\n    direction: both',
    column: 5,
    prints: `
  Company_Size__c can't go both ways: four referral values become "Enterprise", so the way back is unclear.
    107 │   - crm: Company_Size__c
        │     ^^^
  Fix: direction: toCrm, or name the one that returns:  valuesBack: { Enterprise: 1001to5000employees }
`,
  },
  {
    name: 'DB-2151: an owner that cannot own',
    from: 'otherwise: { user: cosell-desk@fabrikam.example }',
    to: 'otherwise: { queue: Co-sell desk }',
    column: 16,
    prints: `
  Salesforce opportunities can't be owned by a queue.
     70 │   otherwise: { queue: Co-sell desk }
        │                ^^^^^ use a user:  { user: cosell-desk@fabrikam.example }
`,
  },
  {
    name: 'DB-2160: money compared with text',
    from: 'IF(details.dealValue >= 100000, "High", "Normal"))',
    to: 'IF(details.dealValue >= "100000", "High", "Normal"))',
    column: 13,
    prints: `
  This compares money with text.
    130 │          IF(details.dealValue >= "100000", "High", "Normal"))
        │             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ money on the left, text on the right
  Fix: remove the quotation marks: 100000
`,
  },
  {
    name: 'DB-2161: a text that YAML cut off',
    from: 'formula: LEFT(customerProfile.name & " – " & name, 120)',
    to: 'formula: LEFT("Deal #" & name, 120)',
    column: 19,
    prints: `
  This text is never closed.
     78 │     formula: LEFT("Deal #" & name, 120)
        │                   ^^^^^ YAML reads " #" as the start of a comment and cut the rest off
  Fix: dealbridge mappings fmt   (writes the formula as a block)
`,
  },
  {
    name: 'DB-1012: Norway without quotation marks',
    from: 'values: { EUR: EUR, CHF: CHF, USD: USD }',
    to: 'values: { NO: EUR, CHF: CHF, USD: USD }',
    column: 15,
    prints: `
  NO without quotation marks means "false" to other YAML tools; here it is Norway.
     89 │     values: { NO: EUR, CHF: CHF, USD: USD }
        │               ^^ write "NO"
`,
  },
]

describe.each(samples.map((sample) => [sample.name, sample] as const))('%s', (name, sample) => {
  const text = replaced(example, sample.from, sample.to)
  const file = 'mappings/cosell-salesforce.yaml'
  const code = name.slice(0, 7)
  const found = problemsIn(text, sample.world ?? salesforce, file).find((problem) => problem.code === code)

  test('is said in these words, under these characters', () => {
    const printed = found ? printProblems([found], { sources: [sourceText(file, text)] }) : ''
    const [first = '', ...rest] = printed.split('\n')
    expect(first).toMatch(new RegExp(`^${file}:\\d+:${sample.column}  (error|warning)  ${code}$`))
    expect(`\n${rest.join('\n')}`).toBe(sample.prints)
  })

  test('and its edit, where it has one, mends it', () => {
    if (!found?.edit) return
    const { start, end, text: put } = found.edit
    const mended = text.slice(0, start) + put + text.slice(end)
    expect(problemsIn(mended, sample.world ?? salesforce).map((problem) => problem.code)).not.toContain(code)
  })
})

test('all of them at once', () => {
  const text = ['DB-2101', 'DB-2151', 'DB-2160'].reduce((made, code) => {
    const sample = samples.find((one) => one.name.startsWith(code))
    return sample ? replaced(made, sample.from, sample.to) : made
  }, example)
  const found = problemsIn(text, stages(without('Value Proposition'))).map((problem) => problem.code)
  expect(found).toEqual(['DB-2151', 'DB-2101', 'DB-2160', 'DB-2131'])
})
