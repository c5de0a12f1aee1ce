// Functions of lists: the only things a formula can do with one. There are no loops.

import { sameValues } from '../equality.ts'
import { any, boolean, number, text, type Type } from '../types.ts'
import { checkedText, decimalOf, isBlank, listOf, spend, textOf, type Context, type Value } from '../values.ts'
import { optional, param, type FormulaFunction } from './function.ts'

const member = (args: readonly Type[]): Type => (args[0]?.is === 'list' ? args[0].of : any)

export const listFunctions: readonly FormulaFunction[] = [
  {
    name: 'FIRST',
    group: 'List',
    params: [param('list', 'list')],
    gives: member,
    help: 'The first of a list; blank when the list is empty. FIRST(list).email is one of its fields.',
    examples: [
      {
        formula: 'FIRST(ref.microsoftTeam).email',
        with: { ref: { microsoftTeam: [{ email: 'seller@microsoft.example' }] } },
        gives: 'seller@microsoft.example',
      },
    ],
    run: { with: (_context, list) => listOf(list)[0] ?? null },
  },
  {
    name: 'LAST',
    group: 'List',
    params: [param('list', 'list')],
    gives: member,
    help: 'The last of a list; blank when the list is empty.',
    examples: [{ formula: 'LAST(SPLIT("a,b,c", ","))', gives: 'c' }],
    run: { with: (_context, list) => listOf(list).at(-1) ?? null },
  },
  {
    name: 'COUNT',
    synonyms: ['COUNTROWS'],
    group: 'List',
    params: [param('list', 'list')],
    gives: number,
    help: 'How many there are in a list.',
    examples: [
      { formula: 'COUNT(ref.solutionAreas)', with: { ref: { solutionAreas: ['Azure', 'Security'] } }, gives: '2' },
    ],
    run: { with: (_context, list) => decimalOf(listOf(list).length) },
  },
  {
    name: 'HAS',
    group: 'List',
    params: [param('list', 'list'), param('value', 'value')],
    gives: boolean,
    help: 'Does a list hold a value?',
    examples: [
      {
        formula: 'HAS(ref.solutionAreas, "Security")',
        with: { ref: { solutionAreas: ['Azure', 'Security'] } },
        gives: true,
      },
    ],
    run: { with: (context, list, value) => has(context, listOf(list), value) },
  },
  {
    name: 'JOIN',
    group: 'List',
    params: [param('list', 'list'), optional('separator', 'text')],
    gives: text,
    help: 'The values of a list as one text, with a separator between them; blank ones are left out.',
    examples: [
      {
        formula: 'JOIN(ref.solutionAreas, ";")',
        with: { ref: { solutionAreas: ['Azure', 'Security'] } },
        gives: 'Azure;Security',
      },
    ],
    run: {
      with: (context, list, separator) => join(context, listOf(list), isBlank(separator) ? ', ' : textOf(separator)),
    },
  },
]

function has(context: Context, list: readonly Value[], value: Value): boolean {
  spend(context, list.length << 6)
  return list.some((item) => sameValues(item, value))
}

function join(context: Context, list: readonly Value[], separator: string): string {
  spend(context, list.length << 6)
  return checkedText(
    context,
    list
      .filter((item) => !isBlank(item))
      .map(textOf)
      .join(separator),
  )
}
