// Whom a vendor calls when something changes: shown, taken over, and tried. There is one address for each event at the
// vendor, so whoever registers takes the calls away from whoever had them: that is always shown first.

import { FixConfig, NeedsHuman } from '#core/errors'
import { connectionPush } from '#assembly/push'
import type { Connection } from '#assembly/connection'
import type { Push } from '#spi'
import type { WebhookStanding } from './answers.ts'
import type { WebhookRequest } from './requests.ts'

export async function webhook(
  connection: Connection,
  request: WebhookRequest,
  signal: AbortSignal,
): Promise<WebhookStanding> {
  const { push, address } = pushOf(connection)
  if (request.do === 'register') await register(push, { address, replaces: request.replaces, signal })
  const registered = await push.registered(signal)
  const trial = request.do === 'test' ? await push.roundTrip(signal) : null
  return {
    schema: 'dealbridge.webhook/v1',
    connection: connection.name,
    address,
    registered,
    isOurs: registered?.url === address,
    trial,
  }
}

function pushOf(connection: Connection): { readonly push: Push; readonly address: string } {
  const push = connectionPush(connection)
  const { name } = connection
  if (push?.address) return { push, address: push.address }
  throw new FixConfig(
    `${name} asks for no calls: its settings name no address at which it could be called. Changes are found by polling.`,
    { code: 'DB-1170', who: 'operations' },
  )
}

interface Registering {
  readonly address: string
  /** Whose registration the person was shown. */
  readonly replaces: string | null
  readonly signal: AbortSignal
}

async function register(push: Push, { address, replaces, signal }: Registering): Promise<void> {
  const now = (await push.registered(signal))?.url ?? null
  if (now !== replaces && now !== address)
    throw new NeedsHuman(`The registration changed meanwhile: it is ${now ?? 'gone'} by now. Look at it again.`, {
      code: 'DB-1171',
      who: 'Partner Center admin',
    })
  await push.register(address, signal)
}
