import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openLowdbLedger } from '#ledger/lowdb/ledger'
import { numbers } from './sim-disk.ts'
import { refusal } from './store.ts'

const root = await mkdtemp(join(tmpdir(), 'dealbridge-processes-'))
afterAll(() => rm(root, { recursive: true }))

const script = join(import.meta.dirname, 'child.ts')

interface Child {
  readonly process: ChildProcess
  readonly lines: string[]
  /** The first line: is it open? */
  readonly started: Promise<string>
  kill(): Promise<void>
}

function start(
  directory: string,
  what: 'write' | 'hold' | 'try',
  onLine: (line: string) => void = () => undefined,
): Child {
  const child = spawn(process.execPath, [script, directory, what], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  const started = Promise.withResolvers<string>()
  let rest = ''
  child.stdout.on('data', (data: Buffer) => {
    const parts = (rest + data.toString()).split('\n')
    rest = parts.pop() ?? ''
    for (const line of parts) {
      lines.push(line)
      started.resolve(line)
      onLine(line)
    }
  })
  const ended = once(child, 'close')
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  return { process: child, lines, started: started.promise, kill }
}

describe('one process at a time', () => {
  test('F86: the second is refused with the name of the first, which is unharmed', async () => {
    const directory = join(root, 'second')
    const ledger = await openLowdbLedger({ directory })
    expect(await start(directory, 'try').started).toBe('DB-4001')
    await expect(openLowdbLedger({ directory })).rejects.toThrow(`in use by process ${process.pid} on`)
    await ledger.commit([{ put: 'fact', key: 'a', value: { n: 1 } }])
    await ledger.close()
    expect(await start(directory, 'try').started).toBe('open')
  })

  test('F87: a lock whose process was killed holds nobody up, whoever has its number now', async () => {
    const directory = join(root, 'killed')
    const holder = start(directory, 'hold')
    expect(await holder.started).toBe('open')
    expect(await refusal(openLowdbLedger({ directory }))).toBe('DB-4001')
    await holder.kill()
    const note = JSON.parse(await readFile(join(directory, 'owner.json'), 'utf8')) as { pid: number }
    expect(note.pid).toBe(holder.process.pid)
    await writeFile(join(directory, 'owner.json'), JSON.stringify({ ...note, pid: process.pid }))
    const ledger = await openLowdbLedger({ directory })
    expect(ledger.opened.unclean).toBe(true)
    await ledger.close()
  })

  test('a process that was only stopped still holds it', async () => {
    const directory = join(root, 'stopped')
    const holder = start(directory, 'hold')
    expect(await holder.started).toBe('open')
    holder.process.kill('SIGSTOP')
    expect(await refusal(openLowdbLedger({ directory }))).toBe('DB-4001')
    await holder.kill()
    await (await openLowdbLedger({ directory })).close()
  })
})

describe('I23: kill -9, whatever it is doing', () => {
  const lives = 10

  test(
    'twenty lives of two stores: what was acknowledged is there, whole, and so is the chain',
    { timeout: 60_000 },
    async () => {
      await Promise.all(['one', 'two'].map((name, seed) => livesOf(join(root, name), numbers(seed + 1))))
    },
  )

  async function livesOf(directory: string, random: () => number): Promise<void> {
    const promised = new Map<string, number>()
    for (let life = 0; life < lives; life += 1) {
      let left = 2 + Math.floor(random() * 90)
      const enough = Promise.withResolvers<void>()
      const child = start(directory, 'write', (line) => {
        left -= 1
        if (left <= 0) enough.resolve()
        const [name = '', n] = line.split(' ')
        if (n !== undefined) promised.set(name, Number(n))
      })
      await enough.promise
      await child.kill()
      await check(directory, promised)
    }
    expect([...promised.values()].every((n) => n > lives)).toBe(true)
  }

  async function check(directory: string, promised: ReadonlyMap<string, number>): Promise<void> {
    const ledger = await openLowdbLedger({ directory, sizes: { reserveBytes: 0 } })
    expect(ledger.opened).toMatchObject({ fresh: false, unclean: true })
    const told = new Map<unknown, number>()
    for await (const { details } of ledger.history({}))
      told.set(details['lane'], Math.max(told.get(details['lane']) ?? 0, Number(details['n'])))
    for (const [lane, n] of promised) {
      const [fact, twin] = await ledger.getMany('fact', [`lane-${lane}`, `twin-${lane}`])
      expect(fact?.['n']).toBeGreaterThanOrEqual(n)
      expect(twin?.['n']).toBe(fact?.['n'])
      expect(told.get(Number(lane))).toBe(fact?.['n'])
    }
    expect((await ledger.verifyHistory()).altered).toEqual([])
    await ledger.close()
  }
})
