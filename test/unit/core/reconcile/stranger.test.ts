// Changes under our own name that are none of ours: a second installation, an old ledger, an automation that runs as us.

import { describe, expect, test } from 'vitest'
import type { Fields } from '#spi'
import { version } from '#core/model/ids'
import { later } from '#core/model/instant'
import type { Link } from '#core/model/link'
import type { FakeReferral } from '#testkit/fake-source'
import { dealRecord, linkAfter, linkOf, now, planDeal, sent, waitOf } from '../../../support/deal-plan.ts'

const accepted: FakeReferral = { stage: 'Accepted', step: 'Qualified' }
const hour = 3_600_000

interface Seen {
  readonly by?: string
  readonly link?: Partial<Link>
  readonly self?: string
  readonly referral?: FakeReferral
}

/** Not shown at all. */
const hidden = '(hidden)'

/** As it is shown now; nothing is told of who changed it, or of who we are, where the name is empty. */
function planned(shows: Fields, { by = 'user-1', link: over = {}, self = 'user-1', referral = accepted }: Seen = {}) {
  const link = linkOf('R-1', over)
  const whole = dealRecord('R-1', shows)
  const fields = Object.fromEntries(Object.entries(whole.fields).filter(([, value]) => value !== hidden))
  const deal = { ...whole, fields, ...(by === '' ? {} : { changedBy: by }) }
  const plan = planDeal({ referral, deal, link }, { frame: self === '' ? {} : { self } })
  return { sent: sent(plan), waits: linkAfter(plan, link).waiting }
}

const codes = (shows: Fields, seen?: Seen): readonly string[] => planned(shows, seen).waits.map(({ code }) => code)

describe('a record that was changed under our name', () => {
  const last = { version: null, at: null }
  test.each<[string, Fields, Seen, readonly string[]]>([
    ['in a field', { Topic: 'Fabric' }, {}, ['DB-3511']],
    ['in a field that only goes to Microsoft', { PartnerUpdate: 'Offer sent' }, {}, ['DB-3511']],
    ['in a field of which Microsoft says what is right', { Country: 'AT' }, {}, []],
    ['in its stage alone: what was agreed on of it need not be what it showed', { Stage: 'Proposal' }, {}, []],
    ['in nothing that concerns us', {}, {}, []],
    ['by somebody else', { Topic: 'Fabric' }, { by: 'user-2' }, []],
    ['where nobody knows who we are', { Topic: 'Fabric' }, { self: '' }, []],
    ['where nobody knows who anybody is', { Topic: 'Fabric' }, { self: '', by: '' }, []],
    ['in a field that is hidden now', { Topic: hidden }, {}, []],
    [
      'soon after our own write: its consequence',
      { Topic: 'Fabric' },
      { link: { right: { ...last, freshUntil: later(now, 1) } } },
      [],
    ],
    ['long after our own write', { Topic: 'Fabric' }, { link: { right: { ...last, freshUntil: now } } }, ['DB-3511']],
    [
      'in the state in which we left it',
      { Topic: 'Fabric' },
      { link: { right: { ...last, version: version('right-1') } } },
      [],
    ],
    ['while something is not written yet', { Topic: 'Fabric' }, { link: { unfinished: now } }, []],
    [
      'while something waits',
      { Topic: 'Fabric' },
      { link: { waiting: [waitOf('row:Amount', { until: later(now, hour) })] } },
      [],
    ],
    [
      'once the referral is over: what people change then stays',
      { Topic: 'Fabric' },
      { referral: { stage: 'Won' } },
      [],
    ],
    ['of a referral in a status nobody knows', { Topic: 'Fabric' }, { referral: { stage: 'Unheard' } }, ['DB-2206']],
    ['before anything was agreed on', { Topic: 'Fabric' }, { link: { base: { standing: null, values: {} } } }, []],
  ])('%s', (_, shows, seen, told) => {
    expect(codes(shows, seen)).toEqual(told)
  })

  test('in a stage that nobody knows, and in a field', () => {
    expect(codes({ Stage: 'Unheard', Topic: 'Fabric' })).toContain('DB-3511')
    const standing = null
    const { values } = linkOf('R-1').base
    expect(codes({ Topic: 'Fabric' }, { link: { base: { standing, values } } })).toContain('DB-3511')
  })

  test('is treated like anybody’s change', () => {
    expect(planned({ Topic: 'Fabric' }).sent).toEqual([['referral', { 'details.topic': 'Fabric' }]])
  })

  test('is told for a day after it was seen last, and keeps since when', () => {
    const [wait] = planned({ Topic: 'Fabric' }).waits
    expect(wait).toMatchObject({ for: 'problem', subject: 'stranger', who: 'operations', until: later(now, 24 * hour) })
    const known = (until: number) => waitOf('stranger', { code: 'DB-3511', until: later(now, until) })
    const later1 = planned({}, { link: { waiting: [known(1)] } }).waits
    expect(later1).toEqual([expect.objectContaining({ since: known(1).since, until: later(now, 1) })])
    expect(planned({}, { link: { waiting: [known(0)] } }).waits).toEqual([])
  })
})
