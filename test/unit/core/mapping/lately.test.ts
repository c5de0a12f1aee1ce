// What the CRM's history tells of a field or a value that a mapping names.

import { describe, expect, test } from 'vitest'
import { Lately } from '#core/mapping/compile/lately'
import { kind } from '#core/model/ids'
import type { SchemaChange } from '#core/model/schema'

const opportunity = kind('Opportunity')
const change = (
  what: SchemaChange['change'],
  field: string,
  over: Partial<SchemaChange> & { readonly day?: number } = {},
): SchemaChange => {
  const { day = 20, ...rest } = over
  return { kind: opportunity, field, change: what, on: `2026-11-${day}` as SchemaChange['on'], ...rest }
}
const lately = (...history: readonly SchemaChange[]) => new Lately(history)

describe('what went', () => {
  test('is told with its day, and with who did it where that is known', () => {
    expect(lately(change('removed', 'News')).removed(opportunity, 'News')).toBe('removed on 20 Nov')
    const by = 'Priya Nair'
    expect(lately(change('removed', 'News', { by })).removed(opportunity, 'News')).toBe(
      'removed on 20 Nov by Priya Nair',
    )
  })
  test('and came back has not gone; neither has another one, one of its values, or one of another kind', () => {
    const back = lately(change('removed', 'News'), change('added', 'News'))
    expect(back.removed(opportunity, 'News')).toBeUndefined()
    const others = lately(
      change('removed', 'Fax'),
      change('removed', 'News', { value: 'Old' }),
      change('removed', 'News', { kind: kind('Lead') }),
    )
    expect(others.removed(opportunity, 'News')).toBeUndefined()
    expect(others.removed(opportunity, 'News', 'Old')).toBe('removed on 20 Nov')
  })
})

test('what came is told with its day', () => {
  const history = lately(change('added', 'Stage', { value: 'Pilot' }))
  expect(history.added(opportunity, 'Stage', 'Pilot')).toBe('new since 20 Nov')
  expect(history.added(opportunity, 'Stage', 'Open')).toBeUndefined()
})

describe('what may have become of a field', () => {
  test.each<[string, readonly SchemaChange[], string | undefined]>([
    ['the only one that came that day', [change('added', 'Update')], 'Update'],
    ['told twice, it is still one', [change('added', 'Update'), change('added', 'Update')], 'Update'],
    ['nothing, when none came', [], undefined],
    ['nothing, when two came', [change('added', 'Update'), change('added', 'Fax')], undefined],
    ['not one that came on another day', [change('added', 'Update', { day: 19 })], undefined],
    ['not a value', [change('added', 'Stage', { value: 'Pilot' })], undefined],
    ['not a field of another kind', [change('added', 'Update', { kind: kind('Lead') })], undefined],
    ['not one that went as well', [change('removed', 'Fax')], undefined],
  ])('%s', (_what, others, successor) =>
    expect(lately(change('removed', 'News'), ...others).successor(opportunity, 'News')).toBe(successor),
  )
})
