// What is left of an error on its way out: a class and a code, and nothing that a request or an answer held (I41).

import { inspect } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { faultOf } from '#platform/transport/fault'
import { redacted } from '#platform/transport/redact'
import { errorFacts } from '#platform/log/error-facts'
import { maskedText } from '#platform/log/mask'
import { runs } from '../support/runs.ts'

const canary = 'canary'
const said = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => `${text}${canary}${text}`)

/** As libraries throw them: with the request, the answer and the token hanging on. */
const thrown = fc.letrec<{ error: unknown }>((tie) => ({
  error: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    said,
    said.map((text) => ({ message: text, config: { headers: { authorization: text } } })),
    fc
      .record({
        text: said,
        name: fc.oneof(said, fc.constant('AxiosError')),
        code: fc.oneof(said, fc.constant('ECONNRESET'), fc.constant('ERR_BAD_REQUEST')),
      })
      .map(({ text, name, code }) =>
        Object.assign(new Error(text), {
          name,
          code,
          config: { data: text, url: `https://x.example/?t=${text}` },
          response: { data: text },
        }),
      ),
    fc
      .tuple(said, tie('error'))
      .map(([text, cause]) => Object.assign(new TypeError(text, { cause }), { errors: [cause] })),
  ),
})).error

/** Whatever anybody could print of it, but for where in our own code it was made. */
const everythingOf = (value: unknown): string =>
  `${inspect(value, { depth: 9, showHidden: true })} ${JSON.stringify(value)} ${String(value)}`

describe('an error of a library', () => {
  test('keeps nothing of what it carried, and redacted again it is no different', () => {
    fc.assert(
      fc.property(thrown, (error) => {
        const left = redacted(error)
        expect(everythingOf(left)).not.toContain(canary)
        expect([redacted(left).code]).toEqual([left.code])
      }),
      runs(1_000),
    )
  })
  test('becomes a fault of the transport that holds none of it either', () => {
    const signal = new AbortController().signal
    fc.assert(
      fc.property(thrown, fc.boolean(), (error, sent) => {
        const fault = faultOf(error, { sent, signal, caller: signal, connection: 'crm' })
        expect(everythingOf(fault)).not.toContain(canary)
      }),
      runs(1_000),
    )
  })
  test('is told in a log without it', () => {
    fc.assert(
      fc.property(thrown, (error) => {
        expect(everythingOf(errorFacts(error, maskedText))).not.toContain(canary)
      }),
      runs(1_000),
    )
  })
})
