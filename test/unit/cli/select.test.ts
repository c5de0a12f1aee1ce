import { describe, expect, test } from 'vitest'
import { limited, parseSelection, selected } from '#cli/select'
import { changeId, connectionName, kind, linkKey, recordId } from '#core/model/ids'
import type { Change } from '#core/reconcile/plan'

function change(id: string, over: Partial<Change> = {}): Change {
  return {
    id: changeId(id),
    system: connectionName('salesforce'),
    side: 'crm',
    action: 'create',
    link: linkKey(id),
    referral: recordId(`${id}-0000`),
    record: null,
    kind: kind('Opportunity'),
    title: 'Contoso AG – Azure migration',
    irreversible: false,
    state: 'ready',
    fields: [{ path: 'Amount', base: null, ours: null, theirs: '1', rule: null, from: 'details.dealValue' }],
    write: { do: 'create', kind: kind('Opportunity'), key: linkKey(id), keyField: null, fields: {} },
    after: [],
    settles: { values: {} },
    ...over,
  }
}

const account = change('acc', { kind: kind('Account'), title: 'Contoso AG' })
const deal = change('deal', { after: [account.id] })
const edit = change('edit', {
  action: 'update',
  side: 'referral',
  system: connectionName('partner-center'),
  record: recordId('8BE1'),
  title: 'Northwind – Fabric',
})
const held = change('held', { state: 'held', why: { code: 'DB-3107', message: '', who: '', until: null } })
const all = [account, deal, edit, held]
const ids = (changes: readonly Change[]) => changes.map(({ id }) => id)

describe('a selection', () => {
  test.each<[string, readonly string[]]>([
    ['', ['acc', 'deal', 'edit', 'held']],
    ['state:held', ['held']],
    ['state:held,ready kind:account', ['acc']],
    ['system:partner-center', ['edit']],
    ['side:referral action:update', ['edit']],
    ['text:"azure migration"', ['acc', 'deal', 'held']],
    ['northwind', ['edit']],
    ['8be1', ['edit']],
    ['referral:edit', ['edit']],
    ['field:amount system:partner-center', ['edit']],
    ['code:DB-3107', ['held']],
    ['"nobody at all"', []],
  ])('%s', (words, wanted) => expect(ids(selected(all, parseSelection(words)))).toEqual(wanted))

  test('takes along what the selected rests on', () => {
    expect(ids(selected(all, parseSelection('referral:deal')))).toEqual(['acc', 'deal'])
  })

  test('with a key that does not exist is refused, with the right one', () => {
    expect(() => parseSelection('kin:account')).toThrow('Did you mean "kind:"?')
  })
})

describe('at most so many', () => {
  test.each([
    [0, ['held']],
    [1, ['acc', 'held']],
    [2, ['acc', 'deal', 'held']],
    [3, ['acc', 'deal', 'edit', 'held']],
  ])('%i: never a change without what it rests on; what is held costs nothing', (max, wanted) => {
    expect(ids(limited(all, max))).toEqual(wanted)
  })
})
