// The verbs, carried out by the running daemon: an embedded ledger has one writer, so a command asks the one that has
// it. What takes long is a job there; this waits for it, and passes on how far it has come.

import { z } from 'zod'
import { Bug, RetryLater } from '#core/errors'
import type { Clock, Http, HttpAnswer } from '#spi'
import { TransportFault } from '#spi'
import type { Control, Progress, Tell } from './control.ts'
import type { Door } from './door.ts'
import { errorFrom, Trouble } from './trouble.ts'
import { controlPath, type VerbName } from './verbs.ts'

export interface RemoteParts {
  readonly door: Door
  /** A door to the network that leads to the daemon and nowhere else. */
  readonly http: Http & { close(): void }
  readonly clock: Clock
  readonly signal: AbortSignal
}

const pollMs = 200
/** One question; a job that takes longer is asked for again. */
const timeoutMs = 30_000

const Answered = z.object({ answer: z.unknown() })
const Failed = z.object({ trouble: Trouble })
const Pending = z.object({
  job: z.string(),
  progress: z.array(z.object({ pipeline: z.string(), system: z.string(), done: z.number(), total: z.number() })),
})

export function remoteControl(parts: RemoteParts): Control {
  /** What the daemon answers was made by the same program: the door names its version, and another one is not asked. */
  const ask = async <T>(verb: VerbName, request: object, tell?: Tell): Promise<T> =>
    (await new Conversation(parts, tell).ask(verb, request)) as T
  return {
    isDaemon: true,
    status: async () => await ask('status', {}),
    plan: async (request, tell) => await ask('plan', request, tell),
    sync: async (request, tell) => await ask('sync', request, tell),
    explain: async (request) => await ask('explain', request),
    referrals: async (request) => await ask('referrals', request),
    deal: async (request) => await ask('deal', request),
    pipeline: async (request) => await ask('pipeline', request),
    problems: async () => await ask('problems', {}),
    replay: async (request, tell) => await ask('replay', request, tell),
    adopt: async (request, tell) => await ask('adopt', request, tell),
    verify: async (request, tell) => await ask('verify', request, tell),
    check: async (request) => await ask('check', request),
    webhook: async (request) => await ask('webhook', request),
    reload: async () => await ask('reload', {}),
    backup: async (request) => await ask('backup', request),
    schema: async (request) => await ask('schema', request),
    versions: async (request) => await ask('versions', request),
    publish: async (request) => await ask('publish', request),
    preview: async (request, tell) => await ask('preview', request, tell),
    close: async () => parts.http.close(),
  }
}

class Conversation {
  readonly #parts: RemoteParts
  readonly #tell: Tell | undefined
  readonly #told = new Map<string, number>()

  constructor(parts: RemoteParts, tell: Tell | undefined) {
    this.#parts = parts
    this.#tell = tell
  }

  async ask(verb: VerbName, request: object): Promise<unknown> {
    let answer = await this.#send('POST', `${controlPath}/${verb}`, JSON.stringify(request))
    while (answer.status === 202) {
      const { job, progress } = parsedBody(answer, Pending)
      for (const one of progress) this.#pass(one)
      await this.#parts.clock.sleep(pollMs, this.#parts.signal)
      answer = await this.#send('GET', `${controlPath}/jobs/${job}`)
    }
    if (answer.status === 200) return parsedBody(answer, Answered).answer
    if (answer.status === 409) throw errorFrom(parsedBody(answer, Failed).trouble)
    throw unanswered(`it refused (${answer.status})`)
  }

  #pass(progress: Progress): void {
    const key = `${progress.pipeline} ${progress.system}`
    if (this.#told.get(key) === progress.done) return
    this.#told.set(key, progress.done)
    this.#tell?.(progress)
  }

  async #send(method: 'GET' | 'POST', path: string, body?: string): Promise<HttpAnswer> {
    const { door, http, signal } = this.#parts
    try {
      return await http.send(
        {
          method,
          url: `${door.url}${path}`,
          headers: { authorization: `Bearer ${door.key}`, 'content-type': 'application/json' },
          ...(body === undefined ? {} : { body }),
          timeoutMs,
          name: 'control',
          writes: method === 'POST',
        },
        signal,
      )
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof TransportFault) throw unanswered(`no answer: ${error.why}`, error)
      throw error
    }
  }
}

function parsedBody<T>({ body }: HttpAnswer, shape: z.ZodType<T>): T {
  const parsed = shape.safeParse(JSON.parse(body))
  if (parsed.success) return parsed.data
  throw new Bug('The daemon answered something that this version does not understand.', { code: 'DB-1106' })
}

export const unanswered = (why: string, cause?: unknown): RetryLater =>
  new RetryLater(`The daemon on this store could not be asked: ${why}. Try again in a moment.`, {
    code: 'DB-1106',
    ...(cause === undefined ? {} : { cause }),
  })
