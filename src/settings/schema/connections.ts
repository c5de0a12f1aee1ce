// Where referrals come from and where they go. What a connection needs is its connector's to say; here is only what
// every one of them has.

import { z } from 'zod'
import { Name } from './text.ts'

/** The rest of its keys are checked by the connector that `type` names. */
export const Connection = z.looseObject({
  type: z
    .string()
    .min(1)
    .describe('The connector: partner-center, salesforce, dynamics (or dataverse), or an installed package.'),
})

export const Connections = z.record(Name, Connection)
