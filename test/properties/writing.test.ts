// What we send, carried out by the pretended vendors, is what was meant: each field that was named stands there, and
// nothing else has moved (I3, I13). The patch of a referral is also applied by hand, because its pointers matter.

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { wishFrom } from '../../connectors/partner-center/patch.ts'
import { canonicalDecimal } from '#core/model/decimal'
import {
  at,
  type Fields,
  instantFromMs,
  isSyncError,
  type Json,
  type JsonObject,
  kind,
  type Kind,
  type RecordId,
  textOf,
  withAt,
} from '#spi'
import { type EmptyCrm, emptyDynamics, emptySalesforce } from '../support/empty-crms.ts'
import { runs } from '../support/runs.ts'

// ── Partner Center ───────────────────────────────────────────────────────────────────────────────────────────

const referral: JsonObject = {
  id: 'r-1',
  name: 'Azure migration',
  status: 'Active',
  substatus: 'Accepted',
  externalReferenceId: null,
  campaignId: 'c',
  details: { dealValue: 84_000, currency: 'EUR', closingDateTime: '2026-12-18T00:00:00Z', notes: 'First talk.' },
  consent: { consentToShareReferralWithMicrosoftSellers: false, consentToContact: true },
}
const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter((text) => text.trim() !== '')
const amounts = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.integer({ min: 0, max: 99 }))
  .map(([whole, cents]) => `${whole}.${String(cents).padStart(2, '0')}`)
const days = fc.integer({ min: 0, max: 20_000 }).map((day) => instantFromMs(day * 86_400_000).slice(0, 10))
const wishes = fc.record(
  {
    name: words,
    externalReferenceId: words,
    campaignId: words,
    'details.dealValue': amounts,
    'details.currency': fc.constantFrom('eur', 'USD', 'CHF'),
    'details.closingDateTime': days,
    'details.notes': fc.oneof(words, fc.constant(null)),
    'consent.consentToShareReferralWithMicrosoftSellers': fc.constant(true),
    status: fc.constant('Closed'),
    substatus: fc.constantFrom('Won', 'Lost'),
  },
  { requiredKeys: [] },
)

const pathOf = (pointer: string): string => pointer.slice(1).replaceAll('/', '.')
const asSent: Readonly<Record<string, (value: Json) => Json>> = {
  'details.dealValue': (value) => canonicalDecimal(textOf(value)) ?? null,
  'details.currency': (value) => textOf(value).toUpperCase(),
  'details.closingDateTime': (value) => `${textOf(value)}T00:00:00Z`,
}

describe('the patch of a referral', () => {
  test('applied to it makes what was wished, and nothing else', () => {
    fc.assert(
      fc.property(wishes, (fields) => {
        const wish = wishFrom(fields)
        if (isSyncError(wish)) throw wish
        const patched = wish.operations.reduce<JsonObject>(
          (made, { path, value }) => withAt(made, pathOf(path), value as Json),
          referral,
        )
        const wished = Object.entries(fields as Fields).reduce<JsonObject>(
          (made, [path, value]) => withAt(made, path, asSent[path]?.(value) ?? value),
          referral,
        )
        expect(patched).toEqual(wished)
        expect(wish.operations.every(({ op }) => op === 'replace')).toBe(true)
        expect(wish.moves).toBe(Object.hasOwn(fields, 'status'))
      }),
      runs(1_000),
    )
  })

  test('points to nothing that is not on its list, whatever the fields are called and hold', () => {
    const pointers = new Set([
      'name',
      'externalReferenceId',
      'campaignId',
      'favorite',
      'tags',
      'salesStage',
      'details.dealValue',
      'details.currency',
      'details.closingDateTime',
      'details.notes',
      'consent.consentToShareReferralWithMicrosoftSellers',
      'status',
      'substatus',
      'statusReason',
    ])
    const name = fc.oneof(
      fc.constantFrom(
        ...pointers,
        'team',
        'ref.helpRequired',
        '__proto__',
        'constructor',
        'details',
        'details/dealValue',
        'details.dealValue/..',
        'id',
        'eTag',
        'name~1x',
      ),
      fc.string(),
    )
    const value = fc.oneof(
      words,
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('/status', '../id', '~0~1', '2026-12-18', 'EUR', true),
    )
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 4 }), (fields) => {
        const wish = wishFrom(fields as Fields)
        if (isSyncError(wish)) return
        for (const { path } of wish.operations) {
          expect(pointers).toContain(pathOf(path))
          expect(Object.hasOwn(fields, pathOf(path))).toBe(true)
        }
      }),
      runs(1_000),
    )
  })

  test('moves the deal last, so that what was edited with it is there before it closes', () => {
    fc.assert(
      fc.property(wishes, (fields) => {
        const wish = wishFrom(fields)
        if (isSyncError(wish)) throw wish
        const order = wish.operations.map(({ path }) => ['/status', '/substatus', '/statusReason'].includes(path))
        expect(order).toEqual(order.toSorted((a, b) => Number(a) - Number(b)))
      }),
      runs(500),
    )
  })
})

// ── CRMs ─────────────────────────────────────────────────────────────────────────────────────────────────────

const signal = new AbortController().signal

interface Crm extends EmptyCrm {
  readonly deal: Kind
  readonly id: RecordId
}

const withDeal = (crm: EmptyCrm, deal: Kind, fields: Fields): Crm => ({
  ...crm,
  deal,
  id: crm.simulator.desk.add(deal, fields),
})
const salesforceCrm = async (): Promise<Crm> =>
  withDeal(await emptySalesforce(), kind('Opportunity'), {
    Name: 'Deal',
    StageName: 'Qualification',
    CloseDate: '2026-12-18',
  })
const dynamicsCrm = async (): Promise<Crm> =>
  withDeal(await emptyDynamics(), kind('opportunity'), { name: 'Deal', estimatedvalue: '1' })

const smallAmounts = fc
  .tuple(fc.integer({ min: 0, max: 99_999_999 }), fc.integer({ min: 0, max: 99 }))
  .map(([whole, cents]) => canonicalDecimal(`${whole}.${String(cents).padStart(2, '0')}`) ?? '0')
/** What a CRM itself does to a text at its ends is not what this is about. */
const plainWords = fc.stringMatching(/^[\w'"\\%&<>é股😀]{1,40}$/u)

const crms = [
  [
    'Salesforce',
    salesforceCrm,
    { Name: plainWords, NextStep: plainWords, Amount: smallAmounts, CloseDate: days.filter((day) => day > '1980') },
  ],
  [
    'Dynamics',
    dynamicsCrm,
    {
      name: plainWords,
      description: plainWords,
      estimatedvalue: smallAmounts,
      estimatedclosedate: days.filter((day) => day > '1980'),
    },
  ],
] as const

const asText = (value: Json | undefined): string | null =>
  value === null || value === undefined ? null : (canonicalDecimal(textOf(value)) ?? textOf(value))

describe.each(crms)('%s: an update', (_, open, fields) => {
  test('changes what it names to what it says, and nothing else', async () => {
    const { clock, simulator, session, deal, id } = await open()
    const stamps = /modif|stamp|version|systemcalculated|exchange|_base|Expected|Fiscal|Probability/i
    await fc.assert(
      fc.asyncProperty(
        fc.record(fields as Record<string, fc.Arbitrary<string>>, { requiredKeys: [] }),
        async (wish) => {
          if (Object.keys(wish).length === 0) return
          // Our share of the calls is for five minutes.
          clock.turn(300_000)
          const before = simulator.desk.read(deal, id)?.fields ?? {}
          const [receipt] = await session.write(
            [{ do: 'update', kind: deal, id, expect: null, fields: wish as Fields }],
            signal,
          )
          expect(receipt?.outcome).toBe('written')
          const after = simulator.desk.read(deal, id)?.fields ?? {}
          for (const [name, value] of Object.entries(wish))
            expect([name, asText(at(after, name))]).toEqual([name, asText(value)])
          for (const [name, value] of Object.entries(after))
            if (!Object.hasOwn(wish, name) && !stamps.test(name)) expect([name, value]).toEqual([name, before[name]])
        },
      ),
      runs(150),
    )
    await session.close()
  })
})
