// multipart/mixed as the service reads and writes it: boundaries quoted or not, a preamble, CRLF or (when asked to be
// tolerant) bare line feeds.

export interface Part {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface InnerRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export function boundaryOf(contentType: string | undefined): string | undefined {
  const found = /^multipart\/mixed\s*;.*?boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType ?? '')
  return found?.[1] ?? found?.[2]
}

/** Undefined when the body is not what its boundary promises. */
export function splitParts(body: string, boundary: string): readonly Part[] | undefined {
  const pieces = `\r\n${body.replaceAll(/\r?\n/g, '\r\n')}`.split(`\r\n--${boundary}`)
  if (pieces.length < 2 || !pieces.at(-1)?.startsWith('--')) return undefined
  return pieces.slice(1, -1).map((piece) => splitHead(piece.replace(/^[ \t]*\r\n/, '')))
}

function splitHead(text: string): Part {
  const at = text.startsWith('\r\n') ? 0 : text.indexOf('\r\n\r\n')
  const head = at < 0 ? text : text.slice(0, at)
  const rest = at < 0 ? '' : text.slice(at + (text.startsWith('\r\n') ? 2 : 4))
  return { headers: headersOf(head.split('\r\n')), body: rest }
}

function headersOf(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const at = line.indexOf(':')
    if (at > 0) headers[line.slice(0, at).trim().toLowerCase()] = line.slice(at + 1).trim()
  }
  return headers
}

export function innerRequest(part: Part): InnerRequest | undefined {
  const [line = '', ...rest] = part.body.trimStart().split('\r\n')
  const found = /^([A-Z]+) (\S+)(?: HTTP\/1\.1)?$/.exec(line)
  if (!found) return undefined
  const { headers, body } = splitHead(rest.length === 0 ? '\r\n' : rest.join('\r\n'))
  return { method: found[1] ?? '', url: found[2] ?? '', headers, body: body.replace(/(?:\r\n)+$/, '') }
}

export interface InnerAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  304: 'Not Modified',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  412: 'Precondition Failed',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

export function answerPart(answer: InnerAnswer, contentId: string | undefined): string {
  const headers = Object.entries(answer.headers).map(([name, value]) => `${wireName(name)}: ${value}`)
  return [
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    ...(contentId === undefined ? [] : [`Content-ID: ${contentId}`]),
    '',
    `HTTP/1.1 ${answer.status} ${reasons[answer.status] ?? ''}`,
    ...headers,
    '',
    answer.body,
  ].join('\r\n')
}

const wireName = (name: string): string =>
  name === 'odata-entityid' ? 'OData-EntityId' : name === 'odata-version' ? 'OData-Version' : name

export const joinParts = (parts: readonly string[], boundary: string): string =>
  [...parts.map((part) => `--${boundary}\r\n${part}`), `--${boundary}--`, ''].join('\r\n')
