// Bad days of systems that are not ours: signed out, too many requests, an outage, an answer that never comes. The
// daemon goes on by itself, makes nothing twice and loses nothing.

import { expect, test } from 'vitest'
import { end, type Running, until } from '../support/daemon-process.ts'
import { type Heard, type PlainServer, times, type Trouble } from '../support/plain-servers/listener.ts'
import { type PlainWorld, plainWorld } from '../support/plain-servers/plain-world.ts'

interface Day {
  readonly world: PlainWorld
  readonly daemon: Running
  readonly soon: (what: string, isSo: () => boolean, withinMs?: number) => Promise<void>
}

/** A daemon with one deal in step: accepted at Microsoft, an opportunity in Salesforce. */
async function quietDay(finish: (close: () => Promise<void>) => void): Promise<Day & { readonly id: string }> {
  const world = await plainWorld({ crms: ['salesforce'] })
  const daemon = world.daemon()
  finish(async () => {
    await end(daemon)
    await world.close()
  })
  const id = world.pc.arrive({ status: 'Active', substatus: 'Accepted' })
  const soon: Day['soon'] = async (what, isSo, withinMs = 30_000) => await until(what, isSo, { of: daemon, withinMs })
  await soon('a deal in step', () => world.pc.referrals.get(id)?.['externalReferenceId'] !== '')
  return { world, daemon, soon, id }
}

const amountAtMicrosoft = ({ pc }: PlainWorld, id: string): number => {
  const details = pc.referrals.get(id)?.['details'] as Readonly<Record<string, unknown>> | undefined
  return Number(details?.['dealValue'])
}
const deal = ({ sf }: PlainWorld): Readonly<Record<string, unknown>> => sf.rows('Opportunity')[0] ?? {}

const anything = (): boolean => true
const isEdit = ({ method, path }: Heard): boolean => method === 'PATCH' && path.includes('/referrals/')
const isSave = ({ method, body, path }: Heard): boolean =>
  method === 'PATCH' || (path.endsWith('/composite') && /"method":"(?:POST|PATCH)"/.test(body))

interface BadDay {
  readonly name: string
  readonly at: (world: PlainWorld) => PlainServer
  readonly trouble: (heard: Heard) => Trouble | undefined
}

const outage: Trouble = { status: 503, headers: { 'content-type': 'text/html' }, body: '<html>maintenance</html>' }
const gateway: Trouble = { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>Bad gateway</html>' }
const microsoft = ({ pc }: PlainWorld): PlainServer => pc.api
const salesforce = ({ sf }: PlainWorld): PlainServer => sf.api

const badDays: readonly BadDay[] = [
  { name: 'F27 Partner Center is down', at: microsoft, trouble: times(2, anything, outage) },
  { name: 'F27 Salesforce is down', at: salesforce, trouble: times(2, anything, outage) },
  { name: 'F5 a connection is cut before anything is read', at: microsoft, trouble: times(1, anything, 'cut before') },
  { name: 'F7 the answer to an edit of a referral is lost', at: microsoft, trouble: times(1, isEdit, 'cut after') },
  { name: 'F9 the answer to an edit of a deal is lost', at: salesforce, trouble: times(1, isSave, 'cut after') },
  { name: 'F27 a gateway answers for Partner Center', at: microsoft, trouble: times(1, isEdit, gateway) },
]

// Side by side, because most of it is waiting for the next pass; one after another where one daemon will do. Three days
// for each deal: a field that is written more than four times within an hour is left alone for a while.
const patient = { timeout: 120_000 }
for (const days of [badDays.slice(0, 3), badDays.slice(3)]) {
  const names = days.map(({ name }) => name).join(', ')
  test.concurrent(`${names}: both edits arrive, each once`, patient, async ({ onTestFinished }) => {
    const { world, soon, id } = await quietDay(onTestFinished)
    for (const [index, { name, at, trouble }] of days.entries()) {
      const [ours, theirs] = [61_000 + index, 71_000 + index]
      at(world).trouble = trouble
      world.sf.edit(String(deal(world)['Id']), { Amount: ours })
      await soon(`${name}: the new amount at Microsoft`, () => amountAtMicrosoft(world, id) === ours)
      world.pc.edit(id, 'details/dealValue', theirs)
      await soon(`${name}: the new amount in Salesforce`, () => deal(world)['Amount'] === theirs)
      // I17: what was carried out and never answered is not sent again.
      const edits = world.pc.api.heard.filter((heard) => isEdit(heard) && heard.body.includes(String(ours)))
      expect(edits.filter(({ status }) => status === 200 || status === 'cut')).toHaveLength(1)
    }
    expect(world.sf.rows('Opportunity')).toHaveLength(1)
  })
}

test.concurrent('F20 F33 I28 signed out, then asked to wait', patient, async ({ onTestFinished }) => {
  const { world, soon, id } = await quietDay(onTestFinished)
  const asked = world.pc.tokens.heard.length
  world.pc.expireTokens()
  world.sf.expireTokens()
  world.sf.edit(String(deal(world)['Id']), { Amount: 63_000 })
  await soon('the new amount at Microsoft', () => amountAtMicrosoft(world, id) === 63_000)
  expect(world.pc.tokens.heard.length - asked).toBe(1)

  let [refusedAt, nextAt] = [0, 0]
  world.pc.api.trouble = () => {
    if (refusedAt > 0) nextAt ||= Date.now()
    if (nextAt > 0) return undefined
    refusedAt = Date.now()
    return {
      status: 429,
      headers: { 'retry-after': '3' },
      body: { statusCode: 429, message: 'Rate limit is exceeded.' },
    }
  }
  world.sf.edit(String(deal(world)['Id']), { Amount: 64_000 })
  await soon('the amount after that', () => amountAtMicrosoft(world, id) === 64_000)
  expect(nextAt - refusedAt).toBeGreaterThanOrEqual(2_990)
})

test.concurrent('F6 the answer to a create is lost: one of everything', patient, async ({ onTestFinished }) => {
  const { world, soon } = await quietDay(onTestFinished)
  world.sf.api.trouble = times(1, isSave, 'cut after')
  const other = world.pc.arrive({ name: 'Second deal', customerProfile: tailspin })
  await soon('the second deal', () => world.pc.referrals.get(other)?.['externalReferenceId'] !== '')
  const made = ['Opportunity', 'Account', 'Contact', 'OpportunityContactRole'].map((name) => world.sf.rows(name))
  expect(made.map(({ length }) => length)).toEqual([2, 2, 2, 2])
})

const tailspin = {
  name: 'Tailspin Toys',
  size: '1to9employees',
  address: { addressLine1: 'Ring 1', city: 'Wien', state: null, postalCode: '1010', country: 'AT' },
  team: [{ firstName: 'Eva', lastName: 'Moser', phoneNumber: null, email: 'eva.moser@tailspintoys.example' }],
  ids: [],
}
