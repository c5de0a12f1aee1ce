// What the planner's codes mean, at length: data of one deal (22xx), stages and owners a mapping lets it meet (21xx),
// outcomes and brakes (31xx), conflicts and links (35xx).

import type { Codebook } from '../codes.ts'
import { brakeCodes } from './codes/brakes.ts'
import { dataCodes } from './codes/data.ts'
import { linkCodes } from './codes/links.ts'
import { outcomeCodes } from './codes/outcomes.ts'
import { shareCodes } from './codes/share.ts'

export const reconcileCodes: Codebook = { ...dataCodes, ...outcomeCodes, ...brakeCodes, ...linkCodes, ...shareCodes }
