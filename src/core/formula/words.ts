// AND, OR and NOT as operators: words in upper or lower case. They are not reserved, because AND(a, b) is a call.

import { ExternalTokenizer, type InputStream } from '@lezer/lr'
import { andWord, notWord, orWord } from './parser.terms.ts'

const operators: Readonly<Record<string, number>> = { AND: andWord, OR: orWord, NOT: notWord }

export const words = new ExternalTokenizer((input, stack) => {
  const length = wordLength(input)
  const word = length === 2 || length === 3 ? textOf(input, length).toUpperCase() : ''
  const token = Object.hasOwn(operators, word) ? operators[word] : undefined
  if (token === undefined || !stack.canShift(token)) return
  // NOT( is the function: with one condition both readings mean the same, with two only this one can be explained.
  if (token === notWord && followedByBracket(input, length)) return
  input.acceptToken(token, length)
})

function wordLength(input: InputStream): number {
  let length = 0
  while (length < 4 && isLetter(input.peek(length))) length += 1
  return continuesName(input.peek(length)) ? 0 : length
}

function textOf(input: InputStream, length: number): string {
  let text = ''
  for (let at = 0; at < length; at += 1) text += String.fromCharCode(input.peek(at))
  return text
}

function followedByBracket(input: InputStream, from: number): boolean {
  let at = from
  while (/\s/.test(String.fromCharCode(Math.max(input.peek(at), 0)))) at += 1
  return input.peek(at) === 40
}

const isLetter = (code: number): boolean => (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
const isDigit = (code: number): boolean => code >= 48 && code <= 57
const continuesName = (code: number): boolean =>
  isLetter(code) || isDigit(code) || code === 95 || code === 36 || code >= 0xc0
