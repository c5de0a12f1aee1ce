// The channels of the settings, each with a door to the network of its own. Nothing is sent, and no secret read, before
// there is something to tell.

import type { Metrics } from '#core/metrics'
import { unreachable } from '#core/invariant'
import { openHttp } from '#platform/transport/http'
import { proxyAddress } from '#platform/transport/proxy'
import type { Alerts, Channel as ChannelSettings } from '#settings/schema/alerts'
import type { Clock, Log, Secrets } from '#spi'
import type { Channel } from './channel.ts'
import { logLine } from './log-line.ts'
import { addressesOf } from './mail-text.ts'
import { Addressee, type OpenDoor } from './post.ts'
import { teamsWorkflow } from './teams-workflow.ts'
import { webhook } from './webhook.ts'

export interface ChannelParts {
  readonly clock: Clock
  readonly log: Log
  readonly metrics?: Pick<Metrics, 'call'>
  readonly secrets: Secrets
  readonly proxy: string | null
}

export type Channels = ReadonlyMap<string, Channel>

/** Those that lead to somebody. */
export function openChannels({ channels }: Alerts, parts: ChannelParts): Channels {
  return new Map(
    Object.entries(channels)
      .filter(([, settings]) => settings.type !== 'graphMail' || addressesOf(settings).length > 0)
      .map(([name, settings]) => [name, opened(name, settings, parts)]),
  )
}

function opened(name: string, settings: ChannelSettings, parts: ChannelParts): Channel {
  const { clock, log, secrets } = parts
  const addressee = (ref: Extract<ChannelSettings, { url: unknown }>['url']): Addressee =>
    new Addressee({ channel: name, ref, secrets, open: (origin) => doorTo(name, [origin], parts) })
  switch (settings.type) {
    case 'webhook':
      return webhook({ name, addressee: addressee(settings.url), secret: settings.secret, secrets, clock })
    case 'teamsWorkflow':
      return teamsWorkflow({ name, addressee: addressee(settings.url), clock })
    case 'graphMail': {
      const origins = [settings.endpoint, settings.authority].map((url) => new URL(url).origin)
      const http = doorTo(name, origins, parts)
      return whenUsed(name, http, async () => {
        const { graphMail } = await import('./graph-mail.ts')
        return graphMail({ name, settings, http, host: { clock, secrets } })
      })
    }
    case 'console':
      return logLine(name, log)
    default:
      return unreachable(settings)
  }
}

/** Mail brings a library along that no other command should have to load. */
function whenUsed(name: string, http: OpenDoor, open: () => Promise<Channel>): Channel {
  let channel: Promise<Channel> | null = null
  return {
    name,
    send: async (letter, signal) => {
      channel ??= open()
      await (await channel).send(letter, signal)
    },
    close: () => http.close(),
  }
}

/** Messages are few: one at a time, and not more than a person could read. */
const pace = { parallel: 1, perMinute: 20 } as const

function doorTo(
  name: string,
  origins: readonly string[],
  { clock, log, metrics, secrets, proxy }: ChannelParts,
): OpenDoor {
  return openHttp({
    connection: `alerts-${name}`,
    origins: [...new Set(origins)],
    clock,
    log,
    pace,
    ...(metrics ? { metrics } : {}),
    ...(proxy === null ? {} : { proxy: proxyAddress(proxy, secrets) }),
  })
}
