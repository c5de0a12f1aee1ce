// The webhook API, which is another host with another token. There is one address for each event and tenant: whoever
// registers last has the events, so what is registered can be shown before it is replaced.

import { z } from 'zod'
import { type Host, parseJson, type PushRegistration, type PushTrial } from '#spi'
import type { Call, Caller } from '../call.ts'
import { refusal, unreadable } from '../faults.ts'
import { events, TEST_EVENT } from './event.ts'

const Registration = z.object({
  WebhookUrl: z.string(),
  WebhookEvents: z.array(z.string()).catch([]),
})
const Started = z.object({ correlationId: z.string().regex(/^[\w-]{1,100}$/) })
const Trial = z.object({
  status: z.string().nullish().catch(null),
  results: z
    .array(z.object({ responseCode: z.union([z.string(), z.number()]).nullish(), systemError: z.unknown() }))
    .catch([]),
})

const trialEveryMs = 2_000
const trialLooksMax = 30

export interface Registrations {
  registered(signal: AbortSignal): Promise<PushRegistration | null>
  register(url: string, signal: AbortSignal): Promise<PushRegistration>
  roundTrip(signal: AbortSignal): Promise<PushTrial>
}

export function openRegistrations(endpoint: string, call: Caller, host: Host): Registrations {
  const base = `${endpoint.replace(/\/+$/, '')}/webhooks/v1/registration`

  async function ask<T>(
    request: Pick<Call, 'method' | 'url' | 'body'>,
    schema: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<T | null> {
    const does = request.method === 'GET' ? 'read' : 'write'
    const reply = await call({ name: 'webhook.registration', does, audience: 'webhooks', ...request }, signal)
    if (reply.is !== 'answer') throw reply.error
    const { answer, asked } = reply
    if (answer.status === 404 && request.method === 'GET') return null
    if (answer.status < 200 || answer.status > 299) throw refusal(answer, asked)
    const parsed = schema.safeParse(parseJson(answer.body))
    if (!parsed.success) throw unreadable(asked, 'an answer of another form')
    return parsed.data
  }

  async function registered(signal: AbortSignal): Promise<PushRegistration | null> {
    const found = await ask({ method: 'GET', url: base }, Registration, signal)
    return found && found.WebhookUrl !== '' ? { url: found.WebhookUrl, events: found.WebhookEvents } : null
  }

  return {
    registered,
    register: async (url, signal) => {
      const known = await registered(signal)
      const wanted = {
        WebhookUrl: url,
        WebhookEvents: [...events, TEST_EVENT],
        SignatureTokenToMsSignatureHeader: true,
      }
      const method = known ? 'PUT' : 'POST'
      const made = await ask({ method, url: base, body: JSON.stringify(wanted) }, Registration, signal)
      return { url: made?.WebhookUrl ?? url, events: made?.WebhookEvents ?? wanted.WebhookEvents }
    },
    roundTrip: async (signal) => {
      const started = await ask({ method: 'POST', url: `${base}/validationEvents`, body: '{}' }, Started, signal)
      if (!started) return { arrived: false, said: 'no test was started' }
      for (let look = 0; look < trialLooksMax; look += 1) {
        await host.clock.sleep(trialEveryMs, signal)
        const url = `${base}/validationEvents/${started.correlationId}`
        const trial = await ask({ method: 'GET', url }, Trial, signal)
        const verdict = trial && verdictOf(trial)
        if (verdict) return verdict
      }
      return { arrived: false, said: 'no delivery was reported in time' }
    },
  }
}

function verdictOf({ status, results }: z.infer<typeof Trial>): PushTrial | null {
  const codes = results.map(({ responseCode }) => String(responseCode ?? 'none'))
  if (codes.some((code) => /^2\d\d$/.test(code) || code.toUpperCase() === 'OK'))
    return { arrived: true, said: 'delivered' }
  if (status?.toLowerCase() !== 'completed') return null
  return { arrived: false, said: `answered with ${codes.at(-1) ?? 'nothing'}` }
}
