// How tests, previews, versions and differences of mappings are shown.

import { describe, expect, test } from 'vitest'
import { draftLines, impactLines, previewLines } from '#cli/print/mapping-preview'
import { testLines } from '#cli/print/mapping-tests'
import { diffLines, versionLines } from '#cli/print/mapping-versions'
import { noColour as paint } from '#cli/print/paint'
import type { Impact, Preview, PreviewedValue } from '#control/mappings/answers'
import type { TestedFile } from '#control/mappings/test'
import { tested } from '#control/mappings/test'
import type { TestReport } from '#core/mapping/run'
import { parseInstant } from '#spi'

const instant = (text: string) => parseInstant(text) ?? expect.fail(text)
const at = (line: number) => ({ file: 'mappings/cosell-salesforce.yaml', line, column: 3 })

describe('tests', () => {
  const passes = (name: string, line: number): TestReport['results'][number] => ({
    name,
    where: at(line),
    passed: true,
    differences: [],
    outcome: null,
  })
  const fails: TestReport['results'][number] = {
    ...passes('moving the stage on accepts the referral', 213),
    passed: false,
    differences: [
      {
        what: 'referral.salesStage',
        expected: 'Qualified',
        got: 'nothing is sent',
        decidedBy: 'stage row 2, line 145: the row has no step',
        where: at(216),
      },
    ],
  }
  const file = (mapping: string, results: TestReport['results'], rows: readonly string[] = []): TestedFile => ({
    file: `mappings/${mapping}.yaml`,
    path: `/srv/mappings/${mapping}.yaml`,
    problems: [],
    report: {
      mapping,
      results,
      passed: results.filter(({ passed }) => passed).length,
      coverage: { rows, assignRules: rows.length > 0 ? [1, 2] : [], exceptions: [] },
    },
  })

  test('as their authors read them', () => {
    const files = [
      file('cosell-salesforce', [passes('a small deal is left alone', 200), fails], ['A__c', 'B__c', 'C__c']),
      file('deals-dynamics', [passes('one', 1), passes('two', 2)]),
    ]
    expect(testLines(tested(files), { paint, full: false, ms: 1_130 })).toEqual([
      'cosell-salesforce',
      '  ✓ a small deal is left alone',
      '  ✗ moving the stage on accepts the referral                       mappings/cosell-salesforce.yaml:213',
      '      expected  referral.salesStage = Qualified',
      '      got       referral.salesStage   nothing is sent',
      '      decided by stage row 2, line 145: the row has no step',
      'deals-dynamics',
      '  ✓ 2 tests',
      '3 of 4 pass.   cosell-salesforce: No test covers: A__c, B__c and 1 more; assign rules 1, 2   1.1 s',
    ])
  })

  test('none at all, and a file that cannot be tried', () => {
    const broken: TestedFile = { file: 'a.yaml', path: '/a.yaml', report: null, problems: [] }
    expect(testLines(tested([broken, file('b', [])]), { paint, full: false, ms: 0 })).toEqual([
      'a.yaml',
      '  ✗ cannot be tried: it has errors',
      'b',
      '  ! it carries no test',
      'No test was run. What is wrong: dealbridge mappings validate   0.0 s',
    ])
    expect(testLines(tested([file('b', [])]), { paint, full: false, ms: 0 })).toEqual([
      'b',
      '  ! it carries no test',
      'No mapping carries a test. See "tests" in mappings/README.md.   0.0 s',
    ])
  })
})

describe('a preview', () => {
  const value = (name: string, more: Partial<PreviewedValue>): PreviewedValue => ({
    name,
    direction: 'toCrm',
    value: null,
    problem: null,
    was: null,
    isChanged: false,
    rule: 'mappings/a.yaml:78',
    from: 'formula',
    ...more,
  })
  const preview: Preview = {
    schema: 'dealbridge.mapping-preview/v1',
    pipeline: 'cosell',
    mapping: 'cosell-salesforce',
    version: 23,
    isDraft: true,
    deal: {
      title: 'Contoso AG – Azure migration',
      referral: '49d90c72',
      record: '006',
      skipped: null,
      values: [
        value('Name', { value: 'Contoso AG – Azure migration', was: 'Azure migration', isChanged: true }),
        value('Amount', { value: '84000', was: '84000', direction: 'both', from: 'details.dealValue' }),
        value('Priority__c', { problem: 'It is required, and blank: the deal would wait.', isChanged: true }),
      ],
    },
    impact: null,
  }

  test('shows what differs, and where each value comes from', () => {
    expect(previewLines(preview, { paint, changed: true, draft: 'draft.yaml' })).toEqual([
      'Contoso AG – Azure migration, with your draft       2 of 3 values differ from version 23',
      '  FIELD           VALUE                                              WAS                     FROM     LINE',
      '  Name         →  Contoso AG – Azure migration                       (was: Azure migration)  formula  mappings/a.yaml:78',
      '  Priority__c  →  ✗ It is required, and blank: the deal would wait.  (was: (empty))          formula  mappings/a.yaml:78',
    ])
    expect(previewLines(preview, { paint, changed: false, draft: null })[3]).toBe(
      '  Amount       ↔  84,000                                             (same)                  details.dealValue  mappings/a.yaml:78',
    )
  })

  const none: Impact = {
    linked: 199,
    deals: 0,
    fields: [],
    outcomes: 0,
    refusals: 0,
    refusalCodes: [],
    creates: 0,
    calls: 0,
    waits: false,
  }

  test.each<[string, Impact, readonly string[]]>([
    ['nothing', none, ['On 199 linked deals it would change nothing.']],
    [
      'many deals',
      { ...none, deals: 31, fields: [{ name: 'Priority__c', count: 31 }], calls: 1, creates: 2, waits: true },
      [
        'On all 199 linked deals it would change 31 deals: 31 × Priority__c.   dealbridge plan --mapping draft.yaml',
        '0 outcomes, 0 refusals, about 1 API call.',
        'It would make 2 records for referrals that have none.',
        '! So many at once wait for a person: dealbridge sync shows them and asks.   DB-3124',
      ],
    ],
    [
      'refusals alone',
      { ...none, refusals: 2, refusalCodes: ['DB-2201'] },
      [
        'On all 199 linked deals it would change 0 deals.   dealbridge plan --mapping draft.yaml',
        '0 outcomes, 2 refusals (DB-2201), about 0 API calls.',
      ],
    ],
  ])('the impact: %s', (_, impact, lines) => {
    expect(impactLines(impact, { paint, draft: 'draft.yaml', isDraft: true })).toEqual(lines)
  })

  test('nothing is said of a plan that could not be made', () => {
    const system = { name: 'x', label: 'X' }
    const planned = { pipeline: 'cosell', mode: 'auto', target: system, source: system, ms: 1 } as const
    expect(draftLines({ ...planned, plan: null, apiCalls: 0, trouble: null }, 'draft.yaml')).toEqual([])
  })
})

describe('versions', () => {
  const now = instant('2026-11-20T14:12:00Z')
  const version = (number: number, note: string | null) => ({
    number,
    name: 'cosell',
    hash: '9281dbd1aa',
    fingerprint: 'f',
    at: instant('2026-11-18T09:00:00Z'),
    who: note === null ? 'dealbridge' : 'anna',
    note,
  })

  test('newest first, with who and why', () => {
    const versions = [version(1, null), version(2, 'ask for dates'), version(3, null)]
    const found = {
      schema: 'dealbridge.mapping-versions/v1',
      pipeline: 'cosell',
      path: '/a',
      versions,
      text: null,
    } as const
    expect(versionLines(found, { paint, zone: 'Europe/Berlin', now })).toEqual([
      'cosell',
      'VERSION  SINCE         WHO         MAPPING  HASH      NOTE',
      '3        18 Nov 10:00  dealbridge  cosell   9281dbd1  (taken over: the file had changed)',
      '2        18 Nov 10:00  anna        cosell   9281dbd1  ask for dates',
      '1        18 Nov 10:00  dealbridge  cosell   9281dbd1  (the first)',
    ])
    expect(versionLines({ ...found, versions: [] }, { paint, zone: 'UTC', now })).toEqual([
      'cosell has not worked with any mapping yet. The first pass makes version 1.',
    ])
  })

  test('what changed between two, in the words of the file', () => {
    const diff = {
      schema: 'dealbridge.mappings-diff/v1',
      before: 'version 22',
      after: 'version 23',
      changes: [
        { change: 'changed', what: 'fields Amount', key: 'conflict', before: 'newest', after: 'ask' },
        { change: 'added', what: 'fields Priority__c', after: { crm: 'Priority__c', set: 'Hot' } },
        { change: 'removed', what: 'tests "a"', before: { name: 'a' } },
        { change: 'changed', what: 'stages.rows', key: 'order' },
      ],
    } as const
    expect(diffLines(diff, paint)).toEqual([
      'version 22 → version 23',
      '  ~ fields Amount  conflict  newest → ask',
      '  + fields Priority__c  { crm: Priority__c, set: Hot }',
      '  - tests "a"  { name: a }',
      '  ~ stages.rows  order: they stand in another order',
    ])
    expect(diffLines({ ...diff, changes: [] }, paint)).toEqual(['version 22 → version 23', 'They mean the same.'])
  })
})
