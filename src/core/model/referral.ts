// What the product itself needs to know of a referral, whatever its source calls things. A source connector derives
// these facts from its record and puts them under `ref`, where mappings can use them too.

import { z } from 'zod'
import { stages, steps } from './stage.ts'
import { parseInstant, type Instant } from './instant.ts'

const instant = z.string().transform((text, context): Instant => {
  const read = parseInstant(text)
  if (read) return read
  context.addIssue({ code: 'custom', message: 'not an instant with a zone' })
  return z.NEVER
})

export const referralKinds = ['lead', 'cosell', 'own', 'partnerToPartner', 'solutionAssessment', 'unknown'] as const

export const ReferralFacts = z.object({
  kind: z.enum(referralKinds),
  direction: z.enum(['inbound', 'outbound']),
  /** Null for a status this version does not know: such a referral is read, shown and never written. */
  stage: z.enum(stages).nullable(),
  step: z.enum(steps).nullable(),
  /** What people call it: customer and deal. Personal: shown to people, never logged. */
  title: z.string(),
  createdAt: instant,
  /** False for what cannot expire, so that no countdown cries wolf. */
  needsAnswer: z.boolean(),
  answerBy: instant.nullable(),
  wantsCallBack: z.boolean(),
  /** Could it become a registered deal? Unknown counts as yes. */
  registrable: z.boolean().nullable(),
  url: z.string().nullable(),
  /** Microsoft's own copy of a deal both work on: null when there is none, left out where it was not looked at. */
  microsoft: z
    .object({ stage: z.enum(stages).nullable() })
    .nullish()
    .catch(undefined),
  /** What the deal is called in Microsoft's own CRM, once Microsoft has taken part. */
  microsoftMsxId: z.string().nullish().catch(undefined),
})
export type ReferralFacts = z.infer<typeof ReferralFacts>
