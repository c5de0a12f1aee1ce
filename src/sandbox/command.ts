// What `dealbridge sandbox` does: start one here, or speak to the one that runs in another terminal.

import { z } from 'zod'
import { FixConfig, NeedsHuman } from '#core/errors'
import { parseDuration } from '#core/units'
import { parseJson, type Clock, type Http, type Random } from '#spi'
import type { DoorAnswer } from './door.ts'
import { runSandbox } from './sandbox.ts'
import type { SandboxFile } from './folder.ts'
import type { Steering } from './steering.ts'
import { stories } from './stories.ts'
import type { Vendors } from './world.ts'

/** What the sandbox is given by main. */
export interface SandboxHouse {
  readonly vendors: () => Promise<Vendors>
  readonly clock: (offsetMs: () => number) => Clock
  readonly random: Random
  readonly folder: Folder
  /** A folder of its own for a tour that only plays and ends. */
  readonly passingFolder: () => Promise<Folder>
  readonly shipped: () => Promise<{
    readonly mappings: Readonly<Record<string, string>>
    readonly fixtures: Readonly<Record<string, string>>
  }>
  startDaemon(configFile: string, clock: Clock): Promise<Steering>
  /** A door to this loopback address and nowhere else. */
  dial(url: string): Http & { close(): void }
  /** Calls back at Ctrl-C and SIGTERM; what it answers ends that. */
  onInterrupt(listener: () => void): () => void
}

export interface Folder {
  prepare(files: readonly SandboxFile[]): Promise<string>
  announce(text: string | null): Promise<void>
  announced(): Promise<string | undefined>
  clear(): Promise<void>
}

type Say = (line: string) => void

export interface StartWish {
  /** Play the tour, then end. */
  readonly once: boolean
  readonly port: number | undefined
  readonly seed: number | undefined
  readonly say: Say
}

export interface SandboxCommand {
  start(wish: StartWish): Promise<number>
  readonly stories: Readonly<Record<string, string>>
  play(story: string, say: Say): Promise<number>
  clock(turn: string, say: Say): Promise<number>
  reset(say: Say): Promise<number>
}

const usualPort = 8787
const done = 0
const notAsTold = 1

export function sandboxCommand(house: SandboxHouse): SandboxCommand {
  return {
    start: async (options) => await start(house, options),
    stories: Object.fromEntries(stories.map(({ name, about }) => [name, about])),
    play: async (story, say) => await wish(house, { do: 'play', story }, say),
    clock: async (turn, say) => await wish(house, { do: 'turn', ms: turnOf(turn) }, say),
    reset: async (say) => {
      say('A sandbox begins anew each time it starts: stop the one that runs with Ctrl-C, and start it again.')
      return done
    },
  }
}

async function start(house: SandboxHouse, { once, port, seed, say }: StartWish): Promise<number> {
  if (!once) await refuseSecond(house)
  const stop = new AbortController()
  const release = house.onInterrupt(() => {
    stop.abort()
  })
  const { mappings, fixtures } = await house.shipped()
  const folder = once ? await house.passingFolder() : house.folder
  try {
    const { clock, random } = house
    const startDaemon: SandboxHouse['startDaemon'] = async (config, turnable) =>
      await house.startDaemon(config, turnable)
    const announce = async (door: { readonly url: string; readonly key: string } | null): Promise<void> =>
      await folder.announce(door === null ? null : JSON.stringify(door))
    const prepare = async (files: readonly SandboxFile[]): Promise<string> => await folder.prepare(files)
    const parts = { vendors: await house.vendors(), clock, random, mappings, fixtures, prepare, announce, startDaemon }
    const isAsTold = await runSandbox(parts, {
      once,
      port: port ?? (once ? 0 : usualPort),
      seed,
      say,
      signal: stop.signal,
    })
    return isAsTold ? done : notAsTold
  } catch (error) {
    if (stop.signal.aborted) return done
    throw error
  } finally {
    release()
    // What was pretended is over: no later command should take its configuration for a real one.
    await folder.clear()
  }
}

/** Two in one folder would empty it under each other's feet. */
async function refuseSecond(house: SandboxHouse): Promise<void> {
  const door = await doorHere(house)
  const answer = door && (await through(house, door, { do: 'look' }).catch(() => null))
  if (answer?.ok === true)
    throw new FixConfig(
      'A sandbox runs in this folder already. Go on with it (dealbridge sandbox play --list), or end it with Ctrl-C.',
      { code: 'DB-1169', who: 'operations' },
    )
}

const Door = z.object({ url: z.url(), key: z.string() })
type Door = z.infer<typeof Door>
const Answer = z.union([
  z.object({ ok: z.literal(true), lines: z.array(z.string()) }),
  z.object({ ok: z.literal(false), because: z.string() }),
])

async function doorHere({ folder }: SandboxHouse): Promise<Door | undefined> {
  const text = await folder.announced()
  return text === undefined ? undefined : Door.safeParse(parseJson(text)).data
}

async function wish(house: SandboxHouse, what: object, say: Say): Promise<number> {
  const door = await doorHere(house)
  if (!door)
    throw new FixConfig('No sandbox runs here. Start one in another terminal: dealbridge sandbox', {
      code: 'DB-1160',
      who: 'operations',
    })
  const answer = await through(house, door, what)
  if (!answer.ok) throw new NeedsHuman(answer.because, { code: 'DB-1161', who: 'operations' })
  for (const line of answer.lines) say(line)
  return done
}

async function through(house: SandboxHouse, door: Door, what: object): Promise<DoorAnswer> {
  const http = house.dial(door.url)
  try {
    return await ask(http, door, what)
  } finally {
    http.close()
  }
}

async function ask(http: Http, door: Door, what: object): Promise<DoorAnswer> {
  const headers = { 'content-type': 'application/json', 'x-dealbridge-key': door.key }
  const request = {
    method: 'POST',
    url: door.url,
    headers,
    body: JSON.stringify(what),
    accept: 'json',
    name: 'sandbox.wish',
    writes: false,
  } as const
  const { body } = await http.send(request, AbortSignal.timeout(30_000)).catch((cause: unknown) => {
    throw new FixConfig(
      'The sandbox that was started here does not answer any more. Start it again: dealbridge sandbox',
      { code: 'DB-1160', who: 'operations', cause },
    )
  })
  return Answer.parse(parseJson(body))
}

/** `+13d`, `4h`. */
function turnOf(text: string): number {
  const ms = parseDuration(text.replace(/^\+/, ''))
  if (ms !== undefined) return ms
  throw new NeedsHuman(`"${text}" is no time to let pass. Say +31m, +4h or +13d.`, {
    code: 'DB-1161',
    who: 'operations',
  })
}
