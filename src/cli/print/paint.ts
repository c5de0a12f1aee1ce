// Colour, where there is a terminal that wants it. Meaning is never carried by colour alone: every line has a symbol or
// a word as well.

export interface Paint {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly good: (text: string) => string
  readonly warn: (text: string) => string
  readonly bad: (text: string) => string
}

const wrap =
  (open: number, close: number) =>
  (text: string): string =>
    `\u001B[${open}m${text}\u001B[${close}m`
const plain = (text: string): string => text

export const colour: Paint = {
  bold: wrap(1, 22),
  dim: wrap(2, 22),
  good: wrap(32, 39),
  warn: wrap(33, 39),
  bad: wrap(31, 39),
}
export const noColour: Paint = { bold: plain, dim: plain, good: plain, warn: plain, bad: plain }
