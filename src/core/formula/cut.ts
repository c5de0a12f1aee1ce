// Cutting texts by length, as CRM fields count it (UTF-16 units), but never through the middle of what a person sees
// as one character.

/** Everything up to here is one unit for each character, in every script: no need to look for what belongs together. */
const simple = /^[\n\r\t\u0020-\u02ff\u0370-\u0482\u048a-\u0590\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3]*$/

let segmenter: Intl.Segmenter | undefined

/** The last place at or before `index` where a text may be cut. */
export function cutBefore(text: string, index: number): number {
  if (index <= 0) return 0
  if (index >= text.length) return text.length
  // What stands together is short; a little of the surroundings decides.
  const from = Math.max(0, index - 64)
  const around = text.slice(from, index + 2)
  if (simple.test(around)) return index
  segmenter ??= new Intl.Segmenter('und', { granularity: 'grapheme' })
  let cut = from
  for (const { index: start } of segmenter.segment(text.slice(from, index + 64))) {
    if (from + start > index) break
    cut = from + start
  }
  return cut
}

/** The longest beginning of a text that is at most `length` long. */
export const truncated = (text: string, length: number): string => text.slice(0, cutBefore(text, length))
