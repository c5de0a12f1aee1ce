// What the codes of mapping files mean, at length, for `dealbridge explain`: their shape (20xx), what they name and
// promise (21xx), and what a mapping meets in one deal (22xx). Those the planner says too are explained with it.

import type { Codebook } from '../codes.ts'
import { dealCodes } from './codes/deal.ts'
import { findingCodes } from './codes/finding.ts'
import { formulaCodes } from './codes/formula.ts'
import { rowCodes } from './codes/rows.ts'
import { shapeCodes } from './codes/shape.ts'
import { stageCodes } from './codes/stages.ts'

export const mappingCodes: Codebook = {
  ...shapeCodes,
  ...rowCodes,
  ...findingCodes,
  ...stageCodes,
  ...formulaCodes,
  ...dealCodes,
}
