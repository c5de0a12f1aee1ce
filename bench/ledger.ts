// The ledger under load: does a commit take longer when more is remembered, what does durability cost over the bare
// disk, how long does a start take and how much memory is held, and how fast is one deal's history found.
//
//   npm run bench:ledger                      1,000 and 100,000 links; a million events; takes some minutes
//   npm run bench:ledger -- --events 100000   a shorter history
//
// Each figure comes from a process of its own, so that memory is that of a daemon and not of the bench.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openLowdbLedger } from '#ledger/lowdb/ledger'
import { createSealer } from '#ledger/seal'
import type { EmbeddedLedger } from '#ledger'
import { fullLink, minute, OPPORTUNITY, putLink, sampleEvent, sampleKey, sampleRecord } from '#testkit/ledger-samples'

/** V8 takes what a large machine has to give. Told to be modest, it shows what is needed. */
const modestly = ['--optimize-for-size', '--no-allocation-site-pretenuring']
const BATCH = 200
const ROUNDS = 150

interface Figures {
  readonly links: number
  readonly openMs: number
  readonly rssMiB: number
  readonly batch: Spread
  readonly single: Spread
  readonly bare: Spread
  readonly bareSingle: Spread
  readonly get: Spread
  readonly linksOfBatch: Spread
  readonly allMs: number
  readonly worstDuringCompactionMs: number
}

interface Spread {
  readonly p50: number
  readonly p99: number
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    links: { type: 'string', default: '1000,100000' },
    events: { type: 'string', default: '1000000' },
    sealed: { type: 'boolean', default: false },
  },
})
const seal = values.sealed ? createSealer(Buffer.alloc(32, 1)) : undefined
const openAt = (directory: string): Promise<EmbeddedLedger> => openLowdbLedger({ directory, seal })

const [role, directory = '', size = '0'] = positionals
if (role === 'fill') await fill(directory, Number(size))
else if (role === 'measure') console.log(JSON.stringify(await measure(directory)))
else if (role === 'tell') await tell(directory, Number(size))
else if (role === 'ask') console.log(JSON.stringify(await ask(directory)))
else main()

function main(): void {
  const root = mkdtempSync(join(tmpdir(), 'dealbridge-bench-'))
  try {
    console.log(
      `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, sealed: ${values.sealed}\n`,
    )
    const all = values.links.split(',').map((links) => {
      run('fill', join(root, links), links)
      const modest = run('measure', join(root, links), links, modestly) as Figures
      const { rssMiB, openMs, batch } = modest
      console.log(`${links} links with ${modestly.join(' ')}:`)
      console.log(`  ${rssMiB.toFixed(0)} MiB, open in ${openMs.toFixed(0)} ms, batch ${both(batch)} ms\n`)
      return run('measure', join(root, links), links) as Figures
    })
    for (const figures of all) report(figures)
    const [small, large] = [all[0], all.at(-1)]
    const ratio = (large?.batch.p50 ?? 0) / (small?.batch.p50 ?? 1)
    console.log(`A batch at ${large?.links} links takes ${ratio.toFixed(2)} × one at ${small?.links}.\n`)
    run('tell', join(root, 'history'), values.events)
    const told = run('ask', join(root, 'history'), values.events) as Record<string, number>
    for (const [name, value] of Object.entries(told)) console.log(`${name.padEnd(44)} ${value.toFixed(1)}`)
  } finally {
    rmSync(root, { recursive: true })
  }
}

function run(what: string, where: string, count: string, flags: readonly string[] = []): unknown {
  const args = [...flags, import.meta.filename, what, where, count, ...(values.sealed ? ['--sealed'] : [])]
  const { stdout, status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1e8 })
  if (status !== 0) throw new Error(stderr)
  return stdout === '' ? undefined : JSON.parse(stdout)
}

async function fill(where: string, links: number): Promise<void> {
  const ledger = await openAt(where)
  for (let n = 0; n < links; n += BATCH)
    await ledger.commit(Array.from({ length: Math.min(BATCH, links - n) }, (_, i) => putLink(fullLink(n + i))))
  await ledger.close()
}

async function measure(where: string): Promise<Figures> {
  const started = performance.now()
  const ledger = await openAt(where)
  const openMs = performance.now() - started
  const links = await ledger.count('link')
  const pick = (n: number): number => (n * 7919) % links
  const bare = await open(join(where, 'bare'), 'w')
  const batch: number[] = []
  const single: number[] = []
  const bareBatch: number[] = []
  const bareSingle: number[] = []
  let at = 0
  const write = async (bytes: number): Promise<void> => {
    await bare.write(Buffer.alloc(bytes, 'x'), 0, bytes, at)
    at += bytes
    await bare.datasync()
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    const changes = Array.from({ length: BATCH }, (_, i) => putLink(fullLink(pick(round * BATCH + i), round + 2)))
    const bytes = changes.reduce((sum, change) => sum + JSON.stringify(change).length, 0)
    batch.push(await timed(() => ledger.commit(changes)))
    bareBatch.push(await timed(() => write(bytes)))
    single.push(await timed(() => ledger.commit(changes.slice(0, 1))))
    bareSingle.push(await timed(() => write(Math.ceil(bytes / BATCH))))
  }
  await bare.close()
  const get = await many(500, (n) => ledger.get('link', sampleKey(pick(n))))
  const records = (n: number) =>
    Array.from({ length: BATCH }, (_, i) => ({ kind: OPPORTUNITY, id: sampleRecord(pick(n + i)) }))
  const linksOfBatch = await many(50, (n) => ledger.linksOf(records(n * BATCH)))
  const allMs = await timed(async () => {
    for await (const link of ledger.all('link')) if (link.key === '') throw new Error('no key')
  })
  const worst = await duringCompaction(ledger, pick)
  const rssMiB = process.memoryUsage().rss / 1024 / 1024
  await ledger.close()
  const spreads = {
    batch: spread(batch),
    single: spread(single),
    bare: spread(bareBatch),
    bareSingle: spread(bareSingle),
  }
  return { links, openMs, rssMiB, ...spreads, get, linksOfBatch, allMs, worstDuringCompactionMs: worst }
}

/** The slowest single commit while everything is written anew. */
async function duringCompaction(ledger: EmbeddedLedger, pick: (n: number) => number): Promise<number> {
  const compacted = ledger.compact().then(() => true)
  let worst = 0
  for (let n = 0; !(await Promise.race([compacted, Promise.resolve(false)])); n += 1)
    worst = Math.max(worst, await timed(() => ledger.commit([putLink(fullLink(pick(n), 999))])))
  return worst
}

async function tell(where: string, events: number): Promise<void> {
  const ledger = await openAt(where)
  for (let n = 0; n < events; n += 1000)
    await ledger.commit(
      [],
      Array.from({ length: 1000 }, (_, i) => sampleEvent(n + i, { link: sampleKey((n + i) % 50_000) })),
    )
  await ledger.close()
}

async function ask(where: string): Promise<Record<string, number>> {
  const started = performance.now()
  const ledger = await openAt(where)
  const openMs = performance.now() - started
  const count = async (filter: Parameters<EmbeddedLedger['history']>[0]): Promise<number> => {
    let found = 0
    for await (const _event of ledger.history(filter)) found += 1
    return found
  }
  const ofLink = await many(50, (n) => count({ link: sampleKey((n * 7919) % 50_000) }))
  const lastMs = await timed(() => count({ last: 100 }))
  const sinceMs = await timed(() => count({ since: minute(ledger.stats().events - 1000) }))
  const rssMiB = process.memoryUsage().rss / 1024 / 1024
  const verifyMs = await timed(() => ledger.verifyHistory())
  const { events } = ledger.stats()
  await ledger.close()
  return {
    'events in the history': events,
    'open it (ms)': openMs,
    'history of one deal, p50 (ms)': ofLink.p50,
    'history of one deal, p99 (ms)': ofLink.p99,
    'the last hundred events (ms)': lastMs,
    'the last thousand by time (ms)': sinceMs,
    'memory (MiB)': rssMiB,
    'verify all of it (ms)': verifyMs,
  }
}

function report(figures: Figures): void {
  const { links, openMs, rssMiB, batch, bare, single, bareSingle, get, linksOfBatch, allMs } = figures
  const lines: readonly (readonly [string, string])[] = [
    ['links', String(links)],
    ['open (ms)', openMs.toFixed(0)],
    ['memory of the process (MiB)', rssMiB.toFixed(0)],
    [`commit of ${BATCH} changes, p50 / p99 (ms)`, both(batch)],
    ['  bare write and flush of as many bytes', both(bare)],
    ['commit of one change, p50 / p99 (ms)', both(single)],
    ['  bare write and flush of as many bytes', both(bareSingle)],
    ['slowest commit while compacting (ms)', figures.worstDuringCompactionMs.toFixed(1)],
    ['get one link, p50 / p99 (ms)', both(get)],
    [`links of ${BATCH} records, p50 / p99 (ms)`, both(linksOfBatch)],
    ['go through all links (ms)', allMs.toFixed(0)],
  ]
  for (const [name, value] of lines) console.log(`${name.padEnd(44)} ${value}`)
  console.log('')
}

function both({ p50, p99 }: Spread): string {
  return `${p50.toFixed(2)} / ${p99.toFixed(2)}`
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

async function many(count: number, work: (n: number) => Promise<unknown>): Promise<Spread> {
  const times: number[] = []
  for (let n = 0; n < count; n += 1) times.push(await timed(() => work(n)))
  return spread(times)
}

function spread(times: readonly number[]): Spread {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { p50: at(0.5), p99: at(0.99) }
}
