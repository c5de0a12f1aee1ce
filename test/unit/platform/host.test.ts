import { expect, test } from 'vitest'
import { openHost } from '#platform/host'
import { openLog } from '#platform/log'
import { systemRandom } from '#platform/random'
import { openSecrets } from '#platform/secrets'
import { memoryVault } from '#platform/vault'
import { FixConfig } from '#spi'
import { handClock } from '../../support/host.ts'

test('each connection has its own origins, its own vault, and its name in the log', async () => {
  const lines: string[] = []
  const clock = handClock()
  const log = openLog({ clock, format: 'json', destination: { write: (line) => void lines.push(line) } })
  const surroundings = {
    clock,
    random: systemRandom,
    log,
    vault: memoryVault(),
    secrets: openSecrets({ clock, env: {} }),
  }
  const requests = { parallel: 1 }
  const pc = openHost(surroundings, { connection: 'pc', origins: ['https://pc.example'], requests })
  const crm = openHost(surroundings, { connection: 'crm', origins: ['https://crm.example'], requests })
  await pc.vault.put('token', 'x')
  expect(await crm.vault.get('token')).toBeNull()
  const request = { method: 'GET', url: 'https://pc.example/', name: 'x', writes: false } as const
  await expect(crm.http.send(request, new AbortController().signal)).rejects.toBeInstanceOf(FixConfig)
  expect(lines).toEqual([expect.stringContaining('"connection":"crm","call":"x"')])
  pc.close()
  crm.close()
})
