// The way into a running sandbox from another terminal: play a story, turn the clock. On loopback, and only for those
// who can read the key that the sandbox leaves in its own folder.

import { parseJson, type Json, type SimulatedAnswer, type SimulatedCall } from '#spi'
import { z } from 'zod'
import { stories, storyNamed } from './stories.ts'
import type { World } from './world.ts'

const Wish = z.union([
  z.object({ do: z.literal('look') }),
  z.object({ do: z.literal('play'), story: z.string().max(100) }),
  z.object({
    do: z.literal('turn'),
    ms: z
      .number()
      .min(0)
      .max(400 * 86_400_000),
  }),
])

export type DoorAnswer =
  { readonly ok: true; readonly lines: readonly string[] } | { readonly ok: false; readonly because: string }

export function doorOf(world: World, key: string): (call: SimulatedCall) => Promise<SimulatedAnswer> {
  return async (call) => {
    // A page in a browser can reach loopback, but cannot know the key and cannot send this header without asking.
    if (call.method !== 'POST' || call.headers['x-dealbridge-key'] !== key)
      return answer(403, { ok: false, because: 'Not allowed.' })
    const wish = Wish.safeParse(read(call.body))
    if (!wish.success)
      return answer(400, { ok: false, because: 'Say what to do: play a story, look at the clock, or turn it.' })
    return answer(200, await grant(world, wish.data))
  }
}

async function grant(world: World, wish: z.infer<typeof Wish>): Promise<DoorAnswer> {
  if (wish.do !== 'play') {
    if (wish.do === 'turn') await world.turn(wish.ms)
    return { ok: true, lines: [`In the sandbox it is now ${world.now()}.`] }
  }
  const story = storyNamed(wish.story)
  if (!story)
    return {
      ok: false,
      because: `There is no story "${wish.story}". There are: ${stories.map(({ name }) => name).join(', ')}.`,
    }
  try {
    return { ok: true, lines: story.play(world) }
  } catch (error) {
    return { ok: false, because: error instanceof Error ? error.message : 'It could not be played.' }
  }
}

function read(body: string): Json {
  try {
    return parseJson(body) ?? null
  } catch {
    return null
  }
}

function answer(status: number, body: DoorAnswer): SimulatedAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(body),
  }
}
