// Mappings under values and files that nobody would write: there and back is the same, nothing drifts, nothing breaks.

import * as fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { compileMapping } from '#core/mapping/compile'
import { canonicalText } from '#core/mapping/canonical'
import { comparable, comparisons, sameThing } from '#core/mapping/compare'
import { formatMapping } from '#core/mapping/fmt'
import { applyFixes } from '#core/mapping/fix'
import type { Row } from '#core/mapping/mapping'
import { transforms } from '#core/mapping/transforms'
import { formatDecimal } from '#core/model/decimal'
import { dateIn, instantAt, instantFromMs, parseDate, timeIn, type Instant } from '#core/model/instant'
import { withAt, type JsonObject } from '#core/model/json'
import type { Fields } from '#core/model/record'
import type { Value } from '#core/model/value'
import { parseYaml } from '#settings/yaml'
import { compiled, day, dynamics, exampleText, offline, problemsIn, salesforce } from '../unit/core/mapping/support.ts'
import { timed } from '../support/processor-time.ts'
import { runs } from '../support/runs.ts'

const prototypes = [Object.prototype, Array.prototype, Function.prototype, Map.prototype]
const before = prototypes.map((prototype) => Object.getOwnPropertyNames(prototype).join())

afterEach(() => {
  // I46
  expect(prototypes.map((prototype) => Object.getOwnPropertyNames(prototype).join())).toEqual(before)
})

const now = '2026-11-20T14:00:00.000Z' as Instant

// ── there and back ───────────────────────────────────────────────────────────────────────────────────────────

const head = `version: 1
name: deals
source: partner-center
target: salesforce
record: Opportunity
match: { try: [{ crm: PC_Referral_Id__c, equals: id }] }
stages: { crm: StageName, rows: [{ referral: New, crm: a }, { referral: Accepted, crm: b }, { referral: Won, crm: c }] }
fields:
`

/** Without a schema, so that only the row itself decides what a value becomes. */
function rowOf(text: string): Row {
  const [row] = compiled(`${head}  - { ${text} }\n`, offline(salesforce)).mapping.rows
  if (!row) throw new Error('no row')
  return row
}

/** What is written to a side and read again; undefined when it is refused. */
function throughReferral(row: Row, value: Value, stands: JsonObject): Value | undefined {
  const written = row.toReferral?.(value, stands, now)
  if (!written?.ok) return undefined
  const referral = Object.entries(written.fields).reduce((made, [path, sent]) => withAt(made, path, sent), stands)
  const read = row.fromReferral({ referral, crm: null, now })
  return read.is === 'value' ? read.value : undefined
}

function throughCrm(row: Row, value: Value, stands: Fields): Value | undefined {
  const written = row.toCrm?.(value, stands, now)
  const read = written?.ok && row.fromCrm({ ...stands, ...written.fields })
  return read && read.is === 'value' ? read.value : undefined
}

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), fc.nat(3))
  .map(([digits, scale]) => formatDecimal({ digits, scale }))
const texts = fc.string({ unit: 'grapheme', maxLength: 200 })
const dates = fc.integer({ min: -719_162, max: 2_932_895 }).map((day) => instantFromMs(day * 86_400_000).slice(0, 10))
const recentDates = fc.integer({ min: 0, max: 25_000 }).map((day) => instantFromMs(day * 86_400_000).slice(0, 10))
const moments = fc.integer({ min: 0, max: 4_000_000_000_000 }).map((ms) => instantFromMs(ms))
const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'))

/** The days of a year on which clocks there are put forward or back. */
function clockChanges(zone: string): readonly string[] {
  const noon = (of: number): Instant => instantFromMs(Date.UTC(2026, 11, 1 + of, 12))
  const isSame = (a: number, b: number): boolean => timeIn(noon(a), zone) === timeIn(noon(b), zone)
  const between = (from: number, to: number): readonly string[] => {
    if (isSame(from, to)) return []
    let [before, after] = [from, to]
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2)
      if (isSame(from, middle)) before = middle
      else after = middle
    }
    return [dateIn(noon(after), zone)]
  }
  // Twice a year at most, and never within the same quarter.
  return [0, 91, 182, 273].flatMap((start) => between(start, start + 91))
}

describe('a row that goes both ways gives back what it was given', () => {
  test('I36: money in 0, 2 and 3 digits, through either side', () => {
    const row = rowOf('crm: Amount, referral: details.dealValue, direction: both')
    const rounded = rowOf('crm: Amount, referral: details.dealValue, direction: both, transform: [round2]')
    fc.assert(
      fc.property(decimals, (value) => {
        expect(throughReferral(row, value, {})).toBe(value)
        expect(throughCrm(row, value, {})).toBe(value)
        const read = rounded.fromReferral({ referral: { details: { dealValue: value } }, crm: null, now })
        const tidy = read.is === 'value' ? read.value : null
        // Once rounded, it is left alone: one write after an edit, then none.
        expect(throughReferral(rounded, tidy, {})).toBe(tidy)
        expect(throughCrm(rounded, tidy, {})).toBe(tidy)
      }),
      runs(1_000),
    )
  })

  test('I37: texts in any script, and 32 000 characters of them', () => {
    const row = rowOf('crm: Name, referral: name, direction: both')
    const long = fc.string({ unit: 'binary', minLength: 8_000, maxLength: 16_000 })
    const check = (text: string): void => {
      const value = canonicalText(text)
      expect(throughReferral(row, value, {})).toBe(value)
      expect(throughCrm(row, value, {})).toBe(value)
    }
    fc.assert(fc.property(texts, check), runs(1_000))
    fc.assert(fc.property(long, check), runs(2))
  })

  test('I35: dates in every zone, beside any time of day, over both clock changes', () => {
    const rows = new Map<string, Row>()
    const rowIn = (zone: string): Row => {
      const row =
        rows.get(zone) ??
        rowOf(`crm: CloseDate, referral: details.closingDateTime, direction: both, as: date, timezone: ${zone}`)
      rows.set(zone, row)
      return row
    }
    fc.assert(
      fc.property(zones, recentDates, moments, (zone, date, stands) => {
        const row = rowIn(zone)
        const before = { details: { closingDateTime: stands } }
        const back = throughReferral(row, date, before)
        // A few places have left out a day of the calendar; that is refused, never moved.
        if (back !== undefined) expect(back).toBe(date)
        expect(throughCrm(row, date, {})).toBe(date)
        const kept = row.toReferral?.(dateIn(stands, zone), before, now)
        expect(kept).toEqual({ ok: true, fields: { 'details.closingDateTime': stands } })
      }),
      runs(400),
    )
  })

  test('I35: every zone there is, on each day its clocks change and beside hours that are skipped or come twice', () => {
    const hours = ['00:15:00.000', '01:30:00.000', '02:30:00.000', '23:45:00.000']
    let changes = 0
    for (const zone of Intl.supportedValuesOf('timeZone')) {
      const row = rowOf(
        `crm: CloseDate, referral: details.closingDateTime, direction: both, as: date, timezone: ${zone}`,
      )
      const days = clockChanges(zone)
      changes += days.length
      for (const date of ['2026-12-31', ...days]) {
        for (const hour of hours) {
          const stands = instantAt(day('2026-12-01'), hour, zone)
          expect(throughReferral(row, date, { details: { closingDateTime: stands } }), `${zone} ${hour}`).toBe(date)
        }
        expect(throughCrm(row, date, {})).toBe(date)
        // And noon stays noon, whatever the clocks do meanwhile.
        const noon = { details: { closingDateTime: instantAt(day('2026-12-01'), '12:00:00.000', zone) } }
        const sent = row.toReferral?.(date, noon, now)
        const written = sent?.ok ? (sent.fields['details.closingDateTime'] as Instant) : now
        expect(timeIn(written, zone), `${zone} ${date}`).toBe('12:00:00.000')
      }
    }
    expect(changes).toBeGreaterThan(200)
  })

  test.each([
    ['spring', '2027-03-28'],
    ['autumn', '2026-10-25'],
  ])('I35: every hour of the day of the %s change', (_season, date) => {
    const row = rowOf(
      'crm: CloseDate, referral: details.closingDateTime, direction: both, as: date, timezone: Europe/Berlin',
    )
    for (let minutes = 0; minutes < 24 * 60; minutes += 15) {
      const stands = instantFromMs(Date.parse('2026-12-01T00:00:00Z') + minutes * 60_000)
      expect(throughReferral(row, date, { details: { closingDateTime: stands } })).toBe(date)
    }
  })

  test('tables of values, one-to-one or with a named way back', () => {
    const keys = fc.uniqueArray(fc.stringMatching(/^[A-Z][a-z]{2,8}$/), { minLength: 2, maxLength: 8 })
    fc.assert(
      fc.property(keys, fc.nat(3), (names, shared) => {
        const outcomes = names.map((name, index) => (index < shared ? 'Shared value' : `${name}X`))
        const pairs = names.map((name, index) => `${name}: ${outcomes[index]}`).join(', ')
        const back = shared > 1 ? `, valuesBack: { Shared value: ${names[0]} }` : ''
        const row = rowOf(`crm: Priority__c, referral: campaignId, direction: both, values: { ${pairs} }${back}`)
        for (const outcome of outcomes) {
          expect(throughReferral(row, outcome, {})).toBe(outcome)
          expect(throughCrm(row, outcome, {})).toBe(outcome)
        }
      }),
      runs(60),
    )
  })

  test('countries by name', () => {
    const row = rowOf('crm: Country__c, referral: campaignId, direction: both, transform: [countryName]')
    for (const code of ['DE', 'BR', 'TW', 'US', 'CI', 'TR', 'HK', 'GB']) {
      const read = row.fromReferral({ referral: { campaignId: code }, crm: null, now })
      const value = read.is === 'value' ? read.value : null
      expect(throughReferral(row, value, {})).toBe(value)
      expect(throughCrm(row, value, {})).toBe(value)
    }
  })

  test.each([
    ['cosell-salesforce', salesforce],
    ['deals-dynamics', dynamics],
  ] as const)('and so does every such row of the example %s', (name, world) => {
    const rows = compiled(exampleText(name), world).mapping.rows.filter(({ direction }) => direction === 'both')
    const values: Readonly<Record<string, fc.Arbitrary<string>>> = {
      money: decimals.map((value) => value.replace(/(\.\d\d)\d+/, '$1')),
      date: recentDates,
      text: texts.map((text) => text.slice(0, 50)),
    }
    for (const row of rows) {
      fc.assert(
        fc.property(values[row.type] ?? texts, (given) => {
          const read = row.fromCrm({ [row.crm]: given })
          if (read.is !== 'value' || read.value === null) return
          expect(throughCrm(row, read.value, {})).toBe(read.value)
          expect(throughReferral(row, read.value, {})).toBe(read.value)
        }),
        runs(100),
      )
    }
  })
})

describe('canonical forms', () => {
  test('I37: a canonical text is its own, and is well formed', () => {
    fc.assert(
      fc.property(fc.oneof(texts, fc.string({ unit: 'binary' })), (text) => {
        const once = canonicalText(text)
        if (once === null) return
        expect(canonicalText(once)).toBe(once)
        expect(once.isWellFormed()).toBe(true)
        expect(once.normalize('NFC')).toBe(once)
      }),
      runs(1_000),
    )
  })

  test('comparing is symmetric, and a normal form is its own', () => {
    fc.assert(
      fc.property(fc.constantFrom(...comparisons), texts, texts, (compare, a, b) => {
        expect(sameThing(compare, a, b)).toBe(sameThing(compare, b, a))
        const form = comparable(compare, a)
        if (compare !== 'companyName') expect(comparable(compare, form)).toBe(form)
      }),
      runs(1_000),
    )
  })

  test('transforms never throw, and those that tidy do so once', () => {
    fc.assert(
      fc.property(fc.constantFrom(...transforms), fc.oneof(texts, fc.string({ unit: 'binary' })), (transform, text) => {
        const about = { argument: 10, country: 'DE' }
        const once = transform.change(text, about)
        if (typeof once === 'string' && transform.back === 'tidies') expect(transform.change(once, about)).toBe(once)
      }),
      runs(1_000),
    )
  })

  test('I35: what a wall clock shows is an instant again', () => {
    fc.assert(
      fc.property(zones, moments, (zone, moment) => {
        const back = instantAt(dateIn(moment, zone), timeIn(moment, zone), zone)
        expect([dateIn(back, zone), timeIn(back, zone)]).toEqual([dateIn(moment, zone), timeIn(moment, zone)])
      }),
      runs(300),
    )
    fc.assert(
      fc.property(dates, (date) => {
        expect(parseDate(date)).toBe(date)
      }),
      runs(1_000),
    )
  })
})

// ── files ────────────────────────────────────────────────────────────────────────────────────────────────────

const examples = [exampleText('cosell-salesforce'), exampleText('deals-dynamics')]
const lines = examples.flatMap((text) => text.split('\n'))

/** A file that was one once: lines gone, doubled, swapped, cut, with something else in them. */
const files = fc
  .record({
    text: fc.constantFrom(...examples),
    edits: fc.array(
      fc.record({
        at: fc.nat(5000),
        cut: fc.nat(40),
        put: fc.oneof(
          fc.string({ maxLength: 8 }),
          fc.constantFrom(...lines).map((line) => `\n${line}\n`),
          fc.constantFrom(
            '__proto__: ',
            '[',
            ']',
            '{',
            '}',
            ': ',
            ' #',
            '"',
            "'",
            '|',
            '&a ',
            '*a',
            '!x ',
            '- ',
            '\t',
            'constructor: ',
            'null',
            '~',
            '1e999',
          ),
        ),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ text, edits }) =>
    edits.reduce((made, { at, cut, put }) => made.slice(0, at) + put + made.slice(at + cut), text),
  )

describe('any file', () => {
  test('F116: ends in a mapping or in problems with a place, in good time', () => {
    fc.assert(
      fc.property(
        fc.oneof(files, fc.string({ unit: 'binary', maxLength: 500 })),
        fc.constantFrom(salesforce, dynamics),
        (text, world) => {
          const { ms, result: found } = timed(() => problemsIn(text, world))
          // 50 ms for each KiB, and something for a cold start.
          expect(ms).toBeLessThan(300 + (50 * text.length) / 1024)
          for (const { where, what, edit } of found) {
            expect(what).not.toBe('')
            expect(where?.line).toBeLessThanOrEqual(text.split('\n').length)
            if (edit) expect(edit.start <= edit.end && edit.end <= text.length).toBe(true)
          }
        },
      ),
      runs(200),
    )
  })

  test('fixes and tidying end in a text as well, and tidying changes no meaning', () => {
    fc.assert(
      fc.property(files, (text) => {
        const tree = parseYaml('mapping.yaml', text)
        if (!tree.ok) return
        applyFixes(text, problemsIn(text, salesforce))
        const formatted = formatMapping(tree.value).text
        const again = parseYaml('mapping.yaml', formatted)
        expect(again.ok).toBe(true)
        const [old, made] = [
          compileMapping(tree.value, salesforce),
          again.ok ? compileMapping(again.value, salesforce) : null,
        ]
        if (old.ok && made) expect(made.ok && made.value.mapping.hash).toBe(old.value.mapping.hash)
      }),
      runs(80),
    )
  })

  test('F116: five thousand rows are given up after the first thousand, in less than a second', () => {
    const row = '  - { crm: Name, referral: nmae, direction: toCrm }\n'
    const tree = parseYaml('mapping.yaml', `${head}${row.repeat(5_000)}`)
    if (!tree.ok) throw new Error('unreadable')
    const { ms, result: made } = timed(() => compileMapping(tree.value, salesforce))
    expect(ms).toBeLessThan(1_000)
    expect(made.ok ? [] : made.problems).toHaveLength(200)
    expect(made.ok ? [] : made.problems.map((problem) => problem.code)).toContain('DB-2019')
  })
})
