// Around the whole suite: gives every process a place to report to, and fails the run when one of them wanted to leave
// this computer. A run that saw no connection at all proves nothing, so that is told too.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { EGRESS_FOLDER, egressOf } from './watch.ts'

export default function around(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'dealbridge-egress-'))
  const watch = pathToFileURL(join(import.meta.dirname, 'watch.ts')).href
  process.env[EGRESS_FOLDER] = folder
  // Every process that a test starts inherits it.
  process.env['NODE_OPTIONS'] = `${process.env['NODE_OPTIONS'] ?? ''} --import=${watch}`.trim()
  return () => {
    const all = readdirSync(folder).map((name) => egressOf(readFileSync(join(folder, name), 'utf8')))
    rmSync(folder, { recursive: true })
    const loopback = all.reduce((sum, one) => sum + one.loopback, 0)
    const elsewhere = [...new Set(all.flatMap((one) => one.elsewhere))]
    console.log(
      `Egress: at least ${loopback} connections of ${all.length} processes to this computer, ${elsewhere.length} elsewhere.`,
    )
    if (elsewhere.length > 0) throw new Error(`Tests wanted to leave this computer: ${elsewhere.join(', ')}`)
  }
}
