// 20xx: the shape of a mapping file.

import type { Codebook } from '../../codes.ts'

const who = 'CRM admin'

export const shapeCodes: Codebook = {
  'DB-2010': {
    title: 'Unknown key',
    means: 'A key stands where the grammar knows none of that name. Nothing is ever ignored silently.',
    why: 'Usually a slip of the finger, or a line that is indented one step too far or too little.',
    fix: 'Take the name that is suggested, or compare the indentation with the lines around it. mappings/README.md lists every key.',
    who,
  },
  'DB-2011': {
    title: 'Missing key',
    means: 'Something cannot do without this key.',
    why: 'It was forgotten, or stands at another depth than the lines it belongs to.',
    fix: 'Add the key that is named.',
    who,
  },
  'DB-2012': {
    title: 'Another kind of thing is needed',
    means: 'A list stands where one value is needed, or a value where a list or a group of keys is.',
    why: 'A list needs a dash before each item, or brackets around all of them; a group needs keys with colons.',
    fix: 'Write it as the message says.',
    who,
  },
  'DB-2013': {
    title: 'Not one of the possible words',
    means: 'The key takes one of a few words, and this is none of them. Capital and small letters count.',
    why: 'A slip of the finger, or the word of another product.',
    fix: 'Use one of the words the message lists.',
    who,
  },
  'DB-2014': {
    title: 'Not a number, a length of time, or a point in time',
    means: 'The key takes a quantity, and this cannot be read as one.',
    why: 'Lengths of time need a unit: 30m, 72h. Points in time need a zone: 2026-11-20T14:00:00Z.',
    fix: 'Write it as the message shows.',
    who,
  },
  'DB-2015': {
    title: 'Another version of the grammar',
    means: 'The file says that it is written in a version of the grammar that this dealbridge does not read.',
    why: 'It was written for a newer dealbridge, or the number is a slip of the finger.',
    fix: 'Write version: 1, or update dealbridge.',
    who,
  },
  'DB-2016': {
    title: 'It is not clear where the value comes from',
    means: 'A row takes its value from one place: a path in the referral, a formula, or a constant.',
    why: 'None or several of them are given, or a formula is asked to go back to the referral.',
    fix: 'Keep one of referral, formula and set. Formulas and constants go to the CRM only.',
    who,
  },
  'DB-2017': {
    title: 'Empty',
    means: 'A list, a table or the whole file holds nothing, and so would do nothing.',
    why: 'Its lines may be comments, or indented so that they belong to something else.',
    fix: 'Fill it in, or take it out.',
    who,
  },
  'DB-2018': {
    title: 'Not a name',
    means: 'The name of a mapping is used in commands, logs and file names, so it is kept simple.',
    why: 'It has capital letters, spaces or other signs.',
    fix: 'Small letters, digits and hyphens: cosell-salesforce. The title may be anything.',
    who,
  },
  'DB-2019': {
    title: 'Too many items',
    means: 'A list or a table has more items than any mapping people can look after. Nothing of the file is used.',
    why: 'Usually a file that a program made.',
    fix: 'Divide the mapping into several, or use otherwise: keep for values that pass as they are.',
    who,
  },
  'DB-2020': {
    title: 'Said twice',
    means: 'Two rows write the same field, or two tests have the same name. Which of them counts would be a guess.',
    why: 'Usually a row was copied and not changed.',
    fix: 'Take one of them out. A field can have one row for each direction.',
    who,
  },
  'DB-2021': {
    title: 'The field belongs to another section',
    means:
      'The stage is written by the stage table and the owner by the assignment rules; a row would fight with them.',
    why: 'The field is named under fields as well as under stages or assign.',
    fix: 'Take the row out.',
    who,
  },
}
