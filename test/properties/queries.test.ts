// Whatever a value holds, in a query it stays a value: read back by the pretended vendors' own readers, which were
// written from the languages and know nothing of how we write them. And a link to the next page leads nowhere else.

import * as fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { followed, quoted, referralsAt } from '../../connectors/partner-center/links.ts'
import { parseFilter } from '../../connectors/partner-center/simulator/filter.ts'
import { FixConfig, kind, type Kind } from '#spi'
import { type EmptyCrm, emptyDynamics, emptySalesforce } from '../support/empty-crms.ts'
import { runs } from '../support/runs.ts'

const hostile = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        "'",
        "''",
        '\\',
        '"',
        '%',
        '_',
        '\n',
        ' OR ',
        ' or 1 eq 1',
        '(',
        ')',
        '%00',
        '%27',
        '&$filter=',
        '#',
        '?',
        '+',
        '@p1',
        '\ud800',
        'x',
      ),
      { minLength: 1, maxLength: 10 },
    )
    .map((parts) => parts.join('')),
)

test('a text in a filter of Partner Center is compared as it is', () => {
  fc.assert(
    fc.property(hostile, hostile, (value, other) => {
      const filter = parseFilter(`engagementId eq ${quoted(value)}`, 'strict')
      expect(filter({ engagementId: value })).toBe(true)
      if (other.toLowerCase() !== value.toLowerCase()) expect(filter({ engagementId: other })).toBe(false)
    }),
    runs(1_000),
  )
})

test('I40: a link to the next page is followed on our own endpoint, or not at all', () => {
  const endpoint = 'https://api.partner.microsoft.com'
  const link = fc.oneof(
    fc.webUrl({ withQueryParameters: true }),
    fc.string({ unit: 'binary' }),
    fc
      .tuple(
        fc.constantFrom('https://', 'http://', '//', '', '\\\\', 'https:', 'javascript:'),
        fc.constantFrom(
          'api.partner.microsoft.com',
          'evil.example',
          'a@api.partner.microsoft.com',
          'api.partner.microsoft.com.evil.example',
          'api.partner.microsoft.com:444',
          '',
        ),
        fc.constantFrom('/v1.0/engagements/referrals', '/referrals', '/v1.0/referrals/', '/../referrals', '/x'),
        fc.constantFrom('?$skiptoken=a', '', '?a=b#c', '?@evil.example/'),
      )
      .map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(link, (text) => {
      let url: string
      try {
        url = followed(text, endpoint)
      } catch (error) {
        expect(error).toBeInstanceOf(FixConfig)
        return
      }
      expect(url.startsWith(`${referralsAt(endpoint)}?`)).toBe(true)
      expect(new URL(url).origin).toBe(endpoint)
    }),
    runs(1_000),
  )
})

const signal = new AbortController().signal

interface Crm extends EmptyCrm {
  readonly account: Kind
  readonly name: string
}

const salesforceCrm = async (): Promise<Crm> => ({
  ...(await emptySalesforce()),
  account: kind('Account'),
  name: 'Name',
})
const dynamicsCrm = async (): Promise<Crm> => ({ ...(await emptyDynamics()), account: kind('account'), name: 'name' })

describe.each([
  ['SOQL', salesforceCrm],
  ['OData', dynamicsCrm],
] as const)('%s: a question with any text in it', (_, open) => {
  let crm: Crm
  beforeAll(async () => {
    crm = await open()
    crm.simulator.desk.add(crm.account, { [crm.name]: 'Contoso AG' })
  })

  test('finds nothing it does not ask for, and spoils no question beside it', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, fc.constantFrom('exact' as const, 'companyName' as const), async (value, compare) => {
        const { clock, session, account, name } = crm
        // Our share of the calls is for five minutes.
        clock.turn(300_000)
        const shape = { kind: account, fields: [name] }
        const ask = (text: string, how: 'exact' | 'companyName') =>
          ({ shape, by: { match: [{ field: name, value: text, compare: how }] } }) as const
        const [odd, plain] = await session.find([ask(value, compare), ask('Contoso AG', 'exact')], signal)
        expect(plain?.map(({ fields }) => fields[name])).toEqual(['Contoso AG'])
        if (compare === 'exact') expect(odd).toEqual([])
      }),
      runs(200),
    )
  })
})
