// Webhooks: one address for each event and tenant, whoever registers last; signed calls, ten attempts, then silence.

import { createSign } from 'node:crypto'
import {
  type Instant,
  isList,
  isObject,
  type JsonObject,
  type JsonOut,
  later,
  parseJson,
  type SimulatedAnswer,
  type SimulatedCall,
  stringifyJson,
} from '#spi'
import { guid, type Headed, invalid, json, notFound, Refused } from './answers.ts'
import { makeSigner, type Signer } from './certificate.ts'
import type { Delivery, Setting } from './options.ts'
import type { Held, Store } from './store.ts'

const events = [
  'test-created',
  'referral-created',
  'referral-updated',
  'related-referral-created',
  'related-referral-updated',
] as const
type EventName = (typeof events)[number]

const attemptsMax = 10
const retryAfterMs = 60_000
const lateByMs = 10 * 60_000
const trialsPerMinute = 2

interface Queued {
  readonly url: string
  readonly body: string
  readonly trial: string | null
  attempt: number
  due: Instant
}

interface Trial {
  readonly url: string
  readonly results: { responseCode: string; dateTimeUtc: Instant }[]
}

interface Registration {
  readonly subscriber: string
  readonly url: string
  readonly events: readonly string[]
  readonly inOwnHeader: boolean
}

export class Webhooks {
  private readonly setting: Setting
  private registration: Registration | null = null
  private readonly queue: Queued[] = []
  private readonly trials = new Map<string, Trial>()
  private trialTimes: Instant[] = []
  private made: Signer | undefined
  /** Calls that were given up, for tests. */
  dead = 0

  constructor(setting: Setting) {
    this.setting = setting
  }

  /** The root to trust instead of Microsoft's. */
  get rootPem(): string {
    return this.signer.rootPem
  }

  private get signer(): Signer {
    this.made ??= makeSigner(this.setting.now())
    return this.made
  }

  certificate(): SimulatedAnswer {
    return { status: 200, headers: { 'content-type': 'application/x-pem-file' }, body: this.signer.certificatePem }
  }

  handle(call: SimulatedCall, more: Headed): SimulatedAnswer {
    const path = call.url.pathname.replace(/^.*\/webhooks\/v1\/registration/, '')
    if (path === '/events' && call.method === 'GET') return json(200, [...events], more)
    if (path === '/validationEvents' && call.method === 'POST') return this.startTrial(more)
    const trial = /^\/validationEvents\/([\w-]+)$/.exec(path)?.[1]
    if (trial !== undefined && call.method === 'GET') return this.showTrial(trial, more)
    if (path === '' && call.method === 'GET') return this.show(more)
    if (path === '' && call.method === 'POST') return this.register(call.body, more)
    if (path === '' && call.method === 'PUT' && this.registration) return this.register(call.body, more)
    throw notFound()
  }

  /** A referral changed: its owner is told, and the owners of those connected with it. */
  tell(held: Held, what: 'created' | 'updated', store: Store): void {
    const isOwn = (body: JsonObject): boolean => body['organizationId'] === this.setting.organization.id
    if (isOwn(held.body)) return this.call(`referral-${what}`, held.id)
    const own = store.connected(held.body['engagementId']).filter(({ body }) => isOwn(body))
    if (own.length > 0) this.call(`related-referral-${what}`, held.id)
  }

  /** Carries out what is due. */
  async deliver(): Promise<void> {
    const due = this.queue.filter((queued) => queued.due <= this.setting.now())
    for (const queued of due) {
      this.queue.splice(this.queue.indexOf(queued), 1)
      await this.attempt(queued)
    }
  }

  private register(body: string, more: Headed): SimulatedAnswer {
    const wanted = parseJson(body)
    if (!isObject(wanted)) throw invalid('The body must be a registration.', 'registration')
    const { WebhookUrl: url, WebhookEvents: names, SignatureTokenToMsSignatureHeader: inOwnHeader } = wanted
    if (typeof url !== 'string' || !URL.canParse(url)) throw invalid('WebhookUrl is required.', 'registration')
    if (!isList(names) || !names.every((name) => events.some((event) => event === name)))
      throw invalid('WebhookEvents holds an event that is not known.', 'registration')
    const chosen = events.filter((event) => names.includes(event))
    this.registration = { subscriber: guid(this.setting), url, events: chosen, inOwnHeader: inOwnHeader === true }
    return this.show(more)
  }

  private show(more: Headed): SimulatedAnswer {
    if (!this.registration) throw notFound()
    const { subscriber, url, events: names } = this.registration
    return json(200, { SubscriberId: subscriber, WebhookUrl: url, WebhookEvents: [...names] }, more)
  }

  private startTrial(more: Headed): SimulatedAnswer {
    const now = this.setting.now()
    this.trialTimes = this.trialTimes.filter((at) => later(at, 60_000) > now)
    if (this.trialTimes.length >= trialsPerMinute)
      throw new Refused(429, 'tooManyRequests', 'Two tests a minute are allowed.')
    if (!this.registration?.events.includes('test-created'))
      throw invalid('test-created is not registered.', 'registration')
    this.trialTimes.push(now)
    const correlationId = guid(this.setting)
    this.trials.set(correlationId, { url: this.registration.url, results: [] })
    this.call('test-created', correlationId, correlationId)
    return json(200, { correlationId }, more)
  }

  private showTrial(id: string, more: Headed): SimulatedAnswer {
    const trial = this.trials.get(id)
    if (!trial) throw notFound()
    const results = trial.results.map(({ responseCode, dateTimeUtc }) => ({
      responseCode,
      responseMessage: '',
      systemError: false,
      dateTimeUtc,
    }))
    const status = results.length > 0 ? 'completed' : 'pending'
    return json(
      200,
      { correlationId: id, partnerId: this.setting.organization.id, status, callbackUrl: trial.url, results },
      more,
    )
  }

  private call(name: EventName, id: string, trial: string | null = null): void {
    const { registration } = this
    if (!registration?.events.includes(name)) return
    const now = this.setting.now()
    const resource =
      trial === null
        ? `https://api.partnercenter.microsoft.com/engagements/v1/referrals/${id}`
        : `https://api.partnercenter.microsoft.com/webhooks/v1/registration/test/${id}`
    const body: JsonOut = {
      EventName: name,
      ResourceUri: resource,
      ResourceName: trial === null ? 'referral' : 'test',
      AuditUri: null,
      ResourceChangeUtcDate: `${now.slice(0, 23)}0000+00:00`,
    }
    this.queue.push({ url: registration.url, body: stringifyJson(body), trial, attempt: 0, due: now })
  }

  private async attempt(queued: Queued): Promise<void> {
    const { deliver, webhookFault } = this.setting
    queued.attempt += 1
    const delivery = this.signed(queued)
    const fault = queued.attempt === 1 ? webhookFault?.(delivery) : undefined
    if (fault === 'late') return this.again(queued, lateByMs)
    if (fault === 'lost') return
    const status = (await deliver?.(delivery).catch(() => 0)) ?? 0
    if (fault === 'twice') await deliver?.(delivery).catch(() => 0)
    if (queued.trial !== null)
      this.trials.get(queued.trial)?.results.push({ responseCode: String(status), dateTimeUtc: this.setting.now() })
    if (status < 200 || status > 299) this.again(queued, retryAfterMs)
  }

  private again(queued: Queued, waitMs: number): void {
    if (queued.attempt >= attemptsMax) {
      this.dead += 1
      return
    }
    queued.due = later(this.setting.now(), waitMs)
    this.queue.push(queued)
  }

  private signed({ url, body, attempt }: Queued): Delivery {
    const signature = `Signature ${createSign('RSA-SHA256').update(body, 'utf8').sign(this.signer.privateKey, 'base64')}`
    const headers = {
      'content-type': 'application/json',
      [this.registration?.inOwnHeader === true ? 'x-ms-signature' : 'authorization']: signature,
      'x-ms-certificate-url': `${this.setting.baseUrl()}/certificates/webhook.cer`,
      'x-ms-signature-algorithm': 'rsa-sha256',
    }
    return { url, headers, body, attempt }
  }
}
