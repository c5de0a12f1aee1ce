// 21xx: what rows name, and whether they can do what they promise.

import type { Codebook } from '../../codes.ts'

const who = 'CRM admin'

export const rowCodes: Codebook = {
  'DB-2101': {
    title: 'No such field in the CRM',
    means: 'The mapping names a field that the CRM does not show us. Nothing of the mapping runs until it is mended.',
    why: 'A slip of the finger; the label was written instead of the API name; the field was renamed or removed; or the account dealbridge uses may not see it.',
    fix: 'Take the name that is suggested, or give the account permission to read the field.',
    who,
  },
  'DB-2102': {
    title: 'The field cannot be written',
    means: 'The row writes to a field that is calculated, or that the account dealbridge uses may not edit.',
    why: 'Formula fields and ids are made by the CRM. Field permissions can forbid editing.',
    fix: 'Turn the row round (direction: toReferral), choose another field, or give the permission.',
    who,
  },
  'DB-2103': {
    title: 'No such field in a referral',
    means: 'A path or a formula names a property that referrals do not have.',
    why: 'A slip of the finger, or a property of another type of referral. Paths are written as Microsoft documents them, capital letters included.',
    fix: 'Take the name that is suggested. The list of properties is in the documentation under "Referral fields".',
    who,
  },
  'DB-2104': {
    title: 'The property of the referral cannot be changed',
    means: 'Partner Center sets this property itself, or fixes it when the referral is made.',
    why: 'The message says why for each property.',
    fix: 'direction: toCrm, or another path.',
    who,
  },
  'DB-2105': {
    title: 'The value does not fit the field',
    means: 'What comes is of another kind than what the field takes: a list for a text, a text for a date.',
    why: 'The two sides keep the same thing in different ways.',
    fix: 'Say what the value is with as:, turn it with a formula or a table of values, or choose another field.',
    who,
  },
  'DB-2106': {
    title: 'A new record needs more',
    means: 'The CRM refuses a new record without this field, and nothing in the mapping fills it.',
    why: 'The field was made required, or its row was forgotten.',
    fix: 'Add a row for it: from the referral, from a formula, or with set.',
    who,
  },
  'DB-2107': {
    title: 'Not a value of the field',
    means: 'The field has a fixed set of values, and this is none of them, or one that is switched off.',
    why: 'A slip of the finger; or somebody changed the list in the CRM.',
    fix: 'Take the value that is suggested, or add the value in the CRM.',
    who,
  },
  'DB-2108': {
    title: 'Too long, or too exact',
    means: 'The value has more characters or decimal places than the field holds.',
    why: 'The field is shorter than what the mapping makes.',
    fix: 'Shorten the value, use LEFT in the formula or transform: [truncate:255], or make the field longer.',
    who,
  },
  'DB-2109': {
    title: 'A date without a place',
    means:
      'A point in time falls on different days in different places. Without one, UTC is used, and dates may be a day off.',
    why: 'Partner Center keeps points in time, the CRM keeps dates, and the row does not say where the day begins.',
    fix: 'Give the row or the whole mapping a timezone: Europe/Berlin.',
    who,
  },
  'DB-2111': {
    title: 'A required field may stay empty',
    means: 'The CRM needs a value, and the referral may have none. Such a deal would be refused by the CRM.',
    why: 'The row has neither required: true nor a default.',
    fix: 'required: true makes the deal wait and tells its seller; a default fills the gap.',
    who,
  },
  'DB-2112': {
    title: 'Values without a counterpart',
    means:
      'The property of the referral has values that the field of the CRM does not; the CRM may refuse a deal that holds one.',
    why: 'Both sides have a closed set of values, and the row passes them on as they are.',
    fix: 'Give the row a table of values.',
    who,
  },
  'DB-2140': {
    title: 'No such transform',
    means: 'Values can go through a few named transforms, and this is none of them, or lacks its number.',
    why: 'A slip of the finger, or a function of formulas.',
    fix: 'Use one of the names in the message, or a formula.',
    who,
  },
  'DB-2141': {
    title: '"otherwise" without a table',
    means: 'It says what happens to values that a table does not have, and there is no table.',
    why: 'The key values: is missing, or stands at another depth.',
    fix: 'Add the table, or take "otherwise" out.',
    who,
  },
  'DB-2142': {
    title: 'The table has no way back',
    means: 'The row goes both ways, and for some value of the CRM it is not clear what it was in the referral.',
    why: 'Several values become the same one, or values without an entry are replaced.',
    fix: 'direction: toCrm, or say under valuesBack which value returns.',
    who,
  },
  'DB-2143': {
    title: 'The row cannot go both ways',
    means: 'What it does to a value cannot be undone, so the way back would change what nobody edited.',
    why: 'A transform loses something, a text is added to another, a default is worked out, or the value is written only once.',
    fix: 'direction: toCrm, or two rows, one for each direction.',
    who,
  },
  'DB-2144': {
    title: 'valuesBack does not fit the table',
    means: 'It names a value that no entry makes, or returns one that would become something else.',
    why: 'The table was changed and valuesBack was not.',
    fix: 'Each key is a value of the CRM that the table makes; its value is one of those that become it.',
    who,
  },
  'DB-2145': {
    title: 'A lead sends nothing back',
    means: 'While a referral waits as a lead, values go to the CRM only.',
    why: 'A row of the lead has direction toReferral or both.',
    fix: 'direction: toCrm. After the answer, the rows under fields take over.',
    who,
  },
  'DB-2146': {
    title: 'A referral cannot wait as this lead',
    means:
      'The section "lead" names a kind of record that leads are not, or one that lacks a field the mapping writes.',
    why: 'A lead carries the id of its referral and the sync state just as the deal does, so it needs the same fields.',
    fix: 'Add the fields to the table of leads (the field package has them), correct the kind, or leave the section out.',
    who,
  },
}
