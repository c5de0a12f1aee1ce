// A vendor's answers as a file: what a session is told, call by call. Readable, so that a found one can be understood.

import type { Http, HttpAnswer, HttpRequest } from '#spi'
import { TransportFault } from '#spi'

const between = '\n%%%\n'

export const writeAnswers = (verb: string, answers: readonly HttpAnswer[]): Buffer =>
  Buffer.from([verb, ...answers.map(written)].join(between))

function written({ status, headers, body }: HttpAnswer): string {
  const kept = Object.entries(headers).filter(([name]) => !/^(?:date|content-length|connection|keep-alive)$/.test(name))
  return `${status}\n${kept.map(([name, value]) => `${name}: ${value}\n`).join('')}\n${body}`
}

export interface Said {
  readonly verb: string
  readonly answers: readonly HttpAnswer[]
}

/** Of anything: what is no status is 200, what is no header is none. */
export function readAnswers(input: Buffer): Said {
  const [verb = '', ...rest] = input.toString('utf8').split(between)
  return { verb, answers: rest.map(answerIn) }
}

function answerIn(text: string): HttpAnswer {
  const end = text.indexOf('\n\n')
  const [first = '', ...lines] = (end === -1 ? text : text.slice(0, end)).split('\n')
  const status = Number(first)
  const headers = Object.fromEntries(
    lines.flatMap((line) => {
      const [, name = '', value = ''] = /^([\w-]+): ?(.*)$/.exec(line) ?? []
      return name === '' ? [] : [[name.toLowerCase(), value]]
    }),
  )
  const isStatus = Number.isInteger(status) && status >= 200 && status <= 599
  return { status: isStatus ? status : 200, headers, body: end === -1 ? '' : text.slice(end + 2) }
}

/** Who answers what is not part of the input: what a vendor says of itself, the same every time. */
export type Standing = (request: HttpRequest) => Promise<HttpAnswer> | undefined

/** Answers in turn, and then not at all: as a connection that breaks. */
export function scripted(answers: readonly HttpAnswer[], standing: Standing): Http {
  let next = 0
  return {
    send: async (request, signal) => {
      signal.throwIfAborted()
      const strange = Object.values(request.headers ?? {}).find(
        (value) => !/^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value),
      )
      if (strange !== undefined) throw new Error('a header that cannot be sent')
      if (!URL.canParse(request.url)) throw new Error('an address that is none')
      const known = standing(request)
      if (known) return await known
      const answer = answers[next]
      next += 1
      if (!answer) throw new TransportFault('cut', true)
      // The network's own door would not let it pass.
      const isJson = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(answer.headers['content-type']?.trim() ?? '')
      const isSuccess = answer.status < 300 && answer.body !== ''
      if (request.accept === 'json' && isSuccess && !isJson) throw new TransportFault('not-json', true)
      return answer
    },
  }
}
