// Makes a new input of old ones. Bytes are kept one to one as characters, so that the same hands turn text and binary.
// Half of what it does knows that most inputs are made of words, quotes, numbers, lines and brackets; the other half
// knows nothing.

import type { Dice } from '../simulation/dice.ts'

export interface Material {
  readonly dice: Dice
  /** From which a piece may be taken. */
  readonly others: readonly Buffer[]
  readonly words: readonly string[]
  readonly bytesMax: number
}

export function mutateInput(input: Buffer, material: Material): Buffer {
  const { dice, bytesMax } = material
  let text = input.toString('latin1')
  for (let left = dice.pick([1, 1, 1, 2, 2, 3, 5, 8]); left > 0; left -= 1) text = dice.pick(hands)(text, material)
  return Buffer.from(text.slice(0, bytesMax), 'latin1')
}

type Hand = (text: string, material: Material) => string

/** A place between two characters. */
const place = (text: string, dice: Dice): number => dice.whole(0, text.length)

/** A stretch of it: usually short. */
function stretch(text: string, dice: Dice): readonly [number, number] {
  const from = place(text, dice)
  const most = dice.chance(0.8) ? 16 : 512
  return [from, Math.min(text.length, from + dice.whole(1, most))]
}

const put = (text: string, [from, to]: readonly [number, number], what: string): string =>
  text.slice(0, from) + what + text.slice(to)

const at = (index: number): readonly [number, number] => [index, index]

/** A word as it would stand in a file: in bytes. */
const inBytes = (word: string): string => Buffer.from(word, 'utf8').toString('latin1')

const word = ({ words, dice }: Material): string => inBytes(dice.pick(words))

/** What tends to be believed: limits of numbers, texts that mean something elsewhere, characters without a width. */
const odd = [
  '0', '-0', '-1', '1', '0.1', '1e400', '-1e-400', '9007199254740993', '2147483648', '99999999999999999999.99', 'NaN',
  'null', 'true', 'false', '""', "''", '[]', '{}', '[[]]', '{"":0}', '"__proto__"', '"constructor"', '"toString"',
  '__proto__', 'constructor', 'prototype', 'hasOwnProperty', '\u0000', '\ud83d', '\ufeff', '\u202e', '\u2028', '\u0301',
  '%00', '%', '\\', '\\u0000', '\\ud800', '"', "'", '`', '\r\n', '\n', '\t', '2026-02-30', '0000-00-00', '9999-12-31',
  '2026-11-20T14:00:00Z', '+275760-09-13T00:00:00Z', '../../etc/passwd', 'https://evil.example/', '${x}', '<!--', ']]>',
] as const // prettier-ignore

const token = /"(?:[^"\\\n]|\\.)*"|-?\d+(?:\.\d+)?|[A-Za-z_]\w*/g

/** One of the words, texts or numbers in it; null in a text that has none. */
function oneToken(text: string, dice: Dice): readonly [number, number] | null {
  const start = place(text, dice)
  token.lastIndex = start
  const found = token.exec(text) ?? ((token.lastIndex = 0), token.exec(text))
  return found && [found.index, found.index + found[0].length]
}

/** The text within the quotes of a word is replaced, or all of it. */
const replacedToken: Hand = (text, material) => {
  const { dice } = material
  const found = oneToken(text, dice)
  if (!found) return text + word(material)
  const old = text.slice(...found)
  const other = dice.chance(0.3) ? oneToken(text, dice) : null
  const fresh = other ? text.slice(...other) : dice.chance(0.5) ? word(material) : inBytes(dice.pick(odd))
  const isQuoted = old.startsWith('"') && !fresh.startsWith('"') && dice.chance(0.7)
  return put(text, found, isQuoted ? `"${fresh}"` : fresh)
}

const lineAt = (text: string, dice: Dice): readonly [number, number] => {
  const somewhere = place(text, dice)
  const from = text.lastIndexOf('\n', somewhere - 1) + 1
  const end = text.indexOf('\n', somewhere)
  return [from, end === -1 ? text.length : end + 1]
}

const hands: readonly Hand[] = [
  replacedToken,
  replacedToken,
  replacedToken,
  (text, material) => put(text, at(place(text, material.dice)), word(material)),
  (text, { dice }) => put(text, at(place(text, dice)), inBytes(dice.pick(odd))),
  (text, { dice }) => put(text, stretch(text, dice), ''),
  (text, { dice }) => put(text, at(place(text, dice)), text.slice(...stretch(text, dice))),
  (text, { dice }) => put(text, stretch(text, dice), text.slice(...stretch(text, dice))),
  // Bytes.
  (text, { dice }) => {
    const index = dice.whole(0, Math.max(0, text.length - 1))
    const old = text.charCodeAt(index) || 0
    return put(text, [index, index + 1], String.fromCharCode(old ^ (1 << dice.whole(0, 7))))
  },
  (text, { dice }) => put(text, stretch(text, dice), String.fromCharCode(dice.whole(0, 255))),
  // Lines: gone, twice, elsewhere, further in.
  (text, { dice }) => put(text, lineAt(text, dice), ''),
  (text, { dice }) => {
    const line = text.slice(...lineAt(text, dice))
    return put(text, at(lineAt(text, dice)[0]), line)
  },
  (text, { dice }) => put(text, at(lineAt(text, dice)[0]), ' '.repeat(dice.whole(1, 4))),
  // The rest of another input.
  (text, { dice, others }) => {
    const other = dice.pick(others).toString('latin1')
    return text.slice(0, place(text, dice)) + other.slice(place(other, dice))
  },
  (text, { dice, others }) => {
    const other = dice.pick(others).toString('latin1')
    return put(text, at(place(text, dice)), other.slice(...stretch(other, dice)))
  },
  // Too much of something.
  (text, { dice }) => {
    const piece = dice.chance(0.5)
      ? dice.pick(['[', '{"a":', '(', '- ', 'NOT ', '-', '"', '\\', ' '])
      : text.slice(...stretch(text, dice))
    return put(text, at(place(text, dice)), piece.repeat(dice.pick([3, 20, 70, 600])))
  },
  (text, { dice }) => text.slice(0, place(text, dice)),
]
