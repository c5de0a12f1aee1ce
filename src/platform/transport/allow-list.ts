// Where a connection may send: its own origins, and nothing that merely resembles one. Links in a vendor's answer
// (a next page, a redirect, an instance address) pass here too, so a token cannot follow a link to another host.

import { FixConfig, invariant } from '#spi'
import { isOrigin, writtenOrigin } from '#core/origin'

/** What is refused before a URL is even parsed: parsers disagree about these, and the disagreement is the attack. */
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const treacherous = /[\s\u0000-\u001f\u007f\\]/

export type AllowList = (url: string) => URL

/** Throws a FixConfig unless the URL's origin is exactly one of these. */
export function allowList(connection: string, origins: readonly string[]): AllowList {
  for (const origin of origins) invariant(isOrigin(origin), `an origin a connector may talk to: ${origin}`)
  const allowed = new Set(origins)
  return (url) => {
    const parsed = treacherous.test(url) || !writtenOrigin.test(url) ? null : URL.parse(url)
    if (parsed && allowed.has(parsed.origin) && parsed.username === '' && parsed.password === '') return parsed
    throw new FixConfig(
      `The connection "${connection}" was led to an address that is not its own. Nothing was sent there.`,
      { code: 'DB-1120', facts: { connection, refused: parsed ? parsed.origin : 'unreadable' } },
    )
  }
}
