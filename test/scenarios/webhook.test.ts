// Partner Center calls: shown, taken over with eyes open, tried all the way round, and heard within seconds. A call is a
// hint: when all of them are lost, the same changes arrive with the next poll.

import { afterEach, expect, test } from 'vitest'
import type { Running } from '../support/daemon-process.ts'
import { calledHouse, until, type CalledHouse } from '../support/called-house.ts'

let house: CalledHouse | undefined
let daemon: Running | undefined
afterEach(async () => {
  daemon?.signal('SIGTERM')
  await daemon?.ended
  daemon = undefined
  await house?.close()
})

const isUp = (running: Running): boolean => running.output().includes('"run.done"')

/** The registration API, as somebody else would use it. */
async function registerElsewhere({ servedSource }: CalledHouse): Promise<void> {
  const body = JSON.stringify({ WebhookUrl: 'https://flows.example/hook', WebhookEvents: ['referral-created'] })
  await fetch(`${servedSource.url}/webhooks/v1/registration`, { method: 'POST', body })
}

test(
  'whose calls they are is shown before they are taken over; then they make the round trip',
  { timeout: 90_000 },
  async () => {
    house = await calledHouse({ every: '1h' })
    await registerElsewhere(house)
    daemon = house.start('run')
    const running = daemon
    await until(() => isUp(running), 'a first pass')

    const shown = await house.run('connect', 'webhook', 'partner-center')
    expect([shown.code, shown.stdout()]).toEqual([
      0,
      expect.stringMatching(
        /calls now +https:\/\/flows\.example\/hook +referral-created\n.*should call .*\/push\/partner-center/,
      ),
    ])
    const refused = await house.run('connect', 'webhook', 'partner-center', '--register')
    expect([refused.code, refused.output()]).toEqual([3, expect.stringContaining('--yes')])
    const untouched = await house.run('connect', 'webhook', 'partner-center', '--json')
    expect(JSON.parse(untouched.stdout())).toMatchObject({
      registered: { url: 'https://flows.example/hook' },
      isOurs: false,
    })

    const taken = await house.run('connect', 'webhook', 'partner-center', '--register', '--yes')
    expect([taken.code, taken.stdout()]).toEqual([0, expect.stringContaining('this daemon is called')])
    const checked = await house.run('connect', 'test', 'partner-center')
    expect(checked.stdout()).toContain('✓ a test call came all the way round')
    expect(house.deliveries).toEqual([200])
  },
)

test(
  'a change arrives within seconds of the call; without any call, with the next poll',
  { timeout: 90_000 },
  async () => {
    house = await calledHouse({ every: '4s' })
    const { source, crm } = house
    daemon = house.start('run')
    const running = daemon
    await until(() => isUp(running), 'a first pass')
    await house.run('connect', 'webhook', 'partner-center', '--register')

    const called = source.arrive('cosell', 'Europe')
    expect(await until(() => crm.dealOf(called) !== null, 'the called deal')).toBeLessThan(3_000)
    expect(house.deliveries).toContain(200)

    house.loseCalls(true)
    const heard = house.deliveries.length
    source.setValue(called, '33300')
    const deal = crm.dealOf(called) ?? expect.fail('no deal')
    await until(() => Number(crm.show(deal).amount) === 33_300, 'the edit nobody called about')
    expect(house.deliveries).toHaveLength(heard)
  },
)
