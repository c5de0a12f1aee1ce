import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boundaryOf, decodeBatch, encodeBatch } from '../../../../connectors/dynamics/batch.ts'
import {
  boundaryOf as theirBoundary,
  innerRequest,
  splitParts,
} from '../../../../connectors/dynamics/simulator/multipart.ts'
import { runs } from '../../../support/runs.ts'

const lines = (...all: string[]): string => all.join('\r\n')

describe('what is sent', () => {
  test('a query ends in two empty lines, a change set names its operations', () => {
    const { contentType, body } = encodeBatch(
      [
        { method: 'GET', path: 'leads?$select=subject', headers: { Prefer: 'odata.maxpagesize=5' } },
        { together: [{ method: 'PATCH', path: 'leads(1)', headers: { 'If-Match': '*' }, body: '{"a":1}' }] },
      ],
      '/api/data/v9.2',
      'x',
    )
    expect(contentType).toBe('multipart/mixed; boundary="batch_x"')
    expect(body).toBe(
      lines(
        '--batch_x',
        'Content-Type: application/http',
        'Content-Transfer-Encoding: binary',
        '',
        'GET /api/data/v9.2/leads?$select=subject HTTP/1.1',
        'Prefer: odata.maxpagesize=5',
        '',
        '',
        '--batch_x',
        'Content-Type: multipart/mixed; boundary="changeset_x_2"',
        '',
        '--changeset_x_2',
        'Content-Type: application/http',
        'Content-Transfer-Encoding: binary',
        'Content-ID: 1',
        '',
        'PATCH /api/data/v9.2/leads(1) HTTP/1.1',
        'Content-Type: application/json; type=entry',
        'If-Match: *',
        '',
        '{"a":1}',
        '--changeset_x_2--',
        '',
        '--batch_x--',
        '',
      ),
    )
  })

  test('whatever stands in a body arrives, line breaks and boundaries included', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '\n', '\r', '-', '--batch_x', 'é', '😀', '"', ' ') })
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (values) => {
        const items = values.map((value) => ({
          method: 'POST' as const,
          path: 'leads',
          body: JSON.stringify({ value }),
        }))
        const { contentType, body } = encodeBatch(items, '/api/data/v9.2', 'x')
        const parts = splitParts(body, theirBoundary(contentType) ?? '') ?? []
        expect(parts.map((part) => innerRequest(part)?.body)).toEqual(items.map((item) => item.body))
      }),
      runs(1_000),
    )
  })
})

const ok = lines('HTTP/1.1 204 No Content', 'OData-Version: 4.0', 'OData-EntityId: https://x/leads(1)', '', '')
const bad = lines('HTTP/1.1 400 Bad Request', 'Content-Type: application/json', '', '{"error":{"code":"0x80044331"}}')
const part = (inner: string): string =>
  lines('Content-Type: application/http', 'Content-Transfer-Encoding: binary', '', inner)
const whole = (boundary: string, ...parts: string[]): string =>
  lines(...parts.map((one) => `--${boundary}\r\n${one}`), `--${boundary}--`, '')
const mixed = (boundary: string): string => `multipart/mixed; boundary=${boundary}`
const statuses = (type: string, body: string) =>
  decodeBatch(type, body)?.map((answers) => answers.map(({ status }) => status))

describe('what comes back', () => {
  const two = whole('b', part(ok), part(bad))
  test.each([
    ['as documented', mixed('b'), two],
    ['a boundary in quotation marks', 'multipart/mixed; boundary="b"', two],
    ['no space, another parameter first', 'Multipart/Mixed;charset=utf-8;boundary=b', two],
    ['bare line feeds', mixed('b'), two.replaceAll('\r\n', '\n')],
    ['a preamble before the first boundary', mixed('b'), `\r\nThis is multipart.\r\n${two}`],
    ['an epilogue after the last', mixed('b'), `${two}bye`],
    ['blanks after a boundary', mixed('b'), two.replace('--b\r\n', '--b  \r\n')],
  ])('%s', (_, type, body) => expect(statuses(type, body)).toEqual([[204], [400]]))

  test('a change set answers for each operation, or once when it failed, wrapped or not', () => {
    const set = (...parts: string[]): string => lines(`Content-Type: ${mixed('c')}`, '', whole('c', ...parts))
    expect(statuses(mixed('b'), whole('b', set(part(ok), part(ok))))).toEqual([[204, 204]])
    expect(statuses(mixed('b'), whole('b', set(part(bad))))).toEqual([[400]])
    expect(statuses(mixed('b'), whole('b', part(bad)))).toEqual([[400]])
  })

  test('headers and body of an answer, and the id of its part', () => {
    const tagged = `Content-ID: 7\r\n${part(bad)}`
    expect(decodeBatch(mixed('b'), whole('b', tagged))?.[0]?.[0]).toEqual({
      status: 400,
      headers: { 'content-type': 'application/json', 'content-id': '7' },
      body: '{"error":{"code":"0x80044331"}}',
    })
  })

  test('a boundary inside a value is a value', () => {
    const json = `{"words":"--b--"}`
    const answer = lines('HTTP/1.1 200 OK', 'Content-Type: application/json', '', json)
    expect(decodeBatch(mixed('b'), whole('b', part(answer)))?.[0]?.[0]?.body).toBe(json)
  })

  test.each([
    ['no multipart at all', 'application/json', '{}'],
    ['no boundary in the body', mixed('b'), 'nothing here'],
    ['a part that is no answer', mixed('b'), whole('b', part('hello'))],
    ['another boundary', mixed('other'), two],
  ])('is nothing when it is %s', (_, type, body) => expect(decodeBatch(type, body)).toBeUndefined())

  test('cut anywhere, it is nothing rather than less (F10, F42)', () => {
    for (let at = 0; at < two.lastIndexOf('--b--') + 4; at += 1)
      expect(decodeBatch(mixed('b'), two.slice(0, at)), `cut at ${at}`).toBeUndefined()
  })

  test('a boundary is read from any header without a search that can explode', () => {
    expect(boundaryOf(`multipart/mixed;${' ;'.repeat(20_000)}`)).toBeUndefined()
  })
})
