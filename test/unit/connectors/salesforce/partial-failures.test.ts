// Thousands of batches' worth of rows that fail here and there, each for its own reason, in collections and in single
// rows, on a wire that also fails. Every receipt is held against what the org really holds:
//   written       exactly one record carries the key
//   already-there one did before
//   refused       none does
//   unknown       nobody may claim either
// DEALBRIDGE_FAILURES sets how many failed rows there must be, DEALBRIDGE_SEED where the dice begin.

import { env } from 'node:process'
import { expect, test } from 'vitest'
import { type CreateWrite, type LinkKey, linkKey, type Receipt, recordId, type SimulatedAnswer, textOf } from '#spi'
import type { WireFault } from '#testkit/serve'
import { seededRandom } from '../../../support/host.ts'
import { Account, Contact, never, newDeal, Opportunity, Role, type TestOrg, testOrg, wholeDeal } from './org.ts'

const wanted = Number(env['DEALBRIDGE_FAILURES'] ?? 10_000)
const seed = Number(env['DEALBRIDGE_SEED'] ?? 1)

const rowErrors = [
  'FIELD_CUSTOM_VALIDATION_EXCEPTION',
  'UNABLE_TO_LOCK_ROW',
  'DUPLICATES_DETECTED',
  'REQUIRED_FIELD_MISSING',
  'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
  'INSUFFICIENT_ACCESS_OR_READONLY',
  'STORAGE_LIMIT_EXCEEDED',
  'SOMETHING_NOBODY_KNOWS',
] as const

const wireFaults: readonly WireFault[] = [
  { do: 'cut-before' },
  { do: 'cut-after' },
  { do: 'cut-within', atByte: 40 },
  { do: 'answer', answer: { status: 503, headers: { 'content-type': 'text/html' }, body: '<html></html>' } },
  { do: 'answer-after', answer: { status: 502, headers: { 'content-type': 'text/html' }, body: '<html></html>' } },
  { do: 'answer-after', answer: { status: 200, headers: { 'content-type': 'application/json' }, body: '[]' } },
]

/** What an answer may look like that does not tell what became of each row. */
const tampers: readonly ((body: string) => string)[] = [
  (body) => body.replace(/\{"id":"[0-9A-Za-z]{18}","success":true,"errors":\[\]\},/, ''),
  (body) => body.replace(/"referenceId":"p0"/, '"referenceId":"q0"'),
  (body) => body.replace(/"id":"00[0-9A-Za-z]{16}",/, ''),
  (body) => body.replace(/"success":true/, '"success":"yes"'),
]

interface Tally {
  rows: number
  failed: number
  written: number
  refused: number
  unknown: number
}

test(`${wanted} failed rows: each is told apart from those that were written`, { timeout: 600_000 }, async () => {
  const random = seededRandom(seed)
  const dice = (of: number): number => Math.floor(random.next() * of)
  const tally: Tally = { rows: 0, failed: 0, written: 0, refused: 0, unknown: 0 }
  let next = 0
  for (let round = 0; tally.failed < wanted; round += 1) {
    const org = await testOrg({ hostOptions: { seed: seed + round } })
    try {
      await org.session.probe([Opportunity, Account, Contact, Role], never)
      const share = random.next() * 0.7
      org.simulator.knobs.rules.push(() => {
        const errorCode = rowErrors[dice(rowErrors.length)] ?? ''
        return random.next() < share ? [{ errorCode, message: 'no', fields: [] }] : []
      })
      for (let batch = 0; batch < 12 && tally.failed < wanted; batch += 1) {
        const deals = 1 + dice(dice(4) === 0 ? 120 : 8)
        const writes = Array.from({ length: deals }, () => (next += 1)).flatMap((n) => some(n, dice))
        const breaks = dice(4) === 0 ? wireFaults[dice(wireFaults.length)] : undefined
        const at = dice(3)
        let call = 0
        org.served.breaks = ({ method }) => {
          call += method === 'POST' ? 1 : 0
          return breaks && call === at + 1 ? breaks : undefined
        }
        const tamper = dice(6) === 0 ? tampers[dice(tampers.length)] : undefined
        org.tamper = (answer: SimulatedAnswer) => (tamper ? { ...answer, body: tamper(answer.body) } : answer)
        const before = { holders: holdersOf(org), counts: countsOf(org) }
        const receipts = await org.session.write(writes, never)
        check(org, { writes, receipts, before }, tally)
      }
    } finally {
      await org.close()
    }
  }
  console.log(`partial failures: ${JSON.stringify(tally)}, seed ${seed}`)
  expect(tally.rows).toBe(tally.written + tally.refused + tally.unknown)
  expect(tally.failed).toBeGreaterThanOrEqual(wanted)
})

/** A whole deal, or one without some of its parts, or one whose key is taken by an earlier one. */
function some(n: number, dice: (of: number) => number): readonly CreateWrite[] {
  const taken = dice(10) === 0 ? Math.max(1, n - 1 - dice(5)) : n
  return dice(2) === 0 ? wholeDeal(taken) : [newDeal(taken)]
}

interface Batch {
  readonly writes: readonly CreateWrite[]
  readonly receipts: readonly Receipt[]
  /** Which record held which key before anything was sent, and how many there were of each kind. */
  readonly before: { readonly holders: ReadonlyMap<LinkKey, string>; readonly counts: readonly number[] }
}

const kinds = [Opportunity, Account, Contact, Role]
const countsOf = (org: TestOrg): readonly number[] => kinds.map((kind) => org.simulator.desk.all(kind).length)

function holdersOf(org: TestOrg): ReadonlyMap<LinkKey, string> {
  const holders = new Map<LinkKey, string>()
  for (const { id, fields } of org.simulator.desk.all(Opportunity)) {
    const key = linkKey(textOf(fields['PC_Referral_Id__c']))
    expect(holders.has(key), 'two records carry one key').toBe(false)
    holders.set(key, id)
  }
  return holders
}

function check(org: TestOrg, { writes, receipts, before }: Batch, tally: Tally): void {
  expect(receipts).toHaveLength(writes.length)
  tally.rows += writes.length
  const holders = holdersOf(org)
  const lost = new Set(writes.flatMap((write, at) => (receipts[at]?.outcome === 'unknown' ? [write.key] : [])))
  const made = new Set(writes.flatMap((write, at) => (isDone(receipts[at]) ? [write.key] : [])))
  // Records without a key cannot be looked up one by one: they are counted.
  for (const [index, more] of countsOf(org).entries()) {
    const of = receipts.filter((_, at) => writes[at]?.kind === kinds[index])
    const written = of.filter(({ outcome }) => outcome === 'written').length
    const unknown = of.filter(({ outcome }) => outcome === 'unknown').length
    const made = more - (before.counts[index] ?? 0)
    expect(made, 'what was made was told').toBeGreaterThanOrEqual(written)
    expect(made, 'what was refused was not made').toBeLessThanOrEqual(written + unknown)
  }
  for (const [at, write] of writes.entries()) {
    const receipt = receipts[at]
    if (isDone(receipt)) {
      tally.written += 1
      expect(org.simulator.desk.read(write.kind, recordId(receipt.id)), 'a written record is there').toBeDefined()
      if (write.keyField !== null) expect(holders.get(write.key)).toBe(receipt.id)
      if (receipt.outcome === 'written')
        expect(before.holders.get(write.key), 'a creation only creates').toBeUndefined()
    } else if (receipt?.outcome === 'unknown') {
      tally.unknown += 1
      tally.failed += 1
    } else {
      expect(receipt?.outcome).toBe('refused')
      tally.refused += 1
      tally.failed += 1
      const isSure = write.keyField !== null && !lost.has(write.key) && !made.has(write.key)
      if (isSure) expect(holders.get(write.key), 'a refused record was not made').toBe(before.holders.get(write.key))
    }
  }
}

const isDone = (receipt: Receipt | undefined): receipt is Extract<Receipt, { readonly id: unknown }> =>
  receipt?.outcome === 'written' || receipt?.outcome === 'already-there'
