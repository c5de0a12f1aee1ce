// Texts, cut, printed and put into cells: whole characters, one line, bounded, inert, and no different the second time
// (I37, F127, F128).

import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cell } from '#cli/print/referrals'
import { clip } from '#cli/print/words'
import { cutBefore, truncated } from '#core/formula/cut'
import { canonicalText } from '#core/mapping/canonical'
import { formatMapping } from '#core/mapping/fmt'
import { hashOf } from '#core/model/hash'
import { oneLine, printable } from '#core/one-line'
import { formatDuration, parseDuration } from '#core/units'
import { maskedText } from '#platform/log/mask'
import { parseYaml } from '#settings/yaml'
import { exampleText } from '../unit/core/mapping/support.ts'
import { runs } from '../support/runs.ts'

const odd = fc.constantFrom(
  '\ud83d',
  '\u0301',
  '👩‍👩‍👧',
  '🇩🇪',
  '\u202e',
  '\u2028',
  '\u0000',
  '\u001b[2J',
  '\r\n',
  'é',
  '股份',
  'a',
  '"',
  ',',
  '=',
  '@',
  '+',
  '-',
  "'",
)
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 120 }),
  fc.string({ unit: 'binary', maxLength: 120 }),
  fc.array(odd, { maxLength: 60 }).map((parts) => parts.join('')),
)
const length = fc.integer({ min: 0, max: 130 })

describe('a text that is cut', () => {
  test('is its own beginning, no longer than it may be, and cut again it stays', () => {
    fc.assert(
      fc.property(text, length, (whole, most) => {
        const cut = truncated(whole, most)
        expect(whole.startsWith(cut)).toBe(true)
        expect(cut.length).toBeLessThanOrEqual(most)
        expect(truncated(cut, most)).toBe(cut)
      }),
      runs(1_000),
    )
  })
  test('is cut between characters as people see them', () => {
    const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' })
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), length, (whole, most) => {
        const edges = new Set([whole.length, ...[...segmenter.segment(whole)].map(({ index }) => index)])
        expect(edges).toContain(cutBefore(whole, most))
      }),
      runs(1_000),
    )
  })
  test('in two steps is cut as in one, at the shorter length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), length, length, (whole, a, b) => {
        const [short, long] = [Math.min(a, b), Math.max(a, b)]
        expect(truncated(truncated(whole, long), short)).toBe(truncated(whole, short))
      }),
      runs(1_000),
    )
  })
})

// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const obeyed = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/

// oxlint-disable-next-line no-control-regex -- as above
const ourColours = /\u001b\[(?:1|2|22|31|32|33|39)m/g

describe('a text that is printed', () => {
  test('is one well-formed line of bounded length that no terminal obeys, and printed again it stays', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 130 }), (whole, most) => {
        const line = oneLine(whole, most)
        expect(line).not.toMatch(obeyed)
        expect(line.length).toBeLessThanOrEqual(most)
        expect(line.isWellFormed()).toBe(true)
        expect(oneLine(line, most)).toBe(line)
      }),
      runs(1_000),
    )
  })
  test('in a column is as narrow as it must be, and whole', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 80 }), (whole, width) => {
        const clipped = clip(whole, width)
        expect(clipped).not.toMatch(obeyed)
        expect(clipped.length).toBeLessThanOrEqual(width)
        expect(clipped.isWellFormed()).toBe(true)
      }),
      runs(1_000),
    )
  })
  test('on several lines keeps its lines, and printed again it stays', () => {
    fc.assert(
      fc.property(text, (whole) => {
        const once = printable(whole)
        expect(printable(once)).toBe(once)
        expect(once.split('\n').every((line) => !obeyed.test(line.replaceAll(ourColours, '')))).toBe(true)
      }),
      runs(1_000),
    )
  })
  test('in a log is masked once and for all', () => {
    fc.assert(
      fc.property(
        text,
        fc.constantFrom('', ' Bearer abcdefgh', ' a@b.example', ' token=x', ' https://x.example/?q=1'),
        (whole, secret) => {
          const once = maskedText(whole + secret, 200)
          expect(maskedText(once, 200)).toBe(once)
        },
      ),
      runs(1_000),
    )
  })
})

/** A CSV record, read as a spreadsheet reads it. */
function cellsIn(record: string): readonly string[] {
  const cells = ['']
  let isQuoted = false
  for (let at = 0; at < record.length; at += 1) {
    const [char = '', next] = [record[at], record[at + 1]]
    if (isQuoted && char === '"' && next === '"') at += 1
    else if (char === '"') {
      isQuoted = !isQuoted
      continue
    } else if (char === ',' && !isQuoted) {
      cells.push('')
      continue
    }
    cells.push(`${cells.pop() ?? ''}${char}`)
  }
  return cells
}

test('F127: a row of cells is read back cell by cell, none of which a spreadsheet runs', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (texts) => {
      const read = cellsIn(texts.map(cell).join(','))
      expect(read).toHaveLength(texts.length)
      for (const [index, one] of read.entries()) {
        const given = (texts[index] ?? '').replaceAll('\u0000', '')
        expect([given, `'${given}`]).toContain(one)
        expect(['=', '+', '-', '@', '\t', '\r', '\u0000']).not.toContain(one.charAt(0))
      }
    }),
    runs(1_000),
  )
})

describe('forms that are their own', () => {
  test('a canonical text stays itself through every other form of the same text', () => {
    fc.assert(
      fc.property(text, fc.constantFrom('NFC', 'NFD'), (whole, form) => {
        expect(canonicalText(whole.normalize(form))).toBe(canonicalText(whole))
      }),
      runs(1_000),
    )
  })
  test('a duration that is written is read as the same', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2_000_000 }),
        fc.constantFrom(1, 1_000, 60_000, 3_600_000),
        (count, unit) => {
          expect(parseDuration(formatDuration(count * unit))).toBe(count * unit)
        },
      ),
      runs(1_000),
    )
  })
  test('a tidy mapping file stays as it is', () => {
    const tidy = (whole: string): string => {
      const tree = parseYaml('mapping.yaml', whole)
      return tree.ok ? formatMapping(tree.value).text : whole
    }
    const spaces = fc.array(
      fc.record({ at: fc.nat(9_000), put: fc.constantFrom(' ', '  ', '\n', '\n\n', ' # a note\n') }),
      { maxLength: 5 },
    )
    fc.assert(
      fc.property(fc.constantFrom('cosell-salesforce', 'deals-dynamics'), spaces, (name, edits) => {
        const edited = edits.reduce((made, { at, put }) => made.slice(0, at) + put + made.slice(at), exampleText(name))
        expect(tidy(tidy(edited))).toBe(tidy(edited))
      }),
      runs(12),
    )
  })
})

test('our SHA-256 is everybody’s', () => {
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ minLength: 100, maxLength: 300 })), (whole) => {
      const wellFormed = whole.toWellFormed()
      expect(hashOf(wellFormed)).toBe(createHash('sha256').update(wellFormed, 'utf8').digest('hex'))
    }),
    runs(1_000),
  )
})
