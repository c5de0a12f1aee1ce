// What was told to whom: kept between two starts, so that a restart repeats nothing. Ids, codes and times only.

import { z } from 'zod'
import type { Code } from '#core/model/ids'
import type { Instant } from '#core/model/instant'
import { alertEvents } from '#settings/schema/alerts'

const instant = z.string().transform((text) => text as Instant)

const Told = z.object({
  channel: z.string(),
  event: z.enum(alertEvents),
  subject: z.string(),
  pipeline: z.string().nullable(),
  connection: z.string().nullable(),
  code: z.custom<Code>((value) => typeof value === 'string').nullable(),
  since: instant,
  /** How far it had come: the second of three reminders. */
  step: z.int(),
  last: instant,
  /** Since when it does not stand any more. */
  goneSince: instant.nullable(),
})
export type Told = z.infer<typeof Told>

export const Memory = z.object({
  version: z.literal(1),
  told: z.record(z.string(), Told),
  /** Messages of the last hour, by channel. */
  sent: z.record(z.string(), z.array(instant)),
  /** When a channel last had its digest, or had nothing to have in it. */
  digests: z.record(z.string(), instant),
  /** When each pipeline last had a good pass, or was first met. */
  good: z.record(z.string(), instant),
})
export type Memory = z.infer<typeof Memory>

export const emptyMemory: Memory = { version: 1, told: {}, sent: {}, digests: {}, good: {} }

/** Where it is kept. */
export interface MemoryStore {
  read(): Promise<Memory>
  write(memory: Memory): Promise<void>
}

export const toldKey = (channel: string, { event, subject }: Pick<Told, 'event' | 'subject'>): string =>
  `${channel} ${event} ${subject}`

/** Gone after the process: for a store that forgets, too. */
export function passingMemory(): MemoryStore {
  let kept = emptyMemory
  return { read: async () => kept, write: async (memory) => void (kept = memory) }
}
