// Functions of texts. Blank text stays blank: nothing here makes something out of nothing.

import { formatValue } from '../format.ts'
import { cutBefore, truncated } from '../cut.ts'
import { boolean, listOf, number, text } from '../types.ts'
import { checkedText, countOf, decimalOf, isDecimal, spend, Stop, textOf, type Context, type Value } from '../values.ts'
import { optional, param, type FormulaFunction } from './function.ts'

export const textFunctions: readonly FormulaFunction[] = [
  {
    name: 'LEFT',
    group: 'Text',
    params: [param('text', 'text'), param('length', 'number')],
    gives: text,
    help: 'The first characters of a text. Never cuts through an emoji or an accented letter.',
    examples: [{ formula: 'LEFT("Contoso AG", 7)', gives: 'Contoso' }],
    run: { with: (_context, value, length) => truncated(textOf(value), countOf(length, 0)) },
  },
  {
    name: 'RIGHT',
    group: 'Text',
    params: [param('text', 'text'), param('length', 'number')],
    gives: text,
    help: 'The last characters of a text.',
    examples: [{ formula: 'RIGHT("Contoso AG", 2)', gives: 'AG' }],
    run: { with: (_context, value, length) => right(textOf(value), countOf(length, 0)) },
  },
  {
    name: 'MID',
    group: 'Text',
    params: [param('text', 'text'), param('start', 'number'), param('length', 'number')],
    gives: text,
    help: 'A piece from the middle of a text. The first character is number 1.',
    examples: [{ formula: 'MID("PC-2026-0417", 4, 4)', gives: '2026' }],
    run: { with: (_context, value, start, length) => middle(textOf(value), countOf(start, 1), countOf(length, 0)) },
  },
  {
    name: 'LEN',
    group: 'Text',
    params: [param('text', 'text')],
    gives: number,
    help: 'How long a text is, counted as CRM fields count it. Blank is 0 long.',
    examples: [{ formula: 'LEN("Contoso")', gives: '7' }],
    run: { with: (_context, value) => decimalOf(textOf(value).length) },
  },
  {
    name: 'TRIM',
    group: 'Text',
    params: [param('text', 'text')],
    gives: text,
    help: 'The text without spaces at its ends, and with single spaces inside.',
    examples: [{ formula: 'TRIM("  Contoso   AG ")', gives: 'Contoso AG' }],
    run: { with: (_context, value) => textOf(value).trim().replaceAll(/ {2,}/g, ' ') },
  },
  {
    name: 'UPPER',
    group: 'Text',
    params: [param('text', 'text')],
    gives: text,
    help: 'The text in capital letters.',
    examples: [{ formula: 'UPPER("Contoso")', gives: 'CONTOSO' }],
    run: { with: (context, value) => checkedText(context, textOf(value).toUpperCase()) },
  },
  {
    name: 'LOWER',
    group: 'Text',
    params: [param('text', 'text')],
    gives: text,
    help: 'The text in small letters.',
    examples: [{ formula: 'LOWER("Sue.Smith@Contoso.example")', gives: 'sue.smith@contoso.example' }],
    run: { with: (context, value) => checkedText(context, textOf(value).toLowerCase()) },
  },
  {
    name: 'PROPER',
    group: 'Text',
    params: [param('text', 'text')],
    gives: text,
    help: 'Every word with a capital first letter, the rest small.',
    examples: [{ formula: 'PROPER("sue SMITH-MÜLLER")', gives: 'Sue Smith-Müller' }],
    run: { with: (context, value) => proper(context, textOf(value)) },
  },
  {
    name: 'SUBSTITUTE',
    group: 'Text',
    params: [param('text', 'text'), param('find', 'text'), param('replacement', 'text')],
    gives: text,
    help: 'The text with every occurrence of one text replaced by another.',
    examples: [{ formula: 'SUBSTITUTE("a/b/c", "/", " – ")', gives: 'a – b – c' }],
    run: { with: (context, value, find, by) => substitute(context, textOf(value), textOf(find), textOf(by)) },
  },
  {
    name: 'CONTAINS',
    group: 'Text',
    params: [param('text', 'text'), param('find', 'text')],
    gives: boolean,
    help: 'Does the text hold another text? Capital and small letters differ; for lists use HAS.',
    examples: [{ formula: 'CONTAINS("Azure migration", "migration")', gives: true }],
    run: { with: (_context, value, find) => textOf(value).includes(textOf(find)) },
  },
  {
    name: 'BEGINS',
    synonyms: ['STARTSWITH'],
    group: 'Text',
    params: [param('text', 'text'), param('start', 'text')],
    gives: boolean,
    help: 'Does the text begin with another text?',
    examples: [{ formula: 'BEGINS("SOL-00123", "SOL-")', gives: true }],
    run: { with: (_context, value, start) => textOf(value).startsWith(textOf(start)) },
  },
  {
    name: 'ENDS',
    synonyms: ['ENDSWITH'],
    group: 'Text',
    params: [param('text', 'text'), param('end', 'text')],
    gives: boolean,
    help: 'Does the text end with another text?',
    examples: [{ formula: 'ENDS("Contoso AG", " AG")', gives: true }],
    run: { with: (_context, value, end) => textOf(value).endsWith(textOf(end)) },
  },
  {
    name: 'TEXT',
    group: 'Text',
    params: [param('value', 'value'), optional('format', 'text')],
    gives: text,
    help:
      'A number, date or point in time as text. Numbers: "0", "0.00", "#,##0.00". Dates: yyyy, mm, m, dd, d, ' +
      'hh, mm after hh.',
    examples: [
      { formula: 'TEXT(84000.5, "#,##0.00")', gives: '84,000.50' },
      { formula: 'TEXT(DATE(2026, 12, 18), "dd.mm.yyyy")', gives: '18.12.2026' },
      { formula: 'TEXT(84000.50)', gives: '84000.5' },
    ],
    run: { with: (context, value, format) => checkedText(context, formatted(context, value, textOf(format))) },
  },
  {
    name: 'SPLIT',
    group: 'Text',
    params: [param('text', 'text'), param('separator', 'text')],
    gives: listOf(text),
    help: 'The pieces of a text between separators, without the spaces around them. Empty pieces are left out.',
    examples: [{ formula: 'JOIN(SPLIT("Azure; Security;;", ";"), " + ")', gives: 'Azure + Security' }],
    run: { with: (context, value, separator) => split(context, textOf(value), textOf(separator)) },
  },
]

function right(value: string, length: number): string {
  const start = value.length - Math.max(0, length)
  const cut = cutBefore(value, start)
  // A piece of a character is left out rather than one too many taken in.
  return cut === start || start <= 0 ? value.slice(cut) : value.slice(nextCut(value, start))
}

/** The first place at or after `index` where a text may be cut. Nothing that people see as one is longer than this. */
function nextCut(value: string, index: number): number {
  for (let at = index; at < Math.min(value.length, index + 64); at += 1) if (cutBefore(value, at) === at) return at
  return value.length - index <= 64 ? value.length : index
}

function middle(value: string, start: number, length: number): string {
  const from = nextCut(value, Math.max(0, start - 1))
  return value.slice(from, Math.max(from, cutBefore(value, from + length)))
}

/** Looking at every word is dear, so a long text costs more here than elsewhere. */
function proper(context: Context, value: string): string {
  spend(context, value.length * 16)
  return value.toLowerCase().replaceAll(/\p{L}[\p{L}\p{M}\p{N}'’]*/gu, (word) => {
    const first = String.fromCodePoint(word.codePointAt(0) ?? 32)
    return first.toUpperCase() + word.slice(first.length)
  })
}

function substitute(context: Context, value: string, find: string, by: string): string {
  if (find === '' || value === '') return value
  spend(context, value.length)
  const pieces = value.split(find)
  const length = value.length + (pieces.length - 1) * (by.length - find.length)
  if (length > 1_048_576) throw new Stop('the text it makes is longer than 1 MiB')
  return checkedText(context, pieces.join(by))
}

function split(context: Context, value: string, separator: string): readonly string[] {
  spend(context, value.length)
  const pieces = separator === '' ? [value] : value.split(separator, context.left + 1)
  context.left -= pieces.length
  spend(context, 0)
  return pieces.map((piece) => piece.trim()).filter((piece) => piece !== '')
}

function formatted(context: Context, value: Value, format: string): string {
  if (format === '' || value === null || typeof value === 'boolean') return textOf(value)
  return formatValue(isDecimal(value) ? value : textOf(value), format, context.zone)
}
