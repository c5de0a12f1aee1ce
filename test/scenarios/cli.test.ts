// The real program, as a process, over loopback, with nothing but an ordinary configuration.

import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { realWorld, type RealWorld, type Started } from '../support/real-process.ts'

const timeout = 120_000
const worlds: RealWorld[] = []
const daemons: Started[] = []
afterEach(async () => {
  for (const { child, ended } of daemons.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
  for (const world of worlds.splice(0)) await world.close()
})

async function open(...names: Parameters<typeof realWorld>[0]): Promise<RealWorld> {
  const world = await realWorld(names)
  worlds.push(world)
  return world
}

/** Waits for something that is about to be so. */
async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await isSo()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  expect.fail(`it never came to this: ${what}`)
}

async function daemonIn(world: RealWorld): Promise<Started> {
  const daemon = world.start('run')
  daemons.push(daemon)
  await until('a daemon that answers', async () => (await doorOf(world))?.pid === daemon.child.pid)
  return daemon
}

async function doorOf({ folder }: RealWorld): Promise<{ readonly url: string; readonly pid: number } | null> {
  const text = await readFile(join(folder, 'data/ledger/door.json'), 'utf8').catch(() => null)
  return text === null ? null : (JSON.parse(text) as { url: string; pid: number })
}

describe('without a daemon', () => {
  test('two CRMs: check, plan, write exactly that, and a plan that is empty', { timeout }, async () => {
    const world = await open('salesforce', 'dynamics')
    await world.configure({ mode: 'review' })
    const check = await world.run('check')
    expect(check.out).toContain('the mapping cosell-salesforce is valid')

    const plan = await world.run('plan', '--out', 'plan.json', '--exit-code')
    expect([plan.code, plan.out.includes('Opportunity')]).toEqual([2, true])
    expect((await stat(join(world.folder, 'plan.json'))).mode & 0o077).toBe(0)

    const sync = await world.run('sync', '--plan', 'plan.json', '--yes', '--json')
    expect(JSON.parse(sync.out)).toMatchObject({ runs: [{ result: 'done' }, { result: 'done' }] })
    expect(sync.err).toBe('')
    // Written once, it is no longer what would be written.
    expect((await world.run('sync', '--plan', 'plan.json', '--yes')).code).toBe(3)
    await world.run('sync', '--yes')
    expect((await world.run('plan', '--exit-code')).code).toBe(0)
  })

  test('mistakes in the configuration are all shown with their lines, and nothing is called', { timeout }, async () => {
    const world = await open('dynamics')
    await world.configure({ mode: 'atuo', more: 'loging: { level: info }' })
    const { code, err, out } = await world.run('plan')
    expect([code, out]).toEqual([78, ''])
    expect(err).toContain('must be one of observe, review, auto')
    expect(err).toContain('did you mean "logging"?')
    expect(world.source.served.calls).toEqual([])
  })
})

describe('with a daemon', () => {
  test(
    'it works by itself, and commands ask it; it reloads, refuses bad settings, and ends in order',
    { timeout },
    async () => {
      const world = await open('dynamics')
      const crm = world.crms.dynamics ?? expect.fail('no CRM')
      const before = crm.hands.count()
      const daemon = await daemonIn(world)
      await until('new opportunities', () => crm.hands.count() > before + 3)

      const status = JSON.parse((await world.run('status', '--json')).out) as { daemon: unknown }
      expect(status).toMatchObject({
        daemon: { pid: daemon.child.pid },
        pipelines: [{ name: 'dynamics', mode: 'auto' }],
      })

      const door = (await doorOf(world)) ?? expect.fail('no door')
      for (const path of ['/livez', '/readyz']) expect((await fetch(door.url + path)).status).toBe(200)
      const metrics = await (await fetch(`${door.url}/metrics`)).text()
      expect(metrics).toMatch(/dealbridge_referrals\{pipeline="dynamics",state="in_step"\} [1-9]/)

      // A second writer is refused, and told who has it.
      const second = await world.run('run')
      expect([second.code, second.err.includes('DB-4001')]).toEqual([75, true])

      const config = join(world.folder, 'config/dealbridge.yaml')
      const good = await readFile(config, 'utf8')
      await writeFile(config, good.replace('mode: auto', 'mode: bogus'))
      daemon.child.kill('SIGHUP')
      await until('a refused reload', async () => (await world.run('status')).out.includes('The settings changed at'))
      await writeFile(config, good.replace('mode: auto', 'mode: observe'))
      expect((await world.run('reload')).code).toBe(0)
      expect((await world.run('status')).out).toMatch(/dynamics +observe/)

      // F70: it finishes what it has in hand and ends in order.
      daemon.child.kill('SIGTERM')
      expect(await daemon.ended).toMatchObject({ code: 0, signal: null })
      expect(await doorOf(world)).toBeNull()
    },
  )

  test('an edit on either side reaches the other within a few seconds', { timeout }, async () => {
    const world = await open('salesforce')
    const crm = world.crms.salesforce ?? expect.fail('no CRM')
    await daemonIn(world)
    const accepted = () =>
      world.source.hands.referrals.find(
        (one) => crm.hands.dealOf(one) && world.source.hands.show(one).status === 'Active/Accepted',
      )
    await until('an accepted deal on both sides', () => accepted() !== undefined)
    const referral = accepted() ?? expect.fail('no deal')
    const deal = crm.hands.dealOf(referral) ?? expect.fail('no opportunity')
    await until('a deal that is in step', async () => {
      const { out } = await world.run('referrals', 'list', '--json')
      const { deals } = JSON.parse(out) as { deals: { referral: string; state: string }[] }
      return deals.some((one) => one.referral === referral && one.state === 'in-step')
    })
    crm.hands.setAmount(deal, '123456')
    await until('the amount at Microsoft', () => Number(world.source.hands.show(referral).value) === 123_456)
    world.source.hands.setValue(referral, '654321')
    await until('the amount in the CRM', () => Number(crm.hands.show(deal).amount) === 654_321)
  })

  test('killed, it leaves nothing that keeps the next one from starting', { timeout }, async () => {
    const world = await open('dynamics')
    const daemon = await daemonIn(world)
    daemon.child.kill('SIGKILL')
    await daemon.ended
    expect((await world.run('status')).out).toContain('no daemon runs here')
    const next = await daemonIn(world)
    next.child.kill('SIGINT')
    expect(await next.ended).toMatchObject({ code: 0 })
  })
})
