// What an org's own rules make of a write, over real HTTP: each comes back as the remedy that fits it, the other rows of
// the same call go their way, and nothing is sent to get round a rule.

import { afterEach, describe, expect, test } from 'vitest'
import type { Receipt, RecordId, Write } from '#spi'
import { Account, never, newDeal, Opportunity, type TestOrg, testOrg, update } from './org.ts'

let org: TestOrg
afterEach(() => org.close())

const told = (receipt: Receipt | undefined): string =>
  receipt && 'error' in receipt ? `${receipt.outcome} ${receipt.error.remedy} ${receipt.error.code}` : 'written'
const write = async (...batch: readonly Write[]): Promise<readonly string[]> =>
  (await org.session.write(batch, never)).map(told)
const names = (): readonly unknown[] => org.simulator.desk.all(Opportunity).map(({ fields }) => fields['Name'])

/** A deal that is there, and one edit of it. */
function edited(): { readonly id: RecordId; readonly edit: Write } {
  const id = org.simulator.desk.add(Opportunity, {
    Name: 'A deal',
    StageName: 'Qualification',
    CloseDate: '2026-12-18',
  })
  return { id, edit: update(id, null, { NextStep: 'call' }) }
}

describe('who owns it', () => {
  test('an owner who has left: a matter for the admin, and the other deal is made', async () => {
    org = await testOrg({ company: 'fabrikam' })
    const { former } = org.simulator.staff.ids
    expect(await write(newDeal(1, { OwnerId: former }), newDeal(2))).toEqual(['refused needs-human DB-3213', 'written'])
    expect(names().filter((name) => String(name).startsWith('Contoso 1 '))).toEqual([])
  })
})

describe('a record that cannot be had just now', () => {
  test.each([1, 40])('held by somebody else, among %i: tried again later, and then it goes', async (size) => {
    org = await testOrg()
    const { id, edit } = edited()
    org.simulator.knobs.busy.add(id)
    const others = Array.from({ length: size }, (_, n) => newDeal(n))
    expect(await write(edit, ...others)).toEqual(['refused retry-later DB-3211', ...others.map(() => 'written')])
    org.simulator.knobs.busy.clear()
    expect(await write(edit)).toEqual(['written'])
    expect(org.simulator.desk.read(Opportunity, id)?.fields['NextStep']).toBe('call')
  })

  test('in an approval process: a person has to let it go', async () => {
    org = await testOrg()
    const { id, edit } = edited()
    org.simulator.knobs.inApproval.add(id)
    expect(await write(edit, newDeal(1))).toEqual(['refused needs-human DB-3210', 'written'])
  })

  test('an org in maintenance: the whole connection waits, and nothing is counted against a record', async () => {
    org = await testOrg()
    org.simulator.knobs.maintenance = true
    const [receipt] = await org.session.write([newDeal(1)], never)
    expect(receipt).toMatchObject({
      outcome: 'refused',
      error: { remedy: 'retry-later', code: 'DB-1310', scope: 'connection' },
    })
  })
})

describe('duplicate rules', () => {
  test('what looks alike is a question; the rule is never asked to look away', async () => {
    org = await testOrg()
    org.simulator.knobs.rules.push(({ kind, before, after }) =>
      kind === 'Account' && before === null && after['Name'] === 'Contoso'
        ? [{ errorCode: 'DUPLICATES_DETECTED', message: 'Use one of these records?', fields: [] }]
        : [],
    )
    const account = (name: string): Write => ({
      do: 'create',
      kind: Account,
      key: newDeal(name.length).key,
      keyField: null,
      fields: { Name: name },
    })
    expect(await write(account('Contoso'), account('Fabrikam'))).toEqual(['refused needs-human DB-3208', 'written'])
    expect(org.served.calls.some(({ headers }) => 'sforce-duplicate-rule-header' in headers)).toBe(false)
  })
})

describe('an org that is set up otherwise', () => {
  test('with one currency there is no currency field: amounts go as they are, a currency is held', async () => {
    org = await testOrg()
    for (const kind of ['Opportunity', 'Account', 'Contact']) org.simulator.knobs.hidden.add(`${kind}.CurrencyIsoCode`)
    expect(await write(newDeal(1), newDeal(2, { CurrencyIsoCode: 'EUR' }))).toEqual([
      'written',
      'refused needs-human DB-3206',
    ])
  })

  test('with person accounts, the check says what that means for contacts', async () => {
    org = await testOrg()
    org.tamper = (answer) =>
      answer.body.includes('"name":"Account"') && answer.body.includes('"recordTypeInfos"')
        ? { ...answer, body: withField(answer.body, 'IsPersonAccount') }
        : answer
    const { findings } = await org.session.probe([Opportunity, Account], never)
    expect(findings.find(({ code }) => code === 'DB-1320')).toMatchObject({
      level: 'warning',
      consequence: 'A person account takes no contacts.',
    })
  })
})

/** A describe that holds one more field, made after another. */
function withField(body: string, name: string): string {
  const described = JSON.parse(body) as { readonly fields: readonly { readonly name: string }[] }
  const like = described.fields.find((field) => field.name === 'Name')
  return JSON.stringify({ ...described, fields: [...described.fields, { ...like, name, type: 'boolean' }] })
}
