// What is wrong with a formula that cannot be read, in words for people who know formulas but no grammars.

import type { Tree } from '@lezer/common'
import type { At, FormulaProblem } from './ast.ts'
import * as term from './parser.terms.ts'

/** Undefined when the tree is whole. */
export function explainSyntax(text: string, tree: Tree): FormulaProblem | undefined {
  if (text.trim() === '') return problem('There is no formula here.', { start: 0, end: text.length })
  const unclosed = firstNode(tree, (type) => type.id === term.UnclosedText)
  if (unclosed) return neverClosed(unclosed, text)
  const error = firstNode(tree, (type) => type.isError)
  if (!error) return undefined
  return explainStray(text, error) ?? explainBrackets(tree) ?? explainEnd(text, error) ?? unexpected(text, error)
}

function problem(what: string, at: At, more: Partial<FormulaProblem> = {}): FormulaProblem {
  return { code: 'DB-2162', severity: 'error', what, ...more, start: at.start, end: at.end }
}

function firstNode(tree: Tree, wanted: (type: { id: number; isError: boolean }) => boolean): At | undefined {
  const cursor = tree.cursor()
  do {
    if (wanted(cursor.type)) return { start: cursor.from, end: cursor.to }
  } while (cursor.next())
  return undefined
}

function neverClosed(at: At, text: string): FormulaProblem {
  const quote = text[at.start] ?? '"'
  const fix = `end the text with ${quote}`
  // The rest of the line belongs to the open text; its last space is not worth underlining.
  const end = at.start + text.slice(at.start, at.end).trimEnd().length
  return { code: 'DB-2161', severity: 'error', what: 'This text is never closed.', fix, start: at.start, end }
}

/** Characters that other languages use and this one does not. */
const strays: Readonly<Record<string, { readonly what: string; readonly write?: string }>> = {
  ';': { what: 'Values are separated by commas, not by semicolons.', write: ',' },
  '“': { what: 'This is a typographic quotation mark; a text needs straight ones.', write: '"' },
  '”': { what: 'This is a typographic quotation mark; a text needs straight ones.', write: '"' },
  '„': { what: 'This is a typographic quotation mark; a text needs straight ones.', write: '"' },
  '‘': { what: 'This is a typographic quotation mark; a text needs straight ones.', write: "'" },
  '’': { what: 'This is a typographic quotation mark; a text needs straight ones.', write: "'" },
  '–': { what: 'This is a dash, not a minus sign.', write: '-' },
  '−': { what: 'This is a typographic minus sign.', write: '-' },
  '×': { what: 'Multiplication is written with *.', write: '*' },
  '÷': { what: 'Division is written with /.', write: '/' },
  '{': { what: 'Fields are named without braces: name, not {!name}.' },
  '}': { what: 'Fields are named without braces: name, not {!name}.' },
  '[': { what: 'Square brackets have no meaning here. The first of a list is FIRST(list).' },
  ']': { what: 'Square brackets have no meaning here. The first of a list is FIRST(list).' },
  '?': { what: 'A choice is written IF(condition, then, otherwise).' },
  ':': { what: 'A choice is written IF(condition, then, otherwise).' },
  '%': { what: 'Percentages are written as numbers: 0.15, not 15%.' },
  '^': { what: 'There is no power operator; multiply instead.' },
  '|': { what: 'Either-or is written OR or ||.' },
  '#': { what: 'A # means nothing in a formula.' },
  '`': { what: 'A text stands between " or \' marks.', write: '"' },
}

function explainStray(text: string, error: At): FormulaProblem | undefined {
  const start = error.start + (text.slice(error.start).length - text.slice(error.start).trimStart().length)
  const char = text[start] ?? ''
  const known = Object.hasOwn(strays, char) ? strays[char] : undefined
  if (!known) return undefined
  const edit = known.write === undefined ? {} : { edit: { start, end: start + 1, text: known.write } }
  return problem(known.what, { start, end: start + 1 }, edit)
}

/** A bracket that is never closed is reported where it opens: the end of the formula tells nobody anything. */
function explainBrackets(tree: Tree): FormulaProblem | undefined {
  const open: number[] = []
  const cursor = tree.cursor()
  do {
    if (cursor.type.name === '(') open.push(cursor.from)
    else if (cursor.type.name === ')' && open.pop() === undefined) {
      const at = { start: cursor.from, end: cursor.to }
      return problem('There is a ) too many.', at, { hint: 'take it out', edit: { ...at, text: '' } })
    }
  } while (cursor.next())
  const start = open.at(-1)
  if (start === undefined) return undefined
  return problem('This bracket is never closed.', { start, end: start + 1 }, { fix: 'add the missing )' })
}

function explainEnd(text: string, error: At): FormulaProblem | undefined {
  if (text.slice(error.start).trim() !== '') return undefined
  const end = text.trimEnd().length
  return problem('The formula ends too early.', { start: Math.max(0, end - 1), end })
}

function unexpected(text: string, error: At): FormulaProblem {
  const rest = text.slice(error.start)
  const start = error.start + (rest.length - rest.trimStart().length)
  const [word = ''] = /^(?:[\p{L}\p{N}_$.]+|"[^"]*"?|'[^']*'?|.)/su.exec(text.slice(start)) ?? []
  const decimal = /\d$/.test(text.slice(0, start)) && /^,\d/.test(text.slice(start))
  if (decimal) return problem('Decimals are written with a point: 1.5, not 1,5.', { start, end: start + 1 })
  const comma = word === ',' ? 'something is missing before the comma' : undefined
  const joint = /^[\p{L}"']/u.test(word) ? 'an operator such as & or a comma is missing before it' : undefined
  const hint = comma ?? joint
  return problem('This is not expected here.', { start, end: start + word.length }, hint === undefined ? {} : { hint })
}
