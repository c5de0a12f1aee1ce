// What the codes of the command line mean, at length: what was typed cannot be done.

import type { Codebook } from '#core/codes'

export const cliCodes: Codebook = {
  'DB-1156': {
    title: 'Not a saved plan',
    means: 'The file that was given is missing, or is not a plan this version can read.',
    why: 'A slip of the finger, a file that was edited, or a plan of an older version.',
    fix: 'Make it again: dealbridge plan --out plan.json',
    who: 'operations',
  },
  'DB-1157': {
    title: 'Selection not understood',
    means: 'A selection holds a key that does not exist.',
    why: 'A slip of the finger. Words without a key are looked for in titles and ids.',
    fix: 'Use the keys the message lists: state:ready system:salesforce text:"fabric".',
    who: 'operations',
  },
  'DB-1158': {
    title: 'No such code',
    means: 'The code that was to be explained does not exist in this version.',
    why: 'A slip of the finger, or a code of another version.',
    fix: 'Copy the code from the message. Codes are DB- and four digits.',
    who: 'operations',
  },
  'DB-1162': {
    title: 'An answer that is none of those possible',
    means: 'What was typed, or said with a flag, is not among what can be chosen.',
    why: 'A slip of the finger.',
    fix: 'Use one of the words the message lists.',
    who: 'operations',
  },
  'DB-1163': {
    title: 'An answer is needed',
    means: 'A command needs to know something, and nobody is there to be asked.',
    why: 'It runs without a terminal, or with --no-input.',
    fix: 'Say it with the flag the message names.',
    who: 'operations',
  },
  'DB-1159': {
    title: 'No such story',
    means: 'The sandbox knows no story of that name.',
    why: 'A slip of the finger.',
    fix: 'dealbridge sandbox play --list shows all of them.',
    who: 'operations',
  },
}
