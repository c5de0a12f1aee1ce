// Where the next page is. The server names it, and what it names may be odd: plain http, a path without /engagements, a
// misspelt one. Only its query is taken, and only when it names Partner Center; the request goes to the endpoint of the
// settings and nowhere else. A link to any other host is refused before anything is sent.

import { FixConfig } from '#spi'
import { defaults, isLoopback } from './settings.ts'

export const referralsAt = (endpoint: string): string => `${endpoint.replace(/\/+$/, '')}/v1.0/engagements/referrals`

/** The address to ask, made of the endpoint's own address and the link's query. */
export function followed(link: string, endpoint: string): string {
  const base = new URL(referralsAt(endpoint))
  const url = URL.parse(link, base.href)
  if (!url || /[\\\s]/.test(link)) throw foreign('unreadable')
  if (!isOurs(url, base) || url.username !== '' || url.password !== '') throw foreign(url.host)
  if (!/\/referrals\/?$/i.test(url.pathname) || url.search === '') throw foreign(url.host)
  base.search = url.search
  return base.href
}

/** The endpoint itself, however its scheme is written; or the host that Microsoft's own documentation prints. */
function isOurs(url: URL, base: URL): boolean {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return false
  if (url.host === base.host || url.host === new URL(defaults.endpoint).host) return true
  return isLoopback(url) && isLoopback(base) && url.port === base.port
}

function foreign(host: string): FixConfig {
  return new FixConfig('A link to the next page leads to a host that is not Partner Center. Nothing was sent there.', {
    code: 'DB-1207',
    facts: { host: host.slice(0, 100) },
  })
}

/** A text inside an OData expression. */
export const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`
