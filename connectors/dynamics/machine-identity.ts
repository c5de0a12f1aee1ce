// A token for the machine we run on: App Service and Container Apps answer at an address and with a header of their
// own, a virtual machine at the fixed one.

import { z } from 'zod'
import { FixConfig, type Host, parseJson, RetryLater } from '#spi'
import { idOf } from './application-token.ts'
import type { Grant, Granted } from './grant.ts'
import { titleOf } from './codes.ts'
import { machineIdentity, type Auth } from './settings.ts'
import { outage } from './token-fault.ts'

type MachineAuth = Extract<Auth, { flow: 'managedIdentity' }>

const Answer = z.object({
  access_token: z.string().min(1),
  expires_on: z.union([z.string(), z.number()]).optional(),
  expires_in: z.union([z.string(), z.number()]).optional(),
})

export function machineToken(auth: MachineAuth, audience: string, host: Host): Grant {
  return async (fresh, signal): Promise<Granted> => {
    const answer = await host.http.send(
      {
        method: 'GET',
        url: await addressOf(auth, audience, host),
        headers: await proofOf(auth, host, fresh),
        accept: 'any',
        timeoutMs: 30_000,
        name: 'token',
        writes: false,
      },
      signal,
    )
    if (answer.status === 429 || answer.status >= 500 || answer.status === 410)
      throw outage(answer.headers['retry-after'], host)
    if (answer.status >= 400) throw refused(answer.status)
    return granted(answer.body, host)
  }
}

async function addressOf(auth: MachineAuth, audience: string, host: Host): Promise<string> {
  const isOwn = auth.endpoint !== undefined && !auth.endpoint.startsWith(machineIdentity)
  const url = new URL(isOwn ? (auth.endpoint ?? machineIdentity) : `${machineIdentity}/metadata/identity/oauth2/token`)
  url.searchParams.set('api-version', isOwn ? '2019-08-01' : '2018-02-01')
  url.searchParams.set('resource', audience)
  if (auth.clientId !== undefined) url.searchParams.set('client_id', await idOf(auth.clientId, host))
  return url.href
}

/** A header that no page in a browser could send; on App Service it also holds a secret. */
async function proofOf(auth: MachineAuth, host: Host, fresh: boolean): Promise<Record<string, string>> {
  if (auth.header === undefined) return { metadata: 'true' }
  return { 'x-identity-header': await host.secrets.read(auth.header, { fresh }) }
}

const refused = (status: number): FixConfig =>
  new FixConfig(
    `${titleOf('DB-1501')}: this machine has no such identity. Assign a managed identity to it, and name it in auth.clientId if there are several.`,
    { code: 'DB-1501', facts: { status }, who: 'operations' },
  )

function granted(body: string, { clock }: Host): Granted {
  const answer = Answer.safeParse(parseJson(body))
  if (!answer.success) throw new RetryLater(`${titleOf('DB-1512')}: its answer could not be read.`, { code: 'DB-1512' })
  const { access_token: token, expires_in: life, expires_on: end } = answer.data
  if (life !== undefined) return { token, lifeSeconds: Number(life) }
  const endsMs = Number(end) * 1000
  return { token, lifeSeconds: Number.isFinite(endsMs) ? (endsMs - Date.parse(clock.now())) / 1000 : undefined }
}
