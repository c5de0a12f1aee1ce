// Where a connection may send: its own origins, and nothing that merely resembles one. Links in a vendor's answer
// (a next page, a redirect, an instance address) pass here too, so a token cannot follow a link to another host.

import { FixConfig, invariant } from '#spi'

/** What is refused before a URL is even parsed: parsers disagree about these, and the disagreement is the attack. */
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const treacherous = /[\s\u0000-\u001f\u007f\\]/
/** Scheme and authority as written; the authority in plain ASCII, without a user and without a dot at its end. */
const written = /^https?:\/\/(?:\[[0-9a-f:.]+\]|[a-z0-9._-]*[a-z0-9_-])(?::\d{1,5})?(?=[/?#]|$)/i

export type AllowList = (url: string) => URL

/** Throws a FixConfig unless the URL's origin is exactly one of these. */
export function allowList(connection: string, origins: readonly string[]): AllowList {
  for (const origin of origins) invariant(isOrigin(origin), `an origin a connector may talk to: ${origin}`)
  const allowed = new Set(origins)
  return (url) => {
    const parsed = treacherous.test(url) || !written.test(url) ? null : URL.parse(url)
    if (parsed && allowed.has(parsed.origin) && parsed.username === '' && parsed.password === '') return parsed
    throw new FixConfig(
      `The connection "${connection}" was asked to talk to an address that is not its own. ${nothingSent}`,
      {
        code: 'DB-1120',
        facts: { connection, refused: parsed ? parsed.origin : 'unreadable' },
      },
    )
  }
}

const nothingSent = 'Nothing was sent.'

/** `https://host` with or without a port, or plain http to this computer only; nothing after it. */
export function isOrigin(text: string): boolean {
  const parsed = written.test(text) ? URL.parse(text) : null
  if (parsed?.origin !== text) return false
  return parsed.protocol === 'https:' || (parsed.protocol === 'http:' && isLoopbackHost(parsed.hostname))
}

/** This computer, by name or by address. As a URL writes it: an IPv6 address in brackets. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}
