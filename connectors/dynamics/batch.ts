// multipart/mixed, as `$batch` wants it and gives it back. Pure text in, pure text out. Reading is lenient where
// writers differ: boundaries quoted or not, a preamble, bare line feeds, a failed change set with or without a wrapper.

import type { HttpAnswer, HttpRequest } from '#spi'

export interface Operation {
  readonly method: HttpRequest['method']
  /** After the API's root, encoded. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** One operation, or several that are done together or not at all. */
export type Item = Operation | { readonly together: readonly Operation[] }

export const operationsOf = (item: Item): readonly Operation[] => ('together' in item ? item.together : [item])

/** The service takes this many in one body, those of change sets included. */
export const operationsMax = 1000

const CRLF = '\r\n'

export interface BatchBody {
  readonly contentType: string
  readonly body: string
}

/** `base`: the path of the API root, `/api/data/v9.2`. */
export function encodeBatch(items: readonly Item[], base: string, id: string): BatchBody {
  const boundary = `batch_${id}`
  const parts = items.map((item, index) =>
    'together' in item ? changeSet(item.together, base, `changeset_${id}_${index + 1}`) : operation(item, base),
  )
  return { contentType: `multipart/mixed; boundary="${boundary}"`, body: joined(parts, boundary) }
}

const joined = (parts: readonly string[], boundary: string): string =>
  [...parts.map((part) => `--${boundary}${CRLF}${part}`), `--${boundary}--`, ''].join(CRLF)

function changeSet(operations: readonly Operation[], base: string, boundary: string): string {
  const parts = operations.map((one, index) => operation(one, base, index + 1))
  return `Content-Type: multipart/mixed; boundary="${boundary}"${CRLF}${CRLF}${joined(parts, boundary)}`
}

/** Content-ID belongs to the part, not to the request in it; an operation without a body ends in two empty lines. */
function operation({ method, path, headers = {}, body }: Operation, base: string, contentId?: number): string {
  const typed = body === undefined ? headers : { 'Content-Type': 'application/json; type=entry', ...headers }
  return [
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    ...(contentId === undefined ? [] : [`Content-ID: ${contentId}`]),
    '',
    `${method} ${base}/${path} HTTP/1.1`,
    ...Object.entries(typed).map(([name, value]) => `${name}: ${value}`),
    '',
    body ?? '',
  ].join(CRLF)
}

// ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────

/** An item's answers: one for an operation; for a change set one for each, or a single refusal for all of it. */
export type ItemAnswer = readonly HttpAnswer[]

/** Undefined when the body is not a whole multipart answer. */
export function decodeBatch(contentType: string | undefined, body: string): readonly ItemAnswer[] | undefined {
  const boundary = boundaryOf(contentType)
  const parts = boundary === undefined ? undefined : split(body, boundary)
  const answers = parts?.map(itemAnswer)
  return answers?.every((answer) => answer !== undefined) === true ? answers : undefined
}

export function boundaryOf(contentType: string | undefined): string | undefined {
  const found = /^\s*multipart\/mixed\s*;(?:.*;)?\s*boundary\s*=\s*(?:"([^"]+)"|([^;\s]+))/i.exec(contentType ?? '')
  return found?.[1] ?? found?.[2]
}

/** The parts between the boundaries. Without the closing one the answer was cut, and nothing in it counts. */
function split(body: string, boundary: string): readonly string[] | undefined {
  const marker = `--${boundary}`
  const parts: string[] = []
  let start = -1
  for (let at = findMarker(body, marker, 0); at >= 0; at = findMarker(body, marker, at + marker.length)) {
    if (start >= 0) parts.push(body.slice(start, at).replace(/\r?\n$/, ''))
    const after = at + marker.length
    if (body.startsWith('--', after)) return parts
    start = after + (/^[ \t]*\r?\n/.exec(body.slice(after, after + 80))?.[0].length ?? 0)
  }
  return undefined
}

/** At the beginning of a line only: a value may hold the same characters. */
function findMarker(body: string, marker: string, from: number): number {
  for (let at = body.indexOf(marker, from); at >= 0; at = body.indexOf(marker, at + 1)) {
    const next = body[at + marker.length]
    const isWhole =
      next === undefined || next === '\r' || next === '\n' || next === '-' || next === ' ' || next === '\t'
    if (isWhole && (at === 0 || body[at - 1] === '\n')) return at
  }
  return -1
}

function itemAnswer(part: string): ItemAnswer | undefined {
  const { headers, rest } = head(part)
  const inner = boundaryOf(headers['content-type'])
  if (inner === undefined) {
    const answer = httpAnswer(rest, headers)
    return answer && [answer]
  }
  const answers = split(rest, inner)?.map((text) => {
    const within = head(text)
    return httpAnswer(within.rest, within.headers)
  })
  return answers && answers.length > 0 && answers.every((answer) => answer !== undefined) ? answers : undefined
}

function head(text: string): { readonly headers: Record<string, string>; readonly rest: string } {
  const found = /^((?:[^\r\n]+\r?\n)*)\r?\n?/.exec(text)
  const lines = found?.[1] ?? ''
  const headers: Record<string, string> = {}
  for (const line of lines.split(/\r?\n/)) {
    const at = line.indexOf(':')
    if (at > 0) headers[line.slice(0, at).trim().toLowerCase()] = line.slice(at + 1).trim()
  }
  return { headers, rest: text.slice(found?.[0].length ?? 0) }
}

/** The id of the part is kept as a header of its answer, to check that the order is the one we sent. */
function httpAnswer(text: string, part: Readonly<Record<string, string>>): HttpAnswer | undefined {
  const found = /^\s*HTTP\/1\.[01] (\d{3})[^\r\n]*(?:\r?\n|$)/.exec(text)
  if (!found) return undefined
  const { headers, rest } = head(text.slice(found[0].length))
  const id = part['content-id']
  return {
    status: Number(found[1]),
    headers: id === undefined ? headers : { ...headers, 'content-id': id },
    body: rest.trim(),
  }
}
