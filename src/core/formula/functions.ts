// Every function of the formula language, by name and by synonym; and those of other products that people look for.

import { crmFunctions } from './functions/crm.ts'
import { dateFunctions } from './functions/date.ts'
import type { FormulaFunction } from './functions/function.ts'
import { listFunctions } from './functions/list.ts'
import { logicFunctions } from './functions/logic.ts'
import { numberFunctions } from './functions/number.ts'
import { textFunctions } from './functions/text.ts'

export { groups, type Example, type FormulaFunction, type Group, type Param } from './functions/function.ts'

export const functions: readonly FormulaFunction[] = [
  ...textFunctions,
  ...numberFunctions,
  ...dateFunctions,
  ...logicFunctions,
  ...listFunctions,
  ...crmFunctions,
]

const byName: ReadonlyMap<string, FormulaFunction> = new Map(
  functions.flatMap((made) => [made.name, ...(made.synonyms ?? [])].map((name) => [name, made] as const)),
)

/** Names in any case. */
export const functionCalled = (name: string): FormulaFunction | undefined => byName.get(name.toUpperCase())

export const functionNames = (): IterableIterator<string> => byName.keys()

/** How it is called, for help and messages: `LEFT(text, length)`. */
export function signature({ name, params }: FormulaFunction): string {
  const shown = params.map((param) => (param.optional ? `[${param.name}]` : param.name))
  return `${name}(${shown.join(', ')}${params.some((param) => param.repeats) ? ', …' : ''})`
}

/** Functions of Excel, Salesforce and Power Fx that go by another name here, or are left out for a reason. */
export const foreignFunctions: Readonly<Record<string, string>> = {
  CONCAT: 'join texts with &',
  CONCATENATE: 'join texts with &',
  TEXTJOIN: 'JOIN(list, separator) joins a list, & joins texts',
  ISPICKVAL: 'compare with =: crm.StageName = "Closed Won"',
  ISNULL: 'use ISBLANK',
  ISEMPTY: 'use ISBLANK, or COUNT(list) = 0',
  NULLVALUE: 'use COALESCE',
  IFERROR: 'use COALESCE for blank values; other failures are shown, not hidden',
  IFS: 'use SWITCH, or IF within IF',
  TRUE: 'write TRUE without brackets',
  FALSE: 'write FALSE without brackets',
  BLANK: 'write BLANK without brackets',
  FIND: 'use CONTAINS',
  SEARCH: 'use CONTAINS',
  REGEX: 'there are no patterns; use CONTAINS, BEGINS or ENDS',
  ISMATCH: 'there are no patterns; use CONTAINS, BEGINS or ENDS',
  REPLACE: 'use SUBSTITUTE',
  IN: 'use HAS(list, value)',
  INCLUDES: 'use HAS(list, value)',
  FILTER: 'lists are only read with FIRST, LAST, COUNT, HAS and JOIN',
  LOOKUP: 'records are found in the section "lookups"',
  VLOOKUP: 'records are found in the section "lookups"; tables of values go under "values"',
  SUM: 'use +',
  DATEADD: 'use ADDDAYS or ADDMONTHS',
  DATEDIF: 'use DAYSBETWEEN',
  DATEDIFF: 'use DAYSBETWEEN',
  DATETIMEVALUE: 'times need no conversion; DATEVALUE gives the date',
  HYPERLINK: 'links are plain text',
  IMAGE: 'links are plain text',
  BR: 'write "\\n" for a new line',
  CHAR: 'write "\\n" for a new line',
}
