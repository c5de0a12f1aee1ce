// A seller marks an opportunity of their own, and it becomes a deal that Microsoft works on too: the partner's copy and
// Microsoft's, made by the real process over real HTTP. It is killed after Partner Center has carried a POST out and
// before its answer is there, at each POST, and started again: there is never a second deal, and never half a pair.

import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { kind, REFERRAL, textOf, type RecordId } from '#spi'
import { realWorld, type RealWorld } from '../support/real-process.ts'
import { markedDeal, pairOf, shareSection, type Pair } from '../support/shared-pair.ts'

const Opportunity = kind('Opportunity')

/** What Microsoft makes of it, for the seller to see. */
const rows = `fields:
  - { crm: NextStep, referral: ref.microsoft.stage, direction: toCrm }
  - { crm: Description, referral: ref.microsoftMsxId, direction: toCrm }
`

let world: RealWorld | undefined
afterEach(async () => await world?.close())

/** One pass of the real program. */
const passOf = async (on: RealWorld): Promise<unknown> => await on.startSync().ended

/** The real program on a mapping that shares. */
async function sharing(): Promise<RealWorld> {
  world = await realWorld(['salesforce'])
  await appendFile(join(world.folder, 'mappings', 'salesforce.opportunity.yaml'), shareSection)
  return world
}

const marked = ({ crms }: RealWorld): RecordId => markedDeal(crms.salesforce?.simulator.desk ?? expect.fail('no CRM'))
const pairAt = ({ source }: RealWorld): Pair => pairOf(source.simulator.desk)

function expectPair(on: RealWorld, deal: RecordId): void {
  const { ours, theirs } = pairAt(on)
  expect([ours.length, theirs.length]).toEqual([1, 1])
  expect(ours[0]?.fields).toMatchObject({
    externalReferenceId: deal,
    status: 'Active',
    substatus: 'Accepted',
    type: 'Shared',
    salesStage: '20',
    details: { dealValue: 48_000, currency: 'EUR' },
  })
  expect(theirs[0]?.fields).toMatchObject({
    engagementId: ours[0]?.fields['engagementId'],
    inviteContext: { assistanceRequestCode: 'ProofOfConceptOrDemo' },
  })
  const record = on.crms.salesforce?.simulator.desk.read(Opportunity, deal)
  expect(textOf(record?.fields['PC_Referral_Id__c'])).toBe(ours[0]?.id.toLowerCase())
  expect(record?.fields).toMatchObject({ Name: 'Wingtip – data estate', PC_Sync_State__c: 'In step' })
}

test('the plan shows it with !, sync makes the pair, and the next plan is empty', { timeout: 60_000 }, async () => {
  const on = await sharing()
  await passOf(on)
  const deal = marked(on)
  const plan = await on.run('plan')
  expect(plan.out).toMatch(/^Partner Center\n {2}! referral +Wingtip Toys AG – Wingtip – data estate +new-/m)
  expect(plan.out).toMatch(/customerProfile\.name +Wingtip Toys AG +account\.Name +mappings\/salesforce/)
  expect(pairAt(on)).toEqual({ ours: [], theirs: [] })
  const sync = await on.run('sync', '--yes')
  expect([sync.code, sync.err]).toEqual([0, expect.not.stringMatching(/DB-3\d\d\d/)])
  await passOf(on)
  expectPair(on, deal)
  const last = await on.run('plan', '--json', '--exit-code')
  expect([last.code, JSON.parse(last.out)]).toMatchObject([0, { summary: { create: 0, update: 0, outcome: 0 } }])
})

test('Microsoft’s answer and its own id of the deal reach the seller', { timeout: 60_000 }, async () => {
  const on = await sharing()
  const [config, mapping] = ['config/dealbridge.yaml', 'mappings/salesforce.opportunity.yaml'].map((path) =>
    join(on.folder, path),
  )
  if (!config || !mapping) expect.fail('no folder')
  await writeFile(
    config,
    (await readFile(config, 'utf8')).replace('tenant: sandbox,', 'tenant: sandbox, read: { microsoft: true },'),
  )
  const text = (await readFile(mapping, 'utf8'))
    .replace(/^  - crm: Description\n(?: {4}.*\n)+/m, '')
    .replace(/^tests:[^]*?(?=^share:)/m, '')
  await writeFile(mapping, text.replace(/^fields:\n/m, rows))
  const deal = marked(on)
  await passOf(on)
  const seen = () => on.crms.salesforce?.simulator.desk.read(Opportunity, deal)?.fields
  expect(seen()).toMatchObject({ NextStep: 'New', Description: null })
  const [theirs] = pairAt(on).theirs
  on.source.simulator.desk.edit(REFERRAL, theirs?.id ?? ('' as RecordId), {
    status: 'Active',
    substatus: 'Accepted',
    'trackingInfo.microsoftMsxId': '7-3KXPQ2LM',
  })
  await passOf(on)
  expect(seen()).toMatchObject({ NextStep: 'Accepted', Description: '7-3KXPQ2LM' })
  const told = await on.run('explain', deal)
  expect(told.out).toContain('Microsoft’s own copy: Accepted, 7-3KXPQ2LM in its CRM')
})

test('F66: killed after each POST was carried out, before its answer', { timeout: 120_000 }, async () => {
  const on = await sharing()
  const deal = marked(on)
  let posts = 0
  for (const fatal of [1, 2]) {
    const process = on.startSync()
    on.source.served.breaks = ({ method, url }) => {
      if (method !== 'POST' || !url.pathname.endsWith('/referrals')) return undefined
      posts += 1
      if (posts !== fatal) return undefined
      process.child.kill('SIGKILL')
      return { do: 'cut-after' }
    }
    expect((await process.ended).signal).toBe('SIGKILL')
  }
  expect(posts).toBe(2)
  on.source.served.breaks = () => undefined
  await passOf(on)
  await passOf(on)
  expectPair(on, deal)
})

test('F6: both answers are lost while it goes on running', { timeout: 120_000 }, async () => {
  const on = await sharing()
  const deal = marked(on)
  let lost = 0
  on.source.served.breaks = ({ method, url }) => {
    if (method !== 'POST' || !url.pathname.endsWith('/referrals') || lost === 2) return undefined
    lost += 1
    return { do: 'cut-after' }
  }
  for (let pass = 0; pass < 4; pass += 1) await passOf(on)
  expect(lost).toBe(2)
  expectPair(on, deal)
})
