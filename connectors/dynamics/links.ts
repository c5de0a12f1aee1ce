// Links in answers: a next page, a delta. They are followed as they stand, but only from our own origin: what counts is
// path and query, and a host that is not the environment's is refused, because our token would go there.

import { FixConfig } from '#spi'
import { titleOf } from './codes.ts'
import { audienceOf, dataOrigin, type Settings } from './settings.ts'

/** Turns a link into a path after the API root, byte for byte. */
export type Links = (link: string) => string

const absolute = /^https?:\/\/[^/?#\s]+/i
const apiPath = /^\/api\/data\/v\d+\.\d+\//i

export function openLinks(settings: Settings): Links {
  const hosts = hostsOf(settings)
  return (link) => {
    const origin = absolute.exec(link)?.[0]
    const rest = link.slice(origin?.length ?? 0)
    if (origin !== undefined && !hosts.has(URL.parse(origin)?.host ?? '')) throw foreign(origin)
    const prefix = apiPath.exec(rest)?.[0]
    if (prefix !== undefined) return rest.slice(prefix.length)
    if (origin === undefined && /^[a-z_]\w*[?(]/i.test(link)) return link
    throw foreign(origin ?? 'a relative link')
  }
}

/** The environment answers under two names: `org.crm.…` and `org.api.crm.…`. */
function hostsOf(settings: Settings): ReadonlySet<string> {
  const hosts = [dataOrigin(settings), audienceOf(settings)].map((origin) => new URL(origin).host)
  const twins = hosts.flatMap((host) => [host.replace('.api.', '.'), host.replace(/^([^.]+)\./, '$1.api.')])
  return new Set([...hosts, ...twins])
}

const foreign = (origin: string): FixConfig =>
  new FixConfig(`${titleOf('DB-1518')}. Nothing was sent there.`, {
    code: 'DB-1518',
    who: 'operations',
    facts: { refused: URL.parse(origin)?.origin ?? 'unreadable' },
  })
