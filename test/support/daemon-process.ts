// The real program as its own process, seen from outside: a folder with an ordinary configuration, what it prints, the
// signals it is sent, and how it ends. Whoever starts one here ends it here.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const program = join(import.meta.dirname, '..', '..', 'src', 'main.ts')

/** A folder of its own, emptied when the test is over. */
export interface Workplace {
  readonly folder: string
  write(path: string, text: string): void
  remove(): void
}

export function workplace(files: Readonly<Record<string, string>>): Workplace {
  const folder = mkdtempSync(join(tmpdir(), 'dealbridge-'))
  const write = (path: string, text: string): void => {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  for (const [path, text] of Object.entries(files)) write(path, text)
  return { folder, write, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }) }
}

export interface End {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface Running {
  readonly child: ChildProcess
  /** Everything it has printed so far, on both streams. */
  output(): string
  stdout(): string
  /** What it logs, as it is read back. */
  events(): readonly LoggedEvent[]
  signal(name: NodeJS.Signals): void
  readonly ended: Promise<End>
}

export type LoggedEvent = Readonly<Record<string, unknown>> & { readonly msg?: string }

/** Compiling the same program at each start would be most of what a test does. */
const compiled = join(tmpdir(), 'dealbridge-compiled')

/** Nothing of the test's own environment but the way to the programs; what is given here, and nothing else. */
export function start(folder: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const given = { PATH: process.env['PATH'] ?? '', HOME: folder, NO_COLOR: '1', NODE_COMPILE_CACHE: compiled, ...env }
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: given,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (piece: string) => void (stdout += piece))
  child.stderr.setEncoding('utf8').on('data', (piece: string) => void (stderr += piece))
  const ended = once(child, 'close').then(([code, signal]): End => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }))
  return {
    child,
    output: () => stdout + stderr,
    stdout: () => stdout,
    events: () => stdout.split('\n').flatMap(parsed),
    signal: (name) => void child.kill(name),
    ended,
  }
}

function parsed(line: string): readonly LoggedEvent[] {
  try {
    return line.startsWith('{') ? [JSON.parse(line) as LoggedEvent] : []
  } catch {
    return []
  }
}

/** Runs a command to its end. */
export async function run(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<End & { readonly output: string; readonly stdout: string }> {
  const running = start(folder, args, env)
  const end = await running.ended
  return { ...end, output: running.output(), stdout: running.stdout() }
}

/** Looks again and again until it is so. Gives up when the time is up or the program has ended, and says what it said. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  { of, withinMs = 15_000 }: { readonly of?: Running; readonly withinMs?: number } = {},
): Promise<void> {
  const end = Date.now() + withinMs
  while (!(await isSo())) {
    const hasEnded = of?.child.exitCode != null || of?.child.signalCode != null
    if (hasEnded || Date.now() > end)
      throw new Error(`${hasEnded ? 'it ended before' : `not within ${withinMs / 1000} s`}: ${what}\n${tailOf(of)}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const tailOf = (running: Running | undefined): string => running?.output().slice(-3_000) ?? ''

/** Ends it, in order if it can, and in any case. */
export async function end(running: Running, withinMs = 8_000): Promise<End> {
  running.signal('SIGTERM')
  const timer = setTimeout(() => running.signal('SIGKILL'), withinMs)
  const result = await running.ended
  clearTimeout(timer)
  return result
}
