// Batches and bulk actions that fail in part, at random and from a seed: nothing is misread, and whatever is good lands.
// DYNAMICS_FAILURES=10000 DYNAMICS_SEED=7 npx vitest run test/unit/connectors/dynamics/partial-failures.test.ts

import { expect, test } from 'vitest'
import { isPointer, kind, recordId, textOf, type Receipt, type Write } from '#spi'
import { cellText } from '../../../../connectors/dynamics/simulator/cells.ts'
import { Refusal } from '../../../../connectors/dynamics/simulator/index.ts'
import { seededRandom } from '../../../support/host.ts'
import { connect, create, dealFor, signal, to, update, type Connected } from './session.ts'

const failuresWanted = Number(process.env['DYNAMICS_FAILURES'] ?? 200)
const firstSeed = Number(process.env['DYNAMICS_SEED'] ?? 1)

const refusals = [
  () => new Refusal(400, '0x80040265', 'A rule of the house.'),
  () => new Refusal(400, '0x80044331', 'The length of the attribute exceeded the maximum.'),
  () => new Refusal(500, '0x80044150', 'Generic SQL error. Sql Number: 1205'),
  () => new Refusal(500, '0x80044151', 'SQL timeout expired. Sql Number: -2'),
  () => new Refusal(412, '0x80060892', 'Entity Key another_key violated.'),
  () => new Refusal(403, '0x80040231', 'The owner may not.'),
  () => new Refusal(500, '', ''),
]

type Random = ReturnType<typeof seededRandom>
const chance = (random: Random, share: number): boolean => random.next() < share
const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random.next() * list.length)] as T

/** Families of records, some of them sharing an account, and edits of deals that were there before. */
function batchFor(random: Random, round: number, known: readonly string[]): Write[] {
  const writes: Write[] = []
  const families = 1 + Math.floor(random.next() * 25)
  for (let index = 0; index < families; index += 1) {
    const key = `${round}-${index}`
    const account = chance(random, 0.2) && index > 0 ? `${round}-0:account` : `${key}:account`
    if (account.startsWith(`${key}:`)) writes.push(create('account', account, { name: `A ${key}` }))
    if (chance(random, 0.7))
      writes.push(create('contact', `${key}:contact`, { lastname: `C ${key}`, parentcustomerid: to(account) }))
    writes.push(dealFor(key, { name: `D ${key}`, parentaccountid: to(account), estimatedvalue: '10.5' }))
  }
  for (const id of known) if (chance(random, 0.3)) writes.push(update('opportunity', id, { name: `U ${round}` }))
  return writes.toSorted(() => random.next() - 0.5)
}

interface Storm {
  /** Rows by what they are called, and how each is refused. */
  readonly bad: Map<string, () => Refusal>
  hits: number
}

const nameOf = (write: Write): string => {
  const name = write.fields['name'] ?? write.fields['lastname']
  return typeof name === 'string' ? name : ''
}

async function round(there: Connected, random: Random, number: number, storm: Storm): Promise<void> {
  const deals = there.vendor.desk.all(kind('opportunity')).filter(({ fields }) => fields['statecode'] === 'Open')
  const before = new Map(deals.map(({ id, fields }) => [id as string, fields['name']]))
  const batch = batchFor(
    random,
    number,
    deals.slice(-15).map(({ id }) => id),
  )
  for (const write of batch) if (chance(random, 0.12)) storm.bad.set(nameOf(write), pick(random, refusals))
  const cut = chance(random, 0.15) ? Math.floor(random.next() * 3) : -1
  let calls = 0
  there.served.breaks = (call) => {
    if (!/PATCH |CreateMultiple|"Targets"/.test(call.body)) return undefined
    calls += 1
    return calls - 1 === cut ? { do: chance(random, 0.5) ? 'cut-after' : 'cut-before' } : undefined
  }
  const receipts = await there.session.write(batch, signal)
  there.served.breaks = () => undefined
  expect(receipts).toHaveLength(batch.length)
  const made = rowsByName(there)
  const landed = new Set(
    batch.flatMap((write, index) => (write.do === 'create' && isThere(receipts[index]) ? [write.key] : [])),
  )
  for (const [index, write] of batch.entries()) judge(there, write, receipts[index], { storm, before, made, landed })
  storm.bad.clear()
}

/** `opportunity D 1-2` → the ids of all rows called so. */
function rowsByName({ vendor }: Connected): ReadonlyMap<string, readonly string[]> {
  const made = new Map<string, string[]>()
  for (const name of ['account', 'contact', 'opportunity'])
    for (const { id, fields } of vendor.desk.all(kind(name))) {
      const called = `${name} ${textOf(fields['name'] ?? fields['lastname'])}`
      made.set(called, [...(made.get(called) ?? []), id])
    }
  return made
}

const isThere = (receipt: Receipt | undefined): boolean =>
  receipt?.outcome === 'written' || receipt?.outcome === 'already-there'

interface Known {
  readonly storm: Storm
  readonly landed: ReadonlySet<string>
  readonly made: ReadonlyMap<string, readonly string[]>
  readonly before: ReadonlyMap<string, unknown>
}

/** The receipt against the world, by names alone. */
function judge(
  { vendor }: Connected,
  write: Write,
  receipt: Receipt | undefined,
  { storm, before, made: rows, landed }: Known,
): void {
  const name = nameOf(write)
  const what = `${write.do} ${write.kind} "${name}": ${JSON.stringify(receipt)}`
  if (write.do === 'update') {
    const now = vendor.desk.read(write.kind, recordId(write.id))?.fields['name']
    if (receipt?.outcome === 'written') expect(now, what).toBe(name)
    if (receipt?.outcome === 'refused') expect(now, what).toBe(before.get(write.id))
    return
  }
  const made = rows.get(`${write.kind} ${name}`) ?? []
  expect(made.length, what).toBeLessThanOrEqual(1)
  if (receipt?.outcome === 'written') expect(made[0], what).toBe(receipt.id)
  if (receipt?.outcome === 'refused') expect(made, what).toEqual([])
  // Nothing was wrong with it: it landed, unless what it rests on did not, or the whole connection has to wait.
  const isOrphan = Object.values(write.fields).some((value) => isPointer(value) && !landed.has(value.$write))
  if (receipt?.outcome === 'refused' && !storm.bad.has(name))
    expect(isOrphan ? ['DB-3316', 'DB-3314', 'DB-1511'] : ['DB-1511'], what).toContain(receipt.error.code)
  if (storm.bad.has(name)) storm.hits += 1
}

/** A company is replaced after some rounds, so that a long campaign does not drown in its own rows. */
const roundsPerCompany = 20

test(`${failuresWanted} partial failures`, { timeout: 20_000 + failuresWanted * 60 }, async () => {
  const random = seededRandom(firstSeed)
  let hits = 0
  for (let company = 0; hits < failuresWanted; company += 1) {
    const there = await connect({ company: 'empty' })
    const storm: Storm = { bad: new Map(), hits: 0 }
    there.vendor.plugIns.push(({ cells, message }) => {
      const name = cellText(cells['name'] ?? cells['lastname'])
      const refuse = message === 'Create' || message === 'Update' ? storm.bad.get(name) : undefined
      if (refuse) throw refuse()
    })
    for (let number = 0; number < roundsPerCompany && hits + storm.hits < failuresWanted; number += 1) {
      await round(there, random, number, storm)
      there.clock.turn(60_000)
    }
    hits += storm.hits
    await there.close()
  }
})
