// What Partner Center says when it calls: which event, and about what. There is no content and no order in it, so it can
// only be a hint to look. The address it names is not the API's; the id is taken from it, and it is never called.

import { z } from 'zod'
import { type Instant, parseInstant, parseJson, recordId, type RecordId } from '#spi'

export const events = [
  'referral-created',
  'referral-updated',
  'related-referral-created',
  'related-referral-updated',
] as const
export const TEST_EVENT = 'test-created'

const Body = z.object({
  EventName: z.string().min(1).max(100),
  ResourceUri: z.string().max(2_000).nullish().catch(null),
  ResourceChangeUtcDate: z.string().max(100).nullish().catch(null),
})

export interface WebhookEvent {
  readonly name: string
  readonly id: RecordId | null
  readonly at: Instant | null
  /** The same for the same call, however often it is delivered. */
  readonly key: string
}

export function parseEvent(body: string): WebhookEvent | null {
  const parsed = Body.safeParse(parseJson(body))
  if (!parsed.success) return null
  const { EventName: name, ResourceUri: uri, ResourceChangeUtcDate: at } = parsed.data
  return {
    name,
    id: idIn(uri ?? ''),
    at: parseInstant(at ?? '') ?? null,
    key: [name, uri ?? '', at ?? ''].join('\n'),
  }
}

/** The last part of the address, if it looks like an id at all. */
function idIn(uri: string): RecordId | null {
  const last = URL.parse(uri)?.pathname.split('/').at(-1) ?? ''
  return /^[A-Za-z0-9][A-Za-z0-9-]{0,99}$/.test(last) ? recordId(last) : null
}
