// Codes of deals that begin in the CRM.

import type { Codebook } from '../../codes.ts'

export const shareCodes: Codebook = {
  'DB-3130': {
    title: 'A marked record cannot be shared as it stands',
    means:
      'The record is marked for Microsoft, and its stage is in no row of the stage table, or stands for a deal that nobody works on yet.',
    why: 'Partner Center begins a deal that a partner makes as accepted: nothing else would be true of it.',
    fix: 'Move the stage on. If the message names a stage without a row, add it to the stage table.',
    who: 'the seller',
  },
  'DB-3131': {
    title: 'A deal waits before it goes to Microsoft',
    means: 'The record is marked, and its deal is made at Partner Center when the window is over.',
    why: 'A deal that was made there cannot be removed, and what Microsoft has seen cannot be hidden again (share.hold).',
    fix: 'Nothing to do: it goes by itself. Take the mark away before then and nothing is sent. An operator can let it go at once: `dealbridge referrals release`.',
    who: 'the seller',
  },
}
