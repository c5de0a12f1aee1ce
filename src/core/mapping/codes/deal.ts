// 22xx: what a mapping meets in one deal. The deal waits, and the rest go on.

import type { Codebook } from '../../codes.ts'

export const dealCodes: Codebook = {
  'DB-2201': {
    title: 'The value is not in the table',
    means: 'A row has a table of values, and what this deal holds is not in it. Nothing is guessed.',
    why: 'Microsoft or somebody in the CRM added a value after the table was written.',
    fix: 'Add the value to the table, or say with otherwise what happens to all others.',
    who: 'CRM admin',
  },
  'DB-2203': {
    title: 'The value does not fit',
    means: 'What this deal holds is of another kind than the row expects, or longer than the field.',
    why: 'A field was changed in the CRM, or a text has grown beyond it.',
    fix: 'Change the value in the deal, or let the row shorten it: transform: [truncate:255].',
    who: 'CRM admin',
  },
  'DB-2205': {
    title: 'A formula could not be worked out',
    means:
      'For this deal the formula divides by zero, is given a text that is no number or date, or would need too many steps.',
    why: 'The deal holds something the formula did not reckon with.',
    fix: 'Guard the formula: IF(ISBLANK(x), …), COALESCE(x, 0). `dealbridge mappings preview --referral ID` shows the values it sees.',
    who: 'CRM admin',
  },
  'DB-2208': {
    title: 'A house rule is not met',
    means:
      'A check of the mapping fails for this deal, so nothing of it is sent to Microsoft. The message is the one your admins wrote.',
    why: 'The deal is not ready.',
    fix: 'Do what the message asks for and save the deal.',
    who: 'the seller',
  },
  'DB-2209': {
    title: 'The country is not known',
    means: 'A transform could not tell which country is meant.',
    why: 'It is misspelt, or written in a way nobody expected.',
    fix: 'Write it as two letters (DE) or by its usual name.',
    who: 'the seller',
  },
}
