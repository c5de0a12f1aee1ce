// A refusal of the Web API, read but not yet judged.

import { z } from 'zod'
import { isObject, parseJson, type HttpAnswer } from '#spi'

export interface VendorFault {
  readonly status: number
  /** `0x80040217`; empty where Dynamics gives none. */
  readonly code: string
  /** Its own words. They may hold customer text: for machines to look at, never to be logged or shown. */
  readonly words: string
  readonly headers: HttpAnswer['headers']
}

const Envelope = z.object({
  error: z.object({ code: z.union([z.string(), z.number()]).nullish(), message: z.string().nullish() }),
})

/** Undefined when the answer is a success. */
export function vendorFault({ status, headers, body }: HttpAnswer): VendorFault | undefined {
  if (status >= 200 && status < 300) return undefined
  const json = body === '' ? undefined : parseJson(body)
  const envelope = Envelope.safeParse(isObject(json) ? json : undefined)
  const { code, message } = envelope.success ? envelope.data.error : { code: '', message: '' }
  return { status, code: codeOf(code ?? ''), words: message ?? '', headers }
}

/** `0x80040217`, `-2147220969` and `80040217` are one code. */
function codeOf(code: string | number): string {
  const text = String(code).trim()
  if (/^-\d+$/.test(text)) return `0x${(Number(text) >>> 0).toString(16).padStart(8, '0')}`
  const hex = /^(?:0x)?([0-9a-f]{8})$/i.exec(text)?.[1]
  return hex === undefined ? '' : `0x${hex.toLowerCase()}`
}

/** What Microsoft's support can find the request by. */
export const requestIdOf = (headers: HttpAnswer['headers']): string =>
  headers['x-ms-service-request-id'] ?? headers['req_id'] ?? ''
