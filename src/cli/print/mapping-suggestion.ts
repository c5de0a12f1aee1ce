// What a suggested mapping found in an org, what it is unsure of, and which fields do not exist yet.

import type { Suggestion } from '#core/mapping/suggest'
import type { Paint } from './paint.ts'
import { plural } from './words.ts'

export function suggestionNotes({ fields, stages, toMake }: Suggestion, paint: Paint): readonly string[] {
  const found = fields.filter(({ field }) => field !== null).length
  const certain = stages.filter((stage) => stage.certain).length
  const open = stages.length - certain
  return [
    `  ${paint.good('✓')} ${found} of ${plural(fields.length, 'suggested field')} found by name`,
    `  ${paint.good('✓')} stage table filled in: ${certain} of ${plural(stages.length, 'stage')} placed by name${open > 0 ? `, ${open} for you to look at` : ''}`,
    ...(toMake.length === 0
      ? []
      : [
          `  ${paint.warn('!')} ${plural(toMake.length, 'field')} for the referral link and the sync state do not exist yet: ${toMake.map(({ name }) => name).join(', ')}`,
        ]),
  ]
}
