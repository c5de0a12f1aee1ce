import { expect, test } from 'vitest'
import { exit } from '#cli/exit'
import { fakeCli } from '../../support/fake-cli.ts'

test('a channel that is named, or all of them, is tried', async () => {
  const cli = fakeCli()
  expect(await cli.run('alerts', 'test', 'sales')).toMatchObject({
    code: exit.done,
    out: '✓ sales (webhook) took a trial message\n',
  })
  const { out } = await cli.run('alerts', 'test', '--json')
  expect(JSON.parse(out)).toEqual({
    schema: 'dealbridge.alerts-test/v1',
    channels: [{ channel: 'ops', type: 'webhook', trouble: null }],
  })
})
