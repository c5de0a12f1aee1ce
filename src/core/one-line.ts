// Text from outside, made safe to print: always one line, and nothing in it that a terminal obeys.

/** What a terminal obeys: colours and cursor moves, window titles, and whatever else starts with an escape. */
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const sequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g
const breaks = /[\t\n\v\f\r\u0085\u2028\u2029]+/g
/** Control characters, marks that turn the writing direction, invisible marks and tags. */
const invisible = /[\p{Cc}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu

/** One printable line of at most `lengthMax` characters; what was cut off shows as an ellipsis. */
export function oneLine(text: string, lengthMax = 500): string {
  // Nothing past four times the limit can be seen, however much of the text is stripped; a long text costs no more.
  const looked = text.slice(0, lengthMax * 4).toWellFormed()
  const plain = looked.replace(sequences, '').replace(breaks, ' ').replace(invisible, '')
  return plain.length <= lengthMax && looked.length === text.length ? plain : `${whole(plain, lengthMax - 1)}…`
}

// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const ourColours = /(\u001b\[(?:1|2|22|31|32|33|39)m)/

/**
 * Several lines as we print them. A customer's name may hold anything: what a terminal obeys is taken out, and only the
 * colours we paint with stay.
 */
export const printable = (text: string): string =>
  text
    .split(ourColours)
    .map((part, index) => (index % 2 === 1 ? part : harmless(part)))
    .join('')

const harmless = (text: string): string =>
  text.replaceAll(/[^\n]+/g, (line) => line.replace(sequences, '').replace(breaks, ' ').replace(invisible, ''))

/** The first characters, without half of a surrogate pair at the end. */
function whole(text: string, length: number): string {
  const cut = text.slice(0, length)
  return cut.isWellFormed() ? cut : cut.slice(0, -1)
}
