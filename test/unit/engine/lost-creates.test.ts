// Creates without an answer, looked for at the vendor: by the key it holds, or by everything the record would be found
// with. What was there before, is gone, or only resembles it is none of ours.

import { describe, expect, test } from 'vitest'
import { type Fields, type Question, recordId, type VendorRecord } from '#spi'
import { findLostCreates } from '#engine/lost-creates'
import { pointer } from '#core/model/record'
import { changeId, linkKey, type Kind } from '#core/model/ids'
import type { Change } from '#core/reconcile/plan'
import { fakeAccount, fakeContact, fakeKeyField, fakeOpportunity, fakeRole } from '#testkit/fake-crm'
import { linkOf } from '../../support/deal-plan.ts'
import { DealWorld } from '../../support/deal-world.ts'
import { intentOf, updateOf } from '../../support/lost-writes.ts'

const signal = new AbortController().signal

interface Made {
  readonly key: string
  readonly kind?: Kind
  readonly keyField?: string
  readonly fields: Fields
  readonly findBy?: Change['findBy']
  readonly noneOf?: readonly string[]
}

const createOf = ({ key, kind = fakeAccount, keyField, fields, findBy, noneOf }: Made): Change => ({
  ...updateOf({}),
  id: changeId(`chg-${key}`),
  action: 'create',
  kind,
  record: null,
  write: { do: 'create', kind, key: linkKey(key), keyField: keyField ?? null, fields },
  ...(findBy ? { findBy } : {}),
  ...(noneOf ? { noneOf: noneOf.map(recordId) } : {}),
})

const there = (world: DealWorld, kind: Kind, fields: Fields, id: string): void => {
  world.crm.add(kind, fields, { id: recordId(id) })
}

/** What is found, by the keys of the creates, and what the vendor was asked. */
async function looked(world: DealWorld, changes: readonly Change[]) {
  const questions: Question[][] = []
  const { session } = world.pipeline.target
  const find = session.find.bind(session)
  session.find = async (asked, until) => {
    questions.push([...asked])
    return await find(asked, until)
  }
  const found = await findLostCreates(
    world.pipeline,
    changes.map((change) => intentOf(change)),
    signal,
  )
  return {
    found: Object.fromEntries(found.map(({ intent, record }) => [intent.change.id.slice(4), record.id])),
    questions,
  }
}

const account = createOf({ key: 'acc', fields: { Name: 'Contoso', Employees: 7 } })

describe('a record that the vendor holds by our key', () => {
  const deal = createOf({
    key: 'R-1',
    kind: fakeOpportunity,
    keyField: fakeKeyField,
    fields: { [fakeKeyField]: 'r-1', Name: 'Migration', AccountId: { ...pointer(linkKey('nowhere')) } },
    findBy: [{ field: 'Name', value: 'Other', compare: 'exact' }],
  })

  test('is asked for by the key alone, with every field that the mapping reads or that was sent', async () => {
    const world = new DealWorld()
    there(world, fakeOpportunity, { [fakeKeyField]: 'r-1', Name: 'Renamed' }, 'opp-1')
    const { found, questions } = await looked(world, [deal])
    expect(found).toEqual({ 'R-1': 'opp-1' })
    expect(questions).toMatchObject([[{ by: { key: { field: fakeKeyField, value: 'r-1' } } }]])
    const fields = questions[0]?.[0]?.shape.fields ?? []
    expect(fields).toEqual(expect.arrayContaining(['Stage', 'Amount', 'AccountId', fakeKeyField]))
    expect(new Set(fields).size).toBe(fields.length)
  })

  test.each<[string, readonly VendorRecord[]]>([
    ['is not there', []],
    ['is gone', [{ ...gone(), gone: true }]],
    ['is another one by its key', [{ ...gone(), fields: { [fakeKeyField]: 'r-10' } }]],
    ['does not show its key', [{ ...gone(), fields: {} }]],
  ])('%s: nothing is found', async (_, records) => {
    const world = new DealWorld()
    world.pipeline.target.session.find = async (asked) => asked.map(() => records)
    expect((await looked(world, [deal])).found).toEqual({})
  })
})

function gone(): VendorRecord {
  const world = new DealWorld()
  const id = world.crm.add(fakeOpportunity, { [fakeKeyField]: 'r-1' }, { id: recordId('opp-1') })
  const { version, changedAt } = { version: 'v1' as VendorRecord['version'], changedAt: world.clock.now() }
  return { kind: fakeOpportunity, id, version, changedAt, gone: false, fields: { [fakeKeyField]: 'r-1' } }
}

describe('a record without a key at the vendor', () => {
  test('is found by what it was to be searched with', async () => {
    const world = new DealWorld()
    there(world, fakeAccount, { Name: 'Renamed', Website: 'https://www.contoso.example/' }, 'acc-1')
    const by = createOf({
      key: 'acc',
      fields: { Name: 'Contoso' },
      findBy: [{ field: 'Website', value: 'contoso.example', compare: 'domain' }],
    })
    world.pipeline.target.session.find = async (asked) => {
      expect(asked).toEqual([{ shape: { kind: fakeAccount, fields: ['Name', 'Website'] }, by: { match: by.findBy } }])
      return [[{ ...gone(), id: recordId('acc-1'), fields: { Website: 'https://www.contoso.example/' } }]]
    }
    expect((await looked(world, [by])).found).toEqual({ acc: 'acc-1' })
  })

  test.each([
    ['says nothing of it', undefined],
    ['has no way of its own', []],
  ])('whose plan %s is found by every text that was sent', async (_, findBy) => {
    const world = new DealWorld()
    there(world, fakeAccount, { Name: 'Fabrikam', Employees: 7 }, 'acc-0')
    there(world, fakeAccount, { Name: 'Contoso', Employees: 8 }, 'acc-1')
    const { found, questions } = await looked(world, [{ ...account, ...(findBy ? { findBy } : {}) }])
    expect(found).toEqual({ acc: 'acc-1' })
    expect(questions).toMatchObject([[{ by: { match: [{ field: 'Name', value: 'Contoso', compare: 'exact' }] } }]])
  })

  test('has to fit in everything that it is searched with: a CRM may bring more', async () => {
    const world = new DealWorld()
    const of = (id: string, fields: Fields): VendorRecord => ({
      ...gone(),
      kind: fakeAccount,
      id: recordId(id),
      fields,
    })
    world.pipeline.target.session.find = async () => [
      [of('acc-1', { Name: 'Contoso', City: 'Bonn' }), of('acc-2', { Name: 'Contoso', City: 'Mainz' })],
    ]
    const inMainz = createOf({ key: 'acc', fields: { Name: 'Contoso', City: 'Mainz' } })
    expect((await looked(world, [inMainz])).found).toEqual({ acc: 'acc-2' })
  })

  test('that was there before is not ours: a person said so', async () => {
    const world = new DealWorld()
    there(world, fakeAccount, { Name: 'Contoso' }, 'acc-0')
    const none = { ...account, noneOf: [recordId('acc-0')] }
    expect((await looked(world, [none])).found).toEqual({})
    there(world, fakeAccount, { Name: 'Contoso' }, 'acc-1')
    expect((await looked(world, [none])).found).toEqual({ acc: 'acc-1' })
  })

  test('of which nothing can be told is not asked for', async () => {
    const { found, questions } = await looked(new DealWorld(), [createOf({ key: 'acc', fields: { Employees: 7 } })])
    expect([found, questions]).toEqual([{}, []])
  })

  test('beside one of which nothing can be told is found all the same', async () => {
    const world = new DealWorld()
    there(world, fakeAccount, { Name: 'Contoso' }, 'acc-1')
    const mute = createOf({ key: 'mute', fields: { Employees: 7 } })
    expect((await looked(world, [mute, account])).found).toEqual({ acc: 'acc-1' })
  })
})

describe('a record that points to others', () => {
  const role = createOf({
    key: 'role',
    kind: fakeRole,
    fields: {
      Role: 'Decision Maker',
      ContactId: { ...pointer(linkKey('con')) },
      OpportunityId: { ...pointer(linkKey('R-1')) },
    },
  })
  const ties = { Role: 'Decision Maker', ContactId: 'con-1', OpportunityId: 'opp-R-1' }

  test('that were made before is found under them, by their ids', async () => {
    const world = new DealWorld()
    await world.ledger.commit([
      {
        put: 'made',
        key: 'con',
        value: { key: linkKey('con'), kind: fakeContact, id: recordId('con-1'), at: world.clock.now() },
      },
      { put: 'link', key: linkKey('R-1'), value: linkOf('R-1') },
    ])
    there(world, fakeRole, { ...ties, ContactId: 'con-2' }, 'role-0')
    there(world, fakeRole, { ...ties, OpportunityId: 'opp-9' }, 'role-1')
    there(world, fakeRole, ties, 'role-2')
    const { found, questions } = await looked(world, [role])
    expect(found).toEqual({ role: 'role-2' })
    const by = questions[0]?.[0]?.by
    expect(by && 'match' in by ? by.match.map(({ field, value }) => [field, value]) : []).toEqual([
      ['ContactId', 'con-1'],
      ['OpportunityId', 'opp-R-1'],
      ['Role', 'Decision Maker'],
    ])
  })

  test('is looked for under them too, where its plan says how to find it', async () => {
    const world = new DealWorld()
    await world.ledger.commit([{ put: 'link', key: linkKey('R-1'), value: linkOf('R-1') }])
    const fields = { Email: 'sue@contoso.example', AccountId: { ...pointer(linkKey('R-1')) } }
    const findBy = [{ field: 'Email', value: 'sue@contoso.example', compare: 'email' }] as const
    there(world, fakeContact, { Email: 'sue@contoso.example', AccountId: 'acc-9' }, 'con-0')
    const contact = createOf({ key: 'con', kind: fakeContact, fields, findBy })
    expect((await looked(world, [contact])).found).toEqual({})
    there(world, fakeContact, { Email: 'sue@contoso.example', AccountId: 'opp-R-1' }, 'con-1')
    expect((await looked(world, [contact])).found).toEqual({ con: 'con-1' })
  })

  test('of which one was never made cannot have been made', async () => {
    const world = new DealWorld()
    await world.ledger.commit([{ put: 'link', key: linkKey('R-1'), value: linkOf('R-1') }])
    there(world, fakeRole, ties, 'role-1')
    const { found, questions } = await looked(world, [role])
    expect([found, questions]).toEqual([{}, []])
    await world.ledger.commit([{ put: 'link', key: linkKey('con'), value: { ...linkOf('con'), record: null } }])
    expect((await looked(world, [role])).found).toEqual({})
  })

  test('that are found in the same look is found after them, in as many rounds as it takes', async () => {
    const world = new DealWorld()
    there(world, fakeAccount, { Name: 'Contoso' }, 'acc-1')
    there(world, fakeContact, { LastName: 'Smith', AccountId: 'acc-1' }, 'con-1')
    there(world, fakeRole, { Role: 'Buyer', ContactId: 'con-1' }, 'role-1')
    const contact = createOf({
      key: 'con',
      kind: fakeContact,
      fields: { LastName: 'Smith', AccountId: { ...pointer(linkKey('acc')) } },
    })
    const buyer = createOf({
      key: 'buyer',
      kind: fakeRole,
      fields: { Role: 'Buyer', ContactId: { ...pointer(linkKey('con')) } },
    })
    const lost = createOf({ key: 'lost', fields: { Name: 'Nowhere' } })
    const { found, questions } = await looked(world, [buyer, contact, account, lost])
    expect(found).toEqual({ buyer: 'role-1', con: 'con-1', acc: 'acc-1' })
    // What was found is not asked for again.
    expect(questions.map((asked) => asked.map(({ shape }) => String(shape.kind)))).toEqual([
      ['Account', 'Account'],
      ['Contact', 'Account'],
      ['Role', 'Account'],
      ['Account'],
    ])
  })
})

test('an update among them is not a create, and nothing is asked about it', async () => {
  const { found, questions } = await looked(new DealWorld(), [updateOf({ Topic: 'Fabric' })])
  expect([found, questions]).toEqual([{}, []])
})

test('with nothing lost nobody is asked, the ledger included', async () => {
  const world = new DealWorld()
  world.ledger.getMany = async () => expect.fail('the ledger was asked')
  expect(await looked(world, [])).toEqual({ found: {}, questions: [] })
})
