// A process of its own that works with a ledger until it is killed. Tells on stdout what it has been promised.
//   node child.ts <directory> write    commits without end, several at once, clearing up now and then
//   node child.ts <directory> hold     opens, and holds it open
//   node child.ts <directory> try      opens and closes; tells the code it is refused with

import { openLowdbLedger } from '#ledger/lowdb/ledger'
import { isSyncError } from '#core/errors'
import { minute, sampleEvent } from '#testkit/ledger-samples'
import type { LedgerChange } from '#ledger'

const [, , directory = '', what = 'try'] = process.argv
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const sizes = { journalBytes: 20_000, historyEvents: 50, historyBytes: 20_000, reserveBytes: 0 }

try {
  const ledger = await openLowdbLedger({ directory, sizes })
  if (what === 'try') await ledger.close()
  say('open')
  if (what === 'hold') setInterval(() => undefined, 1000)
  if (what === 'write') await Promise.all([0, 1, 2].map(writer))

  async function writer(lane: number): Promise<never> {
    const known = await ledger.get('fact', `lane-${lane}`)
    let n = typeof known?.['n'] === 'number' ? known['n'] : 0
    for (;;) {
      n += 1
      const both = (key: string): LedgerChange => ({ put: 'fact', key, value: { n, pad: 'x'.repeat(n % 700) } })
      const details = { lane, n }
      await ledger.commit([both(`lane-${lane}`), both(`twin-${lane}`)], [sampleEvent(n, { at: minute(0), details })])
      say(`${lane} ${n}`)
      if (lane === 0 && n % 40 === 0) await ledger.compact()
    }
  }
} catch (error) {
  say(isSyncError(error) ? error.code : String(error))
  process.exitCode = 1
}
