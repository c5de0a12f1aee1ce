// How often a property is tried: the few times that fit into every test run, or many times that in a campaign.
//
//   npm run properties -- --times 100
//
// A property that fails prints its seed and path; with the seed of the campaign the whole of it is the same again.

const times = Number(process.env['PROPERTY_TIMES'] ?? 1)
const seed = process.env['PROPERTY_SEED']

export interface Runs {
  readonly numRuns: number
  readonly seed?: number
}

export function runs(few: number): Runs {
  return { numRuns: Math.max(1, Math.round(few * times)), ...(seed === undefined ? {} : { seed: Number(seed) }) }
}
