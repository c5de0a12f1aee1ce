// 21xx: the stage table and the outcomes.

import type { Codebook } from '../../codes.ts'

const who = 'CRM admin'

export const stageCodes: Codebook = {
  'DB-2131': {
    title: 'Not a stage of the CRM',
    means: 'A row names a stage that the sales process does not have, or no longer has.',
    why: 'A slip of the finger, or somebody removed or renamed the stage; the message says who and when, where the CRM tells.',
    fix: 'Put the stage back in the CRM, or point the row at another one.',
    who,
  },
  'DB-2133': {
    title: 'Not a record of a close',
    means: 'takeFrom names a kind of record that does not hold the last word about a closed deal.',
    why: 'Only some CRMs keep such a record: Dynamics has opportunityclose.',
    fix: 'takeFrom: opportunityclose, or leave it out.',
    who,
  },
  'DB-2134': {
    title: 'A step without an acceptance',
    means: 'Only accepted deals have steps (Qualified, Developed, Proposed, Negotiated).',
    why: 'A row for another status names a step.',
    fix: 'Leave the step out, or make the row referral: Accepted.',
    who,
  },
  'DB-2135': {
    title: 'One stage in two rows',
    means: 'A deal in this stage would have two meanings.',
    why: 'The same stage, or the same fields and values, stand in two rows that are read.',
    fix: 'Take it out of one of them, or mark one direction: toCrm.',
    who,
  },
  'DB-2136': {
    title: 'A status without a row',
    means: 'Referrals can come to a status for which the stage table has no row that goes to the CRM.',
    why: 'The table is not complete.',
    fix: 'Add a row. For what only Microsoft decides (Expired) use direction: toCrm.',
    who,
  },
}
