// Signing in with the real program, to two tenants in one daemon: with a code on another device, and in a browser. When
// one tenant's sign-in ends, only what uses it pauses, and it goes on by itself once somebody has signed in again.

import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { until } from '../support/called-house.ts'
import type { Running } from '../support/daemon-process.ts'
import { signInByBrowser, signInByCode, twoTenants, type TwoTenants } from '../support/two-tenants.ts'

let house: TwoTenants | undefined
let daemon: Running | undefined
afterEach(async () => {
  daemon?.signal('SIGKILL')
  await daemon?.ended
  daemon = undefined
  await house?.close()
})

test(
  'two tenants: each signed in by itself; one that ends pauses alone, and resumes by itself',
  { timeout: 120_000 },
  async () => {
    house = await twoTenants()
    const { fabrikam, adatum, salesforce, dynamics } = house
    const browser = await signInByBrowser(house, fabrikam)
    expect([browser.code, browser.stdout()]).toEqual([
      0,
      expect.stringContaining(`signed in to fabrikam as ${fabrikam.account}`),
    ])
    const device = await signInByCode(house, adatum)
    expect([device.code, device.stdout()]).toEqual([
      0,
      expect.stringContaining(`signed in to adatum as ${adatum.account}`),
    ])

    daemon = house.start('run')
    const [ours, theirs] = [fabrikam.hands.arrive('cosell', 'Europe'), adatum.hands.arrive('cosell', 'Americas')]
    await until(() => salesforce.dealOf(ours) !== null, 'a deal of the first tenant', 30_000)
    await until(() => dynamics.dealOf(theirs) !== null, 'a deal of the second tenant', 30_000)
    expect([salesforce.dealOf(theirs), dynamics.dealOf(ours)]).toEqual([null, null])

    const listed = await house.run('connect', 'list')
    expect(listed.stdout()).toMatch(/fabrikam +✓ +svc-referrals@fabrikam\.example.*unused it ends in (?:89|90) d/)
    expect(listed.stdout()).toMatch(/adatum +✓ +svc-referrals@adatum\.example/)

    adatum.pc.tokens.revokeAll()
    const [americas, europe] = [adatum.hands.arrive('cosell', 'Americas'), fabrikam.hands.arrive('lead', 'Europe')]
    const running = daemon
    await until(() => running.output().includes('DB-1411'), 'word that the sign-in is over', 30_000)
    fabrikam.hands.setValue(ours, '77000')
    const deal = salesforce.dealOf(ours) ?? expect.fail('no deal')
    await until(() => Number(salesforce.show(deal).amount) === 77_000, 'the other tenant’s work', 30_000)
    const status = await house.run('status')
    expect(status.stdout()).toMatch(/adatum +✗ .*DB-1411/)
    expect(status.stdout()).toMatch(/fabrikam +✓/)
    expect([dynamics.dealOf(americas), europe]).toEqual([null, expect.any(String)])

    expect((await signInByBrowser(house, adatum)).code).toBe(0)
    await until(() => dynamics.dealOf(americas) !== null, 'work to go on by itself', 90_000)
  },
)

test(
  'T32: killed around the moment a renewed token is stored, six times: nobody has to sign in again',
  { timeout: 120_000 },
  async () => {
    house = await twoTenants()
    const { fabrikam, adatum } = house
    await signInByBrowser(house, fabrikam)
    await signInByBrowser(house, adatum)
    for (let kill = 0; kill < 12; kill += 2) {
      const command = house.start('connect', 'test', 'fabrikam')
      const before = fabrikam.pc.tokens.asked
      await until(() => fabrikam.pc.tokens.asked > before, 'the token to be asked for')
      // At the answer, and a little later each time: before, while and after it is stored.
      await new Promise((resolve) => setTimeout(resolve, kill))
      command.signal('SIGKILL')
      await command.ended
    }
    const tried = await house.run('connect', 'test', 'fabrikam')
    expect([tried.code, tried.stdout()]).toEqual([
      0,
      expect.stringContaining('signed in as svc-referrals@fabrikam.example'),
    ])

    // What is kept is for this user alone, and nothing that is printed holds a token.
    const kept = await filesBelow(join(house.folder, 'data'))
    expect(kept.length).toBeGreaterThan(0)
    for (const file of kept) expect([file, (await stat(file)).mode & 0o077]).toEqual([file, 0])
    const logs = tried.output()
    for (const token of fabrikam.pc.tokens.refresh.keys()) expect(logs).not.toContain(token)
  },
)

async function filesBelow(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  return found.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name))
}
