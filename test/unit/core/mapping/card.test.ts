// The whole grammar, key by key and word by word, for both CRMs: test/corpus/mappings/card.yaml says what each does, and
// here the planner itself is asked whether that is so. A key without a case fails.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { facts } from '../../../../connectors/partner-center/facts.ts'
import { moves, stepNames } from '../../../../connectors/partner-center/lifecycle.ts'
import { mapping } from '#core/mapping/document/document'
import { runTests } from '#core/mapping/run'
import { situationOf } from '#core/mapping/testing/situation'
import { transforms, written } from '#core/mapping/transforms'
import type { MappingWorld } from '#core/mapping/compile'
import { isObject, textOf, type Json, type JsonObject } from '#core/model/json'
import { parseJson } from '#core/model/json-text'
import { planAll } from '#core/reconcile/plan-all'
import { compiled, dynamics, problemsIn, salesforce } from './support.ts'

const root = join(import.meta.dirname, '..', '..', '..', '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

const Section = z.record(z.string(), z.json())
const Case = z
  .object({
    shows: z.array(z.string()).min(1),
    /** Where only one CRM has such a thing. */
    only: z.enum(['salesforce', 'dynamics']).optional(),
    /** The code of what is said of it, where there is no such mapping. */
    refused: z.string().optional(),
    tests: z.array(z.object({ given: Section.default({}), expect: Section })).default([]),
    fields: z.array(Section).default([]),
  })
  .catchall(z.json())
type Case = z.infer<typeof Case>

const Card = z.object({
  plain: z.object({ salesforce: Section, dynamics: Section }),
  cases: z.array(Case),
})
const Names = z.object({ names: z.record(z.string(), z.record(z.string(), z.json())) })

const text = read('test/corpus/mappings/card.yaml')
const { names } = Names.parse(parse(text.slice(0, text.indexOf('\nplain:'))))

/** The card in the words of one CRM. */
function cardFor(crm: string): z.infer<typeof Card> {
  const named = text.replaceAll(/\$(\$?)(\w+)/g, (whole, bare: string, name: string) => {
    const found = names[crm]?.[name]
    if (found === undefined) return expect.fail(`${whole} has no name in ${crm}`)
    return bare === '' ? JSON.stringify(found) : textOf(found)
  })
  return Card.parse(parse(named, { merge: true }))
}

const about: ReadonlySet<string> = new Set(['shows', 'only', 'refused', 'tests', 'fields'])

/** The plain mapping with the sections of a case laid over it. */
function mappingOf(base: JsonObject, { tests, fields, ...rest }: Case): string {
  const sections = Object.fromEntries(Object.entries(rest).filter(([key]) => !about.has(key)))
  const rows = [...(base['fields'] as Json[]), ...fields].filter(
    (row, index, all) => all.findLastIndex((other) => sameField(row, other)) === index,
  )
  const made = tests.map(({ given, expect: expected }, index) => ({
    name: `case ${index + 1}`,
    given: { referral: 'fixtures/cosell-accepted.json', ...given },
    expect: expected,
  }))
  const stages =
    isObject(sections['stages']) && isObject(base['stages'])
      ? { ...base['stages'], ...sections['stages'] }
      : base['stages']
  return stringify({ ...base, ...sections, stages, fields: rows, tests: made }, { aliasDuplicateObjects: false })
}

const head = ['version', 'name', 'title', 'contact', 'source', 'target', 'record'] as const

const limits = {
  perRun: 100,
  shareOfLinked: 1,
  creates: 100,
  outcomes: 100,
  vanished: { count: 10, share: 1 },
} as const

/** A row of the lead is the same form again. `share` has its own: test/unit/engine/share.test.ts. */
const elsewhere = /^(?:lead\.fields\.|share)/

const sameField = (a: Json, b: Json): boolean => isObject(a) && isObject(b) && a['crm'] === b['crm']

function fixture(path: string): JsonObject | undefined {
  const value = parseJson(read(join('mappings', path)))
  return isObject(value) ? value : undefined
}

const source = {
  label: 'Partner Center',
  moves,
  reasonField: 'statusReason',
  step: { field: 'salesStage', write: stepNames },
}

/** Its tests, as the planner of one CRM answers them. */
function tried(mappingText: string, world: MappingWorld): readonly JsonObject[] {
  const { target, crm } = world
  const { results } = runTests(compiled(mappingText, world), { source, target, facts, crm, fixture })
  expect(results.length).toBeGreaterThan(0)
  return results.flatMap(({ name, differences }) =>
    differences.map(({ what, expected, got }) => ({ name, what, expected, got })),
  )
}

describe.each([
  ['salesforce', salesforce],
  ['dynamics', dynamics],
] as const)('%s', (crm, world) => {
  const { plain, cases } = cardFor(crm)
  const name = (of: string): string => textOf(names[crm]?.[of])
  const ours = cases.filter(({ only }) => only === undefined || only === crm)

  test.each(ours.map((one) => [one.shows.join(', '), one] as const))('%s', (_shows, one) => {
    const mappingText = mappingOf(plain[crm], one)
    if (one.refused !== undefined) {
      expect(problemsIn(mappingText, world).map(({ code }) => code)).toContain(one.refused)
      return
    }
    expect(tried(mappingText, world)).toEqual([])
  })

  test.each(transforms.map((transform) => [written(transform).replace('255', '7'), transform.example] as const))(
    'fields.transform: %s',
    (transform, [from, to]) => {
      const one = Case.parse({
        shows: ['fields.transform'],
        fields: [{ crm: name('Text'), referral: 'campaignId', direction: 'toCrm', transform: [transform] }],
        tests: [{ given: { with: { campaignId: from } }, expect: { [name('Deal')]: { [name('Text')]: to } } }],
      })
      expect(tried(mappingOf(plain[crm], one), world)).toEqual([])
    },
  )

  test(head.join(', '), () => {
    const about = { title: 'Ours', contact: 'crm-admins@fabrikam.example' }
    const { mapping: made } = compiled(stringify({ ...plain[crm], ...about }), world)
    expect(made).toMatchObject({ ...about, name: 'card', source: 'partner-center', target: crm, record: name('Deal') })
    expect(problemsIn(stringify({ ...plain[crm], version: 2 }), world).map(({ code }) => code)).toEqual(['DB-2015'])
  })

  test('outcomes.maxPerRun', () => {
    const one = Case.parse({
      shows: ['outcomes.maxPerRun'],
      outcomes: { hold: '0m', maxPerRun: 2 },
      tests: [1, 2, 3].map((id) => ({
        given: { with: { id: `won-${id}` }, linked: { [name('Deal')]: names[crm]?.['Won'] } },
        expect: {},
      })),
    })
    const { mapping: made, tests } = compiled(mappingOf(plain[crm], one), world)
    const house = { mapping: made, source, target: world.target, facts, currencies: new Set(['EUR']) }
    const deals = tests.map((of) => situationOf(house, of, fixture(of.given.referral) ?? {}))
    const [first] = deals
    const plan = (count: number) =>
      first &&
      planAll(
        first.frame,
        deals.slice(0, count).map(({ view }) => view),
        { limits, linked: 3, read: { referrals: 3, records: 3 }, approved: { changes: false, outcomes: 0 } },
      ).stopped.map(({ code }) => code)
    expect([plan(2), plan(3)]).toEqual([[], ['DB-3121']])
  })
})

// ── nothing is left out ──────────────────────────────────────────────────────────────────────────────────────

/** `fields.write`, and `fields.write: once`: every key of the grammar, and every word where there is a choice of them. */
function keysOf(schema: Json | undefined, path: string): readonly string[] {
  if (!isObject(schema)) return []
  const under = (key: string): readonly Json[] => (Array.isArray(schema[key]) ? (schema[key] as Json[]) : [])
  const properties = isObject(schema['properties']) ? Object.entries(schema['properties']) : []
  return [
    ...under('enum').map((word) => `${path}: ${textOf(word)}`),
    ...[...under('anyOf'), ...under('allOf')].flatMap((one) => keysOf(one, path)),
    ...properties.flatMap(([name, value]) => {
      const key = path === '' ? name : `${path}.${name}`
      return [key, ...keysOf(value, key)]
    }),
    ...keysOf(schema['items'], path),
    ...keysOf(schema['additionalProperties'], `${path}.*`),
  ]
}

test('every key and every word has its case', () => {
  const shown = new Set([...head, 'outcomes.maxPerRun', ...cardFor('salesforce').cases.flatMap(({ shows }) => shows)])
  const all = [...new Set(keysOf(mapping.schema(), ''))].filter((key) => !elsewhere.test(key))
  expect(all.filter((key) => !shown.has(key))).toEqual([])
})
