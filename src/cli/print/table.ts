// Columns under headings, as wide as their widest cell.

import type { Paint } from './paint.ts'

export function table(heads: readonly string[], rows: readonly (readonly string[])[], paint: Paint): readonly string[] {
  const widths = heads.map((head, column) => Math.max(widthOf(head), ...rows.map((row) => widthOf(row[column] ?? ''))))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell))))
      .join('  ')
      .trimEnd()
  return [paint.bold(line(heads)), ...rows.map(line)]
}

const segments = new Intl.Segmenter('en', { granularity: 'grapheme' })
const wide = /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE4F\uFF00-\uFF60\uFFE0-\uFFE6]/

/** How many columns of a terminal a text takes: a Chinese company's name is twice as wide as it is long. */
export function widthOf(text: string): number {
  let width = 0
  for (const { segment } of segments.segment(text)) width += wide.test(segment) ? 2 : 1
  return width
}
