// Which Entra tenant an environment belongs to: it says so itself to whoever comes without a token. Only the tenant is
// taken from that answer. Where the token comes from is the settings' business, so nobody can send our secret elsewhere.

import { FixConfig, type Host } from '#spi'
import { titleOf } from './codes.ts'
import { dataOrigin, type Settings } from './settings.ts'

/** What Entra takes for any tenant; a stand-in for it, on this computer, does not care. */
const anyTenant = 'organizations'

export async function tenantOf(settings: Settings, host: Host, signal: AbortSignal): Promise<string> {
  const answer = await host.http.send(
    {
      name: 'tenant',
      method: 'GET',
      url: `${dataOrigin(settings)}/api/data/${settings.apiVersion}/WhoAmI`,
      headers: { accept: 'application/json' },
      accept: 'any',
      timeoutMs: 30_000,
      writes: false,
    },
    signal,
  )
  const tenant = tenantIn(answer.headers['www-authenticate'])
  if (tenant !== undefined) return tenant
  if (settings.authority.startsWith('http://')) return anyTenant
  throw new FixConfig(`${titleOf('DB-1501')}: the environment does not say which tenant it belongs to. Set "tenant".`, {
    code: 'DB-1501',
    who: 'operations',
    facts: { status: answer.status },
  })
}

/** `Bearer authorization_uri=https://login.microsoftonline.com/<tenant>/oauth2/authorize, resource_id=…` */
export function tenantIn(challenge: string | undefined): string | undefined {
  const address = /authorization_uri="?(https?:\/\/[^\s",]+)/i.exec(challenge ?? '')?.[1]
  const first = address === undefined ? undefined : URL.parse(address)?.pathname.split('/')[1]
  const isTenant = first !== undefined && /^[A-Za-z0-9][A-Za-z0-9.-]{1,252}$/.test(first)
  return isTenant && first !== 'common' ? first : undefined
}
