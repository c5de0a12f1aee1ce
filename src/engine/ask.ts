// Puts questions to one side, as many together as is sensible, through its line.

import type { Question } from '#spi'
import type { VendorRecord } from '#core/model/record'
import type { Pipeline } from './pipeline.ts'

/** Questions in one call of find(); connectors cut further where their vendor needs it. */
const questionsMax = 2_000

export async function ask(
  pipeline: Pipeline,
  side: 'source' | 'target',
  questions: readonly Question[],
  signal: AbortSignal,
): Promise<readonly (readonly VendorRecord[])[]> {
  const party = pipeline[side]
  const answers: (readonly VendorRecord[])[] = []
  for (let start = 0; start < questions.length; start += questionsMax) {
    const piece = questions.slice(start, start + questionsMax)
    answers.push(...(await party.line.ask(`${party.name}.find`, () => party.session.find(piece, signal), signal)))
  }
  return answers
}
