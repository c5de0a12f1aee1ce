// A vendor's message may be shown only without what a customer or a seller wrote: our own values come back in many of
// them ("data value too large: …"), and an automation may say anything.

const address = /[^\s@<>"']+@[^\s@<>"']+/g
const longNumber = /\d[\d\s().\-/]{5,}\d/g
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g
const lengthMax = 200
/** Shorter texts are words like "DE" that say nothing about anyone. */
const tellingMin = 3

/** One printable line of it, with everything that was sent replaced by an ellipsis. */
export function theirWords(message: string, sent: readonly string[]): string {
  const telling = sent.filter((text) => text.trim().length >= tellingMin).toSorted((a, b) => b.length - a.length)
  const looked = message.slice(0, lengthMax * 20).toWellFormed()
  const withoutOurs = telling.reduce((text, value) => text.replaceAll(value.trim(), '…'), looked)
  const plain = withoutOurs.replace(address, '…').replace(longNumber, '…').replace(unprintable, ' ').trim()
  return plain.length <= lengthMax ? plain : `${plain.slice(0, lengthMax - 1).toWellFormed()}…`
}
