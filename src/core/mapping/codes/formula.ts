// 216x: formulas.

import type { Codebook } from '../../codes.ts'

const who = 'CRM admin'

export const formulaCodes: Codebook = {
  'DB-2160': {
    title: 'Different things are compared',
    means: 'Money is compared with text, a date with a point in time, and the like. The answer would always be no.',
    why: 'Usually a number stands in quotation marks, or a point in time was not made a date.',
    fix: 'Take the quotation marks away, or use VALUE, DATEVALUE or TEXT.',
    who,
  },
  'DB-2161': {
    title: 'A text is never closed',
    means: 'A quotation mark opens a text and none closes it.',
    why: 'The mark was forgotten; or the formula holds " #", which YAML reads as the start of a comment, so that the rest of the line was cut off.',
    fix: 'Close the text. `dealbridge mappings fmt` writes such formulas as a block, in which # is an ordinary character.',
    who,
  },
  'DB-2162': {
    title: 'The formula cannot be read',
    means: 'A bracket, a comma or an operator is missing or too many, or a sign means nothing here.',
    why: 'The message points at the place where reading stopped making sense.',
    fix: 'Compare it with the examples in mappings/README.md.',
    who,
  },
  'DB-2163': {
    title: 'No such function',
    means: 'Formulas know about fifty functions, and this is none of them.',
    why: 'A slip of the finger, or a function of another product; where there is another way, the message says which.',
    fix: 'Use the function or the way that is suggested.',
    who,
  },
  'DB-2164': {
    title: 'Too few or too many values',
    means: 'The function takes another number of values.',
    why: 'A comma is missing or too many, or a decimal comma was written.',
    fix: 'Write it as the message shows.',
    who,
  },
  'DB-2165': {
    title: 'Another kind of value is needed',
    means: 'A function, an operator or the field takes another kind of value than it is given here.',
    why: 'A list where one value is needed, a text where a number is needed, a value where yes or no is needed.',
    fix: 'The message names the function that turns one into the other.',
    who,
  },
  'DB-2166': {
    title: 'The formula is too large',
    means: 'It is longer or more deeply nested than any formula people can read.',
    why: 'Formulas that are made by programs, or IF within IF where a table of values belongs.',
    fix: 'Use SWITCH, a table of values, or several rows.',
    who,
  },
  'DB-2168': {
    title: 'The field never has this value',
    means: 'A comparison or a table names a value that the field does not have, so it would never apply.',
    why: 'Nearly always a slip of the finger. Microsoft may also have added the value since this version was made.',
    fix: 'Take the value that is suggested, or leave it if you know it exists.',
    who,
  },
  'DB-2169': {
    title: 'A time zone or a language is missing, or unknown',
    means: 'Which day it is depends on the place. Zones and languages are written out, so that they can be checked.',
    why: 'The name is misspelt, or none is given.',
    fix: 'Zones are written "Europe/Berlin", languages "de" or "pt-BR". A timezone: for the whole mapping saves writing it often.',
    who,
  },
}
