// The daemon at size: how long until it is ready, what it holds in memory, what an idle pass costs, and how it takes ten
// thousand changes that come in one interval. It is the real daemon with a real ledger on the real disk, in a process of
// its own; only the vendors are worked out instead of called (bench/scale/vendors.ts).
//
//   npm run bench:scale                                     100,000 links, 10,000 changes
//   npm run bench:scale -- --links 20000 --changes 2000
//
// It ends with 1 when a figure is over its budget: 256 MiB, ready within 10 s, an idle pass that costs the same calls
// and no commit, and commits of 5 ms (p99), or of three times what the bare disk took for the same bytes in the same
// run, where the disk itself is slower than that.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ledgerDirectory } from '#assembly/store'
import { linkKey, recordId } from '#core/model/ids'
import { instantFromMs } from '#core/model/instant'
import type { Link } from '#core/model/link'
import { openLowdbLedger } from '#ledger/lowdb/ledger'
import { version } from '#spi'
import { opportunity } from '../test/support/fake-vendors.ts'
import { openHouse, pipeline, type House } from './scale/house.ts'
import { dealId, referralId } from './scale/vendors.ts'

interface Figures {
  readonly readyMs: number
  readonly rssReadyMiB: number
  readonly idle: { readonly calls: readonly number[]; readonly commits: number; readonly ms: number }
  readonly changes: number
  readonly written: number
  readonly writtenMs: number
  readonly commits: Spread & { readonly count: number }
  readonly bare: Spread
  readonly rssPeakMiB: number
  readonly idleAfter: { readonly calls: readonly number[]; readonly commits: number }
}

interface Spread {
  readonly p50: number
  readonly p99: number
}

const budget = { rssMiB: 256, readyMs: 10_000, commitMs: 5 }
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { links: { type: 'string', default: '100000' }, changes: { type: 'string', default: '10000' } },
})
const [links, changes] = [Number(values.links), Number(values.changes)]
const [role, folder = ''] = positionals

function main(): void {
  const home = mkdtempSync(join(tmpdir(), 'dealbridge-scale-'))
  try {
    inChild('fill', home)
    const figures = JSON.parse(inChild('daemon', home)) as Figures
    report(figures)
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

function inChild(what: string, home: string): string {
  const flags = ['--links', String(links), '--changes', String(changes)]
  const { status, stdout, stderr } = spawnSync(process.execPath, [import.meta.filename, what, home, ...flags], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (status !== 0) throw new Error(`${what} ended with ${status}: ${stderr}`)
  return stdout
}

function report(of: Figures): void {
  const [cpu] = cpus()
  const commitMax = Math.max(budget.commitMs, 3 * of.bare.p99)
  const isConstant = new Set([...of.idle.calls, ...of.idleAfter.calls]).size === 1
  const idleCommits = of.idle.commits + of.idleAfter.commits
  const rows: readonly (readonly [string, string, boolean])[] = [
    ['ready', `${Math.round(of.readyMs)} ms`, of.readyMs <= budget.readyMs],
    ['memory when ready', `${of.rssReadyMiB} MiB`, of.rssReadyMiB <= budget.rssMiB],
    ['calls of an idle pass', of.idle.calls.join(' '), isConstant],
    ['commits of idle passes', String(idleCommits), idleCommits === 0],
    [
      `${of.changes} changes`,
      `${of.written} written in ${(of.writtenMs / 1000).toFixed(1)} s`,
      of.written >= of.changes,
    ],
    [
      'commit p50, p99',
      `${ms(of.commits.p50)}, ${ms(of.commits.p99)} of ${of.commits.count}`,
      of.commits.p99 <= commitMax,
    ],
    ['bare fsync p50, p99', `${ms(of.bare.p50)}, ${ms(of.bare.p99)} of the same bytes, in turn`, true],
    ['memory at its most', `${of.rssPeakMiB} MiB`, of.rssPeakMiB <= budget.rssMiB],
  ]
  console.log(
    `${links} links · ${changes} changes · node ${process.version} · ${cpus().length} × ${cpu?.model ?? '?'}\n`,
  )
  for (const [name, value, isGood] of rows) console.log(`${isGood ? ' ' : '!'} ${name.padEnd(24)} ${value}`)
  if (rows.some(([, , isGood]) => !isGood)) process.exitCode = 1
}

const ms = (value: number): string => `${value.toFixed(2)} ms`

// ── before: a ledger in which both sides agree on everything ─────────────────────────────────────────────────

async function fill(home: string): Promise<void> {
  const ledger = await openLowdbLedger({ directory: ledgerDirectory(join(home, 'ledger'), pipeline) })
  const since = instantFromMs(Date.UTC(2026, 8, 1))
  const linkOf = (n: number): Link => ({
    key: linkKey(referralId(n)),
    referral: recordId(referralId(n)),
    kind: opportunity,
    record: recordId(dealId(n)),
    since,
    base: {
      standing: { stage: 'Accepted', step: null },
      values: { '@key': linkKey(referralId(n)), Name: `Fabrikam ${n}`, Amount: String(n) },
    },
    left: { version: version('v0'), at: since },
    right: { version: version('v0'), at: since },
    waiting: [],
    turn: 1,
    closes: 0,
    closedBy: null,
    mapping: 'm1',
  })
  const batch = 1_000
  for (let from = 0; from < links; from += batch) {
    const numbers = Array.from({ length: Math.min(batch, links - from) }, (_, index) => from + index)
    await ledger.commit(
      numbers.map((n) => ({ put: 'link', key: linkKey(referralId(n)), value: linkOf(n) })),
      numbers.map((n) => ({
        at: since,
        event: 'linked',
        link: linkKey(referralId(n)),
        run: 'fill',
        who: 'dealbridge',
        change: null,
        code: null,
        details: { record: dealId(n) },
      })),
    )
  }
  await ledger.commit([{ put: 'fact', key: 'compared', value: { mapping: 'm1', stopped: null } }])
  await ledger.compact()
  await ledger.close()
}

// ── the daemon, measured ─────────────────────────────────────────────────────────────────────────────────────

async function daemon(home: string): Promise<Figures> {
  const began = performance.now()
  const house = await openHouse(home)
  await house.untilReady()
  const readyMs = performance.now() - began
  // The daemon's own first pass is among these.
  for (let pass = 0; pass < 3; pass += 1) await house.pass()
  const rssReadyMiB = rss('VmRSS')
  const idle = await idlePasses(house)

  for (let n = 0; n < changes; n += 1) (n % 2 === 0 ? house.source : house.crm).edit(n, amountOf(n))
  const [before, commitsBefore, writeBegan] = [written(house), house.timings.commits.length, performance.now()]
  while (written(house) - before < changes && performance.now() - writeBegan < 600_000) await house.pass()
  const writtenMs = performance.now() - writeBegan
  const [commits, bare] = [house.timings.commits, house.timings.bare].map((all) => all.slice(commitsBefore))
  // Our own writes come back once; after that it is as quiet as before.
  for (let pass = 0; pass < 2; pass += 1) await house.pass()
  const figures: Figures = {
    readyMs,
    rssReadyMiB,
    idle,
    changes,
    written: written(house) - before,
    writtenMs,
    commits: { ...spread(commits ?? []), count: commits?.length ?? 0 },
    bare: spread(bare ?? []),
    rssPeakMiB: rss('VmHWM'),
    idleAfter: await idlePasses(house),
  }
  await house.stop()
  return figures
}

const amountOf = (n: number) => (n % 2 === 0 ? { amount: String(n + 7) } : { Amount: String(n + 7) })
const written = ({ source, crm }: House): number => source.writes.count + crm.writes.count

async function idlePasses(house: House): Promise<{ calls: readonly number[]; commits: number; ms: number }> {
  const calls: number[] = []
  const [commitsBefore, began] = [house.timings.commits.length, performance.now()]
  for (let pass = 0; pass < 5; pass += 1) {
    const before = allCalls(house)
    await house.pass()
    calls.push(allCalls(house) - before)
  }
  return { calls, commits: house.timings.commits.length - commitsBefore, ms: (performance.now() - began) / 5 }
}

const allCalls = ({ source, crm }: House): number =>
  [source, crm].flatMap(({ calls }) => [...calls.values()]).reduce((sum, count) => sum + count, 0)

function rss(field: 'VmRSS' | 'VmHWM'): number {
  const kib = new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  return Math.round(Number(kib) / 1024)
}

function spread(all: readonly number[]): Spread {
  const sorted = all.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { p50: at(0.5), p99: at(0.99) }
}

if (role === 'fill') await fill(folder)
else if (role === 'daemon') console.log(JSON.stringify(await daemon(folder)))
else main()
