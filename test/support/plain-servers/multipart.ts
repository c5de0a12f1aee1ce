// The `$batch` format of the Web API: parts with an HTTP request each, some of them in change sets. Reads what a client
// sends, prints what the server answers.

import type { Said } from './listener.ts'

export interface Asked {
  readonly method: string
  /** Path and query, as sent. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly contentId: string | null
}

/** Requests of a change set stand together. */
export type Part = { readonly one: Asked } | { readonly set: readonly Asked[] }

const boundaryIn = (type: string): string | undefined => /boundary="?([^";]+)"?/.exec(type)?.[1]

export function readBatch(contentType: string, body: string): readonly Part[] {
  const boundary = boundaryIn(contentType)
  if (boundary === undefined) throw new SyntaxError('no boundary')
  return split(body, boundary).map(({ headers, rest }): Part => {
    const inner = boundaryIn(headers['content-type'] ?? '')
    if (inner === undefined) return { one: asked(rest, null) }
    return { set: split(rest, inner).map((each) => asked(each.rest, each.headers['content-id'] ?? null)) }
  })
}

interface Piece {
  readonly headers: Readonly<Record<string, string>>
  readonly rest: string
}

function split(body: string, boundary: string): readonly Piece[] {
  const pieces = body.split(`--${boundary}`)
  if (!(pieces.at(-1) ?? '').startsWith('--')) throw new SyntaxError('the last boundary is missing')
  return pieces.slice(1, -1).map((piece) => head(piece.replace(/^\r\n/, '').replace(/\r\n$/, '')))
}

function head(text: string): Piece {
  const end = text.indexOf('\r\n\r\n')
  const lines = text.slice(0, end).split('\r\n')
  const headers = lines.flatMap((line) => {
    const at = line.indexOf(':')
    return at > 0 ? [[line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()] as const] : []
  })
  return { headers: Object.fromEntries(headers), rest: text.slice(end + 4) }
}

function asked(text: string, contentId: string | null): Asked {
  const end = text.indexOf('\r\n')
  const [method = '', target = ''] = text.slice(0, end).split(' ')
  const { headers, rest } = head(text.slice(end))
  return { method, target: target.replace(/^https?:\/\/[^/]+/, ''), headers, body: rest.trim(), contentId }
}

export type Answers = { readonly one: Said } | { readonly set: readonly { said: Said; contentId: string | null }[] }

export function printBatch(answers: readonly Answers[], id: string): { readonly type: string; readonly body: string } {
  const boundary = `batchresponse_${id}`
  const parts = answers.map((answer, index) => {
    if ('one' in answer) return part(answer.one, null)
    const inner = `changesetresponse_${id}_${index}`
    const inside = answer.set.map(({ said, contentId }) => `--${inner}\r\n${part(said, contentId)}`).join('')
    return `Content-Type: multipart/mixed; boundary=${inner}\r\n\r\n${inside}--${inner}--\r\n`
  })
  const body = parts.map((text) => `--${boundary}\r\n${text}`).join('')
  return { type: `multipart/mixed; boundary=${boundary}`, body: `${body}--${boundary}--\r\n` }
}

function part({ status, headers = {}, body }: Said, contentId: string | null): string {
  const told = body === undefined ? {} : { 'Content-Type': 'application/json; odata.metadata=minimal' }
  return [
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    ...(contentId === null ? [] : [`Content-ID: ${contentId}`]),
    '',
    `HTTP/1.1 ${status} ${status < 300 ? 'OK' : 'Refused'}`,
    ...Object.entries({ ...told, 'OData-Version': '4.0', ...headers }).map(([name, value]) => `${name}: ${value}`),
    '',
    body === undefined ? '' : JSON.stringify(body),
    '',
  ].join('\r\n')
}
