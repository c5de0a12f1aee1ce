// F107: an admin of the CRM renames a field, or takes a stage away, while we run. It is noticed, it is said where and by
// whom it was done, nothing is written that no longer fits, and once the mapping is mended all of it goes on.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import type { RecordId } from '#spi'
import { realWorld, type PretendedCrm, type RealWorld, type Started } from '../support/real-process.ts'

const patient = { timeout: 120_000 }
const regions = { salesforce: 'Europe', dynamics: 'Americas' } as const
type Crm = keyof typeof regions

let world: RealWorld | undefined
let daemon: Started | undefined
afterEach(async () => {
  daemon?.child.kill('SIGKILL')
  await daemon?.ended
  await world?.close()
})

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await isSo()) return
    await wait(100)
  }
  expect.fail(`${what} never came to be:\n${daemon?.said() ?? ''}`)
}

interface Running {
  readonly world: RealWorld
  readonly crm: PretendedCrm
  readonly referral: RecordId
  readonly deal: RecordId
  readonly edit: (change: (text: string) => string) => Promise<void>
  readonly status: () => Promise<string>
}

/** A daemon with one deal that both sides agree on. */
async function running(name: Crm): Promise<Running> {
  const made = (world = await realWorld([name]))
  const crm = made.crms[name] ?? expect.fail('no CRM')
  const referral = made.source.hands.arrive('cosell', regions[name])
  const started = (daemon = made.start('run'))
  await until('the deal', () => crm.hands.dealOf(referral) !== null || started.child.exitCode !== null)
  const deal = crm.hands.dealOf(referral) ?? expect.fail(started.said())
  crm.hands.takeUp(deal)
  await until('the answer', () => made.source.hands.show(referral).status === 'Active/Accepted')
  const path = join(made.folder, `mappings/${name}.opportunity.yaml`)
  return {
    world: made,
    crm,
    referral,
    deal,
    edit: async (change) => await writeFile(path, change(await readFile(path, 'utf8'))),
    status: async () => (await made.run('status')).out,
  }
}

const wellAgain = { salesforce: /salesforce +auto .*✓/, dynamics: /dynamics +auto .*✓/ } as const

test.each<Crm>(['salesforce', 'dynamics'])('a field that got another name in %s', patient, async (name) => {
  const { world: made, crm, referral, deal, edit, status } = await running(name)
  const { from, to } = crm.setup.renameField()
  crm.hands.setAmount(deal, '77000')
  await until('the trouble', async () => (await status()).includes(`"${from}"`))
  expect((await made.run('problems')).out).toContain('DB-2101')
  const validated = await made.run('mappings', 'validate')
  expect([validated.code, validated.out]).toEqual([78, expect.stringContaining(`There is no field "${from}"`)])
  // When it went, and what may have become of it.
  expect(validated.out).toMatch(new RegExp(`removed on \\d+ \\w+[^]*write ${to}, if that is what it is called now`))

  // Nothing is written meanwhile, and nothing is lost.
  const { value } = made.source.hands.show(referral)
  crm.hands.setAmount(deal, '78000')
  await wait(2_500)
  expect(made.source.hands.show(referral).value).toBe(value)

  await edit((text) => text.replaceAll(from, to))
  await made.run('reload')
  await until('the edit', () => Number(made.source.hands.show(referral).value) === 78_000)
  expect(await status()).toMatch(wellAgain[name])
})

test.each<Crm>(['salesforce', 'dynamics'])('a stage that is not there any more in %s', patient, async (name) => {
  const { world: made, crm, referral, deal, edit, status } = await running(name)
  const stage = crm.setup.removeStage()
  const checked = await made.run('check')
  expect([checked.code, checked.out]).toEqual([1, expect.stringContaining(`"${stage}"`)])
  await until('the trouble', async () => (await status()).includes(stage))

  // Its row goes, and with it the examples that lead through it.
  await edit((text) => text.replace(new RegExp(`^.*crm: ${stage} }\n`, 'm'), '').replace(/^tests:[^]*/m, ''))
  await made.run('reload')
  crm.hands.setAmount(deal, '79000')
  await until('the edit', () => Number(made.source.hands.show(referral).value) === 79_000)
  expect(await status()).toMatch(wellAgain[name])
})
