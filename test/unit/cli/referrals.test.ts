import { expect, test } from 'vitest'
import { exit } from '#cli/exit'
import { fakeCli } from '../../support/fake-cli.ts'
import { addReferral } from '../../support/fake-vendors.ts'

test('an empty list says whether there is nothing, or nothing like that', async () => {
  const cli = fakeCli()
  expect(await cli.run('referrals', 'list')).toMatchObject({
    code: exit.done,
    out: 'No referral is linked yet. See what would be: dealbridge plan\n',
  })
  addReferral(cli.source, 'aaaa0001', { status: 'Accepted' })
  await cli.run('sync', '--yes')
  expect((await cli.run('referrals', 'list', '--max', '1')).out).toContain('Contoso AG')
  expect((await cli.run('referrals', 'list', '--state', 'stuck')).out).toBe(
    'No linked referral is like that. All of them: dealbridge referrals list\n',
  )
})

test('a name cannot steer the terminal it is printed on', async () => {
  const cli = fakeCli()
  addReferral(cli.source, 'aaaa0001', {
    status: 'Accepted',
    customer: 'Contoso\u001b[2J\u001b]0;owned\u0007',
    name: 'x\u202ey',
  })
  await cli.run('sync', '--yes')
  const { out } = await cli.run('referrals', 'list')
  expect(out).toContain('Contoso')
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  expect(out).not.toMatch(/[\u001b\u0007\u202e]/)
})
